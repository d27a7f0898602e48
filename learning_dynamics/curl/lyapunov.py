"""Whether learning with flipped signs is chaotic."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from foundation import domains
from foundation.errors import ConvergenceError
from learning_dynamics.curl.flips import Flips, fitting
from learning_dynamics.curl.motion import Motion

_BLOCKS = 20  # by which the standard error is estimated
_EACH = 1.0  # time between two looks at the length of the tangent


@dataclass(frozen=True, eq=False, repr=False)
class FlippedLyapunov:
    """The largest Lyapunov exponent of learning with flipped signs.

    Attributes
    ----------
    exponent, exponent_error
        The exponent, and its standard error by twenty blocks of time.
    mean_error, mean_error_error
        Mean norm of the error e while it was measured, and its standard error.
    converged
        Whether all numbers remained finite.
    status
        What happened, and what to do about it.

    Examples
    --------
    >>> import numpy as np
    >>> import learning_dynamics as ld
    >>> rng = np.random.default_rng(1)
    >>> W, w = rng.normal(0, 0.3, (10, 10)), rng.normal(0, 0.3, 10)
    >>> flips = ld.Flips.draw(N=10, M=10, fraction=0.1, rng=rng)
    >>> found = ld.flipped_lyapunov(flips, W, w, teacher=W.T @ w, time=40, settle=40, rng=rng)
    >>> found
    FlippedLyapunov(exponent ... +- ..., mean error ...)
    >>> found.converged, abs(found.exponent) < 0.1
    (True, True)
    """

    exponent: float
    exponent_error: float
    mean_error: float
    mean_error_error: float
    converged: bool
    status: str

    def __repr__(self) -> str:
        return (
            f"FlippedLyapunov(exponent {self.exponent:.2g} +- {self.exponent_error:.1g}, "
            f"mean error {self.mean_error:.2g})"
        )


def flipped_lyapunov(
    flips: Flips,
    W: npt.ArrayLike,
    w: npt.ArrayLike,
    teacher: npt.ArrayLike,
    time: float = 500.0,
    settle: float = 200.0,
    *,
    rng: int | np.random.Generator | None = None,
    throw: bool = True,
) -> FlippedLyapunov:
    """Measure the largest Lyapunov exponent of learning, by the growth of a tangent.

    An exponent that is zero within its error is what a course has that has come to rest: the
    solutions are a manifold, along which nothing grows or decays.

    Parameters
    ----------
    flips
        Signs of the plasticity.
    W, w
        Initial weights, of shapes (N, M) and (N,).
    teacher
        What is to be learned, of shape (M,).
    time
        For how long it is measured, > 0: exponents of 0.02 need some hundreds.
    settle
        How long weights and tangent move before, >= 0.
    rng
        A seed, a generator, or None for a fresh seed: of the first tangent.
    throw
        Whether to raise if the weights diverge; otherwise the result says so.

    Returns
    -------
    FlippedLyapunov.

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
    >>> W, w = rng.normal(0, 12**-0.5, (6, 12)), rng.normal(0, 6**-0.5, 6)
    >>> flips = ld.Flips.draw(N=6, M=12, fraction=0.25, at="inputs", rng=rng)
    >>> found = ld.flipped_lyapunov(flips, W, w, W.T @ w + 0.01, time=100, settle=100, rng=1)
    >>> found.mean_error > 0.1  # it never comes to rest
    True
    """
    domains.instance("flips", flips, Flips)
    W, w = fitting(flips, W, w)
    teacher = domains.shaped("teacher", teacher, (W.shape[1],))
    time = domains.real("time", time, low=0, high=np.inf, exclusive=True)
    settle = domains.real("settle", settle, low=0)
    rng, throw = domains.generator(rng), domains.boolean("throw", throw)
    motion = Motion(flips, W, w, teacher)
    motion.state = np.append(motion.state, rng.normal(size=motion.weights))
    motion.stretched()
    with np.errstate(invalid="ignore", divide="ignore"):
        _stretch(motion, settle)
        blocks = np.array([_stretch(motion, time / _BLOCKS) for _ in range(_BLOCKS)])
    converged = bool(np.isfinite(blocks).all())
    status = (
        f"Measured for a time of {time:g}."
        if converged
        else "The weights diverged: measure for a shorter time."
    )
    if throw and not converged:
        raise ConvergenceError(status)
    if not converged:
        blocks = np.full_like(blocks, np.nan)
    (exponent, error), (one, other) = blocks.mean(0), blocks.std(0, ddof=1) / np.sqrt(_BLOCKS)
    return FlippedLyapunov(
        float(exponent), float(one), float(error), float(other), converged, status
    )


def _stretch(motion: Motion, time: float) -> tuple[float, float]:
    """Move on; return the rate at which the tangent has grown, and the mean error."""
    pieces = int(np.ceil(time / _EACH))
    grown = error = 0.0
    for _ in range(pieces):
        motion.advance(time / pieces)
        grown += motion.stretched()
        error += motion.error
    return grown / time if time else 0.0, error / max(pieces, 1)
