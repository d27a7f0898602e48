"""Grey images of 28 x 28 pixels in bytes, and labels from 0 to 9."""

from typing import Any

import numpy as np
import numpy.typing as npt


def check(images: npt.NDArray[Any], labels: npt.NDArray[Any]) -> None:
    """Refuse arrays that are not such images and their labels."""
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


def pixels(images: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Return bytes as numbers in [0, 1], an image a row."""
    return images.reshape(len(images), -1).astype(np.float32) / np.float32(255)
