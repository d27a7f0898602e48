r"""The first stage of learning: position feedback without memory, and its ladder of plateaus.

As long as the memory of the network is empty, the force is :math:`u_t = k y_t`. With
:math:`k = -s/T` and T large, the loss of the double integrator is a smooth part and a ripple,

.. math:: \frac LT \to \frac{e^s - 1}{4 s^2} - \frac{e^s \sin 2\sqrt{sT}}{8 s^{3/2} \sqrt T} .
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq, elementwise

from foundation import domains
from foundation.domains import Floats
from learning_dynamics.control.environment import double_integrator
from learning_dynamics.control.loop import Loop

_LARGEST = 6.0  # of s: above, the loss only grows
_PER_RIPPLE = 24  # points of the grid


@dataclass(frozen=True)
class Plateaus:
    """The plateaus of one horizon, in the order in which a slow learner meets them.

    Attributes
    ----------
    steps
        Horizon T.
    k
        Feedback at each local minimum of the loss without memory, from zero on.
    loss
        Loss there.
    growth
        Derivative of the loss there by the product b of the two overlaps that make the memory:
        negative, so that memory grows.

    Examples
    --------
    >>> import learning_dynamics as ld
    >>> found = ld.plateaus(steps=80)
    >>> found
    Plateaus(steps=80, k=array([...]), loss=array([...]), growth=array([...]))
    >>> len(found.k)
    4
    >>> bool((found.growth < 0).all()), found.steps
    (True, 80)
    """

    steps: int
    k: Floats
    loss: Floats
    growth: Floats


@dataclass(frozen=True)
class PlateauLimits:
    """The plateaus for a long horizon T, at s = -kT.

    Attributes
    ----------
    s, loss
        Minimum of the smooth loss, and L/T there.
    first, last
        Where the ladder of local minima begins and ends.
    density
        Their number over the root of T.
    growth
        Derivative of the loss by the product b of the two overlaps that make the memory, over T^2,
        at the beginning of the ladder.

    Examples
    --------
    >>> import learning_dynamics as ld
    >>> limits = ld.plateau_limits()
    >>> limits
    PlateauLimits(s=1.593..., loss=0.386..., first=..., last=..., density=..., growth=-0.312...)
    >>> round(limits.s, 4), round(limits.loss, 4), round(limits.density, 4)
    (1.5936, 0.386, 0.3825)
    >>> round(limits.first, 4), round(limits.last, 4)
    (0.6059, 3.9207)
    """

    s: float
    loss: float
    first: float
    last: float
    density: float
    growth: float


def plateaus(steps: int) -> Plateaus:
    """Find all plateaus of the double integrator at one horizon.

    Parameters
    ----------
    steps
        Horizon T, >= 5.

    Returns
    -------
    Plateaus.

    Raises
    ------
    TypeError, ValueError
        If `steps` is not an integer >= 5.

    References
    ----------
    `docs/theory/closed-loop.md`.

    Examples
    --------
    >>> import learning_dynamics as ld
    >>> [len(ld.plateaus(T).k) for T in (10, 20, 40, 160)]
    [1, 2, 2, 5]
    """
    steps = domains.integer("steps", steps, low=5)
    root = np.arange(1e-3, np.sqrt(_LARGEST), np.pi / np.sqrt(steps) / _PER_RIPPLE)
    s = root**2
    slope = memoryless_loss(s, steps)[1]
    at = np.flatnonzero((slope[:-1] < 0) & (slope[1:] >= 0))
    found = elementwise.find_root(lambda s: memoryless_loss(s, steps)[1], (s[at], s[at + 1])).x
    loop = Loop(double_integrator(), steps)
    growth = [loop.gradient([[-x / steps, 0], [1, 0]])[0, 1] for x in found]
    return Plateaus(steps, -found / steps, memoryless_loss(found, steps)[0], np.array(growth))


def memoryless_loss(s: npt.ArrayLike, steps: int) -> tuple[Floats, Floats]:
    """Return the loss of the double integrator at the feedback k = -s/T, and its derivative by s.

    Parameters
    ----------
    s
        Of any shape.
    steps
        Horizon T, >= 2.

    Returns
    -------
    Both, of the shape of `s`.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    Examples
    --------
    >>> import learning_dynamics as ld
    >>> loss, slope = ld.memoryless_loss(1.6, steps=50)
    >>> loop = ld.Loop(ld.double_integrator(), steps=50)
    >>> abs(float(loss) - loop.loss([[-1.6 / 50]])) < 1e-12
    True
    """
    s, steps = domains.reals("s", s), domains.integer("steps", steps, low=2)
    k = -s / steps
    x, v = (np.multiply.outer(start, np.ones(s.shape)) for start in np.eye(2))
    dx, dv = np.zeros_like(x), np.zeros_like(v)  # by k
    loss, slope = 1.0 * np.ones(s.shape), np.zeros(s.shape)
    for t in range(steps - 1):
        force, change = (k * x, x + k * dx) if t else (0.0, 0.0)  # the first neuron is silent
        x, v, dx, dv = x + v, v + force, dx + dv, dv + change
        loss = loss + np.sum(x**2 + v**2, axis=0) / 2
        slope = slope + np.sum(x * dx + v * dv, axis=0)
    return loss / steps, -slope / steps**2


def plateau_loss(s: npt.ArrayLike, steps: int, ripple: bool = True) -> Floats:
    r"""Return the loss of the double integrator without memory for a long horizon, over T.

    Parameters
    ----------
    s
        Feedback s = -kT > 0, of any shape.
    steps
        Horizon T, >= 2.
    ripple
        Whether to add the ripple, of order :math:`T^{-1/2}`, to the smooth part.

    Returns
    -------
    L/T, of the shape of `s`, within :math:`e^s / 2 s T` for s in [0.35, 4.2] and T >= 40.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    Examples
    --------
    >>> import learning_dynamics as ld
    >>> exact = ld.memoryless_loss(1.6, steps=2000)[0] / 2000
    >>> bool(abs(ld.plateau_loss(1.6, steps=2000) - exact) < 0.001)
    True
    """
    s = domains.reals("s", s, low=0, high=np.inf, exclusive=True)
    steps = domains.integer("steps", steps, low=2)
    smooth = np.expm1(s) / (4 * s**2)
    if not domains.boolean("ripple", ripple):
        return smooth
    return smooth - np.exp(s) * np.sin(2 * np.sqrt(s * steps)) / (8 * s**1.5 * np.sqrt(steps))


def plateau_limits() -> PlateauLimits:
    r"""Return where the plateaus lie for a long horizon.

    The smooth loss is least at :math:`s e^s = 2 (e^s - 1)`. With the ripple it is stationary where
    :math:`2 (s - 2 + 2 e^{-s})/s = \cos 2 \sqrt{sT}`, whose left side is between -1 and 1 between
    the ends of the ladder. Memory damps, and at first grows by
    :math:`\partial L/\partial b \to -T^2 ((s-1) e^s + 1)/(4 s^3)`.

    Returns
    -------
    PlateauLimits.

    Examples
    --------
    >>> import learning_dynamics as ld
    >>> ld.plateau_limits()
    PlateauLimits(s=1.593..., loss=0.386..., first=..., last=..., density=..., growth=-0.312...)
    """
    best = brentq(lambda s: s - 2 + 2 * np.exp(-s), 1, 3, xtol=1e-14)
    first = brentq(lambda s: 3 * s - 4 + 4 * np.exp(-s), 0.1, 2, xtol=1e-14)
    last = brentq(lambda s: s - 4 + 4 * np.exp(-s), 2, 5, xtol=1e-14)
    density = (np.sqrt(last) - np.sqrt(first)) / np.pi
    growth = -((first - 1) * np.exp(first) + 1) / (4 * first**3)
    smooth = np.expm1(best) / (4 * best**2)
    return PlateauLimits(best, float(smooth), first, last, float(density), float(growth))
