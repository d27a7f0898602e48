r"""The self-coupling above which the activity of infinitely many neurons dies.

Below it the unstable fraction u ends on a plateau. Near it flips are rare, a field moves in small
independent steps, and a neuron follows it with the hysteresis :math:`2 J_D`: nothing but the
boundary at which it flips knows how often neurons are visited. A neuron that is visited with the
probability p in each step goes through the boundary before it flips. For steps of the field of
variance :math:`\sigma^2` the flips are those of a boundary further out by :math:`\ell(p)\, \sigma`,

.. math:: \ell(p) = -\frac1\pi \int_0^\infty \frac{d\lambda}{\lambda^2}
          \ln \frac{2 p\, (1 - e^{-\lambda^2/2})}{\lambda^2 (1 - (1-p) e^{-\lambda^2/2})}, \qquad
          \sigma^2 = 2 (1 - C(t, t+dt)) = 4 p u .

So the plateaus lie where :math:`J_D + 2\, \ell(p) \sqrt{p u}`, up to terms of order u, is the
self-coupling :math:`J_a` at which an infinitely slow motion keeps itself going: u vanishes as
:math:`(J_a - J_D)^2`, and :math:`J_a` depends neither on the steps nor on the order of updates.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from dynamics.infinite.linear_fit import linear_fit
from dynamics.infinite.mean_field import MeanField, mean_field, standard_error
from foundation import domains
from foundation.errors import ConvergenceError

Floats = npt.NDArray[np.float64]

_RARE = 1e-9  # the shift differs from its limit by less than this part
_DRIFT = 5.0  # standard errors by which the two halves of a plateau may differ
_FLIPS = 1.0  # per neuron: a run that makes fewer is still on its way to a plateau


@dataclass(frozen=True, eq=False, repr=False)
class PersistenceThreshold:
    r"""The self-coupling above which the activity of infinitely many neurons dies.

    Attributes
    ----------
    value, error
        The threshold :math:`J_a` and its standard error, of the sampling alone; nan and inf if
        fewer than three plateaus are above zero.
    J_D
        Self-couplings of the plateaus.
    plateau, plateau_error
        Unstable fraction between `t_max / 2` and `t_max`, and its standard error.
    drift
        Difference to the mean between `t_max / 4` and `t_max / 2`, in standard errors.
    flips
        Number of flips per neuron that a run makes on its plateau, of :math:`1/(pu)` steps each. A
        plateau that is not reached lifts the threshold before its drift is noticed.
    shifted, shifted_error
        :math:`J_D + 2 \ell(p) \sqrt{p u}`, which is fitted by a straight line in u.
    chi_squared, dof
        Of the line.
    converged
        Whether all plateaus are flat (no drift beyond 5 standard errors), none is empty, and each
        has a flip per neuron or more.

    Examples
    --------
    >>> import dynamics
    >>> threshold = dynamics.persistence_threshold((0.4, 0.5, 0.6), t_max=60, samples=8000, rng=1)
    >>> threshold
    PersistenceThreshold(0.8... +- 0.00..., from 3 plateaus, chi-squared ... for 1)
    >>> bool((threshold.shifted > threshold.J_D).all()), threshold.converged
    (True, True)
    """

    value: float
    error: float
    J_D: Floats
    plateau: Floats
    plateau_error: Floats
    drift: Floats
    flips: Floats
    shifted: Floats
    shifted_error: Floats
    chi_squared: float
    dof: int
    converged: bool

    def __repr__(self) -> str:
        return (
            f"PersistenceThreshold({self.value:.4f} +- {self.error:.1g}, from {self.J_D.size} "
            f"plateaus, chi-squared {self.chi_squared:.1f} for {self.dof})"
        )


def persistence_threshold(
    J_D: Sequence[float] = (0.45, 0.5, 0.55, 0.6, 0.65, 0.7),
    t_max: float = 300,
    dt: float = 1.0,
    samples: int = 160000,
    rng: int | np.random.Generator | None = None,
    order: str = "synchronous",
    throw: bool = True,
) -> PersistenceThreshold:
    r"""Find the self-coupling above which the activity of infinitely many neurons dies.

    Activity persists if the unstable fraction stays above zero as :math:`t \to \infty`, after
    :math:`N \to \infty`. Plateaus are measured where they are reached within `t_max`, and
    extrapolated to zero by the law that the module states. Couplings are fully asymmetric.

    Parameters
    ----------
    J_D
        At least three different self-couplings below the threshold, in [0, 1e30].
    t_max, dt, samples, rng
        As in `mean_field`; at least 40 steps, and two flips per neuron or more at the largest
        `J_D`. (Measured with 120 steps of 16,000 histories, up to `J_D` = 0.7: 0.8143(9) from
        synchronous updates, of 1.2 flips there, but 0.820(2) from random ones, of 0.7; the errors
        stated are those of their scatter.)
    order
        "synchronous" (dt = 1, the fastest) or "random".
    throw
        Whether to raise if a plateau is not flat, or not reached.

    Returns
    -------
    PersistenceThreshold.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.
    ConvergenceError
        If a plateau is not flat, not reached or empty, and `throw`.

    References
    ----------
    `docs/theory/dynamics.md`.

    Examples
    --------
    A short run; the defaults take minutes, and reach an error of 0.001:

    >>> import dynamics
    >>> threshold = dynamics.persistence_threshold((0.4, 0.5, 0.6), t_max=60, samples=8000, rng=1)
    >>> round(threshold.value, 1)
    0.8
    """
    couplings = np.unique(domains.reals("J_D", J_D, low=0))
    if couplings.size < 3:
        raise ValueError(f"J_D must be at least three different numbers, got {J_D}")
    domains.coupling("J_D", couplings[-1])
    order = domains.choice("order", order, ("synchronous", "random"))
    dt = domains.real("dt", dt, low=0, high=1)
    t_max = domains.real("t_max", t_max, low=40 * dt)
    rng = domains.generator(rng)
    throw = domains.boolean("throw", throw)
    runs = [mean_field(float(x), t_max, dt, samples, rng, order=order) for x in couplings]
    p = 1.0 if order == "synchronous" else float(-np.expm1(-dt))
    result = _extrapolated(couplings, runs, p, t_max / dt)
    if throw and not result.converged:
        raise ConvergenceError(
            f"plateaus must be flat and reached, got drifts of {np.round(result.drift, 1)} "
            f"standard errors and {np.round(result.flips, 1)} flips per neuron at J_D = "
            f"{couplings}: increase t_max or samples, or lower J_D"
        )
    return result


def _extrapolated(
    J_D: Floats, runs: list[MeanField], p: float, steps: float
) -> PersistenceThreshold:
    """Return the threshold from the plateaus of runs in which neurons wake with probability p."""
    plateau, error, drift = np.array([_plateau(run) for run in runs]).T
    alive, flips = error > 0, p * plateau * steps
    shift = 2 * boundary_shift(p) * np.sqrt(p * plateau)
    shifted, shifted_error = J_D + shift, shift * error / (2 * np.where(alive, plateau, 1))
    value, uncertainty, chi_squared = _at_rest(plateau[alive], shifted[alive], shifted_error[alive])
    return PersistenceThreshold(
        value=value,
        error=uncertainty,
        J_D=J_D,
        plateau=plateau,
        plateau_error=error,
        drift=drift,
        flips=flips,
        shifted=shifted,
        shifted_error=shifted_error,
        chi_squared=chi_squared,
        dof=max(0, int(alive.sum()) - 2),
        converged=bool((np.abs(drift) < _DRIFT).all() and alive.all() and (flips > _FLIPS).all()),
    )


def boundary_shift(p: float) -> float:
    r"""Return :math:`\ell(p)`, by how many steps a flip comes late on average.

    It is the extrapolation length of a random walk of normal steps that is absorbed with the
    probability p in each step beyond a boundary: :math:`-\zeta(1/2)/\sqrt{2\pi} = 0.5826` for
    p = 1, and :math:`1/\sqrt{2p}` for small p.

    Parameters
    ----------
    p
        Probability of a visit in a step, in (0, 1].

    Returns
    -------
    The shift, in standard deviations of a step.

    Raises
    ------
    TypeError, ValueError
        If `p` is outside its documented domain.

    References
    ----------
    `docs/theory/dynamics.md`.

    Examples
    --------
    >>> import dynamics
    >>> round(dynamics.boundary_shift(1.0), 4)
    0.5826
    >>> round(dynamics.boundary_shift(1e-4) * (2 * 1e-4) ** 0.5, 3)
    1.0
    """
    from scipy.integrate import quad

    p = domains.real("p", p, low=0, high=1)
    if p == 0:
        raise ValueError("p must be > 0, got 0")
    if p < _RARE:
        return float(1 / np.sqrt(2 * p))

    def integrand(x: float) -> float:
        walks = -np.expm1(-(x**2) / 2)  # 1 - (1 - p) g = p + (1 - p) (1 - g), without cancellation
        return float(np.log(2 * p * walks / (x**2 * (p + (1 - p) * walks))) / x**2)

    ends = [1e-4 * np.sqrt(p), np.sqrt(p), 8.0]
    middle = sum(
        quad(integrand, low, high, epsabs=0, epsrel=1e-11, limit=200)[0]
        for low, high in pairwise(ends)
    )
    first = integrand(ends[0]) * ends[0]
    last = (np.log(2 * p / ends[-1] ** 2) - 2) / ends[-1]  # where no walk comes back
    return float(-(first + middle + last) / np.pi)


def _plateau(run: MeanField) -> tuple[float, float, float]:
    """Return the unstable fraction at the end of a run, its error, and its drift."""
    quarter = len(run.t) // 4
    groups = run.unstable_groups
    late = groups[:, 2 * quarter :].mean(axis=1)
    change = late - groups[:, quarter : 2 * quarter].mean(axis=1)
    scatter = float(standard_error(change))
    drift = float(change.mean() / scatter) if scatter else 0.0
    return float(late.mean()), float(standard_error(late)), drift


def _at_rest(u: Floats, shifted: Floats, error: Floats) -> tuple[float, float, float]:
    """Return the value at u = 0 of a straight line, its error, and chi-squared."""
    if u.size < 3:
        return np.nan, np.inf, np.nan
    terms = np.stack([np.ones_like(u), u], axis=1)
    fit = linear_fit(terms, shifted[:, None], error[:, None])
    return float(fit.value[0]), float(fit.error[0]), float(fit.chi_squared[0])
