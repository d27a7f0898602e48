"""The small digits of scikit-learn."""

import numpy as np

from foundation import domains
from learning.data.division import divided
from learning.data.split import Split


def load_digits(test: int = 360, *, rng: int | np.random.Generator | None = 0) -> Split:
    """Return the 1797 digits of 8 x 8 pixels that come with scikit-learn.

    Parameters
    ----------
    test
        Number of them to test on, in [1, 1796].
    rng
        A seed or a generator for the division, or None for a fresh seed.

    Returns
    -------
    Pixels in [0, 1], (P, 64), and labels 0 to 9.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    Examples
    --------
    >>> from learning import load_digits
    >>> load_digits(test=360)
    Split(digits: 1437 to train on, 360 to test on, 64 inputs, 10 classes)
    """
    test = domains.integer("test", test, high=1796)
    rng = domains.generator(rng)
    from sklearn import datasets

    images, labels = datasets.load_digits(return_X_y=True)
    return divided((images / 16).astype(np.float32), labels, test, rng, "digits")
