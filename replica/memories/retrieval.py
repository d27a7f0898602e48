"""Recall, spin glass and forgetting of infinitely many neurons, and the capacity."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from foundation import domains
from replica.groups.pointwise import pointwise
from replica.memories import dilute, hopfield, projected
from replica.memories.field_average import STEP
from replica.memories.state import MemoryCapacity, MemoryState

RULES = ("hebbian", "pseudo-inverse", "diluted")
ALPHA_MAX, T_MAX = 1e6, 1e4
_ROUNDING = 1e-12


def memory_retrieval(
    alpha: npt.ArrayLike, T: npt.ArrayLike = 0.0, rule: str = "hebbian", throw: bool = True
) -> MemoryState:
    r"""Return how well a stored pattern is recalled, for many neurons.

    In the network of Hebb the field of a neuron is :math:`m\xi + \sigma z` (Amit, Gutfreund,
    Sompolinsky),

    .. math:: m = \langle\tanh(m + \sigma z)/T\rangle, \qquad
              \sigma^2 = \frac{\alpha q}{(1-\chi)^2}, \qquad q = 1 - T\chi .

    The pseudo-inverse has no noise in the retrieval state, but a weaker signal,

    .. math:: m = \tanh(m(1-R)/T), \qquad R(1 - \chi + \chi R) = \alpha, \qquad
              \chi = (1 - m^2)/T ,

    and the strongly diluted network, whose :math:`J_{ij}` and :math:`J_{ji}` are independent, has
    :math:`\sigma^2 = \alpha` (Derrida, Gardner, Zippelius).

    All is for :math:`J_D = 0`. With symmetric couplings a self-coupling adds a constant to the
    energy: it changes neither this equilibrium nor these states, but which states are fixed points
    (`memory_fixed_point_entropy`) and the motion (`dynamics.glauber`, which has no equilibrium at
    :math:`J_D > 0`, T > 0).

    Parameters
    ----------
    alpha
        Load, in [0, 1e6]: P/N, or P/(cN) in the diluted network; any shape.
    T
        Temperature, in [0, 1e4]; broadcast against `alpha`.
    rule
        "hebbian", "pseudo-inverse" or "diluted" (asymmetrically, c -> 0).
    throw
        Whether to raise where nothing is found. A load above capacity is no failure: its state has
        the overlap 0, and says so.

    Returns
    -------
    The state with an overlap, whether it is that of the lowest free energy or not: `memory_phase`
    tells. For the first two rules it is replica symmetric: exact where its `stability` is positive.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.
    ConvergenceError
        If nothing is found, and `throw`.

    References
    ----------
    `docs/theory/memories.md`; Amit, Gutfreund, Sompolinsky, Phys. Rev. Lett. 55, 1530 (1985), Ann.
    Phys. 173, 30 (1987); Kanter, Sompolinsky, Phys. Rev. A 35, 380 (1987); Derrida, Gardner,
    Zippelius, Europhys. Lett. 4, 167 (1987).

    Examples
    --------
    >>> import replica
    >>> replica.memory_retrieval(alpha=0.1, T=0.1)
    MemoryState(alpha=0.1, T=0.1: overlap=0.996751, error=..., converged)
    >>> replica.memory_retrieval(0.3, 0.1, rule="pseudo-inverse").overlap > 0.9999
    True
    >>> round(replica.memory_retrieval(0.3, 0.1, rule="diluted").overlap, 4)
    0.8918
    """
    rule = domains.choice("rule", rule, RULES)
    solve = {"hebbian": _hebbian, "pseudo-inverse": _projected, "diluted": _diluted}[rule]
    return pointwise(MemoryState, solve, *_domain(alpha, T), throw=throw)


def memory_spin_glass(
    alpha: npt.ArrayLike, T: npt.ArrayLike = 0.0, throw: bool = True
) -> MemoryState:
    r"""Return the state of the network of Hebb that recalls no pattern.

    Below :math:`T = 1 + \sqrt\alpha` it is a spin glass, m = 0 and q > 0; above, a paramagnet.
    Replica symmetry is broken in all of the spin glass: at T = 0, where

    .. math:: E = -\sqrt{2\alpha/\pi} - 1/\pi ,

    the entropy is negative. For :math:`\alpha\to\infty` it is that of Sherrington and Kirkpatrick
    in units of :math:`\sqrt\alpha`: :math:`-\sqrt{2/\pi} = -0.798` for the exact -0.763.

    Parameters
    ----------
    alpha
        Load, in [0, 1e6]; any shape.
    T
        Temperature, in [0, 1e4]; broadcast against `alpha`.
    throw
        Whether to raise where nothing is found.

    Returns
    -------
    The replica-symmetric state.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain; if both are 0, or alpha is 0 at T < 1,
        where there is no state without an overlap.
    ConvergenceError
        If nothing is found, and `throw`.

    References
    ----------
    `docs/theory/memories.md`; Amit, Gutfreund, Sompolinsky, Ann. Phys. 173, 30 (1987).

    Examples
    --------
    >>> import replica
    >>> state = replica.memory_spin_glass(alpha=0.1)
    >>> round(state.energy, 4), round(state.entropy, 4)
    (-0.5706, -0.0632)
    """
    alpha, T = _domain(alpha, T)
    if (wrong := (alpha == 0) & (T <= 1)).any():
        raise ValueError(
            "alpha must be > 0 at T <= 1, where a pattern is recalled from any start, "
            f"got alpha=0, T={T[wrong][0]:g}"
        )
    return pointwise(MemoryState, _glassy, alpha, T, throw=throw)


def memory_phase(alpha: float, T: float = 0.0) -> str:
    """Return the phase of the network of Hebb, by the free energies of `memory_retrieval`.

    Parameters
    ----------
    alpha
        Load, in [0, 1e6].
    T
        Temperature, in [0, 1e4].

    Returns
    -------
    "retrieval", where patterns have the lowest free energy; "mixed", where they are metastable, in
    a spin glass that is lower; "spin glass"; or "paramagnet".

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    Examples
    --------
    >>> import replica
    >>> [replica.memory_phase(alpha) for alpha in (0.04, 0.1, 0.2)]
    ['retrieval', 'mixed', 'spin glass']
    >>> replica.memory_phase(0.1, T=1.5)
    'paramagnet'
    """
    alpha = domains.real("alpha", alpha, low=0, high=ALPHA_MAX)
    T = domains.real("T", T, low=0, high=T_MAX)
    recalled, glass = hopfield.at_load(alpha, T), hopfield.glass_at_load(alpha, T)
    if recalled is None:
        return "paramagnet" if glass is None else "spin glass"
    return "mixed" if glass and glass.free_energy < recalled.free_energy else "retrieval"


def memory_capacity(T: float = 0.0, rule: str = "hebbian") -> MemoryCapacity:
    r"""Return the largest load at which a pattern is recalled from the pattern itself.

    For the network of Hebb at T = 0, with :math:`m = \mathrm{erf}(y)`,

    .. math:: \sqrt{2\alpha_c} = \max_y \left[ \frac{\mathrm{erf}(y)}{y}
              - \frac{2}{\sqrt\pi} e^{-y^2} \right] ,

    0.1379 at m = 0.967; with broken replica symmetry 0.1382. The pseudo-inverse has 1, the
    diluted network :math:`2/\pi`, where the overlap vanishes continuously. All vanish at T = 1.

    Parameters
    ----------
    T
        Temperature, in [0, 0.999].
    rule
        As in `memory_retrieval`, at `J_D = 0`. (At J_D > 0 fixed points are counted by
        `memory_fixed_point_entropy`.)

    Returns
    -------
    The capacity. It raises where it fails, and has no `throw`.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    References
    ----------
    `docs/theory/memories.md`; Steffan, Kuehn, Z. Phys. B 95, 249 (1994), for broken symmetry.

    Examples
    --------
    >>> import replica
    >>> [round(replica.memory_capacity(0.3, r).alpha, 4) for r in ("hebbian", "pseudo-inverse")]
    [0.1033, 0.354]
    >>> import math
    >>> math.isclose(replica.memory_capacity(rule="diluted").alpha, 2 / math.pi, rel_tol=1e-12)
    True
    """
    T = domains.real("T", T, low=0, high=0.999)
    rule = domains.choice("rule", rule, RULES)
    if rule == "diluted":
        fine, coarse = dilute.most(T), dilute.most(T, 2 * STEP)
        return MemoryCapacity(T, rule, fine, abs(fine - coarse) + _ROUNDING, 0.0, np.nan)
    if rule == "pseudo-inverse":
        top = projected.most(T)
        return MemoryCapacity(T, rule, top.alpha, _ROUNDING, top.m, top.stability)
    point, check = hopfield.most(T), hopfield.most(T, 2 * STEP)
    error = abs(point.alpha - check.alpha) + _ROUNDING
    return MemoryCapacity(T, rule, point.alpha, error, point.average.m, point.stability)


def _domain(
    alpha: npt.ArrayLike, T: npt.ArrayLike
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    alpha = domains.reals("alpha", alpha, low=0, high=ALPHA_MAX)
    T = domains.reals("T", T, low=0, high=T_MAX)
    return alpha, T


def _hebbian(alpha: float, T: float) -> MemoryState:
    point = hopfield.at_load(alpha, T)
    if point is None:
        return _forgotten(alpha, T, hopfield.most(T).alpha if T < 1 else 0.0)
    check = hopfield.at_load(alpha, T, 2 * STEP)
    error = np.inf if check is None else abs(point.average.m - check.average.m)
    return _of_point(point, error + _ROUNDING, "The pattern is recalled.")


def _of_point(point: hopfield.Point, error: float, status: str) -> MemoryState:
    return MemoryState(
        point.alpha,
        point.T,
        point.average.m,
        point.q,
        point.sigma,
        point.average.chi,
        point.energy,
        point.free_energy,
        point.entropy,
        point.stability,
        error,
        True,
        status,
    )


def _glassy(alpha: float, T: float) -> MemoryState:
    point = hopfield.glass_at_load(alpha, T)
    if point is None:
        chi = 1 / T
        free = alpha / 2 * (1 + T * np.log1p(-chi)) - T * np.log(2)
        energy = alpha / 2 * (1 - 1 / (1 - chi)) if chi < 1 else -np.inf
        entropy = (energy - free) / T
        slack = 1 - alpha * (chi / (1 - chi)) ** 2
        numbers = (0.0, 0.0, 0.0, chi, energy, free, entropy, slack, _ROUNDING)
        return MemoryState(alpha, T, *numbers, True, "Paramagnet: no pattern, nothing frozen.")
    check = hopfield.glass_at_load(alpha, T, 2 * STEP)
    error = np.inf if check is None else abs(point.q - check.q)
    status = "Spin glass; replica symmetry is broken."
    return _of_point(point, error + _ROUNDING, status)


def _projected(alpha: float, T: float) -> MemoryState:
    found = projected.at_load(alpha, T)
    if found is None:
        return _forgotten(alpha, T, projected.most(T).alpha if T < 1 else 0.0)
    q = found.m**2 if T else 1.0
    numbers = (found.m, q, 0.0, found.chi, found.energy, found.free_energy, found.entropy)
    status = "The pattern is recalled."
    return MemoryState(alpha, T, *numbers, found.stability, _ROUNDING, True, status)


def _diluted(alpha: float, T: float) -> MemoryState:
    found = dilute.at_load(alpha, T)
    if found is None:
        return _forgotten(alpha, T, dilute.most(T) if T < 1 else 0.0)
    check = dilute.at_load(alpha, T, 2 * STEP)
    error = np.inf if check is None else abs(found.m - check.m)
    none = (np.nan,) * 4
    numbers = (found.m, 1 - T * found.chi, np.sqrt(alpha), found.chi, *none, error + _ROUNDING)
    return MemoryState(alpha, T, *numbers, True, "The pattern is recalled.")


def _forgotten(alpha: float, T: float, capacity: float) -> MemoryState:
    nothing = (np.nan,) * 7
    status = (
        f"No pattern is recalled: the load is above the capacity {capacity:.4f} at this "
        "temperature."
    )
    return MemoryState(alpha, T, 0.0, *nothing, 0.0, True, status)
