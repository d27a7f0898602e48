"""Signs of random projections of the patches of images."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from foundation import domains
from learning.estimators.random_state import as_generator
from learning.network.bounds import bounded

_AT_ONCE = 1000  # images whose patches are in memory together


class PatchProjection(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    r"""Signs of random projections of patches, as a transformer of scikit-learn.

    .. math:: x_{ak} = \mathrm{sign}\Big(\sum_{q \in \text{patch}} G_{qk}\, v_{a+q}\Big),
              \qquad G_{qk} \sim \mathcal N(0, 1),

    with the same projections G for the patches at all places a. A projection that is exactly zero
    counts as positive. As in `EntangledProjection` what all images have in common dominates the
    signs: subtract the mean image before.

    Parameters
    ----------
    n_components
        Number of signs of a patch, >= 1.
    shape
        That of an image: (height, width), or (channels, height, width), with the channels one after
        the other in an input. None for a single row of numbers.
    size
        Height and width of a patch, >= 1; at most those of the image are used.
    step
        Distance from one patch to the next, >= 1.
    random_state
        A seed, a generator of numpy, or None for a fresh seed.

    Attributes
    ----------
    components_
        The matrix G, (pixels of a patch in all channels, n_components).
    n_features_in_
        Number of features seen in `fit`.

    Examples
    --------
    >>> import numpy as np
    >>> from learning import PatchProjection, load_digits
    >>> digits = load_digits()
    >>> mean = digits.X.mean(axis=0)
    >>> patches = PatchProjection(16, shape=(8, 8), size=4, step=2, random_state=1)
    >>> signs = patches.fit(digits.X).transform(digits.X - mean)  # of 3 x 3 patches
    >>> signs.shape, np.unique(signs).tolist()
    ((1437, 144), [-1.0, 1.0])
    >>> patches.transform(digits.X_test - mean).shape
    (360, 144)
    """

    components_: npt.NDArray[np.float32]

    def __init__(
        self,
        n_components: int = 16,
        *,
        shape: Any = None,
        size: int = 6,
        step: int = 3,
        random_state: Any = None,
    ) -> None:
        self.n_components = n_components
        self.shape = shape
        self.size = size
        self.step = step
        self.random_state = random_state

    def fit(self, X: npt.ArrayLike, y: object = None) -> PatchProjection:
        """Draw the projections for images like those of `X`.

        Parameters
        ----------
        X
            Inputs, (n, n_features).
        y
            Not used.
        """
        n_components = domains.integer("n_components", self.n_components)
        domains.integer("step", self.step)
        domains.unmasked("X", X)
        _, height, width = patch = self._patch(validate_data(self, X).shape[1])
        rng = as_generator(self.random_state)
        shape = (patch[0] * height * width, n_components)
        self.components_ = rng.standard_normal(shape, dtype=np.float32)
        return self

    def transform(self, X: npt.ArrayLike) -> npt.NDArray[np.floating]:
        """Return the signs, (n, patches * n_components), in the precision of `X`.

        Those of one patch are beside each other; the patches follow each other row by row.
        """
        check_is_fitted(self, "components_")
        domains.unmasked("X", X)
        inputs = validate_data(self, X, reset=False, dtype=(np.float64, np.float32))
        bounded(inputs)
        one = inputs.dtype.type(1)
        parts = [
            np.where(
                self._patches(inputs[start : start + _AT_ONCE]) @ self.components_ >= 0, one, -one
            )
            for start in range(0, len(inputs), _AT_ONCE)
        ]
        return np.concatenate(parts).reshape(len(inputs), -1)

    def _patches(self, inputs: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return the patches of images, (n, patches, pixels of a patch)."""
        patch = self._patch(self.n_features_in_)
        images = inputs.reshape(len(inputs), *self._image(self.n_features_in_))
        windows = np.lib.stride_tricks.sliding_window_view(images, patch, axis=(1, 2, 3))
        chosen = windows[:, 0, :: self.step, :: self.step]
        return chosen.reshape(len(inputs), -1, patch[0] * patch[1] * patch[2])

    def _image(self, n_features: int) -> tuple[int, int, int]:
        """Return channels, height and width of an image of so many numbers."""
        if self.shape is None:
            return 1, 1, n_features
        sides = domains.integers("shape", self.shape)
        if sides.ndim != 1 or len(sides) not in (2, 3) or sides.prod() != n_features:
            raise ValueError(
                f"shape must be (height, width) or (channels, height, width) of images of "
                f"{n_features} features, got {self.shape!r}"
            )
        channels, height, width = (1, *sides.tolist())[-3:]
        return channels, height, width

    def _patch(self, n_features: int) -> tuple[int, int, int]:
        """Return channels, height and width of a patch of such an image."""
        size, (channels, *sides) = domains.integer("size", self.size), self._image(n_features)
        height, width = (min(size, side) for side in sides)
        return channels, height, width

    @property
    def _n_features_out(self) -> int:
        _, *image = self._image(self.n_features_in_)
        _, *patch = self._patch(self.n_features_in_)
        places = [(i - p) // self.step + 1 for i, p in zip(image, patch, strict=True)]
        return places[0] * places[1] * self.components_.shape[1]
