"""The distance beyond which clusters at zero complexity differ from each other."""

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import special

from foundation import domains
from foundation.errors import ConvergenceError
from replica.gauss.orthant import Floats
from replica.groups.cluster import Cluster, solve
from replica.groups.clusters import Y_MAX
from replica.groups.pointwise import at, demand

_LIMIT = 0.4810583870346  # where J_D + phi(J_D) / Phi(J_D) = 1
# J_D, d and y, the first crossing in a scan of the distances; to start from
_KNOWN = (
    (0, 0.04942, 2.7195),
    (0.02, 0.04856, 3.1213),
    (0.04, 0.04813, 3.6005),
    (0.07, 0.04847, 4.496),
    (0.1, 0.05031, 5.6472),
    (0.15, 0.05843, 8.2225),
    (0.2, 0.07679, 11.648),
    (0.25, 0.11239, 16.277),
    (0.3, 0.17647, 24.426),
    (0.35, 0.27320, 46.186),
    (0.4, 0.37048, 126.97),
    (0.43, 0.42115, 327.76),
    (0.45, 0.45286, 898.26),
    (0.46, 0.46828, 1967.4),
    (0.47, 0.48346, 7183.4),
)
_FLAT = 1e-9  # residual that counts as none
_PRECISE = 1e-8  # relative error of the stability


@dataclass(frozen=True)
class StabilityLimit:
    r"""The distance at which the outer stability of the curve of zero complexity is one.

    Attributes
    ----------
    d
        The distance.
    d_error
        Estimate of its absolute error.
    y
        Number of replicas of zero complexity there.
    J_D
        Self-coupling.
    converged, status
        True, and a sentence that says so: `cluster_stability_limit` raises where it fails.

    Examples
    --------
    >>> import replica
    >>> limit = replica.cluster_stability_limit(J_D=0.1)
    >>> isinstance(limit, replica.StabilityLimit), round(limit.y, 3), limit.d_error < 1e-7
    (True, 5.647, True)
    """

    d: float
    d_error: float
    y: float
    J_D: float
    converged: bool = True
    status: str = "The limit of stability was found."


def cluster_stability_limit(J_D: float) -> StabilityLimit:
    r"""Return the distance beyond which independent groups are unstable at zero complexity.

    It is the first zero of :math:`\lambda_\mathrm{out} - 1` on the curve of `local_entropy`. Both
    conditions are solved at once, for d and y, by MINPACK's hybrid method, from between points
    that were found by a scan of d. It reaches 1/2 where
    :math:`J_D + \varphi(J_D)/\Phi(J_D) = 1`, to leading order in the overlap. Below it the curve
    is still an upper bound only: see `quenched_local_entropy`.

    Parameters
    ----------
    J_D
        Self-coupling, a number >= 0 and below 0.4810583870346.

    Returns
    -------
    The distance, and the number of replicas there. It raises where it fails, and has no `throw`.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain; from 0.4810583870346 on there is no limit.
    ConvergenceError
        If it is not found: close to the end of the domain it lies where the number of replicas of
        zero complexity exceeds 10^4.

    References
    ----------
    `docs/theory/typical.md`.

    Examples
    --------
    >>> import replica
    >>> [round(replica.cluster_stability_limit(J_D).d, 6) for J_D in (0.1, 0.3)]
    [0.050315, 0.176469]
    """
    from scipy import optimize

    J_D = domains.real("J_D", J_D, low=0)
    if J_D >= _LIMIT:
        raise ValueError(
            f"J_D must be below {_LIMIT}, got {J_D}: from there on independent groups at zero "
            "complexity are stable at all distances, so that there is no limit"
        )
    logit, log_y = _start(J_D)
    if log_y > math.log(Y_MAX):
        raise _beyond(J_D)

    def state(unknowns: Floats) -> Cluster:
        d = float(special.expit(unknowns[0])) / 2
        return demand(solve(math.exp(unknowns[1]), d, J_D))

    def residuals(unknowns: Floats) -> Floats:
        here = state(unknowns)
        return np.array([here.complexity / here.local_entropy, here.outer_stability - 1])

    options = {"xtol": 1e-10, "factor": 0.1, "eps": 1e-8}
    found = optimize.root(residuals, [logit, log_y], method="hybr", options=options)
    if not np.abs(found.fun).max() < _FLAT:
        raise ConvergenceError(
            f"No limit of stability was found at {at(J_D=J_D)} (the residual is "
            f"{np.abs(found.fun).max():.1e}); try another J_D close by."
        )
    here = state(found.x)
    if here.y > Y_MAX:
        raise _beyond(J_D)
    h = 1e-5
    (along, change), (by_y, changes) = (
        (residuals(found.x + x) - found.fun) / h for x in h * np.eye(2)
    )
    slope = abs(change - changes * along / by_y)  # of the stability by the logit, with y
    return StabilityLimit(
        d=here.d, d_error=float(_PRECISE / slope * here.d * (1 - 2 * here.d)), y=here.y, J_D=J_D
    )


def _beyond(J_D: float) -> ConvergenceError:
    return ConvergenceError(
        f"No limit of stability was found at {at(J_D=J_D)}: the number of replicas of zero "
        f"complexity exceeds {Y_MAX:g} there; try a smaller self-coupling."
    )


def _start(J_D: float) -> tuple[float, float]:
    """Return about the logit of 2d and the logarithm of y."""
    # both overlap / (limit - J_D) and y * overlap^2 have a limit
    ratio, scaled = _interpolation()(J_D)
    overlap = math.exp(ratio) * (_LIMIT - J_D)
    return math.log((1 - overlap) / overlap), scaled - 2 * math.log(overlap)


@functools.cache
def _interpolation() -> Callable[[float], Floats]:
    from scipy.interpolate import CubicSpline

    J_D, d, y = np.array(_KNOWN).T
    overlap = 1 - 2 * d
    logs = np.log([overlap / (_LIMIT - J_D), y * overlap**2])
    found: Callable[[float], Floats] = CubicSpline(J_D, logs, axis=1)
    return found
