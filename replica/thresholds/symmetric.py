"""The overlap gap in networks of any symmetry, shown by the mean number of groups."""

from foundation import domains
from foundation.errors import ConvergenceError
from replica.groups.integer_clusters import LARGEST_Y, solve
from replica.groups.pointwise import at, demand
from replica.groups.rarest import downhill, rarest
from replica.thresholds.transition import Transition


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
    The threshold, and the d at which it is reached. It raises where it fails, and has no `throw`.

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
    groups = rarest(y, 0.0, eta)
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
        groups = downhill(demand(solve(y, groups.d, J_D, eta)))
        low, high = (J_D, high) if groups.free_entropy < 0 else (low, J_D)
        if step < 1e-7:  # Newton's method: the next one would be of the order of its square
            break
    else:
        raise ConvergenceError(
            f"No threshold was found at {at(y=y, eta=eta)}: it lies in [{low}, {high}]; try a "
            "smaller y."
        )
    rest = abs(groups.free_entropy) + groups.error
    return Transition(J_D=J_D, J_D_error=rest / groups.slope_J_D, d=groups.d, y=y, eta=eta)
