"""Inputs that are entangled: random projections, and their signs."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from foundation import domains
from learning.estimators.random_state import as_generator
from learning.network.bounds import bounded


class EntangledProjection(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    r"""Signs of random projections, as a transformer of scikit-learn.

    .. math:: x_i = \mathrm{sign}\Big(\sum_p G_{pi}\, v_p\Big), \qquad G_{pi} \sim \mathcal N(0, 1).

    Applied to the pixels of MNIST it makes "Entangled MNIST". A projection that is exactly zero
    counts as positive.

    Parameters
    ----------
    n_components
        Number of signs, >= 1.
    random_state
        A seed, a generator of numpy, or None for a fresh seed.

    Attributes
    ----------
    components_
        The matrix G, (n_features, n_components).
    n_features_in_
        Number of features seen in `fit`.

    Examples
    --------
    >>> import numpy as np
    >>> from learning import EntangledProjection, load_digits
    >>> digits = load_digits()
    >>> entangled = EntangledProjection(100, random_state=1).fit_transform(digits.X)
    >>> entangled.shape, np.unique(entangled).tolist()
    ((1437, 100), [-1.0, 1.0])
    >>> projection = EntangledProjection(3, random_state=1).fit(digits.X)
    >>> projection.transform(digits.X_test).shape
    (360, 3)
    """

    components_: npt.NDArray[np.float32]

    def __init__(self, n_components: int = 100, *, random_state: Any = None) -> None:
        self.n_components = n_components
        self.random_state = random_state

    def fit(self, X: npt.ArrayLike, y: object = None) -> EntangledProjection:
        """Draw the projections for inputs with as many features as `X` has.

        Parameters
        ----------
        X
            Inputs, (n, n_features).
        y
            Not used.
        """
        n_components = domains.integer("n_components", self.n_components)
        domains.unmasked("X", X)
        shape = (validate_data(self, X).shape[1], n_components)
        rng = as_generator(self.random_state)
        self.components_ = rng.standard_normal(shape, dtype=np.float32)
        return self

    def transform(self, X: npt.ArrayLike) -> npt.NDArray[np.floating]:
        """Return the signs of the projections, (n, n_components), in the precision of `X`."""
        check_is_fitted(self, "components_")
        domains.unmasked("X", X)
        inputs = validate_data(self, X, reset=False, dtype=(np.float64, np.float32))
        bounded(inputs)
        one = inputs.dtype.type(1)
        return np.where(inputs @ self.components_ >= 0, one, -one)

    @property
    def _n_features_out(self) -> int:
        return self.components_.shape[1]
