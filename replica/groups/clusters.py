"""Clusters of fixed points: groups of y replicas at one mutual distance."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from foundation import domains
from foundation.errors import ConvergenceError
from replica.gauss.orthant import Floats
from replica.groups.common_field import CommonField, common_field
from replica.groups.one_site import OneSite, one_site
from replica.groups.states import ClusterState, gather

Y_MAX, D_MIN, D_MAX, J_D_MAX = 1e4, 1e-4, 0.4999, 5.0  # the domain that the tests certify

_ENOUGH = 1e-13  # error of the quadrature, beyond that of rounding


def clusters(
    y: npt.ArrayLike, d: npt.ArrayLike, J_D: npt.ArrayLike, throw: bool = True
) -> ClusterState:
    r"""Return the entropies of groups of y fixed points at mutual distance d.

    .. math:: \Phi(y, d) = \min_{\hat q} \left\{ -\tfrac12 \hat q\, [q_1 y(y-1) + y] + \ln \int Dz
              \int Dt \left( \sum_{s=\pm1} e^{\sqrt{\hat q}\, t s} H_s(z) \right)^y \right\},
              \qquad q_1 = 1 - 2d,

    with :math:`H_\pm(z) = \Phi((J_D \pm \sqrt{q_1} z)/\sqrt{1-q_1})`, the count of such groups, is
    read as :math:`\max_S [\Sigma(S) + y S]`: a number :math:`e^{N\Sigma}` of clusters, each of
    :math:`e^{NS}` fixed points. Raising y looks at denser clusters; those with :math:`\Sigma < 0`
    do not exist in a typical network. (At fixed distance :math:`\Phi` need not be convex in y: at
    small y, S may fall before it grows, and the complexity grow before it falls.) The extremum is
    at :math:`\langle \tanh^2 u \rangle = q_1`, found by Newton's method. The integrals are taken by
    the trapezoidal rule, on finer grids until the error is at the level of rounding.

    Parameters
    ----------
    y
        Number of replicas, in [1, 10^4], real; any shape. At y = 1 the free entropy is that of
        single fixed points.
    d
        Mutual distance, in [10^-4, 0.4999]; broadcast against `y`.
    J_D
        Self-coupling, in [0, 5]; broadcast against `y`.
    throw
        Whether to raise where the extremum is not found, or to say so in `converged`.

    Returns
    -------
    The entropies in nats per neuron, with an estimate of their error.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.
    ConvergenceError
        If the extremum is not found, and `throw`.

    References
    ----------
    `docs/theory/clusters.md`; Baldassi et al., Phys. Rev. Lett. 115, 128101 (2015), for y replicas
    as a probe of dense regions.

    Examples
    --------
    >>> import replica
    >>> replica.clusters(y=5, d=0.02, J_D=0.1)
    ClusterState(y=5, d=0.02, J_D=0.1: free_entropy=0.0570549, ...)

    Groups of more than about five fixed points are so dense that a typical network has none:

    >>> replica.clusters(y=[2, 4, 8], d=0.02, J_D=0.06).complexity.round(4)
    array([ 0.0539,  0.0077, -0.0371])
    """
    y, d, J_D = np.broadcast_arrays(
        domains.reals("y", y, low=1, high=Y_MAX),
        domains.reals("d", d, low=D_MIN, high=D_MAX),
        domains.reals("J_D", J_D, low=0, high=J_D_MAX),
    )
    throw = domains.boolean("throw", throw)
    found = [solve(*point) for point in zip(y.flat, d.flat, J_D.flat, strict=True)]
    if throw:
        for state in found:
            state.check()
    return gather(ClusterState, found, y.shape)


@dataclass(frozen=True, eq=False, repr=False)
class Cluster(ClusterState):
    """The solution at one point, with what the thresholds need.

    Attributes
    ----------
    slope_d, slope_J_D
        Derivatives of the free entropy.
    slope_error
        Estimate of their errors.
    """

    slope_d: float
    slope_J_D: float
    slope_error: float

    def check(self) -> None:
        """Raise if the extremum was not found."""
        if not self.converged:
            raise ConvergenceError(
                f"no extremum found at y={self.y}, d={self.d}, J_D={self.J_D}: "
                f"residual {self.residual:.1e}, error {self.error:.1e}; try a smaller y"
            )


def solve(y: float, d: float, J_D: float, q_hat: float | None = None) -> Cluster:
    """Return the solution at one point; `q_hat` is a first guess."""
    overlap = 1 - 2 * d
    q_hat = _guess(y, overlap) if q_hat is None else q_hat
    step = min(0.05, 1 / np.sqrt(y))
    for _ in range(5):
        field = common_field(overlap, d, J_D, step)
        site, converged = _extremum(field, y, overlap, d, q_hat)
        fine, half, quarter = (_entropies(site, overlap, coarse) for coarse in (1, 2, 4))
        error, rounded = extrapolated(fine, half, quarter), rounding(site)
        if (error[:3] <= _ENOUGH + rounded).all():
            break
        step, q_hat = step / 2, site.q_hat
    error[:3] += rounded
    error[3:] += rounded[0] * np.abs(fine[3:])
    free_entropy, local_entropy, complexity, slope_d, slope_J_D = fine.tolist()
    return Cluster(
        y=y,
        d=d,
        J_D=J_D,
        free_entropy=free_entropy,
        local_entropy=local_entropy,
        complexity=complexity,
        slope_d=slope_d,
        slope_J_D=slope_J_D,
        q_hat=site.q_hat,
        residual=2 * d - site.mean(site.spread),
        error=float(error[:3].max()),
        slope_error=float(error[3:].max()),
        converged=bool(converged and error[0] < 1e-8 * max(1.0, abs(fine[0]))),
    )


def _guess(y: float, overlap: float) -> float:
    """Return q_hat for large y, where the replicas are spins in a mean field, or small overlap."""
    return float(np.sqrt(overlap) * np.arctanh(np.sqrt(overlap)) / (1 + (y - 1) * overlap))


def _extremum(
    field: CommonField, y: float, overlap: float, d: float, q_hat: float
) -> tuple[OneSite, bool]:
    """Return the site at the `q_hat` where <T^2> is the overlap, and whether it was found.

    <T^2> grows with q_hat. Newton's method is used for its logit as a function of ln q_hat, which
    is close to a straight line.
    """
    low, high = -np.inf, np.inf
    theta = np.log(q_hat)
    target = np.log(overlap / (2 * d))
    for _ in range(50):
        site = one_site(field, y, float(np.exp(theta)))
        spread = site.mean(site.spread)
        excess = np.log1p(-spread) - np.log(spread) - target
        if excess > 0:
            high = min(high, theta)
        else:
            low = max(low, theta)
        slope = site.q_hat * _overlap_slope(site, spread) / (spread * (1 - spread))
        step = float(np.clip(-excess / slope, -2, 2)) if slope > 0 else -2 * np.sign(excess)
        if abs(step) < 1e-8:  # the next one would be its square
            return one_site(field, y, float(np.exp(theta + step))), True
        new = theta + step
        theta = new if low < new < high else (low + high) / 2
    return site, False


def _overlap_slope(site: OneSite, spread: float) -> float:
    r"""Return :math:`\partial \langle T^2 \rangle / \partial \hat q`, from the heat equation."""
    y, product = site.y, spread - site.mean(site.spread_2)  # <(1 - T^2) T^2>
    variance = site.mean(site.spread_2) - spread**2
    return spread - 3 * product + 2 * y * product + y * (y - 1) / 2 * variance


def _entropies(site: OneSite, overlap: float, coarse: int) -> Floats:
    """Return free entropy, local entropy, complexity and the derivatives by d and J_D."""
    y, q_hat = site.y, site.q_hat
    log_I, log_M = site.log_I(coarse), site.mean(site.log_M, coarse)
    return np.array(
        [
            log_I - q_hat * (overlap * y * (y - 1) + y) / 2,
            log_M - q_hat * (overlap * (2 * y - 1) + 1) / 2,
            log_I - y * log_M + q_hat * overlap * y**2 / 2,
            y * (y - 1) * (q_hat - site.mean(site.log_M_zeta_2, coarse)),
            y * site.mean(site.log_M_J, coarse),
        ]
    )


def rounding(site: OneSite) -> Floats:
    """Return the rounding errors of the three entropies, from the exponents of the integrand."""
    y = site.y
    exponent = 1 + y * (1 + y * site.q_hat + site.mean(site.terms))
    return 2 * np.finfo(float).eps * exponent * np.array([1, 1 / np.sqrt(y), np.sqrt(y)])


def extrapolated(fine: Floats, half: Floats, quarter: Floats) -> Floats:
    """Return the errors of `fine`, from its coarser grids.

    Where the error falls from grid to grid by a factor, it falls by the square of it next; but a
    small part may be left that falls more slowly, so that only the root is counted on.
    """
    last, before = np.abs(fine - half), np.abs(half - quarter)
    ratio = np.divide(last, before, out=np.ones_like(last), where=before > last)
    return last * np.minimum(1, 10 * np.sqrt(ratio))
