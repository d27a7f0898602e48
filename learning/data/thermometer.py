"""Continuous inputs as signs at several levels."""

from __future__ import annotations

from numbers import Integral
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from foundation import domains
from learning.network.bounds import bounded


class Thermometer(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    r"""Signs of each input at several levels, as a transformer of scikit-learn.

    .. math:: x_{pl} = \mathrm{sign}(v_p - \theta_{pl}), \qquad
              \theta_{p1} \le \theta_{p2} \le \dots

    The signs of one input are +1 up to some level and -1 beyond, as the column of a thermometer:
    inputs that are near have signs that are alike. A single given level makes the signs of pixels.
    An input that is exactly at its level counts as negative, so that what is 0 in most inputs tells
    the others by its quantile.

    Parameters
    ----------
    levels
        Their number, >= 1: they are then the quantiles of each feature that divide the inputs seen
        in `fit` evenly. Or the levels themselves, increasing, the same for all features.

    Attributes
    ----------
    thresholds_
        The levels of each feature, (n_features, levels).
    n_features_in_
        Number of features seen in `fit`.

    Examples
    --------
    >>> import numpy as np
    >>> from learning import Thermometer
    >>> Thermometer([0.25, 0.5, 0.75]).fit_transform([[0.1, 0.6], [0.9, 0.3]]).tolist()
    [[-1.0, -1.0, -1.0, 1.0, 1.0, -1.0], [1.0, 1.0, 1.0, 1.0, -1.0, -1.0]]
    >>> even = Thermometer(3).fit(np.linspace(0, 8, 81)[:, None])
    >>> even.thresholds_
    array([[2., 4., 6.]])
    >>> even.transform([[5.0]]).tolist()
    [[1.0, 1.0, -1.0]]
    """

    thresholds_: npt.NDArray[np.float64]

    def __init__(self, levels: Any = 3) -> None:
        self.levels = levels

    def fit(self, X: npt.ArrayLike, y: object = None) -> Thermometer:
        """Find the levels of inputs like these.

        Parameters
        ----------
        X
            Inputs, (n, n_features).
        y
            Not used.
        """
        domains.unmasked("X", X)
        inputs = validate_data(self, X, dtype=(np.float64, np.float32))
        bounded(inputs)
        if isinstance(self.levels, Integral):
            count = domains.integer("levels", self.levels)
            parts = np.arange(1, count + 1) / (count + 1)
            self.thresholds_ = np.quantile(inputs.astype(np.float64), parts, axis=0).T
        else:
            given = domains.vector("levels", self.levels)
            if (np.diff(given) <= 0).any():
                raise ValueError(f"levels must increase, got {given.tolist()}")
            self.thresholds_ = np.tile(given, (inputs.shape[1], 1))
        return self

    def transform(self, X: npt.ArrayLike) -> npt.NDArray[np.floating]:
        """Return the signs, (n, n_features * levels), in the precision of `X`.

        Those of one feature are beside each other, from its lowest level to its highest.
        """
        check_is_fitted(self, "thresholds_")
        domains.unmasked("X", X)
        inputs = validate_data(self, X, reset=False, dtype=(np.float64, np.float32))
        bounded(inputs)
        one = inputs.dtype.type(1)
        above = inputs[:, :, None] > self.thresholds_.astype(inputs.dtype)
        return np.where(above.reshape(len(inputs), -1), one, -one)

    @property
    def _n_features_out(self) -> int:
        return self.thresholds_.size
