"""The self-coupling at which narrow and extended clusters merge."""

import functools

from replica.groups.cluster import Cluster
from replica.thresholds.curve_minimum import curve_minimum
from replica.thresholds.transition import Transition

_D = (1e-3, 0.1)  # around the inflection point of the local entropy; checked
_J_D_BRACKET = (0.065, 0.085)  # checked by the root finder


def merging_threshold() -> Transition:
    r"""Return the self-coupling above which dense clusters grow without a bottleneck.

    At small :math:`J_D` the local entropy at zero complexity has a maximum at a small distance,
    that of narrow clusters, and a minimum beyond. At the threshold both merge, and from there on
    the curve is monotonic:

    .. math:: \min_d \frac{dS_\mathrm{int}}{dd} = \min_d \frac{\partial_d \Phi(y^*, d)}{y^*} = 0.

    Returns
    -------
    The threshold, and the d and :math:`y^*` of the inflection point. It raises where it fails, and
    has no `throw`.

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
    >>> round(replica.merging_threshold().J_D, 4)
    0.0731
    """
    from scipy import optimize

    flattest = functools.cache(_flattest)
    J_D = optimize.brentq(lambda J_D: _slope(flattest(J_D)), *_J_D_BRACKET, xtol=1e-13)
    state = flattest(J_D)
    step = 1e-4
    slope_J_D = (_slope(_flattest(J_D + step)) - _slope(_flattest(J_D - step))) / (2 * step)
    # rounding moves the minimum found, and y*, by about the square root of the slope's error
    slope_error = (state.slope_error + state.error / state.d) / state.y
    error = (slope_error + abs(_slope(state))) / slope_J_D
    return Transition(J_D=J_D, J_D_error=error, d=state.d, y=state.y)


def _slope(state: Cluster) -> float:
    """Return dS/dd along the curve of zero complexity."""
    return float(state.slope_d / state.y)


def _flattest(J_D: float) -> Cluster:
    """Return the state of least slope."""
    return curve_minimum(_slope, J_D, _D)
