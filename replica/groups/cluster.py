"""Groups of y replicas at one point: the extremum, its entropies and slopes."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from replica.gauss.orthant import Floats
from replica.groups.cluster_state import ClusterState
from replica.groups.common_field import CommonField, common_field
from replica.groups.pointwise import at
from replica.groups.quadrature_error import extrapolated, rounding
from replica.groups.site import Site, site
from replica.groups.stability import inner_stability, outer_stability

FOUND = "The extremum was found."

_ENOUGH = 1e-13  # error of the quadrature, beyond that of rounding
_TOLERATED = 1e-8  # error of the free entropy, relative to it where it is larger than one
_ITERATIONS = 50


@dataclass(frozen=True, eq=False, repr=False)
class Cluster(ClusterState):
    """The solution at one point, with what the thresholds need.

    Attributes
    ----------
    slope_d, slope_J_D
        Derivatives of the free entropy.
    slope_error
        Estimate of their errors.
    """

    slope_d: float
    slope_J_D: float
    slope_error: float


def solve(y: float, d: float, J_D: float, q_hat: float | None = None) -> Cluster:
    """Return the solution at one point; `q_hat` is a first guess."""
    overlap = 1 - 2 * d
    q_hat = _guess(y, overlap) if q_hat is None else q_hat
    step = min(0.05, 1 / np.sqrt(y))
    for _ in range(5):
        field = common_field(overlap, d, J_D, step)
        extremum = _extremum(field, y, overlap, d, q_hat)
        here = extremum.site
        entropies = [_entropies(here, overlap, coarse) for coarse in (1, 2, 4)]
        error, rounded = extrapolated(*entropies), rounding(here)
        if (error <= _ENOUGH + rounded).all():
            break
        step, q_hat = step / 2, here.q_hat
    slopes = [_slopes(here, coarse) for coarse in (1, 2, 4)]
    slope_error = extrapolated(*slopes) + rounded[0] * np.abs(slopes[0])
    free_entropy, local_entropy, complexity = entropies[0].tolist()
    slope_d, slope_J_D = slopes[0].tolist()
    residual = 2 * d - here.mean(here.spread)
    missing = _missing(extremum.found, residual, float(error[0] + rounded[0]), free_entropy)
    return Cluster(
        y=y,
        d=d,
        J_D=J_D,
        free_entropy=free_entropy,
        local_entropy=local_entropy,
        complexity=complexity,
        slope_d=slope_d,
        slope_J_D=slope_J_D,
        q_hat=here.q_hat,
        inner_stability=inner_stability(here),
        outer_stability=outer_stability(here, overlap),
        residual=residual,
        error=float((error + rounded).max()),
        slope_error=float(slope_error.max()),
        converged=not missing,
        status=f"{missing} at {at(y=y, d=d, J_D=J_D)}; try a smaller y." if missing else FOUND,
    )


def _missing(found: bool, residual: float, error: float, free_entropy: float) -> str:
    """Say what is missing for a solution, if anything is."""
    if not found:
        return (
            f"No extremum was found in {_ITERATIONS} steps (the overlap is off by {residual:.1e})"
        )
    if not error < _TOLERATED * max(1.0, abs(free_entropy)):
        return f"The extremum was found to an error of {error:.1e} only"
    return ""


def _guess(y: float, overlap: float) -> float:
    """Return q_hat for large y, where the replicas are spins in a mean field, or small overlap."""
    return float(np.sqrt(overlap) * np.arctanh(np.sqrt(overlap)) / (1 + (y - 1) * overlap))


class _Extremum(NamedTuple):
    """The site at which <T^2> is the overlap, if it was found."""

    site: Site
    found: bool


def _extremum(field: CommonField, y: float, overlap: float, d: float, q_hat: float) -> _Extremum:
    """Find the `q_hat` where <T^2> is the overlap.

    <T^2> grows with q_hat. Newton's method is used for its logit as a function of ln q_hat, which
    is close to a straight line.
    """
    low, high = -np.inf, np.inf
    theta = np.log(q_hat)
    target = np.log(overlap / (2 * d))
    for _ in range(_ITERATIONS):
        here = site(field, y, float(np.exp(theta)))
        spread = here.mean(here.spread)
        excess = np.log1p(-spread) - np.log(spread) - target
        if excess > 0:
            high = min(high, theta)
        else:
            low = max(low, theta)
        slope = here.q_hat * _overlap_slope(here, spread) / (spread * (1 - spread))
        step = float(np.clip(-excess / slope, -2, 2)) if slope > 0 else -2 * np.sign(excess)
        if abs(step) < 1e-8:  # the next one would be its square
            return _Extremum(site(field, y, float(np.exp(theta + step))), True)
        new = theta + step
        theta = new if low < new < high else (low + high) / 2
    return _Extremum(here, False)


def _overlap_slope(site: Site, spread: float) -> float:
    r"""Return :math:`\partial \langle T^2 \rangle / \partial \hat q`, from the heat equation."""
    y, product = site.y, spread - site.mean(site.spread_2)  # <(1 - T^2) T^2>
    variance = site.mean(site.spread_2) - spread**2
    return spread - 3 * product + 2 * y * product + y * (y - 1) / 2 * variance


def _entropies(site: Site, overlap: float, coarse: int) -> Floats:
    """Return free entropy, local entropy and complexity."""
    y, q_hat = site.y, site.q_hat
    log_I, log_M = site.log_I(coarse), site.mean(site.log_M, coarse)
    return np.array(
        [
            log_I - q_hat * (overlap * y * (y - 1) + y) / 2,
            log_M - q_hat * (overlap * (2 * y - 1) + 1) / 2,
            log_I - y * log_M + q_hat * overlap * y**2 / 2,
        ]
    )


def _slopes(site: Site, coarse: int) -> Floats:
    """Return the derivatives of the free entropy by d and by J_D."""
    y, q_hat = site.y, site.q_hat
    return np.array(
        [
            y * (y - 1) * (q_hat - site.mean(site.log_M_zeta_2, coarse)),
            y * site.mean(site.log_M_J, coarse),
        ]
    )
