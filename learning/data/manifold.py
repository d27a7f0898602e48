"""The hidden manifold: labelled points on a manifold of few dimensions."""

import numpy as np
import numpy.typing as npt

from foundation import domains
from learning.data.signs import signs
from learning.data.split import Split


def hidden_manifold(
    N: int = 100,
    dimension: int = 30,
    classes: int = 2,
    size: int = 6000,
    test_size: int = 1000,
    width: int = 300,
    depth: int = 1,
    *,
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
    X = signs(_linear(v, N, rng))
    return Split(X[:size], y[:size], X[size:], y[size:], f"hidden manifold of {dimension}")


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
