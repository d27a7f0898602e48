"""MNIST, and Fashion-MNIST, which has the same format."""

import os

import numpy as np

from learning.data import archives
from learning.data.pictures import check, pixels
from learning.data.places import file_at, place
from learning.data.published import Published
from learning.data.split import Split

KEYS = ("x_train", "y_train", "x_test", "y_test")
MNIST = Published(
    "MNIST",
    "mnist.npz",
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "",
    (
        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
    ),
)
FASHION = Published(
    "Fashion-MNIST",
    "fashion_mnist.npz",
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    "fashion-",
    (
        "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
        "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
        "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
        "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
    ),
)


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
    return _load(MNIST, path)


def load_fashion_mnist(path: str | os.PathLike[str] | None = None) -> Split:
    """Return the 70,000 images of clothes, 28 x 28 pixels, of Fashion-MNIST (MIT licence).

    Parameters
    ----------
    path
        A file with the arrays `x_train`, `y_train`, `x_test`, `y_test`, or a folder with the file
        `fashion_mnist.npz`. Default: what the environment variable `STEERING_DATA` names; without
        it, the four files are downloaded, once, and checked by their SHA-256.

    Returns
    -------
    Pixels in [0, 1], (P, 784), and labels 0 to 9: T-shirt, trouser, pullover, dress, coat, sandal,
    shirt, sneaker, bag, ankle boot.

    Raises
    ------
    TypeError, ValueError
        If the file is not there, or is not what it should be; if the download fails or is not as
        published.

    References
    ----------
    Xiao, Rasul and Vollgraf, arXiv:1708.07747.

    Examples
    --------
    The real file is read by `load_fashion_mnist("folder")`; here are ten empty images:

    >>> import tempfile
    >>> import numpy as np
    >>> from learning import load_fashion_mnist
    >>> x, y = np.zeros((10, 28, 28), dtype=np.uint8), np.arange(10)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     np.savez(f"{folder}/fashion_mnist.npz", x_train=x, y_train=y, x_test=x, y_test=y)
    ...     load_fashion_mnist(folder)
    Split(Fashion-MNIST: 10 to train on, 10 to test on, 784 inputs, 10 classes)
    """
    return _load(FASHION, path)


def _load(published: Published, path: str | os.PathLike[str] | None) -> Split:
    """Return a data set from a local file, or from those that are published."""
    at = place(path)
    if at is None:
        arrays = published.download()
    else:
        arrays = archives.read(file_at(at, published.file), KEYS)
        check(*arrays[:2])
        check(*arrays[2:])
    train, y, test, y_test = arrays
    y, y_test = y.astype(np.int64), y_test.astype(np.int64)
    return Split(pixels(train), y, pixels(test), y_test, published.name)
