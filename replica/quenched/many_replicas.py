r"""The extremum of the quenched free entropy in the limit of many replicas, at one point.

.. math:: S_\max = \mathrm{ext}_{\hat q, \chi, \hat\chi, x} \Big\{ -\tfrac12 [\hat\chi q_1
          + \hat q (1 - q_1 + \chi + x q_1)] + \frac1x \ln \int Dz\, Dt\, e^{xW} \Big\}.
"""

import math
from typing import NamedTuple

import numpy as np

from replica.gauss.orthant import Floats
from replica.groups.cluster import Cluster
from replica.quenched.first_guess import first_guess

_COARSE = 8  # nodes of a panel
_FINE = ((10, 14), (14, 20))  # those to solve on, and to tell the error by
_ENOUGH = 1e-10  # error of the entropy, and residual, that are small enough
_FLAT = 1e-11  # residual that cannot become much smaller
_STEPS = 12  # of Broyden's method on a fine grid
_LEAST, _MOST = 1e-10, 50.0  # of q_hat, chi_hat and x sqrt(q_hat), far from all solutions
_AWAY = 1e3  # the residual where there are no numbers


class Unknowns(NamedTuple):
    """What is extremised over."""

    q_hat: float
    chi: float
    chi_hat: float
    x: float


class Point(NamedTuple):
    """The entropy at some unknowns, and the residuals of stationarity."""

    entropy: float
    residuals: Floats
    means: Floats  # of `ground_state.averages`


class Extremum(NamedTuple):
    """The unknowns that were found, the point there on two grids, and what is known of its error.

    The second grid is coarser.
    """

    unknowns: Unknowns
    point: Point
    coarse: Point
    residual: float
    error: float


def evaluate(d: float, J_D: float, unknowns: Unknowns, nodes: int) -> Point:
    """Return the entropy at given unknowns, and how far it is from stationary."""
    from replica.quenched.ground_state import Fields, averages  # numba
    from replica.quenched.jump import Shape

    q_hat, chi, chi_hat, x = unknowns
    if q_hat < _LEAST or max(x * math.sqrt(q_hat), chi_hat) > _MOST:
        return Point(math.nan, np.full(4, _AWAY), np.full(1, math.nan))
    q_1 = 1 - 2 * d
    shape = Shape(J_D, math.sqrt(2 * d), chi, chi_hat)
    log_I, means = averages(Fields(q_hat, q_1, x), shape, nodes)
    if not np.isfinite(log_I + means.sum()):
        return Point(math.nan, np.full(4, _AWAY), means)
    overlap = float(np.clip(means[1], 1e-12, 1 - 1e-12))
    residuals = np.array(
        [
            math.log(overlap / (1 - overlap) * 2 * d / q_1),
            math.log(means[2] / q_hat),
            # not of t T, the derivative by q_hat: at small d it hardly depends on chi
            math.log(max(means[3], 1e-300) / (2 * d + chi)),
            (-q_hat * q_1 / 2 - log_I / x**2 + means[4] / x) / (q_hat * q_1),
        ]
    )
    entropy = -(chi_hat * q_1 + q_hat * (2 * d + chi + x * q_1)) / 2 + log_I / x
    return Point(float(entropy), residuals, means)


def extremum(bound: Cluster) -> Extremum:
    """Search from the upper bound at a point, where it grows with d; then on finer grids."""
    d, J_D = bound.d, bound.J_D
    logs, jacobian = _search(bound)
    for nodes, finer in _FINE:
        logs, coarse = _polish(d, J_D, logs, jacobian, nodes)
        unknowns = _unknowns(logs)
        point = evaluate(d, J_D, unknowns, finer)
        error = abs(point.entropy - coarse.entropy)
        residual = float(np.abs(coarse.residuals).max())
        if max(error, residual) < _ENOUGH:
            break
    rounding = 1e-14 * (1 + 1 / unknowns.x + unknowns.x * unknowns.q_hat)
    error += residual * unknowns.q_hat + rounding
    return Extremum(unknowns, point, coarse, residual, error)


def _unknowns(logs: Floats) -> Unknowns:
    return Unknowns(*np.exp(np.clip(logs, -30, 12)).tolist())


def _search(bound: Cluster) -> tuple[Floats, Floats]:
    """Return the logarithms of the unknowns on a coarse grid, and the slopes of the residuals."""
    from scipy import optimize

    def residuals(logs: Floats) -> Floats:
        return evaluate(bound.d, bound.J_D, _unknowns(logs), _COARSE).residuals

    options = {"xtol": 1e-9, "factor": 0.3, "maxfev": 80, "eps": 1e-7}
    found = optimize.root(residuals, first_guess(bound), method="hybr", options=options)
    upper = np.zeros((4, 4))
    upper[np.triu_indices(4)] = found.r
    return np.nan_to_num(found.x), np.nan_to_num(found.fjac.T @ upper)


def _polish(
    d: float, J_D: float, logs: Floats, jacobian: Floats, nodes: int
) -> tuple[Floats, Point]:
    """Return the logarithms of the unknowns on a finer grid by Broyden's method, and the point."""
    point = evaluate(d, J_D, _unknowns(logs), nodes)
    best, found, worse = logs, point, 0
    for _ in range(_STEPS):
        size = np.abs(found.residuals).max()
        if size < _FLAT or worse == 2:
            break
        step = np.linalg.lstsq(jacobian, -point.residuals, rcond=None)[0]
        logs = logs + step
        point = evaluate(d, J_D, _unknowns(logs), nodes)
        if np.abs(point.residuals).max() < size:
            best, found, worse = logs, point, 0
        else:
            worse += 1
        jacobian = jacobian + np.outer(point.residuals, step) / (step @ step)
    return best, found
