"""Two wide layers, from small or large weights: rich and lazy learning in one formula."""

import numpy as np
import numpy.typing as npt

from foundation import domains
from foundation.domains import Floats


def wide_two_layer(s: npt.ArrayLike, c0: npt.ArrayLike, t: npt.ArrayLike) -> Floats:
    r"""Return how much of a mode two wide random layers have learned.

    For many neurons modes decouple. A mode of strength s starts from o = 0 and the mean square c of
    its weights, and :math:`\dot o = 2 c (s - o)`, :math:`\dot c = 2 o (s - o)`:

    .. math::

        o(t) = \frac{2 s c_0 T (r + c_0 T)}{2 c_0 (c_0 + r T) + (s^2 - c_0^2)(1 - T^2)} , \qquad
        T = \tanh r t , \quad r = \sqrt{s^2 + c_0^2} .

    From small weights (rich) it is a step at :math:`t \simeq \frac1{2s} \ln \frac{2s}{c_0}`, for
    strong modes first; from large ones (lazy) all modes approach their ends at the rate
    :math:`2 c_0`.

    Parameters
    ----------
    s
        Strength of the mode, >= 0.
    c0
        Width times the variance of the initial weights, > 0; where the layers differ, the mean of
        both.
    t
        Rate times steps, >= 0; the three broadcast.

    Returns
    -------
    Strength of the mode, in [0, s].

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain, or they do not broadcast.

    References
    ----------
    `docs/theory/deep-linear.md`.

    Examples
    --------
    >>> import learning_dynamics as ld
    >>> ld.wide_two_layer(s=[3, 1], c0=0.01, t=1.5).round(3).tolist()  # one by one
    [2.794, 0.092]
    >>> ld.wide_two_layer(s=[3, 1], c0=30, t=0.01).round(3).tolist()  # both alike
    [1.354, 0.451]
    """
    s = domains.reals("s", s, low=0)
    c0 = domains.reals("c0", c0, low=0, high=np.inf, exclusive=True)
    t = domains.reals("t", t, low=0)
    r = np.hypot(s, c0)
    E = np.exp(-2 * r * t)
    T, rest = (1 - E) / (1 + E), 4 * E / (1 + E) ** 2  # rest = 1 - T^2
    above = 2 * s * c0 * T * (r + c0 * T)
    return above / (2 * c0 * (c0 + r * T) + (s - c0) * (s + c0) * rest)
