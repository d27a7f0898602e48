"""Flipped readouts in a wide network: one angle."""

import numpy as np
import numpy.typing as npt
from scipy.integrate import solve_ivp

from foundation import domains
from foundation.domains import Floats
from learning_dynamics.curl.flow import increasing

_TOLERANCE = 1e-11


def wide_flipped(
    fraction: float, beta: float, gain: float, teacher: float, t: npt.ArrayLike
) -> Floats:
    r"""Return the error of a wide network whose readout has flipped signs.

    For many hidden neurons and few inputs only the direction of the teacher matters. Along it
    neurons move on hyperbolas, flipped ones on circles, all by one angle:

    .. math::

        \dot\theta = - 2 e , \qquad e = c_0 \sinh\theta - d_0 \sin\theta - |w^*| , \qquad
        c_0 = (1 - p) \tfrac{\beta + \omega}{2} , \quad d_0 = p\, \tfrac{\beta - \omega}{2} .

    It always comes to rest if p < 1. If all signs are flipped, it never does if
    :math:`|w^*| > |d_0|`.

    Parameters
    ----------
    fraction
        Fraction p of flipped signs, in [0, 1].
    beta
        Hidden neurons times the variance of the first layer, > 0.
    gain
        Squared length of the readout, > 0.
    teacher
        Length of the teacher, >= 0.
    t
        Times, increasing; the angle vanishes at the first one.

    Returns
    -------
    The error e along the teacher, at each time; it begins with minus the length of the teacher.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    References
    ----------
    `docs/theory/curl-descent.md`.

    Examples
    --------
    >>> import learning_dynamics as ld
    >>> ld.wide_flipped(fraction=0.2, beta=1, gain=1, teacher=1, t=[0, 1, 20]).round(3).tolist()
    [-1.0, -0.139, 0.0]
    >>> ld.wide_flipped(fraction=1, beta=3, gain=1, teacher=2, t=[0, 10, 20]).round(1).tolist()
    [-2.0, ..., ...]
    """
    p = domains.real("fraction", fraction, low=0, high=1)
    beta = domains.real("beta", beta, low=0, high=np.inf, exclusive=True)
    gain = domains.real("gain", gain, low=0, high=np.inf, exclusive=True)
    teacher = domains.real("teacher", teacher, low=0)
    t = increasing(t)
    c0, d0 = (1 - p) * (beta + gain) / 2, p * (beta - gain) / 2

    def error(theta: Floats) -> Floats:
        return np.asarray(c0 * np.sinh(theta) - d0 * np.sin(theta) - teacher)

    course = solve_ivp(
        lambda _, theta: -2 * error(theta),
        (t[0], t[-1]),
        [0.0],
        method="LSODA",
        t_eval=t,
        rtol=_TOLERANCE,
        atol=_TOLERANCE,
    )
    return error(course.y[0])
