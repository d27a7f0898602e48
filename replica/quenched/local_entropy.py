"""The entropy of the densest clusters of a typical network."""

from __future__ import annotations

import math
from dataclasses import fields
from typing import Any

import numpy.typing as npt

from foundation import domains
from replica.gauss.inverse_mills import inverse_mills
from replica.gauss.orthant import Floats
from replica.groups.cluster import Cluster
from replica.groups.local_entropy import densest
from replica.groups.pointwise import at, pointwise
from replica.quenched.block_level import block_level
from replica.quenched.densest_state import DensestState
from replica.quenched.many_replicas import Extremum, Unknowns, extremum

D_MIN, D_MAX, J_D_MIN, J_D_MAX = 0.005, 0.48, 0.001, 1.0  # the domain that was looked at
_FLAT = 1e-8  # residual that counts as none
_PRECISE = 1e-7  # largest error
_MANY = 1e6  # replicas y beyond which jumps of the spin do not matter
_VANISHED = 1e-7  # chi below which the search has run into the end of its branch


def quenched_local_entropy(
    d: npt.ArrayLike, J_D: npt.ArrayLike, throw: bool = True
) -> DensestState:
    r"""Return the entropy of fixed points inside the densest clusters of a typical network.

    .. math:: S_\max = \lim_{y\to\infty} \frac{\Phi_q(y, d)}{y}
              = \mathrm{ext}_{\hat q, \chi, \hat\chi, x} \Big\{ -\tfrac12 [\hat\chi q_1
              + \hat q (1 - q_1 + \chi + x q_1)] + \frac1x \ln \int Dz\, Dt\,
              e^{xW(\sqrt{\hat q} t, \sqrt{q_1} z)} \Big\},

    .. math:: W(u_0, \zeta_0) = \max_{a, b} \Big[ \ln M(u_0 + a, \zeta_0 + b)
              - \frac{a^2}{2\hat\chi} - \frac{b^2}{2\chi} \Big],

    with :math:`\Phi_q` the typical entropy of groups, in which groups of one cluster have their own
    overlap :math:`q_0 = q_1 - \chi/y`. It lies below `local_entropy`, an upper bound, by about the
    square of that one's slope. (Groups of one cluster lower their overlap where the bound grows
    with d. Where it falls, :math:`\chi` would be negative: there the equations have no solution.)
    The search starts from that bound, by MINPACK's hybrid method, and ends on a finer grid by
    Broyden's.

    Parameters
    ----------
    d
        Mutual distance, in [0.005, 0.48]; any shape.
    J_D
        Self-coupling, in [0.001, 1]; broadcast against `d`.
    throw
        Whether to raise where it is not found (where the upper bound falls with d, or is not found
        itself: at d < 0.007 and J_D > 0.7), or to say so in `converged` and `status`, with numbers
        that are nan.

    Returns
    -------
    The entropy in nats per neuron, with its stabilities. A point takes a tenth of a second, at
    J_D > 0.5 up to half a second for d below 0.03 or close to 1/2.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.
    ConvergenceError
        If it is not found, and `throw`.

    References
    ----------
    `docs/theory/typical.md`.

    Examples
    --------
    >>> import replica
    >>> states = replica.quenched_local_entropy(d=[0.1, 0.2], J_D=0.3)
    >>> states.local_entropy.round(6), states.upper_bound.round(6)
    (array([0.098113, 0.140927]), array([0.099032, 0.142253]))

    Between the maximum and the minimum of the upper bound there is no solution:

    >>> print(replica.quenched_local_entropy(0.01, J_D=0.06, throw=False).status)
    The upper bound falls with d at d=0.01, J_D=0.06, where clusters ...
    """
    return pointwise(
        DensestState,
        solve,
        domains.reals("d", d, low=D_MIN, high=D_MAX),
        domains.reals("J_D", J_D, low=J_D_MIN, high=J_D_MAX),
        throw=throw,
    )


def solve(d: float, J_D: float) -> DensestState:
    """Return the densest clusters at one point."""
    bound = densest(d, J_D)
    missing = no_start(bound)
    if missing:
        return _missing(d, J_D, missing)
    upper_bound = float(bound.local_entropy)
    found = extremum(bound)
    missing = _status(found, upper_bound)
    if missing:
        return _missing(
            d,
            J_D,
            f"{missing} at {at(d=d, J_D=J_D)}; try a larger d, or a distance at which the upper "
            "bound is steeper.",
        )
    smooth = determinant(d, J_D, found.unknowns) > 0
    block, status = _block(found, smooth)
    return DensestState(
        d=d,
        J_D=J_D,
        local_entropy=found.point.entropy,
        upper_bound=upper_bound,
        **found.unknowns._asdict(),
        **_stabilities(found.point.means, 1 - 2 * d, found.unknowns),
        **block,
        smooth=smooth,
        residual=found.residual,
        error=found.error,
        converged=True,
        status=status,
    )


def no_start(bound: Cluster) -> str:
    """Say why there is no search from an upper bound, if there is none."""
    if not bound.converged:
        return f"The search starts from the upper bound, which is missing. {bound.status}"
    if bound.slope_d <= 0:
        return (
            f"The upper bound falls with d at {at(d=bound.d, J_D=bound.J_D)}, where clusters are "
            "not stationary in their overlap; try a larger d or J_D."
        )
    return ""


def _status(found: Extremum, upper_bound: float) -> str:
    """Say what is missing for a solution, if anything is."""
    if not found.residual < _FLAT:
        return f"No extremum was found (the residual is {found.residual:.1e})"
    if not found.error < _PRECISE:
        return f"The extremum was found to an error of {found.error:.1e} only"
    if min(found.unknowns.chi, found.unknowns.chi_hat) < _VANISHED:
        return "No extremum was found (the search ended where it joins the upper bound)"
    if found.point.entropy > upper_bound + found.error + 1e-12:
        return "The extremum that was found lies above the upper bound"
    return ""


def _missing(d: float, J_D: float, status: str) -> DensestState:
    numbers: dict[str, Any] = {field.name: math.nan for field in fields(DensestState)}
    found = {"d": d, "J_D": J_D, "smooth": False, "converged": False, "status": status}
    return DensestState(**{**numbers, **found})


def _stabilities(means: Floats, q_1: float, unknowns: Unknowns) -> dict[str, float]:
    """Return two of the eigenvalues from the averages of `ground_state.averages`."""
    z_T, z_g, uu, uz, zz = means[5:10].tolist()
    coupled = 1 - q_1 + unknowns.chi + unknowns.x * q_1
    return {
        "inner_stability": uz + math.sqrt(uu * zz),
        "outer_stability": z_T**2 / q_1 + coupled * abs(z_g) / math.sqrt(q_1),
    }


def _block(found: Extremum, smooth: bool) -> tuple[dict[str, float], str]:
    """Return the eigenvalue of the groups of a block, and say what jumps mean for it."""
    if not smooth:
        return {"block_stability": math.inf, "block_stability_error": 0.0}, (
            "The extremum was found; the spin of a site jumps at fields around zero, where "
            "block_stability diverges."
        )
    level = block_level(found.point.means, found.coarse.means)
    status = "The extremum was found."
    if level.replicas < _MANY:
        status = (
            "The extremum was found; block_stability leaves out that the spin of a site jumps at "
            f"fields further out, which matters from about y = {level.replicas:.1g} on."
        )
    return {"block_stability": level.eigenvalue, "block_stability_error": level.error}, status


def determinant(d: float, J_D: float, unknowns: Unknowns) -> float:
    r"""Return :math:`\det(1 - \mathrm{diag}(\hat\chi, \chi) (\ln M)'')` at vanishing fields."""
    w = J_D / math.sqrt(2 * d)
    slope = float(inverse_mills(w))  # type: ignore[arg-type]
    chi, chi_hat = unknowns.chi / (2 * d), unknowns.chi_hat
    return (1 - chi_hat) * (1 + chi * w * slope) - chi * chi_hat * slope**2
