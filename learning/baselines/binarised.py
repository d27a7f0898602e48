"""The baseline that back-propagates: a perceptron with one layer of binary hidden units."""

import itertools
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import softmax
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from foundation import domains
from learning.network.largest import PARAMETER, bounded
from learning.network.seeds import as_generator
from learning.steered.learner import one_thread

Array = npt.NDArray[np.float32]
_DECAYS, _EPSILON = (0.9, 0.999), 1e-8  # of Adam, as published


class BinarisedMLP(ClassifierMixin, BaseEstimator):
    r"""One hidden layer of signs, trained by straight-through back-propagation.

    .. math:: u = W_2\, \mathrm{sign}(W_1 x), \qquad
              \frac{\partial\, \mathrm{sign}(h)}{\partial h} \to \beta\, \mathbf 1[|\beta h| < 1].

    The shape of `SteeredClassifier` with one layer, no recurrent couplings, no biases; the loss is
    the cross-entropy, the steps are those of AdamW.

    Parameters
    ----------
    H
        Hidden units, >= 1.
    beta
        Steepness of the pretended derivative, in (0, 1e6].
    epochs
        Passes through the inputs, >= 1.
    batch
        Inputs that learn together, >= 1; None for 16, or all if they are fewer.
    rate, decay
        Learning rate, in (0, 1], and weight decay in units of it, in [0, 1].
    random_state
        A seed, a generator of numpy, or None for a fresh seed.

    Attributes
    ----------
    classes_
        Labels, (C,).
    n_features_in_
        Number of inputs, N.
    weights_
        Matrices (N, H) and (H, C).

    Examples
    --------
    >>> from learning import BinarisedMLP, prototypes
    >>> data = prototypes(N=50, classes=3, per_class=100, flipped=0.2, rng=1)
    >>> network = BinarisedMLP(H=50, rate=0.01, random_state=1).fit(data.X, data.y)
    >>> network.score(data.X_test, data.y_test) > 0.9
    True
    >>> [W.shape for W in network.weights_]
    [(50, 50), (50, 3)]
    >>> logits = network.decision_function(data.X_test)
    >>> bool((logits.argmax(axis=1) == network.predict(data.X_test)).all())
    True
    """

    classes_: npt.NDArray[Any]
    weights_: list[Array]

    def __init__(
        self,
        H: int = 400,
        *,
        beta: float = 3.0,
        epochs: int = 20,
        batch: int | None = None,
        rate: float = 3e-4,
        decay: float = 1e-3,
        random_state: Any = None,
    ) -> None:
        self.H = H
        self.beta = beta
        self.epochs = epochs
        self.batch = batch
        self.rate = rate
        self.decay = decay
        self.random_state = random_state

    def fit(self, X: npt.ArrayLike, y: npt.ArrayLike) -> "BinarisedMLP":
        """Train from random weights on inputs (P, N) and labels (P,)."""
        for name in ("H", "epochs"):
            domains.integer(name, getattr(self, name))
        for name, high in (("beta", PARAMETER), ("rate", 1)):
            if domains.real(name, getattr(self, name), 0, high) == 0:
                raise ValueError(f"{name} must be > 0, got 0")
        domains.real("decay", self.decay, 0, 1)
        inputs, labels = validate_data(self, X, y, dtype=np.float32)
        bounded(inputs)
        check_classification_targets(labels)
        batch = min(16, len(inputs)) if self.batch is None else self.batch
        batch = domains.integer("batch", batch, high=len(inputs))
        self.classes_, truth = np.unique(labels, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(f"y must have two classes or more, got one class: {self.classes_}")
        rng = as_generator(self.random_state)
        sizes = (inputs.shape[1], self.H, len(self.classes_))
        # uniform in ± 1 / sqrt(senders), the usual start of layers in deep learning
        self.weights_ = [
            rng.uniform(-1, 1, shape).astype(np.float32) / np.float32(np.sqrt(shape[0]))
            for shape in itertools.pairwise(sizes)
        ]
        adam = AdamW(self.weights_, self.rate, self.decay)
        with one_thread():
            for _ in range(self.epochs):
                order = rng.permutation(len(inputs))
                for start in range(0, len(inputs) - batch + 1, batch):
                    chosen = order[start : start + batch]
                    adam.step(self._gradients(inputs[chosen], truth[chosen]))
        return self

    def _gradients(self, x: Array, truth: npt.NDArray[np.intp]) -> list[Array]:
        """Return the gradients of the mean cross-entropy, by the pretended derivative."""
        W_1, W_2 = self.weights_
        h = x @ W_1
        s = np.sign(h)
        error = softmax(s @ W_2, axis=1)
        error[np.arange(len(x)), truth] -= 1
        error /= len(x)
        back = np.where(np.abs(self.beta * h) < 1, self.beta * (error @ W_2.T), 0)
        return [x.T @ back, s.T @ error]

    def decision_function(self, X: npt.ArrayLike) -> Array:
        """Return the logits, (P, C); for two classes their difference, (P,)."""
        check_is_fitted(self, "weights_")
        inputs = bounded(validate_data(self, X, reset=False, dtype=np.float32))
        W_1, W_2 = self.weights_
        u = np.sign(inputs @ W_1) @ W_2
        return u[:, 1] - u[:, 0] if len(self.classes_) == 2 else u

    def predict(self, X: npt.ArrayLike) -> npt.NDArray[Any]:
        """Return the labels of the largest logits, (P,)."""
        u = self.decision_function(X)
        return self.classes_[(u > 0).astype(int) if u.ndim == 1 else u.argmax(1)]


class AdamW:
    """Adam with decoupled weight decay (Loshchilov and Hutter, arXiv:1711.05101)."""

    def __init__(self, weights: list[Array], rate: float, decay: float) -> None:
        self.weights, self.rate, self.decay = weights, rate, decay
        self.moments = [(np.zeros_like(W), np.zeros_like(W)) for W in weights]
        self.steps = 0

    def step(self, gradients: list[Array]) -> None:
        """Move the weights against their gradients."""
        self.steps += 1
        first, second = (1 - decay**self.steps for decay in _DECAYS)
        for W, gradient, (m, v) in zip(self.weights, gradients, self.moments, strict=True):
            W *= np.float32(1 - self.rate * self.decay)
            m += np.float32(1 - _DECAYS[0]) * (gradient - m)
            v += np.float32(1 - _DECAYS[1]) * (gradient * gradient - v)
            W -= np.float32(self.rate / first) * m / (np.sqrt(v / np.float32(second)) + _EPSILON)
