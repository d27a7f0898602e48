"""How many fixed points the network of Hebb has around a stored pattern."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import special

from foundation import domains
from foundation.errors import ConvergenceError
from replica.groups.pointwise import at

Floats = npt.NDArray[np.float64]
ALPHA_MIN, ALPHA_MAX, J_D_MAX = 1e-3, 1e6, 1e4
_TOLERANCE = 1e-9


def memory_fixed_point_entropy(
    alpha: npt.ArrayLike,
    overlap: npt.ArrayLike = 0.0,
    J_D: npt.ArrayLike = 0.0,
    rule: str = "hebbian",
) -> Floats:
    r"""Return the entropy of fixed points at an overlap m with a stored pattern.

    It is :math:`\lim \frac1N \ln E[\#]`, over the random patterns. For the network of Hebb

    .. math:: \Sigma = h(m) + \mathop{\mathrm{ext}}_{A, B} \left[
              \frac\alpha2 \ln\frac A\alpha + \frac\alpha2 - B + \frac{B^2}{2A}
              + \sum_\pm \frac{1 \pm m}{2}
              \ln H\!\left(\frac{\alpha - J_D \mp m - B}{\sqrt A}\right) \right]

    with the entropy h(m) of the states at this overlap. For the strongly, asymmetrically diluted
    network stabilities are independent, and

    .. math:: \Sigma = h(m) + \sum_\pm \frac{1 \pm m}{2}
              \ln H\!\left(\frac{-J_D \mp m}{\sqrt\alpha}\right) .

    Parameters
    ----------
    alpha
        Load, in [1e-3, 1e6]; any shape.
    overlap
        Overlap m, in [-1, 1]; broadcast.
    J_D
        Self-coupling, in [0, 1e4], in units of the signal; broadcast.
    rule
        "hebbian" or "diluted".

    Returns
    -------
    Nats per neuron, of the common shape. Where it is negative there are no fixed points, with a
    probability that goes to one (Markov's inequality); where it is positive it is an upper bound
    of the typical one.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.
    ConvergenceError
        If the extremum is not found.

    See Also
    --------
    memory_gap_threshold : the load at which fixed points around a pattern are no longer apart.

    References
    ----------
    `docs/theory/memories.md`; Gardner, J. Phys. A 19, L1047 (1986), for `J_D = 0`.

    Examples
    --------
    Fixed points near a pattern are apart from all others, or no more:

    >>> import replica
    >>> replica.memory_fixed_point_entropy([0.08, 0.13], overlap=0.97).round(4)
    array([-0.005 ,  0.0017])

    A self-coupling makes fixed points of many states:

    >>> replica.memory_fixed_point_entropy(0.08, overlap=0.97, J_D=[0.1, 0.3]).round(4)
    array([0.0069, 0.0253])
    """
    rule = domains.choice("rule", rule, ("hebbian", "diluted"))
    arrays = np.broadcast_arrays(
        domains.reals("alpha", alpha, low=ALPHA_MIN, high=ALPHA_MAX),
        domains.reals("overlap", overlap, low=-1, high=1),
        domains.reals("J_D", J_D, low=0, high=J_D_MAX),
    )
    one = _hebbian if rule == "hebbian" else _diluted
    points = zip(*(array.ravel().tolist() for array in arrays), strict=True)
    return np.array([one(*point) for point in points]).reshape(arrays[0].shape)[()]


def memory_gap_threshold(J_D: float = 0.0) -> float:
    r"""Return the load up to which the fixed points near a pattern are apart from all others.

    Below it, the entropy of `memory_fixed_point_entropy` is negative in an interval of overlaps.

    Parameters
    ----------
    J_D
        Self-coupling, in [0, 0.2].

    Returns
    -------
    The load, to six digits; 0.113 at `J_D = 0` (Gardner).

    Raises
    ------
    TypeError, ValueError
        If `J_D` is outside its documented domain.
    ConvergenceError
        If it is not found.

    References
    ----------
    `docs/theory/memories.md`; Gardner, J. Phys. A 19, L1047 (1986).

    Examples
    --------
    >>> import replica
    >>> round(replica.memory_gap_threshold(J_D=0.1), 5)  # it is 0.11326 without self-coupling
    0.06748
    """
    from scipy import optimize

    J_D = domains.real("J_D", J_D, low=0, high=0.2)
    try:
        return float(optimize.brentq(_least, 0.02, 0.13, args=(J_D,), xtol=1e-9))
    except ValueError as error:
        raise ConvergenceError(
            f"No load was found in [0.02, 0.13] at {at(J_D=J_D)} ({error}): try a smaller J_D."
        ) from error


def _least(alpha: float, J_D: float) -> float:
    """Return the least entropy between overlaps of one half and of nearly one."""
    from scipy import optimize

    scan = 1 - np.geomspace(0.003, 0.5, 25)
    values = [_hebbian(alpha, m, J_D) for m in scan]
    lows = [k for k in range(1, len(scan) - 1) if values[k] < min(values[k - 1], values[k + 1])]
    if not lows:  # the fixed points near the pattern are the end of all others
        return 1.0
    k = min(lows, key=lambda k: values[k])
    found = optimize.minimize_scalar(
        lambda m: _hebbian(alpha, m, J_D),
        bounds=(scan[k + 1], scan[k - 1]),
        method="bounded",
        options={"xatol": 1e-6},
    )
    return float(found.fun)


def _diluted(alpha: float, m: float, J_D: float) -> float:
    share = np.array([1 + m, 1 - m]) / 2
    thresholds = (-J_D - np.array([m, -m])) / np.sqrt(alpha)
    return float(special.entr(share).sum() + share @ special.log_ndtr(-thresholds))


def _hebbian(alpha: float, m: float, J_D: float) -> float:
    share = np.array([1 + m, 1 - m]) / 2
    thresholds = alpha - J_D - np.array([m, -m])
    root, shift = _saddle(alpha, share, thresholds)
    k = thresholds / root - shift
    exponent = alpha * np.log(root / np.sqrt(alpha)) + alpha / 2 - root * shift + shift**2 / 2
    return float(special.entr(share).sum() + exponent + share @ special.log_ndtr(-k))


def _saddle(alpha: float, share: Floats, thresholds: Floats) -> tuple[float, float]:
    r"""Return :math:`\sqrt A` and :math:`B/\sqrt A` at the extremum."""
    from scipy import optimize

    def rest(x: Floats, above: float) -> list[float]:
        root, shift = np.exp(x[0]), x[1]
        k = (thresholds - above) / root - shift
        # exp(-k^2/2) and H(k) both vanish at large k
        inverse_mills = np.exp(-(k**2) / 2 - special.log_ndtr(-k)) / np.sqrt(2 * np.pi)
        first = shift - root + share @ inverse_mills
        second = 1 - shift**2 / alpha + share @ (inverse_mills * k) / alpha
        return [first / root, second]

    start = np.array([np.log(alpha) / 2, np.sqrt(alpha)])  # without any condition
    # with large self-couplings there is none: from there, down to the one that is meant
    for aboves in ([0.0], np.array([*np.geomspace(10, 0.01, 30), 0.0]) * (1 + np.sqrt(alpha))):
        x = start
        for above in aboves:
            found = optimize.root(rest, x, args=(above,), tol=1e-13)
            x = found.x
        if np.max(np.abs(rest(x, 0.0))) < _TOLERANCE:
            return float(np.exp(x[0])), float(x[1])
    raise ConvergenceError(
        f"No extremum was found at {at(alpha=alpha, overlap=share[0] - share[1])}: "
        "try a larger J_D."
    )
