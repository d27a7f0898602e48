"""Lyapunov exponents, by the tangent dynamics."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from contrastive_ode.attractors.course import Course
from contrastive_ode.attractors.statistics import PARTS
from contrastive_ode.errors import ADVICE, BlowUpError
from contrastive_ode.models.model import Model
from foundation import domains
from foundation.axes import axes_of
from foundation.domains import Floats

if TYPE_CHECKING:
    from matplotlib.axes import Axes

APART = 10  # steps between two orthogonalisations


@dataclass(frozen=True, eq=False, repr=False)
class LyapunovSpectrum:
    """Lyapunov exponents along a trajectory.

    Attributes
    ----------
    exponents, exponents_error
        By falling value, and their standard errors, from eight parts of the trajectory.
    end
        State at the end of the trajectory; nan where it blew up.
    converged, status
        Whether the trajectory and its tangent vectors stayed finite; if not, what to do.

    Examples
    --------
    >>> import contrastive_ode as ode
    >>> from contrastive_ode import systems
    >>> model = systems.linear_network.on(ode.all_to_all(2), kappa=1.0)
    >>> found = ode.lyapunov_spectrum(model, model.pack(A=0.2), [0, 0], T=200, h=0.1)
    >>> found
    LyapunovSpectrum(-0.8 +- ..., -1.2 +- ...)
    >>> found.converged, found.status
    (True, 'The trajectory was followed to its end.')
    >>> found.kaplan_yorke
    0.0
    >>> found.plot().get_ylabel()
    'Lyapunov exponent'
    """

    exponents: Floats
    exponents_error: Floats
    end: Floats
    converged: bool
    status: str

    @property
    def kaplan_yorke(self) -> float:
        """Dimension of Kaplan and Yorke; nan if more exponents are needed."""
        sums = np.cumsum(self.exponents)
        if not (sums < 0).any():
            return float("nan")
        j = int(np.argmax(sums < 0))
        return float(j + (sums[j - 1] if j else 0.0) / abs(self.exponents[j]))

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Draw the exponents with their errors.

        Parameters
        ----------
        ax
            Where to draw; None for a new figure.
        """
        ax = axes_of(ax)
        number = np.arange(1, len(self.exponents) + 1)
        ax.errorbar(number, self.exponents, self.exponents_error, fmt="o")
        ax.axhline(0, color="0.5", lw=0.5)
        ax.set(xlabel="number", ylabel="Lyapunov exponent")
        return ax

    def __repr__(self) -> str:
        pairs = zip(self.exponents, self.exponents_error, strict=True)
        return f"LyapunovSpectrum({', '.join(f'{e:.4g} +- {error:.1g}' for e, error in pairs)})"


def lyapunov_spectrum(
    model: Model,
    w: npt.ArrayLike,
    start: npt.ArrayLike,
    T: float,
    h: float,
    *,
    number: int | None = None,
    t0: float = 0.0,
    period: float | None = None,
    rng: int | np.random.Generator | None = 0,
    throw: bool = True,
) -> LyapunovSpectrum:
    """Return the largest Lyapunov exponents along a trajectory, by the method of Benettin.

    Tangent vectors are carried along by the exact derivative of the integrator's steps, and made
    orthogonal every ten steps (QR): the means of the logarithms of what they grew are the
    exponents. In each of eight parts the mean has weights sin² that vanish at both ends, so that
    what only oscillates falls out. What the step h makes of the flow is not in the errors: halve
    it, and compare.

    Parameters
    ----------
    model, w
        Network and parameters.
    start
        State on the attractor, of shape (size,).
    T, h
        Length, of which the first quarter only turns the tangent vectors, and step.
    number
        How many exponents; None for all.
    t0, period
        Time at the start, and period of the explicit time, for systems that depend on it: T is
        rounded to full periods, and h shortened to a part of one.
    rng
        A seed, a generator, or None for a fresh seed: for the first tangent vectors.
    throw
        Whether to raise if the trajectory blows up; otherwise the exponents are nan.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.
    BlowUpError
        If the trajectory or a tangent vector blows up.

    References
    ----------
    G. Benettin et al., Meccanica 15, 9 (1980); S. Das, J. A. Yorke, Nonlinearity 31, 491 (2018), of
    the weights.

    Examples
    --------
    The volume of a linear network shrinks at the sum of its rates:

    >>> import contrastive_ode as ode
    >>> from contrastive_ode import systems
    >>> model = systems.linear_network.on(ode.all_to_all(3), kappa=1.0)
    >>> found = ode.lyapunov_spectrum(model, model.pack(A=0.2), [0, 0, 0], T=200, h=0.1)
    >>> found.exponents.round(4).tolist()
    [-0.6, -1.2, -1.2]
    """
    T = domains.real("T", T, low=0, exclusive=True)
    course = Course.of(model, w, h, t0=t0, period=period)
    x = model.state("start", start)
    if not round(0.75 * T / course.h):
        raise ValueError(f"T must be at least one step h = {course.h:g}, got {T:g}")
    size = model.size
    number = size if number is None else domains.integer("number", number, 1, size)
    rng, throw = domains.generator(rng), domains.boolean("throw", throw)
    try:
        return exponents_along(course, x, T, number, rng)
    except BlowUpError as error:
        if throw:
            raise
        nothing = np.full(number, np.nan)
        return LyapunovSpectrum(nothing, nothing, np.full(size, np.nan), False, str(error))


def lyapunov_exponent(
    model: Model,
    w: npt.ArrayLike,
    start: npt.ArrayLike,
    T: float,
    h: float,
    *,
    t0: float = 0.0,
    period: float | None = None,
    rng: int | np.random.Generator | None = 0,
    throw: bool = True,
) -> float:
    """Return the largest Lyapunov exponent along a trajectory, by its tangent dynamics.

    Parameters
    ----------
    model, w
        Network and parameters.
    start
        State on the attractor, of shape (size,).
    T, h
        Length, of which the first quarter only turns the tangent vector, and step.
    t0, period
        Time at the start, and period of the explicit time, as in `lyapunov_spectrum`.
    rng
        A seed, a generator, or None for a fresh seed: for the first tangent vector.
    throw
        Whether to raise if the trajectory blows up; otherwise the exponent is nan.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.
    BlowUpError
        If the trajectory or its tangent vector blows up.

    Examples
    --------
    A linear network forgets at the rate of its slowest mode:

    >>> import contrastive_ode as ode
    >>> from contrastive_ode import systems
    >>> model = systems.linear_network.on(ode.all_to_all(3), kappa=1.0)
    >>> exponent = ode.lyapunov_exponent(model, model.pack(A=0.2), [0, 0, 0], T=200, h=0.1)
    >>> round(exponent, 4)  # -1 + 2 * 0.2
    -0.6
    """
    found = lyapunov_spectrum(
        model, w, start, T, h, number=1, t0=t0, period=period, rng=rng, throw=throw
    )
    return float(found.exponents[0])


def exponents_along(
    course: Course, x: Floats, T: float, number: int, rng: np.random.Generator
) -> LyapunovSpectrum:
    """Return what `lyapunov_spectrum` returns, for arguments that were checked."""
    n, h = course.steps(T)
    vectors = np.linalg.qr(rng.normal(size=(len(x), number)))[0].T
    carried = course.carrier()
    turning = n // 4
    growth, lengths = [], []
    for done in range(0, n, APART):
        steps = min(APART, n - done)
        x, vectors = carried(x, vectors, steps, h, done * h)
        if not np.isfinite(vectors).all():
            raise BlowUpError(f"the trajectory or its tangent vector blew up: {ADVICE}")
        vectors, grown_by = _orthonormal(vectors)
        if done >= turning:
            growth.append(grown_by)
            lengths.append(steps * h)
    parts = min(PARTS, len(growth))
    spans, grown = np.array(lengths), np.log(np.maximum(np.abs(growth), 1e-300))
    ends = np.arange(parts + 1) * len(growth) // parts
    rates = np.array([_rate(spans[a:b], grown[a:b]) for a, b in pairwise(ends)])
    error = rates.std(axis=0, ddof=1) / np.sqrt(parts) if parts > 1 else np.full(number, np.nan)
    means = rates.mean(axis=0)
    order = np.argsort(-means, kind="stable")
    status = "The trajectory was followed to its end."
    return LyapunovSpectrum(means[order], error[order], x, True, status)


def _orthonormal(rows: Floats) -> tuple[Floats, Floats]:
    """Return orthonormal rows for some, which are lost, and how much each adds, with its sign.

    For small matrices the functions of LAPACK take a fraction of the time of `numpy.linalg.qr`.
    """
    from scipy.linalg import lapack

    room = 64 * len(rows)  # for blocks, in large matrices
    reduced, factors, _, _ = lapack.dgeqrf(rows.T, lwork=room, overwrite_a=True)
    lengths = reduced.diagonal().copy()
    q, _, _ = lapack.dorgqr(reduced, factors, lwork=room, overwrite_a=True)
    return q.T, lengths


def _rate(spans: Floats, grown: Floats) -> Floats:
    """Return the mean rate of growth, with a weight that vanishes at both ends.

    What only oscillates, as on cycles and tori, leaves an error of 1/T in a plain mean, but one of
    1/T³ here.
    """
    middle = (np.cumsum(spans) - spans / 2) / spans.sum()
    weight = np.sin(np.pi * middle) ** 2
    return np.asarray((weight @ grown) / (weight @ spans))
