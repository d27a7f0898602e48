r"""The extremum of the quenched free entropy in the limit of many replicas, at one point.

.. math:: S_\max = \mathrm{ext}_{\hat q, \chi, \hat\chi, x} \Big\{ -\tfrac12 [\hat\chi q_1
          + \hat q (1 - q_1 + \chi + x q_1)] + \frac1x \ln \int Dz\, Dt\, e^{xW} \Big\}.
"""

import math
from typing import NamedTuple

import numpy as np

from replica.gauss.orthant import Floats

_COARSE, _FINE, _FINEST = 60, 100, 500  # nodes
_NARROW = 0.04  # distances below which the coarse grid is too coarse
_ENOUGH = 1e-10  # difference of the entropies on two grids
_FLAT = 1e-8  # residual that counts as none
_NOISELESS = 250  # nodes beyond which the residual does not become smaller
_CLOSE = 1e-4  # residual that is enough for a step of a walk
_STEPS = 25  # of a walk from one point to another


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
    """The unknowns that were found, the point there, and what is known of its error."""

    unknowns: Unknowns
    point: Point
    residual: float
    error: float


# converged, to start from: d, J_D and the unknowns
_ANCHORS = (
    (0.0162, 0.060099202, Unknowns(0.31081871, 0.00010792031, 0.0059063874, 4.6434332)),
    (0.018898, 0.060099202, Unknowns(0.29452442, 0.0011075969, 0.048196175, 4.5309462)),
    (0.0220454, 0.060099202, Unknowns(0.27688204, 0.0025711366, 0.088146362, 4.4330788)),
    (0.03, 0.060099202, Unknowns(0.23921745, 0.0075161484, 0.15920625, 4.2721384)),
    (0.05, 0.060099202, Unknowns(0.17599277, 0.0261951, 0.246525, 4.073100)),
    (0.00787899, 0.073107699, Unknowns(0.25497956, 7.1468263e-05, 0.016762592, 6.6070218)),
    (0.00887637, 0.073107699, Unknowns(0.25745452, 0.00020049888, 0.03025659, 6.3300691)),
    (0.01, 0.073107699, Unknowns(0.25817267, 0.00039182442, 0.046259593, 6.0847955)),
    (0.03, 0.08, Unknowns(0.18154689, 0.0127285, 0.265093, 5.045374)),
    (0.01, 0.1, Unknowns(0.14416515, 0.0028123, 0.353740, 8.643229)),
    (0.005, 0.1, Unknowns(0.1048611, 0.0009168167, 0.4845023, 12.94214)),
    (0.007, 0.1, Unknowns(0.1275454, 0.001602743, 0.3974, 10.39972)),
    (0.005, 0.2, Unknowns(0.008303956, 0.0006873903, 1.710268, 65.30065)),
    (0.01, 0.2, Unknowns(0.02430083, 0.00236032, 1.147097, 28.47287)),
    (0.005, 0.5, Unknowns(0.0002097017, 0.0003631181, 2.775037, 424.2339)),
    (0.01, 0.5, Unknowns(0.0008420874, 0.001385694, 2.333969, 177.7694)),
    (0.03, 0.5, Unknowns(0.006305327, 0.01111764, 1.553421, 50.485)),
    (0.02, 0.08, Unknowns(0.2070096, 0.005436214, 0.2132286, 5.464598)),
    (0.02, 1.0, Unknowns(4.979158e-05, 0.01731238, 2.302769, 582.1036)),
    (0.05, 1.0, Unknowns(0.000614658, 0.08397881, 1.801798, 135.5023)),
    (0.10, 0.060099202, Unknowns(0.10075982, 0.0995095, 0.301872, 3.845908)),
    (0.02, 0.1, Unknowns(0.15015235, 0.0087605, 0.346885, 6.655126)),
    (0.05, 0.1, Unknowns(0.11318954, 0.0412919, 0.381096, 5.384439)),
    (0.1, 0.1, Unknowns(0.07162805, 0.1277354, 0.381786, 4.836314)),
    (0.2, 0.1, Unknowns(0.03341227, 0.3759422, 0.340609, 4.312285)),
    (0.3, 0.1, Unknowns(0.01548784, 0.6924550, 0.291309, 3.786517)),
    (0.4, 0.1, Unknowns(0.00550329, 1.0537094, 0.238554, 2.900961)),
    (0.02, 0.2, Unknowns(0.04033882, 0.0112534, 0.829708, 16.638176)),
    (0.05, 0.2, Unknowns(0.04220614, 0.0613380, 0.651943, 10.985042)),
    (0.1, 0.2, Unknowns(0.03191902, 0.1789162, 0.560063, 8.923182)),
    (0.2, 0.2, Unknowns(0.01646324, 0.5124454, 0.461921, 7.721806)),
    (0.3, 0.2, Unknowns(0.00755141, 0.9771032, 0.390325, 7.198644)),
    (0.4, 0.2, Unknowns(0.00242506, 1.6334694, 0.325607, 6.560909)),
    (0.007, 0.3, Unknowns(0.003304201, 0.0009748035, 2.042795, 100.6089)),
    (0.01, 0.3, Unknowns(0.00635539, 0.0018487, 1.743303, 65.067241)),
    (0.02, 0.3, Unknowns(0.01626505, 0.0066104, 1.231061, 31.992466)),
    (0.05, 0.3, Unknowns(0.02329726, 0.0519965, 0.853060, 18.832469)),
    (0.1, 0.3, Unknowns(0.01829188, 0.1833374, 0.702618, 15.389173)),
    (0.2, 0.3, Unknowns(0.00940408, 0.5767085, 0.569049, 13.953014)),
    (0.3, 0.3, Unknowns(0.00407941, 1.1770214, 0.482737, 14.538186)),
    (0.4, 0.3, Unknowns(0.00110902, 2.2060574, 0.410564, 17.504775)),
    (0.02, 0.5, Unknowns(0.00326952, 0.0051680, 1.845318, 76.940056)),
    (0.05, 0.5, Unknowns(0.01092188, 0.0303362, 1.229309, 33.718843)),
    (0.1, 0.5, Unknowns(0.01231864, 0.1507802, 0.936265, 25.603599)),
    (0.2, 0.5, Unknowns(0.00684292, 0.5936787, 0.746741, 25.715718)),
    (0.3, 0.5, Unknowns(0.00288806, 1.3315643, 0.641458, 32.201381)),
    (0.1, 1.0, Unknowns(0.00247426, 0.1638464, 1.396459, 63.006241)),
    (0.3, 1.0, Unknowns(0.00217613, 1.6021464, 0.905290, 61.035121)),
)


def evaluate(d: float, J_D: float, unknowns: Unknowns, nodes: int) -> Point:
    """Return the entropy at given unknowns, and how far it is from stationary."""
    from replica.quenched.ground_state import Fields, averages, grid  # numba
    from replica.quenched.maximum import Shape

    q_hat, chi, chi_hat, x = unknowns
    q_1, sigma = 1 - 2 * d, math.sqrt(2 * d)
    fields = Fields(q_hat, q_1, x)
    log_I, means = averages(fields, Shape(J_D, sigma, chi, chi_hat), grid(fields, sigma, nodes))
    coupled = 2 * d + chi + x * q_1
    overlap = float(np.clip(means[1], 1e-12, 1 - 1e-12))
    residuals = np.array(
        [
            math.log(overlap / (1 - overlap) * 2 * d / q_1),
            math.log(means[2] / q_hat),
            math.log(max(means[3], 1e-300) / math.sqrt(q_hat) / coupled),
            (-q_hat * q_1 / 2 - log_I / x**2 + means[4] / x) / (q_hat * q_1),
        ]
    )
    entropy = -(chi_hat * q_1 + q_hat * coupled) / 2 + log_I / x
    return Point(float(entropy), residuals, means)


def extremum(d: float, J_D: float) -> Extremum:
    """Walk to a point from the nearest one that is known, and solve there on finer grids."""
    logs, solved = _walk(d, J_D)
    nodes, error = _FINE, math.inf
    while True:
        logs = logs if nodes == solved else _solve(d, J_D, logs, nodes)
        unknowns = _unknowns(logs)
        coarse = evaluate(d, J_D, unknowns, nodes)
        nodes = nodes * 7 // 5
        point = evaluate(d, J_D, unknowns, nodes)
        error = abs(point.entropy - coarse.entropy)
        residual = float(np.abs(coarse.residuals).max())
        flat = residual < _FLAT or nodes > _NOISELESS
        if (error < _ENOUGH and flat) or nodes > _FINEST:
            break
    rounding = 1e-14 * (1 + 1 / unknowns.x + unknowns.x * unknowns.q_hat)
    return Extremum(unknowns, point, residual, error + residual * unknowns.q_hat + rounding)


def _unknowns(logs: Floats) -> Unknowns:
    return Unknowns(*np.exp(np.clip(logs, -30, 8)).tolist())


def _solve(d: float, J_D: float, logs: Floats, nodes: int) -> Floats:
    """Return the logarithms of the unknowns at which the residuals vanish, from a guess."""
    from scipy import optimize

    def residuals(logs: Floats) -> Floats:
        return evaluate(d, J_D, _unknowns(logs), nodes).residuals

    options = {"xtol": 1e-11, "factor": 0.3, "maxfev": 60, "eps": 1e-7}
    return np.asarray(optimize.root(residuals, logs, method="hybr", options=options).x)


def _place(d: float, J_D: float) -> Floats:
    """Return where a point is, in coordinates in which the unknowns vary evenly."""
    return np.array([math.log(d / (0.5 - d)), math.log(J_D)])


def _walk(d: float, J_D: float) -> tuple[Floats, int]:
    """Follow the solution from the nearest anchor, in steps that are halved where one fails.

    Return the logarithms of the unknowns and the nodes on which they solve, or 0.
    """
    end = _place(d, J_D)
    begin, logs = min(
        ((_place(*anchor[:2]), np.log(anchor[2])) for anchor in _ANCHORS),
        key=lambda anchor: float(np.linalg.norm(anchor[0] - end)),
    )
    done, stride = 0.0, min(1.0, 0.5 / (1e-9 + float(np.linalg.norm(end - begin))))
    slope = np.zeros(4)
    for _ in range(_STEPS):
        there = min(1.0, done + stride)
        logit, log_J_D = begin + there * (end - begin)
        point = 0.5 / (1 + math.exp(-logit)), math.exp(log_J_D)
        nodes = _COARSE if point[0] > _NARROW else _FINE
        found = _solve(*point, logs + slope * (there - done), nodes)
        rest = np.abs(evaluate(*point, _unknowns(found), nodes).residuals).max()
        if rest < _CLOSE and np.abs(found - logs).max() < 3:
            if there == 1:
                return found, nodes if rest < _FLAT else 0
            slope = (found - logs) / (there - done)
            logs, done, stride = found, there, 1.5 * stride
        else:
            stride /= 2
    return logs, 0
