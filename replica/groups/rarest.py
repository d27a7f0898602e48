"""The distance at which groups of an integer number of fixed points are rarest."""

from dataclasses import fields

import numpy as np

from foundation import domains
from foundation.errors import ConvergenceError
from replica.groups.integer_clusters import LARGEST_Y, SMALLEST_D, IntegerClusters, solve
from replica.groups.pointwise import at, demand


def rarest_groups(y: int, J_D: float, eta: float = 0.0, throw: bool = True) -> IntegerClusters:
    r"""Return the groups of y fixed points at the distance where they are rarest.

    It is the minimum of :math:`\Phi(y, d)` over d: the lowest of a few distances from 1e-4 to 0.5,
    and from there downhill to a zero of the slope. No scan over d has shown a second minimum.

    Parameters
    ----------
    y
        Number of fixed points in a group, an integer in [2, 50].
    J_D
        Self-coupling, a number in [0, 40].
    eta
        Symmetry of the couplings, a number in [0, 1].
    throw
        Whether to raise if the minimum is not found (it lies at d < 1e-6 for strong
        self-couplings), or to say so in `converged` and `status`.

    Returns
    -------
    The groups at that distance.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.
    ConvergenceError
        If the minimum is not found, and `throw`.

    References
    ----------
    `docs/theory/symmetric.md`.

    Examples
    --------
    >>> import replica
    >>> groups = replica.rarest_groups(y=3, J_D=0.02)
    >>> round(groups.d, 4), round(groups.free_entropy, 4)
    (0.0365, -0.0448)
    """
    y = domains.integer("y", y, low=2, high=LARGEST_Y)
    J_D = domains.real("J_D", J_D, low=0, high=40)
    eta = domains.real("eta", eta, low=0, high=1)
    throw = domains.boolean("throw", throw)
    try:
        return rarest(y, J_D, eta)
    except ConvergenceError as error:
        if throw:
            raise
        return _missing(y, J_D, eta, str(error))


def rarest(y: int, J_D: float, eta: float) -> IntegerClusters:
    """Return the groups at the distance where they are rarest.

    Raises
    ------
    ConvergenceError
        If it is not found.
    """
    scan = [demand(solve(y, float(d), J_D, eta)) for d in np.geomspace(1e-4, 0.5, 10)]
    return downhill(min(scan, key=lambda groups: groups.free_entropy))


def _missing(y: int, J_D: float, eta: float, status: str) -> IntegerClusters:
    numbers = {field.name: float("nan") for field in fields(IntegerClusters)}
    found = {"y": y, "J_D": J_D, "eta": eta, "converged": False, "status": status}
    return IntegerClusters(**{**numbers, **found})


def downhill(groups: IntegerClusters) -> IntegerClusters:
    """Return the groups at the nearest minimum over d, at fixed self-coupling.

    Raises
    ------
    ConvergenceError
        If there is none inside the domain of d.
    """
    from scipy import optimize

    y, J_D, eta = groups.y, groups.J_D, groups.eta
    last = groups
    while last.slope_d * groups.slope_d > 0:
        groups, d = last, last.d * (2 / 3 if last.slope_d > 0 else 3 / 2)
        if not SMALLEST_D < d <= 0.5:
            raise ConvergenceError(
                f"At {at(y=y, J_D=J_D, eta=eta)} the groups are rarest beyond d={groups.d:.2g}, "
                f"outside of [{SMALLEST_D:g}, 0.5]; try a smaller J_D."
            )
        last = demand(solve(y, d, J_D, eta))

    def at_log(log_d: float) -> IntegerClusters:
        return demand(solve(y, float(np.exp(log_d)), J_D, eta))

    ends = np.log(groups.d), np.log(last.d)
    return at_log(optimize.brentq(lambda log_d: at_log(log_d).slope_d, *ends, xtol=1e-8))
