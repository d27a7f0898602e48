"""What a network goes through from sweep to sweep."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from foundation import domains
from learning.network import fields
from learning.network.schedule import Mode, Phase
from learning.relaxation.phases import relax
from learning.steered.learner import Learner, one_thread


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
    >>> found = trajectory(Learner.draw(20, 100, 2, 1, recipe(), rng=1), data.X)
    >>> found
    Trajectory(5 sweeps of 50 inputs, 1 layers of 100 units)
    >>> found.states.shape, found.logits.shape, found.flips.shape
    ((5, 1, 50, 100), (5, 50, 2), (4,))
    """

    states: npt.NDArray[np.int8]
    logits: npt.NDArray[np.float32]
    modes: list[str]

    @property
    def flips(self) -> npt.NDArray[np.float64]:
        """Fraction of the hidden units that flip in each sweep after the first, (T - 1,)."""
        return np.mean(self.states[1:] != self.states[:-1], axis=(1, 2, 3))

    def __repr__(self) -> str:
        T, L, P, H = self.states.shape
        return f"Trajectory({T} sweeps of {P} inputs, {L} layers of {H} units)"


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
    x, y = batch(learner, X, labels)
    schedule = learner.recipe.schedule
    if phases is None:
        phases = schedule.testing() if y is None else schedule.training(learner.couplings.L)
    single = _single(phases)
    if y is None and any(phase.mode.label for phase in single):
        raise ValueError("labels must be given for phases in which the label acts")
    states, logits = [], []
    rng = np.random.default_rng(0)
    with one_thread():
        for at in relax(learner.couplings, learner.recipe, single, x, y, rng, "dense"):
            states.append(at.s.astype(np.int8))
            logits.append(fields.readout(learner.couplings, x, at.s))
    return Trajectory(np.array(states), np.array(logits), [phase.mode.name for phase in single])


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


def batch(
    learner: Learner, X: npt.ArrayLike, labels: npt.ArrayLike | None
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32] | None]:
    """Return inputs and labels as a network takes them."""
    if not isinstance(learner, Learner):
        raise TypeError(
            f"learner must be a Learner (of a classifier, its learner_), got {learner!r}"
        )
    x = learner.inputs(X)
    if labels is None:
        return x, None
    truth = learner.classes(labels, len(x))
    return x, 2 * np.eye(learner.couplings.C, dtype=np.float32)[truth] - 1


def fixed_point_fraction(
    learner: Learner, X: npt.ArrayLike, labels: npt.ArrayLike | None = None
) -> float:
    """Return for what fraction of the inputs the relaxation ends at a fixed point.

    Parameters
    ----------
    learner
        The network.
    X, labels
        As in `trajectory`. The fixed point is one of the last mode, with the label on the readout:
        with labels and double dynamics, one that needs the label no longer.

    Raises
    ------
    TypeError, ValueError
        If the arguments do not fit the network.

    Examples
    --------
    >>> from learning import SteeredClassifier, fixed_point_fraction, prototypes
    >>> data = prototypes(N=50, classes=3, per_class=100, flipped=0.2, rng=1)
    >>> learner = SteeredClassifier(H=100, epochs=3, random_state=1).fit(data.X, data.y).learner_
    >>> fixed_point_fraction(learner, data.X) > 0.9
    True
    """
    x, y = batch(learner, X, labels)
    schedule = learner.recipe.schedule
    phases = schedule.testing() if y is None else schedule.training(learner.couplings.L)
    last = [phase.mode for phase in phases if phase.sweeps][-1]
    with one_thread():
        rng = np.random.default_rng(0)
        *_, at = relax(learner.couplings, learner.recipe, phases, x, y, rng)
        h = at.f.copy()
        if last.right:
            fields.add_right(learner.couplings, at.s, h)
        if last.feedback and y is not None:
            h += fields.feedback(learner.couplings, learner.recipe.strengths.feedback(y))
    return float(np.mean((np.sign(h) == at.s).all(axis=(0, 2))))
