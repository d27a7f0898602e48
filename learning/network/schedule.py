"""How long a steered network relaxes, and under which fields."""

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from foundation import domains


class Mode(Enum):
    """Which fields act besides those of the input, the own layer and the previous layer.

    In `FULL` and `NO_FEEDBACK` the label is clamped on the readout; in the latter the hidden units
    do not see it.

    Examples
    --------
    >>> from learning import Mode, Schedule
    >>> [(phase.mode.name, phase.sweeps) for phase in Schedule(sweeps=5).training(L=1)]
    [('LEFT_ONLY', 1), ('FULL', 4), ('NO_FEEDBACK', 5)]
    >>> Mode.NO_FEEDBACK.label, Mode.NO_FEEDBACK.feedback
    (True, False)
    """

    FULL = 0
    LEFT_ONLY = 1
    NO_LABEL = 2
    NO_FEEDBACK = 3
    NO_SUPERVISION = 4

    @property
    def right(self) -> bool:
        """Whether the next layer acts on a layer."""
        return self is not Mode.LEFT_ONLY

    @property
    def feedback(self) -> bool:
        """Whether the readout acts on the hidden layers."""
        return self in (Mode.FULL, Mode.NO_LABEL)

    @property
    def label(self) -> bool:
        """Whether the readout is clamped to the label."""
        return self in (Mode.FULL, Mode.NO_FEEDBACK)


class Phase(NamedTuple):
    """A number of sweeps under the fields of one mode."""

    mode: Mode
    sweeps: int


@dataclass(frozen=True)
class Schedule:
    """The relaxations of training and of inference.

    In training, `warm_up` sweeps under the fields of inference are followed by sweeps with the
    label, `sweeps` in all; and, with `double`, by `sweeps` more after the label has been taken off
    the hidden units. Inference is `sweeps` sweeps.

    Parameters
    ----------
    sweeps
        T, >= 1; L or more for the input to reach L layers, and L + 2 for the label to act in them.
        In asynchronous order, where a sweep reaches all, the largest number that a phase takes.
    warm_up
        Sweeps before the label acts, >= 0; None for the number of layers, but at most T.
    double
        Whether the state that is learned has to hold without the label.
    p_update
        Probability that a unit follows its field in a synchronous sweep, in (0, 1]; 1 in
        asynchronous order.
    order
        "synchronous", or "asynchronous": layer by layer, one unit after the other in a new random
        order, until a sweep flips no unit.
    start
        "zeros", or "input": the input itself on the first units of each layer, and the label.
    noise
        Fraction of units that start at random, in [0, 1].
    inference
        "left_only", or "no_supervision", in which the next layer acts on a layer too.

    Raises
    ------
    TypeError, ValueError
        If a parameter is outside its documented domain.

    Examples
    --------
    >>> from learning import Schedule
    >>> Schedule(sweeps=6, double=False).training(L=2)
    [Phase(mode=<Mode.LEFT_ONLY: 1>, sweeps=2), Phase(mode=<Mode.FULL: 0>, sweeps=4)]
    >>> Schedule(sweeps=6).testing()
    [Phase(mode=<Mode.LEFT_ONLY: 1>, sweeps=6)]
    """

    sweeps: int = 5
    warm_up: int | None = None
    double: bool = True
    p_update: float = 1.0
    order: str = "synchronous"
    start: str = "zeros"
    noise: float = 0.0
    inference: str = "left_only"

    def __post_init__(self) -> None:
        object.__setattr__(self, "sweeps", domains.integer("sweeps", self.sweeps))
        if self.warm_up is not None:
            warm_up = domains.integer("warm_up", self.warm_up, low=0, high=self.sweeps)
            object.__setattr__(self, "warm_up", warm_up)
        object.__setattr__(self, "double", domains.boolean("double", self.double))
        object.__setattr__(self, "p_update", domains.real("p_update", self.p_update, 0, 1))
        if self.p_update == 0:
            raise ValueError("p_update must be > 0, got 0: nothing would ever move")
        domains.choice("order", self.order, ("synchronous", "asynchronous"))
        if self.order == "asynchronous" and self.p_update < 1:
            raise ValueError(
                f"p_update must be 1 in asynchronous order, got {self.p_update:g}: every unit "
                f"follows its field in its turn"
            )
        domains.choice("start", self.start, ("zeros", "input"))
        object.__setattr__(self, "noise", domains.real("noise", self.noise, 0, 1))
        domains.choice("inference", self.inference, ("left_only", "no_supervision"))

    @property
    def free(self) -> Mode:
        """Mode of inference and of warm-up, whose fields the margins are measured in."""
        return Mode.LEFT_ONLY if self.inference == "left_only" else Mode.NO_SUPERVISION

    def training(self, L: int) -> list[Phase]:
        """Return the phases of training a network of L layers."""
        L = domains.integer("L", L)
        warm_up = min(L, self.sweeps) if self.warm_up is None else self.warm_up
        phases = [Phase(self.free, warm_up), Phase(Mode.FULL, self.sweeps - warm_up)]
        if self.double:
            phases.append(Phase(Mode.NO_FEEDBACK, self.sweeps))
        return phases

    def testing(self) -> list[Phase]:
        """Return the phases of inference."""
        return [Phase(self.free, self.sweeps)]
