"""Data sets that are drawn: noisy prototypes, the hidden manifold, XOR."""

import numpy as np
import numpy.typing as npt

from foundation import domains
from learning.data.split import Split
from learning.network.largest import bounded

Array = npt.NDArray[np.float32]


def prototypes(
    N: int = 100,
    classes: int = 10,
    per_class: int = 600,
    flipped: float = 0.35,
    test_per_class: int = 100,
    rng: int | np.random.Generator | None = None,
) -> Split:
    r"""Draw a random prototype of ±1 for each class, and copies of it with flips.

    Parameters
    ----------
    N
        Number of inputs, >= 1.
    classes
        Number of prototypes, >= 2.
    per_class, test_per_class
        Copies of each, >= 1.
    flipped
        Probability of a flip, in [0, 1/2].
    rng
        A seed, a generator, or None for a fresh seed.

    Returns
    -------
    Training and test data, as a `Split`.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    Examples
    --------
    >>> from learning import prototypes
    >>> prototypes(N=50, classes=3, per_class=100, flipped=0.2, rng=1)
    Split(prototypes with 20% flips: 300 to train on, 300 to test on, 50 inputs, 3 classes)
    """
    N, classes = domains.integer("N", N), domains.integer("classes", classes, low=2)
    sizes = [
        domains.integer(name, value) * classes
        for name, value in (("per_class", per_class), ("test_per_class", test_per_class))
    ]
    flipped = domains.real("flipped", flipped, 0, 0.5)
    rng = domains.generator(rng)
    originals = _signs(rng.standard_normal((classes, N)))
    y = [rng.permutation(np.arange(size) % classes) for size in sizes]
    X, X_test = (flip(originals[labels], flipped, rng) for labels in y)
    return Split(X, y[0], X_test, y[1], f"prototypes with {flipped:.0%} flips")


def flip(
    X: npt.ArrayLike, probability: float, rng: int | np.random.Generator | None = None
) -> Array:
    """Return inputs with each sign changed with a probability.

    Parameters
    ----------
    X
        Inputs, in [-1e9, 1e9].
    probability
        In [0, 1].
    rng
        A seed, a generator, or None for a fresh seed.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    Examples
    --------
    >>> import numpy as np
    >>> from learning import flip
    >>> flipped = flip(np.ones(10_000), 0.1, rng=1)
    >>> bool(abs(np.mean(flipped < 0) - 0.1) < 0.01)
    True
    """
    inputs = bounded(domains.reals("X", X))
    probability = domains.real("probability", probability, 0, 1)
    flips = domains.generator(rng).random(inputs.shape) < probability
    return np.where(flips, -inputs, inputs).astype(np.float32)


def hidden_manifold(
    N: int = 100,
    dimension: int = 30,
    classes: int = 2,
    size: int = 6000,
    test_size: int = 1000,
    width: int = 300,
    depth: int = 1,
    rng: int | np.random.Generator | None = None,
) -> Split:
    r"""Draw labelled points on a manifold of few dimensions, folded into N signs.

    The latent :math:`v \sim \mathcal N(0, 1)` of each point decides its label, by the largest of
    `classes` random linear functions. The input is the sign of a random linear map of the last of
    `depth` layers, :math:`v \leftarrow \mathrm{ReLU}(\mathrm{LayerNorm}(W v + b))`, with W and b
    uniform in :math:`\pm 1/\sqrt{\text{senders}}`.

    Parameters
    ----------
    N
        Number of inputs, >= 1.
    dimension
        Of the latent space, >= 1.
    classes
        Number of labels, >= 2.
    size, test_size
        Number of points, >= 1.
    width, depth
        Units in a layer, >= 2, and number of layers, >= 1.
    rng
        A seed, a generator, or None for a fresh seed.

    Returns
    -------
    Training and test data, as a `Split`.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    Examples
    --------
    >>> from learning import hidden_manifold
    >>> data = hidden_manifold(N=50, dimension=10, size=500, test_size=100, rng=1)
    >>> data
    Split(hidden manifold of 10: 500 to train on, 100 to test on, 50 inputs, 2 classes)
    """
    N, dimension = domains.integer("N", N), domains.integer("dimension", dimension)
    classes, width = (domains.integer("classes", classes, 2), domains.integer("width", width, 2))
    size, test_size = domains.integer("size", size), domains.integer("test_size", test_size)
    depth = domains.integer("depth", depth)
    rng = domains.generator(rng)
    v = rng.standard_normal((size + test_size, dimension))
    y = _linear(v, classes, rng).argmax(1)
    for _ in range(depth):
        v = _linear(v, width, rng)
        v = np.maximum((v - v.mean(1, keepdims=True)) / v.std(1, keepdims=True), 0)
    X = _signs(_linear(v, N, rng))
    return Split(X[:size], y[:size], X[size:], y[size:], f"hidden manifold of {dimension}")


def xor(
    N: int = 100,
    size: int = 8500,
    test_size: int = 1500,
    directions: int = 2,
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
    >>> bool(np.abs(data.X.T @ (2 * data.y - 1)).max() / 1000 < 0.15)  # no input tells alone
    True
    """
    N, directions = domains.integer("N", N), domains.integer("directions", directions)
    size, test_size = domains.integer("size", size), domains.integer("test_size", test_size)
    rng = domains.generator(rng)
    w = rng.standard_normal((N, directions))
    X = _signs(rng.standard_normal((size + test_size, N)))
    y = (np.prod(X @ w, axis=1) > 0).astype(np.int64)
    return Split(X[:size], y[:size], X[size:], y[size:], f"XOR of {directions} projections")


def _signs(values: npt.NDArray[np.float64]) -> Array:
    return np.where(values >= 0, np.float32(1), np.float32(-1))


def _linear(
    v: npt.NDArray[np.float64], receivers: int, rng: np.random.Generator
) -> npt.NDArray[np.float64]:
    """Return a random affine map, with the usual start of layers in deep learning."""
    bound = 1 / np.sqrt(v.shape[1])
    W, b = (
        rng.uniform(-bound, bound, (v.shape[1], receivers)),
        rng.uniform(-bound, bound, receivers),
    )
    return v @ W + b
