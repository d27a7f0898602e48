"""Clusters of fixed points of two coupled layers: groups of y replicas at one mutual distance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt

from foundation import domains
from replica.gauss.orthant import Floats
from replica.groups.cluster_state import ClusterState, Number
from replica.groups.pointwise import at, pointwise
from replica.two_layers.site import TwoLayerSite, two_layer_site

Y_MAX, D_MIN, D_MAX, COUPLING_MAX = 150.0, 1e-3, 0.49, 2.0  # the domain that the tests certify

_STEPS = (0.8, 0.6, 0.45, 0.33)  # of ever finer grids
_ENOUGH, _TOLERATED = 1e-8, 1e-6  # errors of the entropies
_ITERATIONS = 30


@dataclass(frozen=True, eq=False, repr=False)
class TwoLayerState(ClusterState):
    """Groups of y fixed points of two layers, at mutual distance d in each.

    Entropies are per neuron of either layer. The attributes are those of `ClusterState`, and `lam`,
    the coupling between the layers.

    Examples
    --------
    >>> import replica
    >>> state = replica.two_layer_clusters(y=2, d=0.1, J_D=0.1, lam=0.3)
    >>> state
    TwoLayerState(y=2, d=0.1, J_D=0.1, lam=0.3: free_entropy=0.113499, ...)
    >>> round(float(state.complexity), 4)
    0.0746
    """

    _against: ClassVar[tuple[str, ...]] = ("d", "J_D", "lam", "y")

    _arguments: ClassVar[tuple[str, ...]] = ("y", "d", "J_D", "lam")

    lam: Number


def two_layer_clusters(
    y: npt.ArrayLike, d: npt.ArrayLike, J_D: npt.ArrayLike, lam: npt.ArrayLike, throw: bool = True
) -> TwoLayerState:
    r"""Return the entropies of groups of y fixed points of two layers, at distance d in each.

    .. math:: \Phi(y, d) = \tfrac12 \min_{\hat q} \left\{ -\hat q\, [q_1 y(y-1) + y] + \ln \int
              Dz_1 Dz_2 \int Dt_1 Dt_2\, M^y \right\}, \qquad q_1 = 1 - 2d,

    .. math:: M = \sum_{s_1, s_2 = \pm1} e^{\sqrt{\hat q}\,(t_1 s_1 + t_2 s_2)} \prod_{l=1,2}
              \Phi\!\left(\frac{J_D + \lambda s_1 s_2 + s_l \sqrt{q_1} z_l}{\sqrt{1-q_1}}\right).

    It is read like that of a single layer, with which it agrees at :math:`\lambda = 0`. The minimum
    is where the squared mean spin of a replica in one layer, averaged with the weight :math:`M^y`,
    is :math:`q_1`; the secant method finds it for the logits of both. The sums over the four fields
    are trapezoidal, on finer grids until the error is below 1e-8.

    Parameters
    ----------
    y
        Number of replicas, in [1, 150], real; any shape. The larger, the slower: a grid takes a few
        milliseconds at y = 2, seconds at y = 100.
    d
        Mutual distance in each layer, in [0.001, 0.49]; broadcast against `y`.
    J_D
        Self-coupling, in [0, 2]; broadcast against `y`.
    lam
        Coupling between the layers, in [0, 2]; broadcast against `y`.
    throw
        Whether to raise where the minimum is not found to 1e-6, or to say so in `converged` and
        `status`.

    Returns
    -------
    The entropies in nats per neuron, with an estimate of their error.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.
    ConvergenceError
        If the minimum is not found, and `throw`.

    References
    ----------
    `docs/theory/layered.md`.

    Examples
    --------
    >>> import replica
    >>> replica.two_layer_clusters(y=3, d=0.1, J_D=0.0, lam=0.3)
    TwoLayerState(y=3, d=0.1, J_D=0, lam=0.3: free_entropy=-0.01196...
    """
    return pointwise(
        TwoLayerState,
        solve,
        domains.reals("y", y, low=1, high=Y_MAX),
        domains.reals("d", d, low=D_MIN, high=D_MAX),
        domains.reals("J_D", J_D, low=0, high=COUPLING_MAX),
        domains.reals("lam", lam, low=0, high=COUPLING_MAX),
        throw=throw,
    )


def solve(
    y: float, d: float, J_D: float, lam: float, log_q_hat: float | None = None
) -> TwoLayerState:
    """Return the solution at one point, from the grid that suffices; `log_q_hat` is a guess."""
    if log_q_hat is None:  # many replicas are spins in a mean field
        root = np.sqrt(1 - 2 * d)
        log_q_hat = float(np.log(root * np.arctanh(root) / (1 + (y - 1) * root**2)))
    for step in _STEPS:
        extremum = _extremum(y, d, J_D, lam, log_q_hat, step)
        site, log_q_hat = extremum.site, extremum.log_q_hat
        q_hat = float(np.exp(log_q_hat))
        free, local, complexity = _entropies(y, d, q_hat, site)
        error = _error(y, d, q_hat, site)
        if error < _ENOUGH:
            break
    residual = site.overlap() - 1 + 2 * d
    missing = _missing(extremum.found, residual, error)
    return TwoLayerState(
        y=y,
        d=d,
        J_D=J_D,
        lam=lam,
        free_entropy=float(free),
        local_entropy=float(local),
        complexity=float(complexity),
        q_hat=q_hat,
        residual=residual,
        error=error,
        converged=not missing,
        status=f"{missing} at {at(y=y, d=d, J_D=J_D, lam=lam)}; try a smaller y."
        if missing
        else "The minimum was found.",
    )


def _missing(found: bool, residual: float, error: float) -> str:
    """Say what is missing for a solution, if anything is."""
    if not found:
        return f"No minimum was found in {_ITERATIONS} steps (the overlap is off by {residual:.1e})"
    if not error < _TOLERATED:
        return f"The minimum was found to an error of {error:.1e} only"
    return ""


class _Extremum(NamedTuple):
    """The site whose overlap is as asked for, if it was found, and its ln q_hat."""

    site: TwoLayerSite
    log_q_hat: float
    found: bool


def _extremum(
    y: float, d: float, J_D: float, lam: float, log_q_hat: float, step: float
) -> _Extremum:
    """Find the overlap 1 - 2d: its logit is close to a straight line of slope one in ln q_hat."""
    target = np.log((1 - 2 * d) / (2 * d))
    slope, last, last_excess = 1.0, np.nan, np.nan
    for _ in range(_ITERATIONS):
        site = two_layer_site(y, float(np.exp(log_q_hat)), d, J_D, lam, step)
        overlap = site.overlap()
        excess = np.log(overlap / (1 - overlap)) - target
        if abs(excess) < 1e-9:
            return _Extremum(site, log_q_hat, True)
        if np.isfinite(last):
            slope = float(np.clip((excess - last_excess) / (log_q_hat - last), 0.1, 10))
        last, last_excess = log_q_hat, excess
        log_q_hat -= float(np.clip(excess / slope, -1, 1))
    return _Extremum(site, last, False)


def _entropies(
    y: float, d: float, q_hat: float, site: TwoLayerSite, z: int = 0, t: int = 0
) -> Floats:
    """Return free entropy, local entropy and complexity."""
    q_1 = 1 - 2 * d
    free = (site.log_I(z, t) - q_hat * (q_1 * y * (y - 1) + y)) / 2
    local = (site.log_M(z, t) - q_hat * (q_1 * (2 * y - 1) + 1)) / 2
    return np.array([free, local, free - y * local])


def _error(y: float, d: float, q_hat: float, site: TwoLayerSite) -> float:
    """Estimate the error from the coarser grids: it falls at least as fast as between them."""
    fine = _entropies(y, d, q_hat, site)
    error = 4 * np.finfo(float).eps * y * (1 + y * q_hat)  # the exponents' rounding
    # the local entropy is not stationary in q_hat
    error += y**2 * q_hat * abs(site.overlap() - 1 + 2 * d) / (2 * d * (1 - 2 * d))
    for z, t in ((1, 0), (0, 1)):
        half = _entropies(y, d, q_hat, site, z, t)
        quarter = _entropies(y, d, q_hat, site, 2 * z, 2 * t)
        last, before = np.abs(fine - half).max(), np.abs(half - quarter).max()
        error += last * min(1.0, last / before) if before > 0 else last
    return float(error)
