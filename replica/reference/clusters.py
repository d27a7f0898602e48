"""Clusters of fixed points around a free reference state."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from foundation import domains
from replica.gauss.orthant import Floats
from replica.groups.cluster import FOUND
from replica.groups.cluster_state import ClusterState, Number
from replica.groups.clusters import D_MAX, D_MIN, J_D_MAX, Y_MAX
from replica.groups.pointwise import at, pointwise
from replica.groups.quadrature_error import extrapolated, rounding
from replica.groups.site import Site
from replica.reference.extremum import (
    Unknowns,
    derivatives,
    excess,
    extremum,
    overlap_at,
    root,
    site_at,
)

_ENOUGH = 1e-12  # error of the quadrature, beyond that of rounding
_TOLERATED = 1e-8  # error of the free entropy, relative to it where it is larger than one


@dataclass(frozen=True, eq=False, repr=False)
class ReferenceState(ClusterState):
    r"""Groups of y fixed points at distance d from a reference state.

    The attributes are those of `ClusterState`, and two more; the `residual` is that of the overlap
    with the reference state.

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

    (see `replica.groups.site`), and is followed from a large self-coupling, where it is close
    to independent replicas (see `replica.reference.extremum`).

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
        `J_D` are small), or to return nan there and say so in `converged` and `status`.

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
    return pointwise(
        ReferenceState,
        solve,
        domains.reals("y", y, low=1, high=Y_MAX),
        domains.reals("d", d, low=D_MIN, high=D_MAX),
        domains.reals("J_D", J_D, low=0, high=J_D_MAX),
        throw=throw,
    )


def solve(y: float, d: float, J_D: float, guess: Floats | None = None) -> ReferenceState:
    """Return the solution at one point; `guess` is of the unknowns."""
    step = min(0.05, 1 / np.sqrt(y))
    finest = step / 16
    x = extremum(y, d, J_D, step, guess)
    while x is not None:
        here, overlap, p_hat = site_at(x, y, J_D, step), overlap_at(x, y), Unknowns(*x).p_hat
        entropies = [_entropies(here, overlap, d, p_hat, coarse) for coarse in (1, 2, 4)]
        error = extrapolated(*entropies)
        if step <= finest or (error <= _ENOUGH + rounding(here)).all():
            break
        step /= 2
        x = root(x, y, d, J_D, step)
    if x is None:
        return _missing(y, d, J_D)
    error += rounding(here) + _inexactness(x, y, d, J_D, step)
    free_entropy, local_entropy, complexity = entropies[0].tolist()
    converged = bool(error[0] < _TOLERATED * max(1.0, abs(free_entropy)))
    return ReferenceState(
        y=y,
        d=d,
        J_D=J_D,
        free_entropy=free_entropy,
        local_entropy=local_entropy,
        complexity=complexity,
        q_hat=here.q_hat,
        residual=2 * d - here.mean(here.spin_gap),
        error=float(error.max()),
        converged=converged,
        status=FOUND
        if converged
        else f"The extremum was found to an error of {error[0]:.1e} only at "
        f"{at(y=y, d=d, J_D=J_D)}; try a smaller y.",
        overlap=overlap,
        p_hat=float(p_hat),
    )


def _missing(y: float, d: float, J_D: float) -> ReferenceState:
    """Return what there is where no extremum is found."""
    numbers = {field.name: float("nan") for field in fields(ReferenceState)}
    where = {"y": y, "d": d, "J_D": J_D}
    status = (
        f"No extremum between independent and coincident replicas was found at {at(**where)}; try "
        "a larger y."
    )
    return ReferenceState(**{**numbers, **where, "converged": False, "status": status})


def _inexactness(x: Floats, y: float, d: float, J_D: float, step: float) -> Floats:
    """Return the change of the entropies in another step towards the extremum."""

    def excess_and_entropies(x: Floats) -> Floats:
        here = site_at(x, y, J_D, step)
        entropies = _entropies(here, overlap_at(x, y), d, Unknowns(*x).p_hat, 1)
        return np.append(excess(x, y, d, J_D, step), entropies)

    slopes = derivatives(excess_and_entropies, x)
    return np.abs(slopes[3:] @ np.linalg.solve(slopes[:3], excess(x, y, d, J_D, step)))


def _entropies(site: Site, overlap: float, d: float, p_hat: float, coarse: int) -> Floats:
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
