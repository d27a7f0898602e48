"""Where the overlap gap of a chain of layers closes."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from foundation import domains
from replica.gauss.orthant import Floats
from replica.pairs.layered_pairs import layered_pair_entropy
from replica.pairs.total_distance import total_distance_pair_entropy
from replica.thresholds.transition import LayeredTransition

_ROUNDING = 1e-14  # of an entropy


def layered_overlap_gap_threshold(
    J_D: float, L: int | None = None, distance: str = "each layer"
) -> LayeredTransition:
    r"""Return the coupling between layers above which pairs exist at every distance.

    It is the largest :math:`\lambda` at which :math:`\min_d \Phi_2(d; J_D, \lambda) \le 0`. Below
    it, there is no pair of fixed points at some distances (the overlap gap property; by the first
    moment, this is rigorous).

    Parameters
    ----------
    J_D
        Self-coupling, >= 0, below the threshold of uncoupled layers (0.0427 for equal distances,
        0.0243 for the total one): above, there is no gap.
    L
        Number of layers, >= 2; None for an infinite chain.
    distance
        `"each layer"`: d is the distance in each layer, as in `layered_pair_entropy`. `"total"`:
        the distance of all layers together, as in `total_distance_pair_entropy`; only for L = 2.
        (In an infinite chain of given total distance there is no gap at any :math:`\lambda > 0`.)

    Returns
    -------
    The threshold, and the d at which it is reached; in a second for L = 2, in some seconds for more
    layers. It raises where it fails, and has no `throw`.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain, or there is no gap.

    References
    ----------
    `docs/theory/layered.md`.

    Examples
    --------
    >>> import replica
    >>> round(replica.layered_overlap_gap_threshold(J_D=0.0, L=2).lam, 4)
    0.3409
    >>> round(replica.layered_overlap_gap_threshold(J_D=0.0, L=2, distance="total").lam, 4)
    0.3167
    """
    J_D = domains.real("J_D", J_D, low=0)
    if L is not None:
        L = domains.integer("L", L, low=2)
    domains.choice("distance", distance, ("each layer", "total"))
    if distance == "total" and L != 2:
        raise ValueError(f"L must be 2 for distance='total', got {L}")

    def entropy(d: Floats, lam: float) -> Floats:
        if distance == "total":
            return total_distance_pair_entropy(d, J_D, lam)
        return layered_pair_entropy(d, J_D, lam, L)

    return _threshold(entropy, J_D, L)


def _threshold(
    entropy: Callable[[Floats, float], Floats], J_D: float, L: int | None
) -> LayeredTransition:
    from scipy.optimize import brentq

    def lowest(lam: float) -> _Lowest:
        return _lowest(lambda d: entropy(d, lam))

    if lowest(0.0).entropy >= 0:
        raise ValueError(
            f"J_D must be below the overlap gap threshold at lam = 0, got {J_D}: there is no gap "
            "at any lam"
        )
    # at J_D = 0, where it is largest, it is 0.34 for two layers and 0.25 for an infinite chain
    lam = brentq(lambda lam: lowest(lam).entropy, 0.0, 1.0, xtol=1e-10)
    value, d, spread = lowest(lam)
    step = 1e-4
    at_d = np.array([d])
    slope = (entropy(at_d, lam + step) - entropy(at_d, lam - step))[0] / (2 * step)
    error = 1e-10 + (abs(value) + spread + _ROUNDING) / slope
    return LayeredTransition(lam=float(lam), lam_error=float(error), d=d, J_D=J_D, L=L)


class _Lowest(NamedTuple):
    """The least entropy, its distance, and how much lower it may be between the points."""

    entropy: float
    d: float
    spread: float


def _lowest(entropy: Callable[[Floats], Floats]) -> _Lowest:
    """Return the least entropy over the distances.

    It is looked up at many of them, and then on finer grids around the lowest: where two curves
    cross, it has a kink.
    """
    log_d = np.log(np.geomspace(1e-4, 0.5, 33))
    for _ in range(16):
        values = entropy(np.exp(log_d))
        best = int(np.clip(np.argmin(values), 1, len(log_d) - 2))
        d, around = float(np.exp(log_d[best])), values[best - 1 : best + 2]
        spread = float(around.max() - around.min())
        if spread < _ROUNDING:
            break
        log_d = np.linspace(log_d[best - 1], log_d[best + 1], 9)
    return _Lowest(float(values[best]), d, spread)
