"""Classifiers of scikit-learn that decide by the largest of C logits."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import log_softmax
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import assert_all_finite, check_is_fitted, validate_data

from foundation import domains
from learning.estimators.columns import naming_columns
from learning.network.bounds import bounded
from learning.network.couplings import Array

Labels = npt.NDArray[Any]
BATCH = 16
_FORMAT: dict[str, Any] = {"dtype": np.float32, "order": "C", "ensure_all_finite": False}
_NO_TEMPERATURE = (
    "this %(name)s was stored before probabilities were known: call partial_fit or fit once"
)


class LogitClassifier(ClassifierMixin, BaseEstimator):
    """The door of a classifier: what comes in is checked here, once, and trusted inside."""

    classes_: Labels
    n_features_in_: int
    batch: int | None
    temperature_: float

    @abstractmethod
    def _logits(self, inputs: Array) -> Array:
        """Return the logits of inputs that were checked, (P, C)."""

    def decision_function(self, X: npt.ArrayLike) -> Array:
        """Return the logits, (P, C); for two classes their difference, (P,)."""
        check_is_fitted(self, "classes_")
        u = self._logits(self._inputs(X))
        return u[:, 1] - u[:, 0] if len(self.classes_) == 2 else u

    def predict(self, X: npt.ArrayLike) -> Labels:
        """Return the labels of the largest logits, (P,)."""
        u = self.decision_function(X)
        return self.classes_[(u > 0).astype(int) if u.ndim == 1 else u.argmax(1)]

    def predict_proba(self, X: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Return the probabilities of the classes, (P, C): softmax of logits / `temperature_`."""
        return np.exp(self.predict_log_proba(X))

    def predict_log_proba(self, X: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Return their natural logarithms, (P, C)."""
        check_is_fitted(self, "classes_")
        check_is_fitted(self, "temperature_", msg=_NO_TEMPERATURE)
        u = self._logits(self._inputs(X))
        return np.asarray(log_softmax(u.astype(np.float64) / self.temperature_, axis=1))

    def _inputs(self, X: npt.ArrayLike) -> Array:
        """Return inputs to be judged, in float32, without a copy if they are already."""
        domains.unmasked("X", X)
        with naming_columns(X):
            inputs = validate_data(self, X, reset=False, **_FORMAT)
        return self._bounded(inputs)

    def _validated(
        self, X: npt.ArrayLike, y: npt.ArrayLike, reset: bool = True
    ) -> tuple[Array, Labels]:
        """Return inputs in float32, without a copy if they are already, and labels."""
        domains.unmasked("X", X)
        domains.unmasked("y", y)
        with naming_columns(X):
            inputs, labels = validate_data(self, X, y, reset=reset, **_FORMAT)
        check_classification_targets(labels)
        return self._bounded(inputs), labels

    def _bounded(self, inputs: Array) -> Array:
        """Refuse what is missing, infinite or too large, in the words of scikit-learn if it can."""
        try:
            return bounded(inputs)
        except ValueError:
            assert_all_finite(inputs, estimator_name=type(self).__name__, input_name="X")
            raise

    def _batch(self, P: int) -> int:
        """Return the number of inputs that learn together."""
        return min(BATCH, P) if self.batch is None else domains.integer("batch", self.batch, high=P)


def two_or_more(classes: Labels) -> Labels:
    """Refuse a single class."""
    if len(classes) < 2:
        raise ValueError(f"y must have two classes or more, got one class: {classes}")
    return classes
