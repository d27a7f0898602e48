"""Clusters of fixed points around a free reference state."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import optimize, special

from foundation import domains
from foundation.errors import ConvergenceError
from replica.gauss.orthant import Floats
from replica.groups.clusters import D_MAX, D_MIN, J_D_MAX, Y_MAX, extrapolated, rounding
from replica.groups.one_site import OneSite
from replica.groups.reference_extremum import derivatives, excess, extremum, root, site_at
from replica.groups.states import ClusterState, Number, gather
from replica.groups.zero_complexity import demand

_ENOUGH = 1e-12  # error of the quadrature, beyond that of rounding
_FACTOR = 2.0  # between the numbers of replicas tried for a bracket


@dataclass(frozen=True, eq=False, repr=False)
class ReferenceState(ClusterState):
    r"""Groups of y fixed points at distance d from a reference state.

    Attributes
    ----------
    overlap
        Overlap :math:`q_1` between two of them, at the extremum.
    p_hat
        Conjugate of the overlap with the reference state.

    Examples
    --------
    >>> import replica
    >>> state = replica.reference_clusters(y=3, d=0.1, J_D=0.3)
    >>> state
    ReferenceState(y=3, d=0.1, J_D=0.3: free_entropy=0.616939, ...)
    >>> round(float(state.overlap), 4)
    0.7677
    """

    overlap: Number
    p_hat: Number


def reference_clusters(
    y: npt.ArrayLike, d: npt.ArrayLike, J_D: npt.ArrayLike, throw: bool = True
) -> ReferenceState:
    r"""Return the entropies of groups of y fixed points at distance d from any one state.

    .. math:: \Phi_\mathrm{ref}(y, d) = \ln 2 + \max_{q_1} \min_{\hat q, \hat p} \left\{
              -y \hat p (1-2d) - \tfrac12 \hat q\, [q_1 y(y-1) + y] + \ln \int Dz \int Dt
              \left( \sum_{s=\pm1} e^{(\sqrt{\hat q}\, t + \hat p) s} H_s(z) \right)^y \right\}

    The reference state need not be a fixed point. The extremum is the first local maximum above the
    overlap of independent replicas, :math:`q_1 = (1-2d)^2`; the groups of coincident replicas,
    :math:`q_1 = 1`, are another one, of value :math:`\Phi(J_D) + h(d)`. It satisfies

    .. math:: \langle T \rangle = 1 - 2d, \qquad \langle T^2 \rangle = q_1, \qquad
              \langle (\partial_\zeta \ln M)^2 \rangle = \hat q

    (see `replica.groups.one_site`), and is followed from a large self-coupling, where it is close
    to independent replicas (see `replica.groups.reference_extremum`).

    Parameters
    ----------
    y
        Number of replicas, in [1, 10^4], real; any shape.
    d
        Distance from the reference state, in [10^-4, 0.4999]; broadcast against `y`.
    J_D
        Self-coupling, in [0, 5]; broadcast against `y`.
    throw
        Whether to raise where no extremum is found (there is none for small `y` where `d` and
        `J_D` are small), or to return nan there and say so in `converged`.

    Returns
    -------
    The entropies in nats per neuron, with an estimate of their error.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.
    ConvergenceError
        If no extremum is found, and `throw`.

    References
    ----------
    `docs/theory/clusters.md`.

    Examples
    --------
    >>> import replica
    >>> replica.reference_clusters(y=3, d=0.1, J_D=0.3)
    ReferenceState(y=3, d=0.1, J_D=0.3: free_entropy=0.616939, ...)
    """
    y, d, J_D = np.broadcast_arrays(
        domains.reals("y", y, low=1, high=Y_MAX),
        domains.reals("d", d, low=D_MIN, high=D_MAX),
        domains.reals("J_D", J_D, low=0, high=J_D_MAX),
    )
    throw = domains.boolean("throw", throw)
    found = [solve(*point) for point in zip(y.flat, d.flat, J_D.flat, strict=True)]
    for state in found:
        if throw and not state.converged:
            raise ConvergenceError(
                f"no extremum between independent and coincident replicas found at y={state.y}, "
                f"d={state.d}, J_D={state.J_D}: try a larger y; throw=False goes on"
            )
    return gather(ReferenceState, found, y.shape)


def reference_local_entropy(
    d: npt.ArrayLike, J_D: npt.ArrayLike, throw: bool = True
) -> ReferenceState:
    r"""Return the entropy of fixed points at distance d from the best reference states.

    It is that of `reference_clusters` at the :math:`y^*` of zero complexity. At small `d` and
    `J_D` there may be none: the extremum vanishes first.

    Parameters
    ----------
    d
        Distance from the reference state, in [10^-4, 0.4999]; any shape.
    J_D
        Self-coupling, in [0, 5]; broadcast against `d`.
    throw
        Whether to raise where no :math:`y^* \le 10^4` exists, or to say so in `converged`.

    Returns
    -------
    The state at :math:`y^*`, which is its attribute `y`. A point takes a third of a second; to find
    that there is no :math:`y^*`, up to a minute.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.
    ConvergenceError
        If no :math:`y^*` is found, and `throw`.

    References
    ----------
    `docs/theory/clusters.md`.

    Examples
    --------
    >>> import replica
    >>> state = replica.reference_local_entropy(d=0.1, J_D=0.3)
    >>> round(float(state.y), 2), round(float(state.local_entropy), 4)
    (20.63, 0.1289)
    """
    d, J_D = np.broadcast_arrays(
        domains.reals("d", d, low=D_MIN, high=D_MAX),
        domains.reals("J_D", J_D, low=0, high=J_D_MAX),
    )
    throw = domains.boolean("throw", throw)
    found = [_zero_complexity(*point) for point in zip(d.flat, J_D.flat, strict=True)]
    if throw:
        demand(found, Y_MAX)
    return gather(ReferenceState, found, d.shape)


def densest_reference(d: npt.ArrayLike, J_D: npt.ArrayLike) -> Floats:
    r"""Return the limit of many replicas around a reference, :math:`\lim \Phi_\mathrm{ref}/y`.

    The replicas become independent given the reference, :math:`q_1 = p^2` with :math:`p = 1-2d`,
    and all neurons of the reference take the field z that leaves most fixed points around it,

    .. math:: S_\infty(d) = h(d) + \max_z \left[ (1-d) \ln H_+(z) + d \ln H_-(z) \right], \qquad
              H_\pm(z) = \Phi\left( \frac{J_D \pm p z}{\sqrt{1-p^2}} \right).

    No reference state has a larger local entropy. Few networks, if any, have one with this
    entropy: the complexity is negative there, or close to zero at large :math:`J_D`.

    Parameters
    ----------
    d
        Distance from the reference state, in (0, 1/2); any shape.
    J_D
        Self-coupling, >= 0; broadcast against `d`.

    Returns
    -------
    Nats per neuron, of the common shape (a float for single numbers).

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.
    ConvergenceError
        If the maximum is not found.

    References
    ----------
    `docs/theory/clusters.md`.

    Examples
    --------
    >>> import replica
    >>> replica.densest_reference(d=[0.05, 0.1], J_D=0.3).round(4)
    array([0.1108, 0.1455])
    """
    from scipy.optimize import elementwise

    d, J_D = np.broadcast_arrays(
        domains.reals("d", d, low=0, high=0.5), domains.reals("J_D", J_D, low=0)
    )
    if ((d == 0) | (d == 0.5)).any():
        raise ValueError(f"d must be a number in (0, 1/2), got {d[(d == 0) | (d == 0.5)].flat[0]}")
    p, sigma = 1 - 2 * d, 2 * np.sqrt(d * (1 - d))

    def loss(z: Floats, d: Floats, J_D: Floats, p: Floats, sigma: Floats) -> Floats:
        up, down = special.log_ndtr((J_D + p * z) / sigma), special.log_ndtr((J_D - p * z) / sigma)
        return np.asarray(-(1 - d) * up - d * down)

    # concave in z: it rises at 0, and falls where the minority would be almost surely unstable
    args = (d, J_D, p, sigma)
    far = (J_D + 10) / p
    found = elementwise.find_minimum(loss, (-far / 2, far / 4, far), args=args)
    if not found.success.all():
        raise ConvergenceError(f"no maximum found at d={d[~found.success].flat[0]}")
    return (special.entr(d) + special.entr(1 - d) - found.f_x)[()]


def solve(y: float, d: float, J_D: float, guess: Floats | None = None) -> ReferenceState:
    """Return the solution at one point; `guess` is of the unknowns."""
    step = min(0.05, 1 / np.sqrt(y))
    finest = step / 16
    x = extremum(y, d, J_D, step, guess)
    while x is not None:
        site, overlap = site_at(x, y, J_D, step)
        fine, half, quarter = (_entropies(site, overlap, d, x[1], coarse) for coarse in (1, 2, 4))
        error = extrapolated(fine, half, quarter)
        if step <= finest or (error <= _ENOUGH + rounding(site)).all():
            break
        step /= 2
        x = root(x, y, d, J_D, step)
    if x is None:
        return _missing(y, d, J_D)
    error += rounding(site) + _inexactness(x, y, d, J_D, step)
    free_entropy, local_entropy, complexity = fine.tolist()
    return ReferenceState(
        y=y,
        d=d,
        J_D=J_D,
        free_entropy=free_entropy,
        local_entropy=local_entropy,
        complexity=complexity,
        q_hat=site.q_hat,
        residual=2 * d - site.mean(site.spin_gap),
        error=float(error.max()),
        converged=bool(error[0] < 1e-8 * max(1.0, abs(fine[0]))),
        overlap=overlap,
        p_hat=float(x[1]),
    )


def _missing(y: float, d: float, J_D: float) -> ReferenceState:
    nan = float("nan")
    return ReferenceState(y, d, J_D, nan, nan, nan, nan, nan, nan, False, nan, nan)


def _inexactness(x: Floats, y: float, d: float, J_D: float, step: float) -> Floats:
    """Return the change of the entropies in another step towards the extremum."""

    def excess_and_entropies(x: Floats) -> Floats:
        site, overlap = site_at(x, y, J_D, step)
        return np.append(excess(x, y, d, J_D, step), _entropies(site, overlap, d, x[1], 1))

    slopes = derivatives(excess_and_entropies, x)
    return np.abs(slopes[3:] @ np.linalg.solve(slopes[:3], excess(x, y, d, J_D, step)))


def _entropies(site: OneSite, overlap: float, d: float, p_hat: float, coarse: int) -> Floats:
    """Return free entropy, local entropy and complexity."""
    y, q_hat = site.y, site.q_hat
    log_I, log_M = site.log_I(coarse), site.mean(site.log_M, coarse)
    q_part = q_hat * (overlap * y * (y - 1) + y) / 2
    return np.array(
        [
            np.log(2) + log_I - q_part - y * p_hat * (1 - 2 * d),
            log_M - q_hat * (overlap * (2 * y - 1) + 1) / 2 - p_hat * (1 - 2 * d),
            np.log(2) + log_I - y * log_M + q_hat * overlap * y**2 / 2,
        ]
    )


def _zero_complexity(d: float, J_D: float) -> ReferenceState:
    """Return the solution at the y of zero complexity, or the one where the search ended.

    The complexity falls with y; below some y there may be no extremum, so that the search is not
    that of `replica.groups.zero_complexity`.
    """
    solutions: dict[float, ReferenceState] = {}

    def at(log_y: float) -> ReferenceState:
        if log_y not in solutions:
            y = min(float(np.exp(log_y)), Y_MAX)
            found = [state for state in solutions.values() if state.converged]
            solutions[log_y] = solve(y, d, J_D, _guess(y, found[-1]) if found else None)
        return solutions[log_y]

    low = high = np.log(20.0)
    while (state := at(low)).converged and state.complexity < 0:
        if low == 0:
            return replace(state, converged=False)
        high, low = low, max(0.0, low - np.log(_FACTOR))
    while not (state := at(high)).converged or state.complexity > 0:
        if high >= np.log(Y_MAX):
            return replace(state, converged=False)
        low, high = high, high + np.log(_FACTOR)
    while not (state := at(low)).converged:  # find an end of the bracket above the vanishing
        middle = (low + high) / 2
        if high - low < 1e-3:
            return state
        state = at(middle)
        low, high = (low, middle) if state.converged and state.complexity < 0 else (middle, high)
    return at(optimize.brentq(lambda log_y: at(log_y).complexity, low, high, xtol=1e-12))


def _guess(y: float, near: ReferenceState) -> Floats:
    """Return about the extremum, from that at another y: y q_hat varies little."""
    return np.array([np.log(near.q_hat * near.y / y), near.p_hat, special.logit(near.overlap)])
