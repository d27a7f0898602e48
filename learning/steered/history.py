"""What the epochs of a training were like."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from foundation.axes import axes_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class Epoch:
    """What an epoch of training was like.

    Attributes
    ----------
    number
        Counted from 1.
    unstable
        Fraction of hidden units that were below their margin where they learned.
    missed
        Fraction of the inputs that the readout got wrong where it learned, with the label taken
        off.
    flips
        Flips of a hidden unit in a relaxation, that from its start included.
    seconds
        How long it took.
    validation, validation_error
        Accuracy on the inputs held back, and its standard error as an estimate of that on new ones;
        None if there are none.

    Examples
    --------
    >>> from learning import Learner, prototypes, recipe
    >>> data = prototypes(N=50, classes=3, per_class=100, flipped=0.2, rng=1)
    >>> learner = Learner.draw(N=50, H=100, C=3, L=1, recipe=recipe(), rng=1)
    >>> first, second = (learner.epoch(data.X, data.y) for _ in range(2))
    >>> second.number, second.missed < first.missed, second.unstable < first.unstable
    (2, True, True)
    >>> second
    Epoch(number=2, unstable=..., missed=..., flips=..., seconds=..., validation=None, ...)
    """

    number: int
    unstable: float
    missed: float
    flips: float
    seconds: float
    validation: float | None = None
    validation_error: float | None = None


class History(list[Epoch]):
    """The epochs of a training: a list, with a plot, that knows which network was kept.

    Attributes
    ----------
    kept
        Number of the epoch after which the network was as it is: the last one, or the one that
        early stopping went back to.

    Examples
    --------
    >>> from learning import History, SteeredClassifier, prototypes
    >>> data = prototypes(N=50, classes=3, per_class=100, flipped=0.2, rng=1)
    >>> network = SteeredClassifier(H=100, epochs=3, validation_fraction=0.2, random_state=1)
    >>> history = network.fit(data.X, data.y).history_
    >>> isinstance(history, History), len(history), history[-1].number
    (True, 3, 3)
    >>> history.kept  # without `patience` it is the last one
    3
    >>> axes = history.plot()
    >>> axes.get_xlabel()
    'epoch'
    """

    _kept: int | None = None

    @property
    def kept(self) -> int:
        """Number of the epoch after which the network was as it is, 0 before the first."""
        return self._kept or (self[-1].number if self else 0)

    def append(self, epoch: Epoch) -> None:
        """Record that training went on.

        Examples
        --------
        >>> from learning import Epoch, History
        >>> history = History()
        >>> history.append(Epoch(number=1, unstable=0.3, missed=0.1, flips=1.2, seconds=0.1))
        >>> history.kept
        1
        """
        super().append(epoch)
        self._kept = None

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Draw what is wrong after each epoch: units below margin, inputs missed, held back too.

        Parameters
        ----------
        ax
            Where to draw; None for a new figure.
        """
        axes = axes_of(ax)
        numbers = [epoch.number for epoch in self]
        for i, (name, words) in enumerate(
            (("unstable", "units below margin"), ("missed", "training inputs missed"))
        ):
            values = [getattr(epoch, name) for epoch in self]
            axes.plot(numbers, values, "o-", color=f"C{i}", mfc="w", label=words)
        held = [
            (epoch.number, 1 - epoch.validation, epoch.validation_error or 0.0)
            for epoch in self
            if epoch.validation is not None
        ]
        if held:
            x, wrong, error = np.transpose(held)
            axes.errorbar(
                x, wrong, error, fmt="s-", color="C2", mfc="w", label="inputs held back, missed"
            )
        if self and self.kept != self[-1].number:
            axes.axvline(self.kept, color="0.5", ls=":", label="kept")
        axes.locator_params(axis="x", integer=True)
        axes.set(xlabel="epoch", ylabel="fraction", ylim=(0, None))
        axes.legend()
        return axes


def keep(history: History, number: int) -> None:
    """Record that the network is again what it was after the epoch of this number."""
    if number not in [epoch.number for epoch in history]:
        raise ValueError(f"kept must be the number of an epoch, got {number!r}")
    history._kept = number


def validated(epoch: Epoch, right: int, held: int) -> Epoch:
    """Return the record of an epoch with the accuracy on inputs held back."""
    # that of the posterior under a flat prior, which is not zero where all or none are right
    p = (right + 1) / (held + 2)
    return replace(epoch, validation=right / held, validation_error=sqrt(p * (1 - p) / (held + 3)))
