"""What depth does to a mode: its recursion, and the time it takes."""

import numpy as np
import numpy.typing as npt
from scipy.integrate import quad

from foundation import domains
from foundation.domains import Floats


def mode_recursion(s: npt.ArrayLike, a0: float, depth: int, rate: float, steps: int) -> Floats:
    r"""Return the strength of modes of aligned, balanced layers, step by step.

    A layer has the same singular value w of a mode as all others, and gradient descent is exactly

    .. math:: w \leftarrow w + \eta\, w^{L-1} (s - w^L) , \qquad a = w^L .

    Parameters
    ----------
    s
        Strengths of the target, >= 0, of any shape.
    a0
        Strength of every mode at the start, > 0.
    depth
        Number of layers L, >= 1.
    rate
        Rate, >= 0.
    steps
        Number of steps, >= 0.

    Returns
    -------
    Of shape (steps + 1, ...), with the shape of `s` at the end; not finite from where a rate is too
    large.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    Examples
    --------
    >>> import learning_dynamics as ld
    >>> found = ld.mode_recursion([2, 1], a0=0.1, depth=3, rate=0.01, steps=200)
    >>> found.shape, found[-1].round(2).tolist()
    ((201, 2), [2.0, 0.9])
    """
    s = domains.reals("s", s, low=0)
    a0 = domains.real("a0", a0, low=0, high=np.inf, exclusive=True)
    depth = domains.integer("depth", depth)
    rate, steps = domains.real("rate", rate, low=0), domains.integer("steps", steps, low=0)
    w = np.full(s.shape, a0 ** (1 / depth))
    found = np.empty((steps + 1, *s.shape))
    with np.errstate(over="ignore", invalid="ignore"):
        for step in range(steps + 1):
            found[step] = w**depth
            w = w + rate * w ** (depth - 1) * (s - found[step])
    return found


def mode_time(
    s: npt.ArrayLike, a0: npt.ArrayLike, depth: npt.ArrayLike, fraction: npt.ArrayLike = 0.5
) -> Floats:
    r"""Return when a mode of aligned, balanced layers has reached a fraction of its strength.

    For small rates :math:`\dot a = L a^{2-2/L} (s - a)`, so that, with f the fraction,

    .. math:: L t = \int_{a_0}^{f s} \frac{\mathrm d a}{a^{2-2/L} (s - a)} \quad \to \quad
        \frac1s \Big(\frac1{a_0} - \frac1{f s}\Big)
        + \frac1{s^2} \ln \frac{f (s - a_0)}{(1 - f) a_0} \quad (L \to \infty) .

    Parameters
    ----------
    s
        Strength of the target, > 0.
    a0
        Strength at the start, in (0, fraction x s].
    depth
        Number of layers L, >= 1; inf is allowed.
    fraction
        The fraction f, in (0, 1); all four broadcast.

    Returns
    -------
    Depth times rate times steps, which has a limit for infinite depth.

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
    >>> ld.mode_time(s=1, a0=0.1, depth=[2, 10, 1000, float("inf")]).round(3).tolist()
    [2.197, 7.371, 10.164, 10.197]
    """
    s = domains.reals("s", s, low=0, high=np.inf, exclusive=True)
    a0 = domains.reals("a0", a0, low=0, high=np.inf, exclusive=True)
    fraction = domains.reals("fraction", fraction, low=0, high=1, exclusive=True)
    depth = domains.numbers("depth", depth)
    if not (depth >= 1).all():
        raise ValueError(f"depth must be >= 1, or inf, got {depth[~(depth >= 1)].flat[0]}")
    s, a0, depth, fraction = np.broadcast_arrays(s, a0, depth, fraction)
    if (a0 > fraction * s).any():
        raise ValueError(f"a0 must be at most fraction x s, got {a0[a0 > fraction * s].flat[0]}")
    found = [
        _time(*point) for point in zip(s.flat, a0.flat, depth.flat, fraction.flat, strict=True)
    ]
    return np.reshape(found, s.shape)


def _time(s: float, a0: float, depth: float, fraction: float) -> float:
    """Return one integral, over the logarithm of a."""
    power = 2 / depth - 1
    ends = np.log([a0, fraction * s])
    found, _ = quad(lambda x: np.exp(power * x) / (s - np.exp(x)), *ends, epsabs=0, epsrel=1e-12)
    return float(found)
