r"""The extremum of the quenched free entropy at a finite number of replicas, at one point.

.. math:: \Phi = \mathrm{ext} \Big\{ -\tfrac12 \hat q [q_1 y(y-1) + y]
          + \tfrac12 (1-m) \hat q_0 q_0 y^2 + \frac1m \ln \int Dz_0 Dt_0\, I^m \Big\},

stationary where :math:`\overline{\langle T^2 \rangle} = q_1`,
:math:`\overline{\langle T \rangle^2} = q_0`, :math:`\overline{\langle g \rangle^2} = \hat q_0`.
"""

import math
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np

from replica.gauss.orthant import Floats
from replica.groups.cluster import Cluster
from replica.quenched.block_site import Block, Sums, block_site
from replica.quenched.many_replicas import Unknowns, extremum

FINE, _FINER = 1.5, 2.1  # of the grids; the second tells the error
_AWAY = 1e3  # the residual where the search has left all numbers behind


class Solution(NamedTuple):
    """The number of replicas and the block that were found, the averages, the residual."""

    y: float
    block: Block
    sums: Sums
    residual: float
    error: float


def free_entropy(y: float, d: float, block: Block, sums: Sums) -> float:
    """Return the entropy of groups."""
    q_1, m = 1 - 2 * d, block.m
    pairs = block.q_hat * (q_1 * y * (y - 1) + y) / 2
    return sums.log_I - pairs + (1 - m) * block.q_hat_0 * block.q_0 * y**2 / 2


def local_entropy(y: float, d: float, block: Block, sums: Sums) -> float:
    """Return its derivative by y."""
    q_1, m = 1 - 2 * d, block.m
    pairs = block.q_hat * (q_1 * (2 * y - 1) + 1) / 2
    return sums.log_M - pairs + (1 - m) * block.q_hat_0 * block.q_0 * y


def slope_m(y: float, block: Block, sums: Sums) -> float:
    """Return the derivative of the entropy of groups by m."""
    pairs = block.q_hat_0 * block.q_0 * y**2 / 2
    return (sums.mean_log_I - sums.log_I) / block.m - pairs


def with_m(y: float, bound: Cluster, m: float | None) -> Solution:
    """Return the solution at y replicas, with given m or with the m at which it is stationary.

    The search starts from the limit of many replicas, where the upper bound grows with d.
    """
    d, J_D = bound.d, bound.J_D
    guess, best = _guess(y, bound, extremum(bound).unknowns)
    if m is None:
        return _solve(d, J_D, np.append(guess, math.log(best)), lambda a: (y, math.exp(a)), True)
    guess = guess if best <= 1 else guess - [0, 0.5, 0.5]
    found = guess
    for k in range(1, 7):  # from the best m, along which the guess is good
        here = min(best, 1.0) + k / 6 * (m - min(best, 1.0))
        solution = _solve(d, J_D, found, partial(_fixed, y, here), False)
        found = _logs(solution.block, d)
    return solution


def _fixed(y: float, m: float, last: float) -> tuple[float, float]:
    return y, m


def condensed(bound: Cluster) -> Solution:
    """Return the solution at m = 1 at the y at which it is stationary in m."""
    limit = extremum(bound).unknowns
    y = limit.x
    guess, _ = _guess(y, bound, limit)
    return _solve(
        bound.d, bound.J_D, np.append(guess, math.log(y)), lambda a: (math.exp(a), 1.0), True
    )


def _guess(y: float, bound: Cluster, limit: Unknowns) -> tuple[Floats, float]:
    """Return about the solution and its m, from that in the limit of many replicas."""
    q_hat, chi, chi_hat, x = limit
    q_1 = 1 - 2 * bound.d
    block = Block(
        q_hat + chi_hat / y,
        q_1 / (1 + chi / (y * q_1)),
        q_hat,
        min(x / y, 2.0),
    )
    return _logs(block, bound.d), block.m


def _logs(block: Block, d: float) -> Floats:
    """Return the unknowns: ln q_hat, and the logits of q_0 / q_1 and of its conjugate."""
    apart = block.q_0 / (1 - 2 * d - block.q_0), block.q_hat_0 / (block.q_hat - block.q_hat_0)
    return np.log([block.q_hat, *apart])


def _solve(
    d: float,
    J_D: float,
    guess: Floats,
    last: Callable[[float], tuple[float, float]],
    stationary: bool,
) -> Solution:
    """Return where the residuals vanish; `last` returns y and m, given the last unknown."""
    from scipy import optimize

    q_1 = 1 - 2 * d

    def point(unknowns: Floats) -> tuple[float, Block]:
        log_q_hat, overlap, conjugate = np.clip(unknowns[:3], -20, 20).tolist()
        y, m = last(float(np.clip(unknowns[-1], -20, 9)))
        q_hat = math.exp(log_q_hat)
        q_0, q_hat_0 = q_1 / (1 + math.exp(-overlap)), q_hat / (1 + math.exp(-conjugate))
        return y, Block(q_hat, q_0, q_hat_0, m)

    def residuals(unknowns: Floats, fine: float = FINE) -> Floats:
        if not np.isfinite(unknowns).all():
            return np.full(len(guess), _AWAY)
        y, block = point(unknowns)
        sums = block_site(y, d, J_D, block, fine)
        odds = sums.spin_2 / (1 - sums.spin_2) * 2 * d / q_1
        rest = [math.log(odds), math.log(sums.spins / block.q_0)]
        rest.append(math.log(sums.fields / block.q_hat_0))
        if stationary:
            rest.append(10 * slope_m(y, block, sums) / (block.q_hat_0 * block.q_0 * y**2))
        return np.array(rest)

    options = {"xtol": 1e-11, "factor": 0.3, "maxfev": 80, "eps": 1e-7}
    found = optimize.root(residuals, guess, method="hybr", options=options)
    y, block = point(np.nan_to_num(found.x))
    coarse, sums = (block_site(y, d, J_D, block, fine) for fine in (FINE, _FINER))
    residual = float(np.abs(residuals(found.x)).max())
    changes = [f(y, d, block, sums) - f(y, d, block, coarse) for f in (free_entropy, local_entropy)]
    size = 1e-15 * (1 + y * y * block.q_hat + abs(sums.log_I)) * (1 + 1 / block.m)
    return Solution(y, block, sums, residual, max(map(abs, changes)) + residual * y + size)
