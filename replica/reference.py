"""Clusters of fixed points around a free reference state."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import optimize, special

from networks import domains
from replica.clusters import D_MAX, D_MIN, J_D_MAX, Y_MAX, extrapolated, rounding
from replica.common_field import common_field
from replica.one_site import OneSite, one_site
from replica.orthant import Floats
from replica.states import ClusterState, Number, gather

_ENOUGH = 1e-12  # error of the quadrature of ln I, relative to max(1, |ln I|)
_FACTOR = 2.0  # between the numbers of replicas tried for a bracket
_EASY = 1.0  # self-coupling from which on iteration finds the extremum
_CLOSE = 0.01  # step in the self-coupling at which the extremum is given up
_BOUNDS = np.array([[-40, -50, -18], [5, 50, 14]])  # of the unknowns


@dataclass(frozen=True, eq=False, repr=False)
class ReferenceState(ClusterState):
    r"""Groups of y fixed points at distance d from a reference state.

    Attributes
    ----------
    overlap
        Overlap :math:`q_1` between two of them, at the extremum.
    p_hat
        Conjugate of the overlap with the reference state.
    """

    overlap: Number = 0.0
    p_hat: Number = 0.0


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

    (see `replica.one_site`), found by iteration of these equations and finished by a root finder.

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
        If an argument is not as said.
    RuntimeError
        If no extremum is found, and `throw`.

    References
    ----------
    `docs/theory/clusters.md`.

    Examples
    --------
    >>> reference_clusters(y=3, d=0.1, J_D=0.3)
    ReferenceState(y=3, d=0.1, J_D=0.3: free_entropy=0.616939, ...)
    """
    y, d, J_D = np.broadcast_arrays(
        domains.reals("y", y, low=1, high=Y_MAX),
        domains.reals("d", d, low=D_MIN, high=D_MAX),
        domains.reals("J_D", J_D, low=0, high=J_D_MAX),
    )
    found = [solve(*point) for point in zip(y.flat, d.flat, J_D.flat, strict=True)]
    for state in found:
        if throw and not state.converged:
            raise RuntimeError(
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
    The state at :math:`y^*`, which is its attribute `y`.

    Raises
    ------
    TypeError, ValueError
        If an argument is not as said.
    RuntimeError
        If no :math:`y^*` is found, and `throw`.

    References
    ----------
    `docs/theory/clusters.md`.
    """
    d, J_D = np.broadcast_arrays(
        domains.reals("d", d, low=D_MIN, high=D_MAX),
        domains.reals("J_D", J_D, low=0, high=J_D_MAX),
    )
    found = [_zero_complexity(*point) for point in zip(d.flat, J_D.flat, strict=True)]
    for state in found:
        if throw and not state.converged:
            raise RuntimeError(
                f"no y in [1, {Y_MAX:g}] has zero complexity at d={state.d}, J_D={state.J_D}: "
                f"it is {state.complexity:.3g} at y={state.y:g}; throw=False goes on"
            )
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
        If an argument is not as said.
    RuntimeError
        If the maximum is not found.

    References
    ----------
    `docs/theory/clusters.md`.
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
        raise RuntimeError(f"no maximum found at d={d[~found.success].flat[0]}")
    return (special.entr(d) + special.entr(1 - d) - found.f_x)[()]


class _Reference(NamedTuple):
    """The solution at one point."""

    y: float
    d: float
    J_D: float
    free_entropy: float
    local_entropy: float
    complexity: float
    q_hat: float
    residual: float
    error: float
    converged: bool
    overlap: float
    p_hat: float


def solve(y: float, d: float, J_D: float, near: _Reference | None = None) -> _Reference:
    """Return the solution at one point, by way of that at another y if `near` is given."""
    step = min(0.05, 1 / np.sqrt(y))
    found = None if near is None else _beside(near, y, d, J_D, step)
    x, converged = _follow(y, d, J_D, step) if found is None else (found, True)
    for _ in range(5):
        if not converged:
            return _missing(y, d, J_D)
        site, overlap = _site(x, y, J_D, step)
        fine, half, quarter = (_entropies(site, overlap, d, x[1], coarse) for coarse in (1, 2, 4))
        error = extrapolated(fine, half, quarter)
        if error[0] <= _ENOUGH * max(1.0, abs(fine[0])):
            break
        step /= 2
        x, converged = _root(x, y, d, J_D, step)
    free_entropy, local_entropy, complexity = fine.tolist()
    return _Reference(
        y=y,
        d=d,
        J_D=J_D,
        free_entropy=free_entropy,
        local_entropy=local_entropy,
        complexity=complexity,
        q_hat=site.q_hat,
        residual=2 * d - site.mean(site.spin_gap),
        error=float((error + rounding(site)).max()),
        converged=bool(error[0] < 1e-8 * max(1.0, abs(fine[0]))),
        overlap=overlap,
        p_hat=float(x[1]),
    )


def _missing(y: float, d: float, J_D: float) -> _Reference:
    nan = float("nan")
    return _Reference(y, d, J_D, nan, nan, nan, nan, nan, nan, False, nan, nan)


def _follow(y: float, d: float, J_D: float, step: float) -> tuple[Floats, bool]:
    """Return the extremum, followed from a large self-coupling, and whether it does not vanish.

    The unknowns are ln q_hat, p_hat and the logit of the overlap.
    """
    path = [J_D] if J_D >= _EASY else list(np.linspace(J_D, _EASY, 7))
    x, before = _iterate(y, d, path[-1], step), None
    while path:
        there, found = _root(x, y, d, path[-1], step)
        if before is not None:
            found = found and _same_branch(x, there)
        if found:
            x, before = there, path.pop()
        elif before is None or before - path[-1] < _CLOSE:
            return x, False
        else:
            path.append((before + path[-1]) / 2)
    return x, True


def _beside(near: _Reference, y: float, d: float, J_D: float, step: float) -> Floats | None:
    """Return the extremum on the branch of `near`, if it is close."""
    if not near.converged:
        return None
    log_q_hat = np.log(near.q_hat * near.y / y)  # y q_hat varies little
    x = np.array([log_q_hat, near.p_hat, special.logit(near.overlap)])
    there, found = _root(x, y, d, J_D, step)
    return there if found and _same_branch(x, there) else None


def _same_branch(x: Floats, there: Floats) -> bool:
    return bool((np.abs(there - x)[[0, 2]] < 0.7).all())


def _iterate(y: float, d: float, J_D: float, step: float) -> Floats:
    """Return about the extremum: iterate, starting from independent replicas."""
    x = np.array([np.log(0.1 / y), np.arctanh(1 - 2 * d), 2 * special.logit(1 - d) - np.log(2)])
    for _ in range(60):
        site, _ = _site(x, y, J_D, step)
        gap, spread = site.mean(site.spin_gap), site.mean(site.spread)
        by_p_hat = spread + y * max(1 - spread - (1 - gap) ** 2, 0)  # derivative of <T>
        curvature = site.mean(site.log_M_zeta_2)
        change = [np.log(curvature) - x[0], (gap - 2 * d) / by_p_hat, -special.logit(spread) - x[2]]
        change = np.clip(change, -0.5, 0.5)
        x = x + change
        if np.abs(change).max() < 3e-3:
            break
    return x


def _root(x: Floats, y: float, d: float, J_D: float, step: float) -> tuple[Floats, bool]:
    """Return the root of the equations of the extremum close to x, and whether it was found."""

    def excess(x: Floats) -> Floats:
        site, _ = _site(x, y, J_D, step)
        means = [site.mean(v) for v in (site.log_M_zeta_2, site.spin_gap, site.spread)]
        curvature, gap, spread = np.clip(means, 1e-300, [np.inf, 2 - 1e-15, 1 - 1e-15])
        images = [np.log(curvature), special.logit(gap / 2), -special.logit(spread)]
        return images - np.array([x[0], special.logit(d), x[2]])

    found = optimize.root(excess, x, tol=1e-12)
    return found.x, bool(np.abs(found.fun).max() < 1e-9)


def _site(x: Floats, y: float, J_D: float, step: float) -> tuple[OneSite, float]:
    """Return the site in given conjugate fields, and the overlap."""
    log_q_hat, p_hat, logit = np.clip(x, *_BOUNDS)
    overlap, distance = float(special.expit(logit)), float(special.expit(-logit)) / 2
    field = common_field(overlap, distance, J_D, step).both_signs
    return one_site(field, y, float(np.exp(log_q_hat)), float(p_hat)), overlap


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


def _zero_complexity(d: float, J_D: float) -> _Reference:
    """Return the solution at the y of zero complexity, or the one where the search ended.

    The complexity falls with y; below some y there may be no extremum.
    """
    solutions: dict[float, _Reference] = {}

    def at(log_y: float, near: _Reference | None = None) -> _Reference:
        if log_y not in solutions:
            solutions[log_y] = solve(min(float(np.exp(log_y)), Y_MAX), d, J_D, near)
        return solutions[log_y]

    low = high = np.log(20.0)
    while (state := at(low)).converged and state.complexity < 0:
        high, low = low, low - np.log(_FACTOR)
    while not (state := at(high)).converged or state.complexity > 0:
        if high >= np.log(Y_MAX):
            return state._replace(converged=False)
        low, high = high, high + np.log(_FACTOR)
    while not (state := at(low)).converged:  # find an end of the bracket above the vanishing
        middle = (low + high) / 2
        if high - low < 1e-3:
            return state
        state = at(middle)
        low, high = (low, middle) if state.converged and state.complexity < 0 else (middle, high)
    near = at(low)
    return at(optimize.brentq(lambda log_y: at(log_y, near).complexity, low, high, xtol=1e-12))
