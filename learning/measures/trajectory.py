"""What a network goes through from sweep to sweep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from foundation import domains
from foundation.axes import axes_of
from learning.measures.labelled import labelled
from learning.network import fields
from learning.network.schedule import Mode, Phase
from learning.relaxation.phases import Batch, relax
from learning.relaxation.threads import one_thread
from learning.steered.learner import Learner

if TYPE_CHECKING:
    from matplotlib.axes import Axes

STILL = "No unit flipped in the last sweep."
MOVING = "Units flipped in the last sweep; let the phases have more sweeps."


@dataclass(frozen=True, eq=False, repr=False)
class Trajectory:
    """States of a batch after every sweep of a relaxation.

    Attributes
    ----------
    states
        (T, L, P, H), entries ±1 (0 where nothing has arrived yet).
    logits
        Fields of the readout after every sweep, (T, P, C).
    modes
        Name of the mode of every sweep.

    Examples
    --------
    >>> from learning import Learner, recipe, trajectory, xor
    >>> data = xor(N=20, size=50, rng=1)
    >>> found = trajectory(Learner.draw(20, 100, 2, 1, recipe(J_D=1.0), rng=1), data.X)
    >>> found
    Trajectory(5 sweeps of 50 inputs, 1 layers of 100 units)
    >>> found.states.shape, found.logits.shape, found.flips.shape
    ((5, 1, 50, 100), (5, 50, 2), (4,))
    >>> bool(found.converged.all()), str(found.status[0])
    (True, 'No unit flipped in the last sweep.')
    >>> axes = found.plot()
    >>> axes.get_ylabel()
    'fraction of units that flip'
    """

    states: npt.NDArray[np.int8]
    logits: npt.NDArray[np.float32]
    modes: list[str]

    @property
    def flips(self) -> npt.NDArray[np.float64]:
        """Fraction of the hidden units that flip in each sweep after the first, (T - 1,)."""
        return np.mean(self.states[1:] != self.states[:-1], axis=(1, 2, 3))

    @property
    def flips_error(self) -> npt.NDArray[np.float64]:
        """Standard error of these fractions over the inputs; nan for a single one."""
        own = np.mean(self.states[1:] != self.states[:-1], axis=(1, 3))
        P = own.shape[1]
        return own.std(axis=1, ddof=1) / np.sqrt(P) if P > 1 else np.full(len(own), np.nan)

    @property
    def converged(self) -> npt.NDArray[np.bool_]:
        """Whether no unit flipped in the last sweep, (P,); the first sweep sets all units."""
        if len(self.states) == 1:
            return np.zeros(self.states.shape[2], dtype=np.bool_)
        return (self.states[-1] == self.states[-2]).all(axis=(0, 2))

    @property
    def status(self) -> npt.NDArray[np.str_]:
        """What became of each input, (P,)."""
        return np.where(self.converged, STILL, MOVING)

    def __repr__(self) -> str:
        T, L, P, H = self.states.shape
        return f"Trajectory({T} sweeps of {P} inputs, {L} layers of {H} units)"

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Draw the fraction of units that flip in each sweep, with one standard error over inputs.

        Vertical lines are drawn where the mode changes.

        Parameters
        ----------
        ax
            Where to draw; None for a new figure.
        """
        axes = axes_of(ax)
        sweeps = np.arange(2, len(self.states) + 1)
        error = np.nan_to_num(self.flips_error)
        axes.errorbar(sweeps, self.flips, error, fmt="o-", mfc="w")
        across = axes.get_xaxis_transform()
        for t, mode in enumerate(self.modes):
            if t == 0 or mode != self.modes[t - 1]:
                axes.axvline(t + 0.5, color="0.7", ls=":")
                words = mode.replace("_", " ").lower()
                axes.text(
                    t + 0.6, 0.98, words, rotation=90, va="top", transform=across, color="0.5"
                )
        top = 1.3 * self.flips.max(initial=0) or None  # names of modes stand above the markers
        axes.set(xlabel="sweep", ylabel="fraction of units that flip", ylim=(0, top))
        axes.locator_params(axis="x", integer=True)
        return axes


def trajectory(
    learner: Learner,
    X: npt.ArrayLike,
    labels: npt.ArrayLike | None = None,
    *,
    phases: Sequence[Phase] | None = None,
) -> Trajectory:
    """Record the states of a network after every sweep.

    Parameters
    ----------
    learner
        The network, as in `SteeredClassifier.learner_`.
    X
        Inputs, (P, N).
    labels
        Their classes, from 0 to C - 1, for a relaxation as in training; None for inference.
    phases
        Pairs of a `Mode` and a number of sweeps, instead of those of the learner's schedule.

    Returns
    -------
    The `Trajectory`: states and readout after every sweep.

    Raises
    ------
    TypeError, ValueError
        If the arguments do not fit the network, or a mode needs labels.

    Examples
    --------
    The label acts for four sweeps; then it is taken off, and the readout sends back what it reads:

    >>> from learning import Mode, SteeredClassifier, prototypes, trajectory
    >>> data = prototypes(N=50, classes=3, per_class=100, flipped=0.2, rng=1)
    >>> learner = SteeredClassifier(H=100, epochs=3, random_state=1).fit(data.X, data.y).learner_
    >>> phases = [(Mode.FULL, 4), (Mode.NO_LABEL, 4)]
    >>> found = trajectory(learner, data.X, data.y, phases=phases)
    >>> found.modes[::4], found.logits.shape
    (['FULL', 'NO_LABEL'], (8, 300, 3))
    >>> bool((found.logits[-1].argmax(axis=1) == data.y).mean() > 0.9)
    True
    """
    x, y = labelled(learner, X, labels)
    if phases is None:
        phases = phases_of(learner, y is not None)
    single = _single(phases)
    if y is None and any(phase.mode.label for phase in single):
        raise ValueError("labels must be given for phases in which the label acts")
    states, logits = [], []
    couplings, rng = learner.in_use, np.random.default_rng(0)
    with one_thread():
        for at in relax(Batch(couplings, learner.recipe, x, y, rng, "dense"), single):
            states.append(at.s.astype(np.int8))
            logits.append(fields.readout(couplings, x, at.s))
    return Trajectory(np.array(states), np.array(logits), [phase.mode.name for phase in single])


def phases_of(learner: Learner, training: bool) -> list[Phase]:
    """Return the phases of training or of inference."""
    recipe = learner.recipe
    return recipe.phases(learner.couplings.L) if training else recipe.schedule.testing()


def _single(phases: Sequence[Phase]) -> list[Phase]:
    """Return phases of one sweep each."""
    try:
        pairs = [
            (mode, domains.integer("sweeps of phases", sweeps)) for mode, sweeps in phases if sweeps
        ]
    except (TypeError, ValueError) as error:
        raise type(error)(
            f"phases must be pairs of a Mode and a number of sweeps: {error}"
        ) from error
    if not (pairs and all(isinstance(mode, Mode) for mode, _ in pairs)):
        raise ValueError(f"phases must be pairs of a Mode and a number of sweeps, got {phases!r}")
    return [Phase(mode, 1) for mode, sweeps in pairs for _ in range(sweeps)]
