r"""The temperature at which logits become probabilities.

.. math:: p_c = \frac{e^{u_c / T}}{\sum_{c'} e^{u_{c'} / T}} .

T is where the cross-entropy with the labels is least, one number for all classes (Guo et al.,
arXiv:1706.04599). With n inputs a label counts as only :math:`(n + 1/C) / (n + 1)` sure, as if one
in n + 1 were drawn at random: T stays above zero where all are right (Platt's remedy).
"""

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import softmax

from learning.network.couplings import Array

MOST = 512  # inputs that learned by which it is found; more change it by a few percent
_RANGE = 1e3  # of T, in units of the logits, on both sides


def some_of(rows: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """Return a number of rows that is enough; the same for as many rows."""
    return rows[np.sort(np.random.default_rng(len(rows)).permutation(len(rows))[:MOST])]


def temperature(
    u: Array, truth: npt.NDArray[np.intp], weights: npt.NDArray[np.float64] | None = None
) -> float:
    """Return the temperature of logits (P, C) whose classes are known.

    Weights count relative to each other; n is the number of equal ones as good as they are.
    """
    P, C = u.shape
    w = np.ones(P) if weights is None else np.asarray(weights / np.max(weights), np.float64)
    centred = u - u.mean(axis=1, keepdims=True, dtype=np.float64)
    size = float(np.sqrt(np.mean(centred**2)))
    if not size or not w.any():
        return 1.0
    centred /= size
    n = w.sum() ** 2 / (w**2).sum()
    sure = (n * np.eye(C)[truth] + 1 / C) / (n + 1)

    def slope(log_T: float) -> float:
        """Return how the cross-entropy falls with 1 / T: it is convex in it."""
        off = softmax(centred * np.exp(-log_T), axis=1) - sure
        return float(w @ np.sum(off * centred, axis=1))

    low, high = -np.log(_RANGE), np.log(_RANGE)
    if slope(high) >= 0:
        return size * _RANGE
    if slope(low) <= 0:
        return size / _RANGE
    return size * float(np.exp(brentq(slope, low, high, xtol=1e-10)))
