"""The baseline that back-propagates: a perceptron with one layer of binary hidden units."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import softmax

from foundation import domains
from learning.baselines.adamw import AdamW
from learning.data.signs import flipped
from learning.estimators.logit_classifier import LogitClassifier, two_or_more
from learning.estimators.random_state import as_generator
from learning.estimators.weights import checked, relative, weighing, with_classes
from learning.network.bounds import PARAMETER
from learning.network.couplings import Array
from learning.network.training import EVERY, Training
from learning.relaxation.threads import one_thread


class BinarisedMLP(LogitClassifier):
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
        Steepness of the surrogate derivative, in (0, 1e6].
    epochs
        Passes through the inputs, >= 1.
    batch
        Inputs that learn together, >= 1; None for 16, or all if they are fewer.
    rate, decay
        Learning rate, in (0, 1], and weight decay in units of it, in [0, 1].
    cooling, flipped, averaged
        As in `Training`: factor of the rate from each epoch to the next, fraction of the entries of
        the inputs that are flipped anew, and weight of the present weights in their average, which
        inference then uses.
    class_weight
        None, "balanced", or weights >= 0 by label: they multiply those of the inputs.
    random_state
        A seed, a generator of numpy, or None for a fresh seed.

    Attributes
    ----------
    classes_
        Labels, (C,).
    n_features_in_
        Number of inputs, N.
    weights_
        Matrices (N, H) and (H, C), averaged if that was asked for.
    temperature_
        1, at which `predict_proba` turns logits into probabilities: as in the loss.

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
    >>> network.predict_proba(data.X_test).shape
    (300, 3)
    """

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
        cooling: float = 1.0,
        flipped: float = 0.0,
        averaged: float = 0.0,
        class_weight: Any = None,
        random_state: Any = None,
    ) -> None:
        self.H = H
        self.beta = beta
        self.epochs = epochs
        self.batch = batch
        self.rate = rate
        self.decay = decay
        self.cooling = cooling
        self.flipped = flipped
        self.averaged = averaged
        self.class_weight = class_weight
        self.random_state = random_state

    def fit(
        self, X: npt.ArrayLike, y: npt.ArrayLike, sample_weight: npt.ArrayLike | None = None
    ) -> BinarisedMLP:
        """Train from random weights on inputs (P, N) and labels (P,).

        `sample_weight`, (P,), multiplies the loss of each input, in units of its mean.
        """
        for name in ("H", "epochs"):
            domains.integer(name, getattr(self, name))
        for name, high in (("beta", PARAMETER), ("rate", 1)):
            if domains.real(name, getattr(self, name), 0, high) == 0:
                raise ValueError(f"{name} must be > 0, got 0")
        domains.real("decay", self.decay, 0, 1)
        training = Training(self.flipped, self.averaged, self.cooling)
        checked(self.class_weight)
        inputs, labels, weights = weighing(sample_weight, *self._validated(X, y))
        batch = self._batch(len(inputs))
        classes, truth = np.unique(labels, return_inverse=True)
        self.classes_ = two_or_more(classes)
        weights = with_classes(self.class_weight, classes, truth, weights)
        scaled = relative(weights, np.arange(len(inputs)))
        rng = as_generator(self.random_state)
        sizes = (inputs.shape[1], self.H, len(self.classes_))
        self.temperature_ = 1.0
        # uniform in ± 1 / sqrt(senders), the usual start of layers in deep learning
        self.weights_ = [
            rng.uniform(-1, 1, shape).astype(np.float32) / np.float32(np.sqrt(shape[0]))
            for shape in itertools.pairwise(sizes)
        ]
        with one_thread():
            self._train(inputs, truth, scaled, batch, training, rng)
        return self

    def _train(
        self,
        inputs: Array,
        truth: npt.NDArray[np.intp],
        weights: Array | None,
        batch: int,
        training: Training,
        rng: np.random.Generator,
    ) -> None:
        """Make all steps."""
        adam = AdamW(self.weights_, self.rate, self.decay)
        average: list[Array] | None = None
        for epoch in range(self.epochs):
            adam.rate = self.rate * training.cooling**epoch
            if epoch and training.averaged and average is None:
                average = [W.copy() for W in self.weights_]
            order = rng.permutation(len(inputs))
            for start in range(0, len(inputs) - batch + 1, batch):
                chosen = order[start : start + batch]
                x, own = inputs.take(chosen, axis=0), None if weights is None else weights[chosen]
                if training.flipped:
                    x = flipped(x, training.flipped, rng)
                adam.step(self._gradients(x, truth[chosen], own))
                if average and start % (EVERY * batch) == 0:
                    for mean, W in zip(average, self.weights_, strict=True):
                        mean += np.float32(training.averaged) * (W - mean)
        self.weights_ = average or self.weights_

    def _gradients(
        self, x: Array, truth: npt.NDArray[np.intp], weights: Array | None = None
    ) -> list[Array]:
        """Return the gradients of the mean cross-entropy, by the surrogate derivative."""
        W_1, W_2 = self.weights_
        h = x @ W_1
        s = np.sign(h)
        error = softmax(s @ W_2, axis=1)
        error[np.arange(len(x)), truth] -= 1
        error /= len(x)
        if weights is not None:
            error *= weights[:, None]
        back = np.where(np.abs(self.beta * h) < 1, self.beta * (error @ W_2.T), 0)
        return [x.T @ back, s.T @ error]

    def _logits(self, inputs: Array) -> Array:
        W_1, W_2 = self.weights_
        return np.sign(inputs @ W_1) @ W_2
