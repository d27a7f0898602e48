"""Images of handwritten digits: the small ones of scikit-learn, and MNIST."""

import gzip
import os
from typing import Any

import numpy as np
import numpy.typing as npt

from foundation import domains
from learning.data.split import Split

VARIABLE = "STEERING_DATA"
_FILE = "mnist.npz"
_ADDRESS = "https://ossci-datasets.s3.amazonaws.com/mnist/"
_SHA256 = {
    "train-images-idx3": "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
    "train-labels-idx1": "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
    "t10k-images-idx3": "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
    "t10k-labels-idx1": "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
}
_KEYS = ("x_train", "y_train", "x_test", "y_test")


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

    pixels, labels = datasets.load_digits(return_X_y=True)
    order = rng.permutation(len(labels))
    X, y = (pixels / 16).astype(np.float32)[order], labels[order]
    return Split(X[test:], y[test:], X[:test], y[:test], "digits")


def load_mnist(path: str | os.PathLike[str] | None = None) -> Split:
    """Return the 70,000 digits of 28 x 28 pixels of MNIST.

    Parameters
    ----------
    path
        A file with the arrays `x_train`, `y_train`, `x_test`, `y_test`, or a folder with the file
        `mnist.npz`. Default: what the environment variable `STEERING_DATA` names; without it, the
        four files are downloaded, once, and checked by their SHA-256.

    Returns
    -------
    Pixels in [0, 1], (P, 784), and labels 0 to 9.

    Raises
    ------
    TypeError, ValueError
        If the file is not there, or is not what it should be; if the download fails or is not as
        published.

    Examples
    --------
    The real file is read by `load_mnist("folder")`; here are ten empty images in its place:

    >>> import tempfile
    >>> import numpy as np
    >>> from learning import load_mnist
    >>> images, labels = np.zeros((10, 28, 28), dtype=np.uint8), np.arange(10)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     np.savez(
    ...         f"{folder}/mnist.npz", x_train=images, y_train=labels, x_test=images, y_test=labels
    ...     )
    ...     load_mnist(folder)
    Split(MNIST: 10 to train on, 10 to test on, 784 inputs, 10 classes)
    """
    if path is None:
        path = os.environ.get(VARIABLE)
    arrays = _downloaded() if path is None else _read(path)
    train, y, test, y_test = (arrays[key] for key in _KEYS)
    return Split(_pixels(train), _labels(y), _pixels(test), _labels(y_test), "MNIST")


def _pixels(images: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    return images.reshape(len(images), -1).astype(np.float32) / np.float32(255)


def _labels(y: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    return y.astype(np.int64)


def _read(path: str | os.PathLike[str]) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays of a local file."""
    file = domains.path("path", path)
    if file.is_dir():
        file = file / _FILE
    if not file.is_file():
        raise ValueError(f"path must be {_FILE} or its folder, got {str(path)!r}: no such file")
    try:
        # numpy leaves a file open that it cannot read, so it is not given the name
        with file.open("rb") as stream, np.load(stream, allow_pickle=False) as stored:
            arrays = {key: stored[key] for key in _KEYS}
    except Exception as error:  # numpy raises what the broken part happens to raise
        raise ValueError(f"path must have the arrays {', '.join(_KEYS)}: {error}") from error
    for name in ("train", "test"):
        images, labels = arrays[f"x_{name}"], arrays[f"y_{name}"]
        shape = images.shape
        if not images.size or shape[1:] != (28, 28) or labels.shape != shape[:1]:
            raise ValueError(
                f"path must have images of 28 x 28 and their labels, got {shape} and {labels.shape}"
            )
        if images.dtype != np.uint8 or labels.dtype.kind not in "iu":
            raise ValueError(
                f"path must have images of uint8 and labels of integers, got {images.dtype} and "
                f"{labels.dtype}"
            )
        if labels.min() < 0 or labels.max() > 9:
            raise ValueError(f"path must have labels 0 to 9, got {labels.min()} to {labels.max()}")
    return arrays


def _downloaded() -> dict[str, npt.NDArray[Any]]:
    """Return the arrays of the published files, from the cache after the first time."""
    import pooch

    try:
        files = [
            pooch.retrieve(
                f"{_ADDRESS}{name}-ubyte.gz",
                f"sha256:{digest}",
                fname=f"{name}-ubyte.gz",
                path=pooch.os_cache("steering"),
            )
            for name, digest in _SHA256.items()
        ]
    except (OSError, ValueError) as error:  # no network, or not the published file
        raise ValueError(
            f"MNIST cannot be downloaded from {_ADDRESS}: {error}. Get {_FILE} in another "
            f"way, and pass its path, or set {VARIABLE} to its folder"
        ) from error
    return dict(zip(_KEYS, map(_idx, files), strict=True))


def _idx(path: str) -> npt.NDArray[np.uint8]:
    """Return the array of a file in the IDX format: big-endian sizes, then bytes."""
    with gzip.open(path) as file:
        content = file.read()
    dimensions = content[3]
    sizes = np.frombuffer(content, ">u4", dimensions, offset=4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * dimensions).reshape(sizes)
