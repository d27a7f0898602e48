"""The potential of the cross overlap of groups: whether it pays to be alike."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from foundation import domains
from foundation.errors import ConvergenceError
from replica.gauss.orthant import Floats
from replica.groups.cluster import solve as solve_mean
from replica.groups.pointwise import at, demand
from replica.quenched.block_site import Block, Sums, block_site
from replica.quenched.blocks import FINE, slope_m
from replica.quenched.clusters import Y_MAX
from replica.quenched.local_entropy import D_MAX, D_MIN


def cross_overlap_potential(ratio: npt.ArrayLike, y: float, d: float, J_D: float) -> Floats:
    r"""Return what groups gain by a cross overlap :math:`q_0`.

    .. math:: V(q_0) = \mathrm{ext}_{\hat q_0} \partial_m \Phi |_{m=1}
              = \mathrm{ext}_{\hat q_0} \Big\{ -\tfrac12 \hat q_0 q_0 y^2 + \overline{\ln I}
              - \ln \overline{I} \Big\}.

    Where it is negative for all :math:`0 < q_0 < q_1`, groups stay independent of each other and
    their mean number is typical; where it is positive at some, they condense (`condensation`: the y
    at which its maximum touches zero).

    Parameters
    ----------
    ratio
        :math:`q_0 / q_1`, in [0.001, 0.999]; any shape.
    y
        Number of fixed points in a group, a number in [1, 100].
    d
        Mutual distance, a number in [0.005, 0.48].
    J_D
        Self-coupling, a number in [0, 5].

    Returns
    -------
    Nats per neuron and group, of the shape of `ratio`, to 1e-9.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.
    ConvergenceError
        If no :math:`\hat q_0` is found.

    References
    ----------
    `docs/theory/typical.md`.

    Examples
    --------
    At the gap threshold, where clusters first exist at all distances, groups stay independent:

    >>> import replica
    >>> gap = replica.overlap_gap_threshold()
    >>> replica.cross_overlap_potential([0.3, 0.9], gap.y, gap.d, gap.J_D).round(4)
    array([-0.002 , -0.0231])
    """
    ratio = domains.reals("ratio", ratio, low=1e-3, high=0.999)
    y = domains.real("y", y, low=1, high=Y_MAX)
    d = domains.real("d", d, low=D_MIN, high=D_MAX)
    J_D = domains.real("J_D", J_D, low=0, high=5)
    q_hat = float(demand(solve_mean(y, d, J_D)).q_hat)
    values = [_potential(part * (1 - 2 * d), q_hat, y, d, J_D) for part in ratio.ravel().tolist()]
    return np.array(values).reshape(ratio.shape)[()]


def _potential(q_0: float, q_hat: float, y: float, d: float, J_D: float) -> float:
    """Return the potential at one cross overlap: its extremum is at the right mean spins."""
    from scipy import optimize

    def sums(logit: float) -> tuple[Block, Sums]:
        block = Block(q_hat, q_0, q_hat / (1 + math.exp(-logit)), 1.0)
        return block, block_site(y, d, J_D, block, FINE)

    def excess(logit: float) -> float:
        return math.log(sums(logit)[1].spins / q_0)

    low, high = -9.0, 2.0
    if excess(low) > 0:
        low = -20.0
    while excess(high) < 0:
        high += 2
        if high > 12:
            raise ConvergenceError(
                f"No conjugate of the cross overlap {q_0:.4g} was found at {at(y=y, d=d, J_D=J_D)};"
                " try a smaller one."
            )
    root = optimize.brentq(excess, low, high, xtol=1e-6)  # extremal: the square
    return slope_m(y, *sums(root))
