"""Noisy copies of random prototypes."""

import numpy as np

from foundation import domains
from learning.data.signs import flipped as with_flips
from learning.data.signs import signs
from learning.data.split import Split


def prototypes(
    N: int = 100,
    classes: int = 10,
    per_class: int = 600,
    flipped: float = 0.35,
    test_per_class: int = 100,
    *,
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
    originals = signs(rng.standard_normal((classes, N)))
    y = [rng.permutation(np.arange(size) % classes) for size in sizes]
    X, X_test = (with_flips(originals[labels], flipped, rng) for labels in y)
    return Split(X, y[0], X_test, y[1], f"prototypes with {flipped:.0%} flips")
