r"""How rare it is that a random pattern has an overlap q with a state.

.. math:: P(q) \sim e^{-N I(q)}, \qquad G(\lambda) = \max_q\, [\lambda q - I(q)]
          = \frac1N \ln E\, e^{\lambda \xi \cdot x}, \qquad q_\lambda = G'(\lambda).
"""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

PATTERNS = ("binary", "sphere")
_LARGEST = 40.0  # artanh of an overlap of 1


def rate(q: Floats, patterns: str) -> Floats:
    """Return I(q) for q in [0, 1]; infinite at 1 on the sphere."""
    from scipy.special import xlog1py

    with np.errstate(divide="ignore"):
        if patterns == "sphere":
            return -0.5 * np.log1p(-(q**2))
        return np.asarray(xlog1py(1 + q, q) + xlog1py(1 - q, -q)) / 2


def typical(lam: Floats, patterns: str) -> Floats:
    """Return the overlap of the patterns that carry the sum of weights."""
    if patterns == "binary":
        return np.tanh(lam)
    return 2 * lam / (1 + np.sqrt(1 + 4 * lam**2))


def cumulant(lam: Floats, patterns: str) -> Floats:
    """Return G(lam)."""
    if patterns == "binary":
        return lam + np.log1p(np.exp(-2 * lam)) - np.log(2)
    # 1 - q^2 = q / lam, without the difference of nearly equal numbers
    return lam * typical(lam, patterns) - np.log((1 + np.sqrt(1 + 4 * lam**2)) / 2) / 2


def nearest(alpha: Floats, patterns: str) -> Floats:
    """Return the largest overlap of exp(alpha N) random patterns, where I(q) = alpha."""
    if patterns == "sphere":
        return np.sqrt(-np.expm1(-2 * alpha))
    from scipy.optimize import elementwise

    def excess(x: Floats, alpha: Floats) -> Floats:
        return x * np.tanh(x) - cumulant(x, "binary") - alpha

    inside = np.minimum(alpha, 0.999999999999 * np.log(2))
    root = elementwise.find_root(excess, (np.zeros_like(inside), _LARGEST), args=(inside,))
    return np.where(alpha < np.log(2), np.tanh(root.x), 1.0)
