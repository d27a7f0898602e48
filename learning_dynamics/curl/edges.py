"""Random-matrix edges: when learning with flipped signs leaves its solutions."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

from foundation import domains
from foundation.domains import Floats

PLACES = ("inputs", "hidden", "readout")

_FEW = 1e-12  # a fraction


def flip_edge(
    fraction: npt.ArrayLike, ratio: npt.ArrayLike, gain: npt.ArrayLike, at: str = "readout"
) -> Floats:
    r"""Return the smallest eigenvalue of learning at a solution, for many neurons.

    A student :math:`w^T W x` with N hidden neurons and M inputs, entries of W of variance 1/M, of
    whose plasticities a fraction p has the wrong sign, corrects its error by the matrix
    (:math:`\alpha = N/M`, :math:`\omega = |w|^2`)

    .. math:: K = (w^T D_h w) D_i + W^T D_r W .

    It is stable if no eigenvalue is negative. The smallest one is, for flips at the readout, the
    inputs, and the hidden neurons,

    .. math::

        \omega + \max_{0<u<1} \Big[ -\frac1u + \alpha \Big( \frac{1-p}{1+u} - \frac{p}{1-u}
        \Big) \Big] , \qquad
        \max_{\zeta < -\omega} \Big[ \zeta + \frac{\alpha}{1 + \frac{1-p}{\omega-\zeta}
        - \frac{p}{\omega+\zeta}} \Big] , \qquad
        \omega (1 - 2p) + (\sqrt\alpha - 1)_+^2 .

    Parameters
    ----------
    fraction
        Fraction p of flipped signs, in [0, 1].
    ratio
        Hidden neurons over inputs, > 0.
    gain
        Squared length of the readout, > 0; the three broadcast.
    at
        Where signs are flipped: at the hidden neurons in the second layer ("readout"), at the same
        in the first layer ("hidden"), or at the inputs ("inputs").

    Returns
    -------
    The smallest eigenvalue.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain, or they do not broadcast.

    References
    ----------
    `docs/theory/curl-descent.md`.

    Examples
    --------
    >>> import learning_dynamics as ld
    >>> ld.flip_edge([0, 0.1, 0.3], ratio=3, gain=1).round(3).tolist()
    [1.536, 0.272, -1.395]
    >>> ld.flip_edge(0.1, ratio=3, gain=2, at="inputs").round(3).tolist()
    -0.337
    """
    fraction, ratio, gain, at = _checked(fraction, ratio, gain, at)
    points = np.broadcast_arrays(fraction, ratio, gain)
    found = [
        _EDGES[at](*map(float, point)) for point in zip(*(one.flat for one in points), strict=True)
    ]
    return np.reshape(found, points[0].shape)


def flip_threshold(ratio: npt.ArrayLike, gain: npt.ArrayLike, at: str = "readout") -> Floats:
    r"""Return the fraction of flipped signs from which on learning leaves its solutions.

    It is where `flip_edge` vanishes. Already one flipped sign is too much at the inputs if
    :math:`2 \alpha < 1 + 2 \omega`, at the readout if
    :math:`2 \omega < 2 - \alpha`.

    Parameters
    ----------
    ratio
        Hidden neurons over inputs, > 0.
    gain
        Squared length of the readout, > 0; both broadcast.
    at
        Where signs are flipped: "readout", "hidden" or "inputs".

    Returns
    -------
    The fraction; 0 where a few flips are too many, 1 where all signs may be flipped.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain, or they do not broadcast.

    References
    ----------
    `docs/theory/curl-descent.md`.

    Examples
    --------
    >>> import learning_dynamics as ld
    >>> ld.flip_threshold(ratio=[0.25, 1, 4, 16], gain=1).round(4).tolist()
    [0.0151, 0.0551, 0.1563, 0.2871]
    """
    _, ratio, gain, at = _checked(0.0, ratio, gain, at)
    edge = _EDGES[at]

    def threshold(ratio: float, gain: float) -> float:
        if edge(1.0, ratio, gain) >= 0:
            return 1.0
        if edge(_FEW, ratio, gain) <= 0:
            return 0.0
        return float(brentq(edge, _FEW, 1, args=(ratio, gain), xtol=1e-14))

    points = np.broadcast_arrays(ratio, gain)
    found = [
        threshold(*map(float, point)) for point in zip(*(one.flat for one in points), strict=True)
    ]
    return np.reshape(found, points[0].shape)


def _checked(
    fraction: npt.ArrayLike, ratio: npt.ArrayLike, gain: npt.ArrayLike, at: str
) -> tuple[Floats, Floats, Floats, str]:
    return (
        domains.reals("fraction", fraction, low=0, high=1),
        domains.reals("ratio", ratio, low=0, high=np.inf, exclusive=True),
        domains.reals("gain", gain, low=0, high=np.inf, exclusive=True),
        domains.choice("at", at, PLACES),
    )


def _readout(p: float, ratio: float, gain: float) -> float:
    """Return the left edge of the difference of two Wishart matrices, where the slope vanishes."""
    if p == 0:
        return gain + _wishart(ratio)

    def slope(u: float) -> float:
        return ratio * ((1 - p) * (u / (1 + u)) ** 2 + p * (u / (1 - u)) ** 2) - 1

    last = np.sqrt(1 / ratio) / (np.sqrt(1 / ratio) + np.sqrt(p))  # there p alone makes it vanish
    u = brentq(slope, 0, last * (1 + 1e-12), xtol=1e-15) if slope(last) > 0 else last
    return float(gain - 1 / u + ratio * ((1 - p) / (1 + u) - p / (1 - u)))


def _inputs(p: float, ratio: float, gain: float) -> float:
    """Return the left edge of two levels, widened by a Wishart matrix."""
    if p == 0:
        return gain + _wishart(ratio)

    def mean(v: float) -> float:
        return p + (1 - p) * v / (2 * gain + v)  # v m(zeta), with zeta = -gain - v

    def slope(v: float) -> float:
        r = v / (2 * gain + v)
        return float(ratio * (p + (1 - p) * r**2) - (v + mean(v)) ** 2)

    if slope(0.0) <= 0:  # more flips than W has columns: some of them it does not move
        return -gain
    v = brentq(slope, 0, np.sqrt(ratio), xtol=1e-15)
    return float(-gain - v + ratio * v / (v + mean(v)))


def _hidden(p: float, ratio: float, gain: float) -> float:
    return gain * (1 - 2 * p) + _wishart(ratio)


def _wishart(ratio: float) -> float:
    """Return the smallest eigenvalue of W^T W."""
    return max(0.0, float(np.sqrt(ratio)) - 1) ** 2


_EDGES: dict[str, Callable[[float, float, float], float]] = {
    "inputs": _inputs,
    "hidden": _hidden,
    "readout": _readout,
}
