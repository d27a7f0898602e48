"""How long a network takes to settle: a score of how well it knows an input."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from foundation import domains
from learning.measures.trajectory import batch
from learning.network import fields
from learning.network.strengths import Strengths
from learning.relaxation.events import relax_events
from learning.relaxation.motion import Chances, Motion
from learning.steered.learner import Learner, one_thread


@dataclass(frozen=True, eq=False, repr=False)
class Equilibration:
    """How each input settled.

    Attributes
    ----------
    sweeps
        Sweeps in which some unit flipped, (P,); `max_sweeps` where it went on.
    flips
        Flips per hidden unit in them, (P,).
    overlap
        Overlap of the last with the first state, (P,).
    settled
        Whether a fixed point was reached, (P,).

    Examples
    --------
    >>> from learning import Learner, equilibration, recipe, xor
    >>> data = xor(N=20, size=50, rng=1)
    >>> found = equilibration(Learner.draw(20, 100, 2, 1, recipe(J_D=1.0), rng=1), data.X)
    >>> found.sweeps.shape, bool(found.settled.all())
    ((50,), True)
    >>> bool((found.flips[found.sweeps == 0] == 0).all())
    True
    >>> found
    Equilibration(... sweeps on average, 100.0% settled, overlap ...)
    """

    sweeps: npt.NDArray[np.int64]
    flips: npt.NDArray[np.float64]
    overlap: npt.NDArray[np.float64]
    settled: npt.NDArray[np.bool_]

    def __repr__(self) -> str:
        return (
            f"Equilibration({self.sweeps.mean():.2f} sweeps on average, "
            f"{self.settled.mean():.1%} settled, overlap {self.overlap.mean():.3f})"
        )


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
        Classes that act on the hidden units by the feedback, true or not; None for no label.
    max_sweeps
        After how many to give up, >= 1.

    Returns
    -------
    The `Equilibration`: how each input settled.

    Raises
    ------
    TypeError, ValueError
        If the arguments do not fit the network, or it has several layers.

    Examples
    --------
    With a self-coupling networks settle that without it never would:

    >>> import numpy as np
    >>> from learning import Learner, equilibration, recipe
    >>> X = np.random.default_rng(1).choice([-1, 1], size=(200, 50))
    >>> strengths = [recipe(J_D=J_D, lam_in=1.0) for J_D in (0.0, 1.0)]
    >>> learners = [Learner.draw(N=50, H=200, C=2, L=1, recipe=one, rng=1) for one in strengths]
    >>> without, found = (equilibration(learner, X, max_sweeps=50) for learner in learners)
    >>> bool(without.settled.any()), bool(found.settled.all())
    (False, True)
    """
    max_sweeps = domains.integer("max_sweeps", max_sweeps)
    x, y = batch(learner, X, labels)
    couplings = learner.couplings
    if couplings.L > 1:
        raise ValueError(f"learner must have one layer, got {couplings.L}")
    strengths: Strengths = learner.recipe.strengths
    with one_thread():
        fixed = fields.drive(couplings, x)
        s = np.sign(fixed)
        begun = s.copy()
        f, g, back = (np.zeros_like(fixed) for _ in range(3))
        fields.left(couplings, fixed, s, f)
        if y is not None:
            back = fields.feedback(couplings, strengths.feedback(y))
        motion = Motion(couplings, fixed, s, f, g, back, plan=np.array([[1, 0, y is not None]]))
        sweeps = np.zeros(len(x), dtype=np.int64)
        flips = np.zeros(len(x), dtype=np.int64)
        for t in range(1, max_sweeps + 1):
            before = s.copy()
            if not relax_events(motion, Chances(1.0, seed=0, first=t, own=False)):
                break
            moved = np.count_nonzero(s != before, axis=(0, 2))
            sweeps += moved > 0
            flips += moved
    settled = (np.sign(f + g) == s).all(axis=(0, 2))
    return Equilibration(sweeps, flips / couplings.H, np.mean(s * begun, axis=(0, 2)), settled)
