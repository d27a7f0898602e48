"""Whether inputs are of the size, and around the mean, that the recipes were made for."""

import warnings

import numpy as np

from learning.network.couplings import Array

SIZES = 1 / 3, 3  # root mean squares that are learned as well as 1
EVEN = 0.2  # smallest fraction of the features, counted by their share of it, that have it all
COMMON = 0.6  # largest fraction of the mean square that all inputs may have in common


def warn_of_scale(X: Array) -> None:
    """Warn of inputs (P, N) that are far from size 1 around 0, and say what to do."""
    P = len(X)
    square = float(np.einsum("ij,ij->", X, X, dtype=np.float64)) / X.size
    size = np.sqrt(square)
    if P < 2 or not size:
        return
    each = np.einsum("ij,ij->j", X, X, dtype=np.float64)
    carry = each.sum() ** 2 / (each**2).sum() / np.count_nonzero(each)
    means = X.mean(axis=0, dtype=np.float64)
    # without what the mean of P independent inputs is by chance
    common = 1 - (1 - np.mean(means**2) / square) * P / (P - 1)
    if SIZES[0] <= size <= SIZES[1] and common <= COMMON and carry >= EVEN:
        return
    warnings.warn(
        f"X has entries of size {size:.2g} (root mean square), and {max(common, 0):.0%} of their "
        f"mean square is the same for all inputs, {carry:.0%} of the features have nearly all of "
        "it: the network learns features of size 1 around 0 best. Put a "
        "sklearn.preprocessing.StandardScaler before it, in a pipeline",
        UserWarning,
        stacklevel=3,
    )
