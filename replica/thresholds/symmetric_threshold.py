"""The overlap gap in networks of any symmetry, shown by the mean number of groups."""

import numpy as np
from scipy import optimize

from foundation import domains
from foundation.errors import ConvergenceError
from replica.groups.integer_clusters import LARGEST_Y, SMALLEST_D, IntegerClusters, integer_clusters
from replica.groups.states import Transition


def rarest_groups(y: int, J_D: float, eta: float = 0.0) -> IntegerClusters:
    r"""Return the groups of y fixed points at the distance where they are rarest.

    It is the minimum of :math:`\Phi(y, d)` over d: the lowest of a few distances from 1e-4 to 0.5,
    and from there downhill to a zero of the slope. In scans over d there was never a second
    minimum.

    Parameters
    ----------
    y
        Number of fixed points in a group, an integer in [2, 50].
    J_D
        Self-coupling, a number in [0, 40].
    eta
        Symmetry of the couplings, a number in [0, 1].

    Returns
    -------
    IntegerClusters, at that distance.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain; ValueError too if the minimum lies at d <
        1e-6, as it does for strong self-couplings.
    ConvergenceError
        If `integer_clusters` does not converge.

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
    eta = domains.real("eta", eta, low=0, high=1)
    scan = [integer_clusters(y, d, J_D, eta) for d in np.geomspace(1e-4, 0.5, 10)]
    return _downhill(min(scan, key=lambda groups: groups.free_entropy))


def symmetric_overlap_gap_threshold(y: int, eta: float = 0.0) -> Transition:
    r"""Return the self-coupling below which some groups of y fixed points do not exist.

    It is the largest :math:`J_D` at which :math:`\min_d \Phi(y, d) < 0`. Below it there are, with
    a probability that tends to one, no groups of y fixed points at some mutual distances (the
    overlap gap property), because the mean number of such groups vanishes. Above it the mean
    number is large, which for :math:`y > 1` does not say that there are any.

    Parameters
    ----------
    y
        Number of fixed points in a group, an integer in [2, 50].
    eta
        Symmetry of the couplings, a number in [0, 1].

    Returns
    -------
    The threshold, and the d at which it is reached.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain; ValueError too if the mean number of groups
        is large at all distances even at `J_D = 0`, as it is for symmetries above some 0.2.
    ConvergenceError
        If the threshold is not found.

    References
    ----------
    Gamarnik, PNAS 118, e2108492118 (2021), on the overlap gap property;
    `docs/theory/symmetric.md`.

    Examples
    --------
    >>> import replica
    >>> [round(replica.symmetric_overlap_gap_threshold(3, eta).J_D, 4) for eta in (0.0, 0.1)]
    [0.0557, 0.0229]
    """
    y = domains.integer("y", y, low=2, high=LARGEST_Y)
    eta = domains.real("eta", eta, low=0, high=1)
    groups = rarest_groups(y, 0.0, eta)
    if groups.free_entropy >= 0:
        raise ValueError(
            f"eta={eta} has no threshold for groups of {y}: even at J_D = 0 their entropy is at "
            f"least {groups.free_entropy:.3g}, at every distance; a smaller eta may have one"
        )
    low, high = 0.0, 4.0
    for _ in range(60):
        J_D = groups.J_D - groups.free_entropy / groups.slope_J_D
        J_D = J_D if low < J_D < high else (low + high) / 2
        step = abs(J_D - groups.J_D)
        groups = _downhill(integer_clusters(y, groups.d, J_D, eta))
        low, high = (J_D, high) if groups.free_entropy < 0 else (low, J_D)
        if step < 1e-7:  # Newton's method: the next one would be of the order of its square
            break
    else:
        raise ConvergenceError(
            f"no threshold found for y={y}, eta={eta}: it lies in [{low}, {high}]"
        )
    rest = abs(groups.free_entropy) + groups.error
    return Transition(J_D, rest / groups.slope_J_D, groups.d, y, eta)


def _downhill(groups: IntegerClusters) -> IntegerClusters:
    """Return the groups at the nearest minimum over d, at fixed self-coupling."""
    y, J_D, eta = groups.y, groups.J_D, groups.eta
    last = groups
    while last.slope_d * groups.slope_d > 0:
        groups, d = last, last.d * (2 / 3 if last.slope_d > 0 else 3 / 2)
        if not SMALLEST_D < d <= 0.5:
            raise ValueError(
                f"J_D={J_D} has its rarest groups of {y} beyond d={groups.d:.2g}, outside of "
                f"[{SMALLEST_D}, 0.5]; a smaller J_D may have them inside"
            )
        last = integer_clusters(y, d, J_D, eta)
    log_d = optimize.brentq(
        lambda log_d: integer_clusters(y, np.exp(log_d), J_D, eta).slope_d,
        np.log(groups.d),
        np.log(last.d),
        xtol=1e-8,
    )
    return integer_clusters(y, np.exp(log_d), J_D, eta)
