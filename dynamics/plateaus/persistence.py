r"""The self-coupling above which the activity of infinitely many neurons dies.

Below it the unstable fraction u ends on a plateau. Near it flips are rare, a field moves in small
independent steps, and a neuron follows it with the hysteresis :math:`2 J_D`: only the boundary at
which it flips depends on how often neurons are visited. A neuron that is visited with the
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
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dynamics.infinite.boundary_shift import boundary_shift
from dynamics.infinite.linear_fit import linear_fit
from dynamics.infinite.mean_field import MeanField
from dynamics.infinite.scatter import standard_error
from dynamics.infinite.simulation import mean_field
from dynamics.layered.layered_mean_field import LayeredMeanField
from dynamics.layered.simulation import layered_mean_field
from dynamics.plateaus.persistence_threshold import PersistenceThreshold
from foundation import domains
from foundation.errors import ConvergenceError

Floats = npt.NDArray[np.float64]

_DRIFT = 5.0  # standard errors by which the two halves of a plateau may differ
_FLIPS = 1.0  # per neuron: a run that makes fewer is still on its way to a plateau


def persistence_threshold(
    J_D: Sequence[float] = (0.45, 0.5, 0.55, 0.6, 0.65, 0.7),
    t_max: float = 300,
    dt: float = 1.0,
    samples: int = 160000,
    *,
    lam: float = 0.0,
    order: str | None = None,
    rng: int | np.random.Generator | None = None,
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
    t_max, dt, samples
        As in `mean_field`; at least 40 steps, and two flips per neuron or more at the largest
        `J_D`. (Measured with 120 steps of 16,000 trajectories, up to `J_D` = 0.7: 0.8143(9) from
        synchronous updates, of 1.2 flips there, but 0.820(2) from random ones, of 0.7; the errors
        stated are those of their scatter.)
    lam
        Coupling to a second layer, in [0, 1e30]: a late visit shifts both boundaries of a pair
        alike, so that the law is the same. (In longer chains layers differ in their activity.)
    order
        "synchronous" (dt = 1, the fastest) or "random"; None for the first for one layer, the
        second for two.
    rng
        A seed, a generator, or None for a fresh seed.
    throw
        Whether to raise if a plateau is not flat, not reached or empty; otherwise the result says
        so by `converged` and `status`.

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
    lam = domains.coupling("lam", lam)
    orders = ("random",) if lam else ("synchronous", "random")
    order = orders[0] if order is None else domains.choice("order", order, orders)
    dt = domains.real("dt", dt, low=0, high=1)
    t_max = domains.real("t_max", t_max, low=40 * dt)
    rng = domains.generator(rng)
    throw = domains.boolean("throw", throw)
    runs: list[MeanField] | list[LayeredMeanField]
    if lam:
        runs = [
            layered_mean_field(2, float(x), lam, t_max, dt, samples, order=order, rng=rng)
            for x in couplings
        ]
    else:
        runs = [mean_field(float(x), t_max, dt, samples, order=order, rng=rng) for x in couplings]
    p = 1.0 if order == "synchronous" else float(-np.expm1(-dt))
    result = _extrapolated(couplings, runs, p, t_max / dt)
    if throw and not result.converged:
        raise ConvergenceError(result.status)
    return result


def _extrapolated(
    J_D: Floats, runs: list[MeanField] | list[LayeredMeanField], p: float, steps: float
) -> PersistenceThreshold:
    """Return the threshold from the plateaus of runs in which neurons wake with probability p."""
    plateau, error, drift = np.array([_plateau(run) for run in runs]).T
    alive, flips = error > 0, p * plateau * steps
    shift = 2 * boundary_shift(p) * np.sqrt(p * plateau)
    shifted, shifted_error = J_D + shift, shift * error / (2 * np.where(alive, plateau, 1))
    line = _Line.at_rest(plateau[alive], shifted[alive], shifted_error[alive])
    problems = _problems(J_D, drift, alive, flips)
    return PersistenceThreshold(
        value=line.value,
        error=line.error,
        J_D=J_D,
        plateau=plateau,
        plateau_error=error,
        drift=drift,
        flips_per_neuron=flips,
        shifted=shifted,
        shifted_error=shifted_error,
        slope=line.slope,
        chi_squared=line.chi_squared,
        dof=max(0, int(alive.sum()) - 2),
        converged=not problems,
        status=_status(problems),
    )


def _problems(
    J_D: Floats, drift: Floats, alive: npt.NDArray[np.bool], flips: Floats
) -> dict[float, str]:
    """Return what is wrong with plateaus, by their self-couplings."""
    problems = {}
    for x, z, lives, made in zip(J_D, drift, alive, flips, strict=True):
        if not lives:
            problems[float(x)] = "no activity left"
        elif made <= _FLIPS:
            problems[float(x)] = f"only {made:.1f} flips per neuron"
        elif abs(z) >= _DRIFT:
            problems[float(x)] = f"a drift of {z:.1f} standard errors"
    return problems


def _status(problems: dict[float, str]) -> str:
    if not problems:
        return "All plateaus are reached and flat."
    where = ", ".join(f"J_D = {x:g} ({what})" for x, what in problems.items())
    return f"There is no plateau at {where}; raise t_max or samples, or lower J_D."


def _plateau(run: MeanField | LayeredMeanField) -> tuple[float, float, float]:
    """Return the unstable fraction at the end of a run, its error, and its drift."""
    quarter = len(run.t) // 4
    groups = run.unstable_fraction_groups
    late = groups[:, 2 * quarter :].mean(axis=1)
    change = late - groups[:, quarter : 2 * quarter].mean(axis=1)
    scatter = float(standard_error(change))
    drift = float(change.mean() / scatter) if scatter else 0.0
    return float(late.mean()), float(standard_error(late)), drift


class _Line(NamedTuple):
    """A straight line through the plateaus: its value at u = 0, and the rest."""

    value: float
    error: float
    slope: float
    chi_squared: float

    @classmethod
    def at_rest(cls, u: Floats, shifted: Floats, error: Floats) -> "_Line":
        """Fit the line; of fewer than three plateaus there is none."""
        if u.size < 3:
            return cls(np.nan, np.nan, np.nan, np.nan)
        terms = np.stack([np.ones_like(u), u], axis=1)
        fit = linear_fit(terms, shifted[:, None], error[:, None])
        value, slope = map(float, fit.coefficients[0])
        return cls(value, float(fit.error[0]), slope, float(fit.chi_squared[0]))
