"""The course of a regression, with its modes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from foundation.axes import axes_of
from foundation.domains import Floats
from foundation.errors import ConvergenceError
from learning_dynamics.deep_linear.regression import Regression

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, eq=False, repr=False)
class RegressionCourse:
    """The course of learning a linear map.

    Attributes
    ----------
    regression
        What is learned.
    rate
        Learning rate.
    loss
        The loss before each step, and after the last: of shape (steps + 1,).
    overlaps
        Products of the layers, of shape (steps + 1, outputs, inputs).
    converged
        Whether all steps were made, with finite numbers.
    status
        What happened, and what to do about it.

    Examples
    --------
    >>> import numpy as np
    >>> import learning_dynamics as ld
    >>> regression = ld.Regression(np.diag([3.0, 1.0]))
    >>> gram = 0.01 * ld.initial_gram(N=1000, rank=0, inputs=2, outputs=2, rng=1)
    >>> course = ld.regression_flow(regression, gram, rate=0.01, steps=400)
    >>> course
    RegressionCourse(400 steps, loss 5... -> ...)
    >>> course.modes.shape, course.converged
    ((401, 2), True)
    >>> course.plot().get_ylabel()
    'strength of a mode'
    """

    regression: Regression
    rate: float
    loss: Floats
    overlaps: Floats
    converged: bool
    status: str

    @property
    def modes(self) -> Floats:
        """How much of each mode of the target has been learned, of shape (steps + 1, modes)."""
        return self.regression.modes(self.overlaps)

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Plot the modes against rate x steps, with what they are to become.

        Parameters
        ----------
        ax
            Where to draw; None for a new figure.

        Returns
        -------
        The axes.

        Raises
        ------
        TypeError
            If `ax` is neither axes nor None.
        """
        ax = axes_of(ax)
        for line, s in zip(
            ax.plot(self.rate * np.arange(len(self.loss)), self.modes),
            self.regression.strengths,
            strict=True,
        ):
            ax.axhline(s, color=line.get_color(), ls=":", lw=0.8)
        ax.set(xlabel="rate $\\times$ steps", ylabel="strength of a mode")
        return ax

    def __repr__(self) -> str:
        return (
            f"RegressionCourse({len(self.loss) - 1} steps, "
            f"loss {self.loss[0]:.4g} -> {self.loss[-1]:.4g})"
        )


def course_of(
    regression: Regression, rate: float, loss: Floats, overlaps: Floats, made: int, throw: bool
) -> RegressionCourse:
    """Return the result of so many finite losses."""
    converged = made == len(loss)
    if made == 0:
        raise ValueError("the loss is not finite at the start: the initial weights are too large")
    status = (
        f"All {len(loss) - 1} steps were made."
        if converged
        else f"Diverged at step {made}; lower the rate."
    )
    if throw and not converged:
        raise ConvergenceError(status)
    return RegressionCourse(regression, rate, loss[:made], overlaps[:made], converged, status)
