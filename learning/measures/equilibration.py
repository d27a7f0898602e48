"""How long a network takes to settle, which tells how well it knows an input."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from foundation import domains
from foundation.axes import axes_of
from learning.measures.labelled import labelled
from learning.network import fields
from learning.relaxation.dynamics import Dynamics, Units, Updates
from learning.relaxation.events import relax_events
from learning.relaxation.threads import one_thread
from learning.steered.learner import Learner

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, eq=False, repr=False)
class Equilibration:
    """How each of P inputs settled.

    Attributes
    ----------
    sweeps
        Sweeps in which some unit flipped, (P,); `max_sweeps` where that did not end.
    flips
        Flips per hidden unit in them, (P,).
    overlap
        Overlap of the last with the first state, (P,).
    converged
        Whether a fixed point was reached, (P,).
    max_sweeps
        Where the relaxation was given up.

    Examples
    --------
    >>> from learning import Learner, equilibration, recipe, xor
    >>> data = xor(N=20, size=50, rng=1)
    >>> found = equilibration(Learner.draw(20, 100, 2, 1, recipe(J_D=1.0), rng=1), data.X)
    >>> found.sweeps.shape, bool(found.converged.all())
    ((50,), True)
    >>> bool((found.flips[found.sweeps == 0] == 0).all())
    True
    >>> found
    Equilibration(... sweeps on average, 100.0% settled, overlap ...)
    >>> str(found.status[0])
    'A fixed point was reached.'
    >>> axes = found.plot()
    >>> axes.get_xlabel()
    'sweeps to settle'
    """

    sweeps: npt.NDArray[np.int64]
    flips: npt.NDArray[np.float64]
    overlap: npt.NDArray[np.float64]
    converged: npt.NDArray[np.bool_]
    max_sweeps: int

    @property
    def status(self) -> npt.NDArray[np.str_]:
        """What became of each input, (P,)."""
        moving = (
            f"Units still flipped after {self.max_sweeps} sweeps; raise max_sweeps, unless the "
            "network goes round a cycle."
        )
        return np.where(self.converged, "A fixed point was reached.", moving)

    def __repr__(self) -> str:
        return (
            f"Equilibration({self.sweeps.mean():.2f} sweeps on average, "
            f"{self.converged.mean():.1%} settled, overlap {self.overlap.mean():.3f})"
        )

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Draw the histogram of the sweeps to settle; inputs that did not settle stand apart.

        Parameters
        ----------
        ax
            Where to draw; None for a new figure.
        """
        axes = axes_of(ax)
        counts = np.bincount(self.sweeps[self.converged], minlength=1)
        axes.bar(np.arange(len(counts)), counts, width=0.9, label="settled")
        moving = np.count_nonzero(~self.converged)
        if moving:
            place = self.max_sweeps + 1
            axes.bar(place, moving, width=0.9, color="0.6", label=f"not in {self.max_sweeps}")
        axes.set(xlabel="sweeps to settle", ylabel="inputs")
        axes.locator_params(axis="x", integer=True)
        axes.legend()
        return axes


def equilibration(
    learner: Learner,
    X: npt.ArrayLike,
    labels: npt.ArrayLike | None = None,
    *,
    max_sweeps: int = 100,
) -> Equilibration:
    r"""Count the synchronous sweeps until no unit flips, from the state that the input sets.

    The first state is :math:`\mathrm{sign}(x W_{in} + b)`.

    Parameters
    ----------
    learner
        The network, of one layer.
    X
        Inputs, (P, N).
    labels
        Classes that act on the hidden units through the feedback, right or wrong; None for none.
    max_sweeps
        Number of sweeps after which to give up, >= 1.

    Returns
    -------
    The `Equilibration`: how each input settled.

    Raises
    ------
    TypeError, ValueError
        If the arguments do not fit the network, or it has several layers.

    Examples
    --------
    With a self-coupling, networks settle that would not without:

    >>> import numpy as np
    >>> from learning import Learner, equilibration, recipe
    >>> X = np.random.default_rng(1).choice([-1, 1], size=(200, 50))
    >>> strengths = [recipe(J_D=J_D, lam_in=1.0) for J_D in (0.0, 1.0)]
    >>> learners = [Learner.draw(N=50, H=200, C=2, L=1, recipe=one, rng=1) for one in strengths]
    >>> without, found = (equilibration(learner, X, max_sweeps=50) for learner in learners)
    >>> bool(without.converged.any()), bool(found.converged.all())
    (False, True)
    """
    max_sweeps = domains.integer("max_sweeps", max_sweeps)
    x, y = labelled(learner, X, labels)
    couplings = learner.in_use
    if couplings.L > 1:
        raise ValueError(f"learner must have one layer, got {couplings.L}")
    with one_thread():
        drive = fields.drive(couplings, x)
        units = Units(np.sign(drive), np.zeros_like(drive), np.zeros_like(drive))
        s, f, g = units
        begun = s.copy()
        fields.forward(couplings, drive, s, f)
        back = g
        if y is not None:
            back = fields.feedback(couplings, learner.recipe.strengths.feedback(y))
        plan = np.array([[1, 0, y is not None]])
        sweeps = np.zeros(len(x), dtype=np.int64)
        flips = np.zeros(len(x), dtype=np.int64)
        for t in range(1, max_sweeps + 1):
            before = s.copy()
            updates = Updates(1.0, np.uint64(0), first=t, own=False)
            if not relax_events(Dynamics(couplings, drive, units, back, plan, updates)):
                break
            moved = np.count_nonzero(s != before, axis=(0, 2))
            sweeps += moved > 0
            flips += moved
    converged = (np.sign(f + g) == s).all(axis=(0, 2))
    overlap = np.mean(s * begun, axis=(0, 2))
    return Equilibration(sweeps, flips / couplings.H, overlap, converged, max_sweeps)
