"""Data sets published as four files of the MNIST database's format, downloaded and checked."""

import gzip
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from learning.data.places import VARIABLE

FILES = ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1")


@dataclass(frozen=True)
class Published:
    """Where four files are, in the order of `FILES`, and the SHA-256 of each.

    Attributes
    ----------
    name
        What they are.
    file
        The local file that may stand for them.
    address
        Where they are published.
    prefix
        Of their names in the cache: all publishers call them alike.
    digests
        One for each file.
    """

    name: str
    file: str
    address: str
    prefix: str
    digests: tuple[str, str, str, str]

    def download(self) -> list[npt.NDArray[Any]]:
        """Return the arrays of the files, from the cache after the first time.

        Raises
        ------
        ValueError
            If a file cannot be had, or is not as published.
        """
        import pooch

        try:
            paths = [
                pooch.retrieve(
                    f"{self.address}{name}-ubyte.gz",
                    f"sha256:{digest}",
                    fname=f"{self.prefix}{name}-ubyte.gz",
                    path=pooch.os_cache("steering"),
                )
                for name, digest in zip(FILES, self.digests, strict=True)
            ]
        except (OSError, ValueError) as error:  # no network, or not the published file
            raise ValueError(
                f"{self.name} cannot be downloaded from {self.address}: {error}. Get {self.file} "
                f"in another way, and pass its path, or set {VARIABLE} to its folder"
            ) from error
        return [_idx(path) for path in paths]


def _idx(path: str) -> npt.NDArray[np.uint8]:
    """Return the array of a file in the IDX format: big-endian sizes, then bytes."""
    with gzip.open(path) as file:
        content = file.read()
    dimensions = content[3]
    sizes = np.frombuffer(content, ">u4", dimensions, offset=4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * dimensions).reshape(sizes)
