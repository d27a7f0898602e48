"""XOR of random projections."""

import numpy as np

from foundation import domains
from learning.data.signs import signs
from learning.data.split import Split


def xor(
    N: int = 100,
    size: int = 8500,
    test_size: int = 1500,
    directions: int = 2,
    *,
    rng: int | np.random.Generator | None = None,
) -> Split:
    r"""Draw random inputs of ±1 whose label is the product of the signs of random projections.

    .. math:: y = \prod_{k=1}^K \mathrm{sign}(w_k \cdot x).

    For even K it is even in x: a network without biases, which is odd, cannot learn it.

    Parameters
    ----------
    N
        Number of inputs, >= 1.
    size, test_size
        Number of inputs, >= 1.
    directions
        K, >= 1.
    rng
        A seed, a generator, or None for a fresh seed.

    Returns
    -------
    Labels are 0 (for a product of -1) and 1.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    Examples
    --------
    >>> import numpy as np
    >>> from learning import xor
    >>> data = xor(N=20, size=1000, test_size=100, rng=1)
    >>> sorted(set(data.y.tolist()))
    [0, 1]
    >>> bool(np.abs(data.X.T @ (2 * data.y - 1)).max() / 1000 < 0.15)  # no single input tells it
    True
    """
    N, directions = domains.integer("N", N), domains.integer("directions", directions)
    size, test_size = domains.integer("size", size), domains.integer("test_size", test_size)
    rng = domains.generator(rng)
    w = rng.standard_normal((N, directions))
    X = signs(rng.standard_normal((size + test_size, N)))
    y = (np.prod(X @ w, axis=1) > 0).astype(np.int64)
    return Split(X[:size], y[:size], X[size:], y[size:], f"XOR of {directions} projections")
