"""What learning returns: its course, in overlaps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from foundation import domains
from foundation.axes import axes_of
from foundation.errors import ConvergenceError
from learning_dynamics.control.loop import Loop

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = npt.NDArray[np.float64]

HOLD = 50  # steps for which a loop that is stable must remain so


@dataclass(frozen=True, eq=False, repr=False)
class Learning:
    """The course of learning, of a network or of its Gram matrix.

    Attributes
    ----------
    rate, clip
        Rate, and the largest norm of the gradient; None for no clipping.
    loss
        The loss before each step, and after the last: of shape (steps + 1,).
    overlaps
        Overlaps O, of shape (steps + 1, outputs + rank, inputs + rank).
    gram
        Gram matrix of all vectors [Z V M U], of shape (steps + 1, d, d).
    radius
        Spectral radius of the closed loop, of shape (steps + 1,).
    stable_from
        The first step from which it is below 1 for 50 steps more; None if there is none.
    converged
        Whether all steps were made, with finite numbers.
    status
        What happened, and what to do about it.

    Examples
    --------
    >>> import learning_dynamics as ld
    >>> loop = ld.Loop(ld.double_integrator(), steps=20)
    >>> weights = ld.Weights.draw(N=100, rng=1)
    >>> network = ld.train(loop, weights, rate=2e-5, steps=800, clip=200)
    >>> network
    Learning(800 steps, loss 72.9... -> 4.8..., stable from step 684)
    >>> theory = ld.overlap_flow(loop, weights.gram, rate=2e-5, steps=800, clip=200)
    >>> network.deviation(theory) < 1e-10
    True
    >>> network.converged, network.stable_from == theory.stable_from
    (True, True)
    >>> network.plot().get_ylabel()
    'loss'
    """

    rate: float
    clip: float | None
    loss: Floats
    overlaps: Floats
    gram: Floats
    radius: Floats
    stable_from: int | None
    converged: bool
    status: str

    def deviation(self, other: Learning) -> float:
        """Return the largest deviation of losses and overlaps from those of another course.

        Parameters
        ----------
        other
            Of the same steps.

        Returns
        -------
        The largest relative deviation of a loss, or that of an overlap in units of the largest one
        of its step; over the steps that both have made.

        Raises
        ------
        TypeError, ValueError
            If `other` is no `Learning`, or of networks of another rank.
        """
        domains.instance("other", other, Learning)
        if self.overlaps.shape[1:] != other.overlaps.shape[1:]:
            raise ValueError(
                f"other must have overlaps of the shape {self.overlaps.shape[1:]}, "
                f"got {other.overlaps.shape[1:]}"
            )
        n = min(len(self.loss), len(other.loss))
        mine, others = self.overlaps[:n], other.overlaps[:n]
        scale = np.abs(others).max(axis=(1, 2))
        off = np.abs(mine - others).max(axis=(1, 2)) / np.where(scale > 0, scale, 1)
        loss = np.abs(self.loss[:n] / other.loss[:n] - 1)
        return float(max(off.max(), loss.max()))

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Plot the loss against the step, and where the loop becomes stable.

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
        (line,) = ax.plot(self.loss)
        if self.stable_from is not None:
            ax.axvline(self.stable_from, color=line.get_color(), ls=":", label="stable from here")
            ax.legend()
        ax.set(xlabel="step", ylabel="loss", yscale="log")
        return ax

    def __repr__(self) -> str:
        stable = (
            "not stable" if self.stable_from is None else f"stable from step {self.stable_from}"
        )
        return (
            f"Learning({len(self.loss) - 1} steps, loss {self.loss[0]:.4g} -> "
            f"{self.loss[-1]:.4g}, {stable})"
        )


def first_stable(radius: npt.ArrayLike, hold: int = HOLD) -> int | None:
    """Return the first step from which a loop is stable, and remains so.

    Near the saddle of learning the loop crosses the boundary of stability several times: only what
    holds counts.

    Parameters
    ----------
    radius
        Spectral radius at each step.
    hold
        For how many steps more it must be below 1, >= 0.

    Returns
    -------
    The step; None if there is none.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    Examples
    --------
    >>> import learning_dynamics as ld
    >>> ld.first_stable([1.1, 0.9, 1.1, 0.9, 0.8, 0.7], hold=2)
    3
    """
    stable = domains.vector("radius", radius) < 1
    hold = domains.integer("hold", hold, low=0)
    if len(stable) <= hold:
        return None
    held = np.lib.stride_tricks.sliding_window_view(stable, hold + 1).all(1)
    return int(np.argmax(held)) if held.any() else None


def learned(
    loop: Loop,
    options: tuple[float, int, float | None],
    course: tuple[Floats, Floats, Floats],
    made: int,
    throw: bool,
    radius: Floats | None = None,
) -> Learning:
    """Return the result of so many finite losses, overlaps and Gram matrices.

    The radius is that of the overlaps, if it is not given.
    """
    rate, steps, clip = options
    loss, overlaps, gram = (part[:made] for part in course)
    converged = made == steps + 1
    if made == 0:
        raise ValueError(
            "the loss is not finite at the start: the loop, or what drives it, is unstable; "
            "give the Loop a horizon (steps), or a shorter one"
        )
    status = (
        f"All {steps} steps were made."
        if converged
        else f"Diverged at step {made}; lower the rate, or clip the gradient (clip)."
    )
    if throw and not converged:
        raise ConvergenceError(status)
    if radius is None:
        radius = np.asarray(loop.spectral_radius(overlaps))
    stable = first_stable(radius)
    return Learning(rate, clip, loss, overlaps, gram, radius, stable, converged, status)


def checked(
    loop: Loop, rate: float, steps: int, clip: float | None, throw: bool
) -> tuple[tuple[float, int, float | None], bool]:
    """Return what all ways of learning take, if it is what it should be."""
    domains.instance("loop", loop, Loop)
    rate = domains.real("rate", rate, low=0)
    steps = domains.integer("steps", steps, low=0)
    if clip is not None:
        clip = domains.real("clip", clip, low=0, high=np.inf, exclusive=True)
    return (rate, steps, clip), domains.boolean("throw", throw)
