"""The extrapolation length: how far late visits shift the boundary at which neurons flip."""

from itertools import pairwise

import numpy as np

from foundation import domains

_RARE = 1e-9  # the shift differs from its limit by less than this part


def boundary_shift(p: float) -> float:
    r"""Return :math:`\ell(p)`, by which late visits shift the boundary at which neurons flip.

    It is the extrapolation length of a random walk of normal steps that is absorbed with the
    probability p in each step beyond a boundary: :math:`-\zeta(1/2)/\sqrt{2\pi} = 0.5826` for
    p = 1, and :math:`1/\sqrt{2p}` for small p.

    Parameters
    ----------
    p
        Probability of a visit in a step, in (0, 1].

    Returns
    -------
    The shift, in standard deviations of a step.

    Raises
    ------
    TypeError, ValueError
        If `p` is outside its documented domain.

    References
    ----------
    `docs/theory/dynamics.md`.

    Examples
    --------
    >>> import dynamics
    >>> round(dynamics.boundary_shift(1.0), 4)
    0.5826
    >>> round(dynamics.boundary_shift(1e-4) * (2 * 1e-4) ** 0.5, 3)
    1.0
    """
    from scipy.integrate import quad

    p = domains.real("p", p, low=0, high=1)
    if p == 0:
        raise ValueError("p must be > 0, got 0")
    if p < _RARE:
        return float(1 / np.sqrt(2 * p))

    def integrand(x: float) -> float:
        walks = -np.expm1(-(x**2) / 2)  # 1 - (1 - p) g = p + (1 - p) (1 - g), without cancellation
        return float(np.log(2 * p * walks / (x**2 * (p + (1 - p) * walks))) / x**2)

    ends = [1e-4 * np.sqrt(p), np.sqrt(p), 8.0]
    middle = sum(
        quad(integrand, low, high, epsabs=0, epsrel=1e-11, limit=200)[0]
        for low, high in pairwise(ends)
    )
    first = integrand(ends[0]) * ends[0]
    last = (np.log(2 * p / ends[-1] ** 2) - 2) / ends[-1]  # where no walk comes back
    return float(-(first + middle + last) / np.pi)
