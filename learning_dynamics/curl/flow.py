"""Learning with flipped signs, as a differential equation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from foundation import domains
from foundation.axes import axes_of
from foundation.domains import Floats
from foundation.errors import ConvergenceError
from learning_dynamics.curl.flips import Flips, fitting
from learning_dynamics.curl.motion import Motion

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, eq=False, repr=False)
class FlippedCourse:
    """The course of learning with flipped signs.

    Attributes
    ----------
    t
        Times.
    error
        Norm of the error e at these times.
    least_eigenvalue
        Smallest eigenvalue of `Flips.correction` at these times.
    W, w
        The weights at the end.
    converged
        Whether the end was reached, with finite numbers.
    status
        What happened, and what to do about it.

    Examples
    --------
    >>> import numpy as np
    >>> import learning_dynamics as ld
    >>> rng = np.random.default_rng(1)
    >>> W, w = rng.normal(0, 10**-0.5, (30, 10)), rng.normal(0, 30**-0.5, 30)
    >>> flips = ld.Flips.draw(N=30, M=10, fraction=0.1, rng=rng)
    >>> course = ld.flipped_flow(flips, W, w, teacher=W.T @ w + 0.1, t=np.linspace(0, 20, 41))
    >>> course
    FlippedCourse(t = 0 to 20, error 0.316 -> ...)
    >>> course.converged, course.plot().get_ylabel()
    (True, 'error')
    """

    t: Floats
    error: Floats
    least_eigenvalue: Floats
    W: Floats
    w: Floats
    converged: bool
    status: str

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Plot the error against time.

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
        ax.plot(self.t, self.error)
        ax.set(xlabel="time", ylabel="error", yscale="log")
        return ax

    def __repr__(self) -> str:
        return (
            f"FlippedCourse(t = {self.t[0]:g} to {self.t[-1]:g}, "
            f"error {self.error[0]:.3g} -> {self.error[-1]:.3g})"
        )


def flipped_flow(
    flips: Flips,
    W: npt.ArrayLike,
    w: npt.ArrayLike,
    teacher: npt.ArrayLike,
    t: npt.ArrayLike,
    *,
    throw: bool = True,
) -> FlippedCourse:
    """Follow learning with flipped signs in a network, in continuous time.

    The equations of `Flips` are integrated by Runge and Kutta's method of fourth order, in steps
    of at most 0.2 over the largest rate (the sum of the squared norms of both layers). Steps of
    gradient descent would turn the centres of this flow into spirals.

    Parameters
    ----------
    flips
        Signs of the plasticity.
    W, w
        Initial weights, of shapes (N, M) and (N,).
    teacher
        What is to be learned, of shape (M,).
    t
        Times, increasing, the first one that of the initial weights.
    throw
        Whether to raise if the weights diverge; otherwise the result ends before, and says so.

    Returns
    -------
    FlippedCourse.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.
    ConvergenceError
        If the weights diverge, and `throw`.

    References
    ----------
    `docs/theory/curl-descent.md`.

    Examples
    --------
    >>> import numpy as np
    >>> import learning_dynamics as ld
    >>> rng = np.random.default_rng(1)
    >>> W, w = rng.normal(0, 10**-0.5, (30, 10)), rng.normal(0, 30**-0.5, 30)
    >>> gradient = ld.Flips.draw(N=30, M=10, fraction=0, rng=rng)
    >>> course = ld.flipped_flow(gradient, W, w, teacher=np.ones(10), t=[0, 10, 20])
    >>> bool(course.error[-1] < 1e-6)
    True
    """
    domains.instance("flips", flips, Flips)
    W, w = fitting(flips, W, w)
    teacher = domains.shaped("teacher", teacher, (W.shape[1],))
    t = increasing(t)
    throw = domains.boolean("throw", throw)
    motion = Motion(flips, W, w, teacher)
    error, least = np.full(len(t), np.nan), np.full(len(t), np.nan)
    made = len(t)
    for i in range(len(t)):
        if i:
            motion.advance(t[i] - t[i - 1])
        error[i] = motion.error
        if not np.isfinite(error[i]):
            made = i
            break
        least[i] = flips.least_eigenvalue(motion.W, motion.w)
    converged = made == len(t)
    status = (
        f"The end, t = {t[-1]:g}, was reached."
        if converged
        else f"Diverged before t = {t[made]:g}; the weights have no bound: end the times before."
    )
    if throw and not converged:
        raise ConvergenceError(status)
    return FlippedCourse(
        t[:made], error[:made], least[:made], motion.W, motion.w, converged, status
    )


def increasing(t: npt.ArrayLike) -> Floats:
    """Return times that increase, checked."""
    t = domains.vector("t", t)
    if (np.diff(t) <= 0).any():
        raise ValueError("t must increase, got times that do not")
    return t
