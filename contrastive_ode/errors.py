"""What can go wrong while integrating."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from contrastive_ode.engine.arguments import End, Floats
from foundation.errors import ConvergenceError

if TYPE_CHECKING:
    from contrastive_ode.training.result import Training

WRONG = (  # in the order of `contrastive_ode.events.arguments`
    "{0} starts above its threshold: start it below, or raise the threshold",
    "{0} is at or above its threshold after its reset {1}: reset it to below",
    "{0} grazes its threshold {1}, where an event comes or goes and no derivative exists: change "
    "the inputs, the start or the parameters so that it crosses the threshold or stays below",
    "{0} and others fire too often {1}: decrease the step h",
    "{0} fires once more or once less {1} when it is pushed: take a smaller nudge, or the "
    "supervisor tangent",
)
ADVICE = "decrease the step h or the rate, or bound the update (clip) or the parameters"


class BlowUpError(ConvergenceError):
    """A trajectory grew beyond 1e9, or an update is not finite.

    Attributes
    ----------
    example, step, variable
        Where it happened: which example, in which step, and which entry of the state; -1 if it is
        the update that is not finite.
    training
        The `Training` up to there, if it happened in one; otherwise None.

    Examples
    --------
    >>> import contrastive_ode as ode
    >>> from contrastive_ode import systems
    >>> model = systems.linear_oscillators.on(ode.all_to_all(2), kappa=0.0)
    >>> try:
    ...     path = ode.flow(model, model.pack(k=-5.0), [1.0, 0.0], T=10, h=0.1)
    ... except ode.BlowUpError as error:
    ...     print(error)
    ...     print(error.step)
    x_0 of example 0 blew up in step 22 (t = 2.2): decrease the step h or the rate, ...
    22
    """

    def __init__(self, message: str, example: int = -1, step: int = -1, variable: int = -1) -> None:
        super().__init__(message, example, step, variable)
        self.training: Training | None = None
        self.example, self.step, self.variable = example, step, variable

    def __str__(self) -> str:
        return str(self.args[0])

    @classmethod
    def check(
        cls,
        end: End,
        examples: npt.NDArray[np.int64],
        h: float,
        name: Callable[[int], str],
        t0: float = 0.0,
    ) -> None:
        """Raise if the engine's answer says that a trajectory blew up."""
        if end.example >= 0:
            example = int(examples[end.example])
            raise cls(
                f"{name(end.variable)} of example {example} blew up in step {end.step} "
                f"(t = {t0 + end.step * h:g}): {ADVICE}",
                example,
                end.step,
                end.variable,
            )

    @classmethod
    def check_update(cls, dw: Floats) -> None:
        """Raise if an update is not finite: tangents may blow up where trajectories do not."""
        if not np.isfinite(dw).all():
            a = int(np.flatnonzero(~np.isfinite(dw))[0])
            raise cls(f"the update of parameter {a} is not finite: {ADVICE}")


class EventError(BlowUpError):
    """A node starts or ends above its threshold, grazes it, or fires too often.

    Examples
    --------
    >>> import contrastive_ode as ode
    >>> from contrastive_ode import systems
    >>> model = systems.integrate_and_fire.on(ode.all_to_all(1), a=0.0, tau=2.0)
    >>> task = ode.Task([1.5, 0.0], outputs=[1], T=1, h=0.1, target=0.5)
    >>> try:
    ...     trajectory = ode.simulate(model, task, model.pack(W=0.0, b=2.0))
    ... except ode.EventError as error:
    ...     print(error)
    node 0 of example 0 starts above its threshold: start it below, or raise the threshold
    """

    @classmethod
    def check_events(
        cls, end: End, examples: npt.NDArray[np.int64], h: float, sizes: tuple[int, int]
    ) -> None:
        """Raise if the engine's answer is about events; `sizes` are those of state and network."""
        size, N = sizes
        if end.example < 0 or end.variable < size:
            return
        what, node = divmod(end.variable - size, N)
        example = int(examples[end.example])
        when = f"in step {end.step} (t = {end.step * h:g})"
        raise cls(WRONG[what].format(f"node {node} of example {example}", when), example, end.step)


class StepWarning(UserWarning):
    """The step of the integrator is too long for the Jacobian.

    Examples
    --------
    >>> import warnings
    >>> import contrastive_ode as ode
    >>> from contrastive_ode import systems
    >>> fast = systems.linear_oscillators.on(ode.all_to_all(2), kappa=50.0)
    >>> task = ode.Task([0, 0], outputs=[1], T=1, h=0.1, target=1.0)
    >>> with warnings.catch_warnings(record=True) as told:
    ...     warnings.simplefilter("always")
    ...     trajectory = ode.simulate(fast, task, fast.pack(k=0.0))
    >>> print(told[0].message)
    h = 0.1 is too long for the fastest mode at the start, of rate 50: take h < 0.05
    >>> told[0].category is ode.StepWarning
    True
    """
