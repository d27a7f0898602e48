"""The self-coupling at which the overlap gap closes."""

import functools
import math

import numpy as np

from foundation import domains
from foundation.errors import ConvergenceError
from replica.groups.cluster import Cluster, solve
from replica.groups.clusters import D_MIN
from replica.groups.pointwise import at
from replica.thresholds.curve_minimum import curve_minimum
from replica.thresholds.transition import Transition

Y_LOW, Y_HIGH = 1.01, 100.0  # beyond, the minimum lies at d < 10^-4
_SCAN = np.geomspace(D_MIN, 0.4, 25)  # resolves the minimum: it is as wide as d itself
_Y_BRACKET = (3.0, 8.0)  # around the y of the largest threshold; checked by the root finder
_J_D_BRACKET = (0.055, 0.065)  # likewise
_D = (3e-3, 0.1)  # around the minimum of the local entropy there; checked


def overlap_gap_threshold(y: float | None = None) -> Transition:
    r"""Return the largest self-coupling with an overlap gap, :math:`J_\mathrm{ogp}(y)`.

    It is the largest :math:`J_D` at which groups of y fixed points are missing at some mutual
    distance, :math:`\min_d \Phi(y, d) < 0`. By Markov's inequality this is rigorous for integer y.
    At the threshold

    .. math:: \Phi(y, d) = 0, \qquad \partial_d \Phi(y, d) = 0;

    its maximum over y has :math:`\partial_y \Phi = S_\mathrm{int} = 0` too.

    Parameters
    ----------
    y
        Number of replicas, in [1.01, 100], real; None for the maximum over y.

    Returns
    -------
    The threshold, and the d and y at which it is reached. It raises where it fails, and has no
    `throw`.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.
    ConvergenceError
        If the threshold is not found.

    See Also
    --------
    zero_complexity_gap_threshold : the maximum over y by another way.

    References
    ----------
    `docs/theory/clusters.md`; Gamarnik, PNAS 118, e2108492118 (2021), for the overlap gap property.

    Examples
    --------
    Pairs are missing at some distance up to a smaller self-coupling than larger groups; those of
    `y = 4.66` up to the largest one, which `overlap_gap_threshold()` finds:

    >>> import replica
    >>> [round(replica.overlap_gap_threshold(y).J_D, 4) for y in (2, 4.66)]
    [0.0427, 0.0601]
    """
    from scipy import optimize

    touching = functools.cache(_touching)
    if y is None:
        y = optimize.brentq(lambda y: touching(y).local_entropy, *_Y_BRACKET, xtol=1e-9)
    else:
        y = domains.real("y", y, low=Y_LOW, high=Y_HIGH)
    state = touching(y)
    error = (state.error + abs(state.free_entropy)) / state.slope_J_D
    return Transition(J_D=float(state.J_D), J_D_error=error, d=state.d, y=y)


def zero_complexity_gap_threshold() -> Transition:
    r"""Return the self-coupling at which the densest clusters may exist at all distances.

    Below it, the local entropy at zero complexity is negative at some distances,
    :math:`\min_d S_\mathrm{int}(d) < 0`. It agrees with the maximum of :math:`J_\mathrm{ogp}(y)`
    over y, as along the curve :math:`\Sigma = 0`

    .. math:: S_\mathrm{int} = \Phi / y, \qquad dS_\mathrm{int}/dd = \partial_d\Phi / y,

    but is computed from the curve only, by one-dimensional minimisation.

    Returns
    -------
    The threshold, and the d and y at which it is reached. It raises where it fails, and has no
    `throw`.

    Raises
    ------
    ConvergenceError
        If the threshold is not found.

    References
    ----------
    `docs/theory/clusters.md`.

    Examples
    --------
    >>> import replica
    >>> threshold = replica.zero_complexity_gap_threshold()
    >>> round(threshold.J_D, 4), round(threshold.y, 2), round(threshold.d, 4)
    (0.0601, 4.66, 0.0159)
    """
    from scipy import optimize

    least = functools.cache(_least_dense)
    J_D = optimize.brentq(lambda J_D: least(J_D).local_entropy, *_J_D_BRACKET, xtol=1e-13)
    state = least(J_D)
    slope_J_D = state.slope_J_D / state.y
    error = (state.error + abs(state.local_entropy)) / slope_J_D
    return Transition(J_D=J_D, J_D_error=error, d=state.d, y=state.y)


def _touching(y: float) -> Cluster:
    """Return the state at which the minimum of the free entropy is zero, by Newton's method."""
    J_D = min(0.05, 0.8 / y)  # about the threshold; where J_D is too large, no minimum is left
    for _ in range(30):
        state = _lowest(y, J_D)
        # d is optimal: the partial derivative is total
        step = -state.free_entropy / state.slope_J_D
        if abs(step) < 1e-14:
            return state
        J_D = float(max(J_D + step, J_D / 4))
    if abs(step) < 1e-11:  # rounding, which the error shows
        return state
    raise ConvergenceError(
        f"No overlap gap threshold was found at y={y:g}: the last step of Newton's method is "
        f"{step:.1e}; try a y nearby."
    )


def _lowest(y: float, J_D: float) -> Cluster:
    """Return the state of least free entropy."""
    from scipy import optimize

    scan = [solve(y, d, J_D) for d in _SCAN]
    least = int(np.argmin([state.free_entropy for state in scan]))
    if least in (0, len(scan) - 1):
        raise ConvergenceError(
            f"At {at(y=y, J_D=J_D)} the free entropy has no minimum between d={_SCAN[0]:g} and "
            f"{_SCAN[-1]:g}; try a y further inside [{Y_LOW:g}, {Y_HIGH:g}]."
        )

    def slope(log_d: float) -> float:
        return solve(y, math.exp(log_d), J_D, scan[least].q_hat).slope_d

    log_d = optimize.brentq(slope, *np.log(_SCAN[[least - 1, least + 1]]), xtol=1e-10)
    return solve(y, math.exp(log_d), J_D)


def _least_dense(J_D: float) -> Cluster:
    """Return the state of least local entropy at zero complexity."""
    return curve_minimum(lambda state: float(state.local_entropy), J_D, _D)
