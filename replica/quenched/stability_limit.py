"""The distance beyond which clusters at zero complexity differ from each other."""

import math
from dataclasses import dataclass

from scipy import special

from foundation import domains
from foundation.errors import ConvergenceError
from replica.groups.cluster import Cluster
from replica.groups.clusters import D_MAX
from replica.groups.local_entropy import densest
from replica.groups.pointwise import at, demand

_LIMIT = 0.4810583870346  # where J_D + phi(J_D) / Phi(J_D) = 1
_SMALLEST, _FACTOR = 0.03, 1.3  # of the distances that are scanned
# from this J_D on there is none below this distance
_NONE_BELOW = (
    (0.2, 0.07),
    (0.3, 0.165),
    (0.35, 0.26),
    (0.4, 0.36),
    (0.44, 0.43),
    (0.46, 0.46),
    (0.465, 0.474),
)
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

    It is the first zero of :math:`\lambda_\mathrm{out} - 1` on the curve of `local_entropy`,
    bracketed by a scan of d and found by Brent's method. It reaches 1/2 where
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
    solutions: dict[float, Cluster] = {}

    def excess(logit: float) -> float:
        d = min(float(special.expit(logit)) / 2, D_MAX)
        solutions[logit] = demand(densest(d, J_D))
        return float(solutions[logit].outer_stability) - 1

    smallest = max([_SMALLEST, *(d for least, d in _NONE_BELOW if least <= J_D)])
    low = high = float(special.logit(2 * smallest))
    while excess(high) < 0:
        if high > special.logit(2 * D_MAX):
            raise ConvergenceError(
                f"No limit of stability was found at {at(J_D=J_D)}: it lies beyond d={D_MAX}; try "
                "a smaller J_D."
            )
        low, high = high, high + math.log(_FACTOR)
    root = optimize.brentq(excess, low, high, xtol=1e-12)
    slope = (excess(high) - excess(low)) / (high - low)
    excess(root)
    state = solutions[root]
    d = float(state.d)
    return StabilityLimit(
        d=d, d_error=_PRECISE / slope * d * (1 - 2 * d), y=float(state.y), J_D=J_D
    )
