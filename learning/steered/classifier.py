"""The steered network as a classifier of scikit-learn."""

from __future__ import annotations

import os
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.utils.validation import check_is_fitted

from foundation import domains
from learning.estimators.logit_classifier import Labels, LogitClassifier, two_or_more
from learning.estimators.random_state import as_generator
from learning.estimators.scale import warn_of_scale
from learning.estimators.temperature import some_of, temperature
from learning.estimators.weights import Floats, relative, weighing, with_classes
from learning.network.couplings import Array
from learning.network.recipe import Recipe, recipe
from learning.steered import stored_parts
from learning.steered.checks import able, check, stay
from learning.steered.held_back import Best, Rows, divided
from learning.steered.history import History, keep, validated
from learning.steered.labels import distinct, encoded, plain
from learning.steered.learner import Learner
from learning.steered.storage import UNKNOWN, read, understood, write


class SteeredClassifier(LogitClassifier):
    r"""A recurrent network that is steered to a label, and learns to stay where it arrives.

    In training the hidden units :math:`s` settle while the label acts on them; then every unit
    whose field from the input and from the other units is too weak to hold it,

    .. math:: s_i \Big(\sum_j J_{ij} s_j + \sum_n W^{in}_{in} x_n\Big) \le k + J_D,

    has its couplings changed towards its state. In inference the network settles without label, and
    the readout :math:`W_f s` decides.

    Parameters
    ----------
    H
        Hidden units in a layer, >= 1.
    L
        Hidden layers, >= 1.
    J_D
        Self-coupling, >= 0; None for that of the recipe.
    lam
        Coupling between neighbouring layers, >= 0; None for that of the recipe.
    epochs
        Passes through the inputs in `fit`, >= 1.
    batch
        Inputs that learn together, from 1 to their number; None for 16, or all if they are fewer.
        A step grows as its square root: change the rates with it.
    cooling
        Factor of all rates from each epoch to the next, in (0, 1]; None for that of the recipe.
    recipe
        A name, see `recipe`, or a `Recipe`: everything else.
    engine
        "events"; "dense"; or "compiled", the fastest, for one layer in synchronous order and a
        `batch` of at most 64: see `Learner`.
    validation_fraction
        Fraction of the inputs held back to follow the accuracy, in [0, 1).
    patience
        Epochs without a better accuracy on those after which to stop, >= 1; None for no early stop.
        With it `fit` ends with the best network that it saw, of equals the first, however it ended;
        the one that `warm_start` began from counts too. Rates, random numbers and the count of
        epochs go on from the last epoch.
    class_weight
        None, "balanced" (all classes weigh the same), or weights >= 0 by label: they multiply
        those of the inputs, see `fit`.
    warm_start
        Whether `fit` continues the last one, for `epochs` more. `Schedule` and `Rule` may have
        changed in between; sizes and `Strengths` may not.
    progress
        Whether to show a progress bar.
    random_state
        A seed, a generator of numpy, or None for a fresh seed.

    Attributes
    ----------
    classes_
        Labels, (C,).
    n_features_in_
        Number of inputs, N.
    history_
        A `History`: a list of one `Epoch` for each epoch, with a `plot`; `history_.kept` is the
        number of the epoch after which the network was as it is.
    temperature_
        T of `predict_proba`, fitted to the inputs held back, else to at most 512 of those that
        learned: then the probabilities may be too sure of new ones (docs/theory/learning.md).
    learner_
        The network: `learner_.couplings`, `learner_.states(X)`.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain; at the first use, as scikit-learn asks.

    Notes
    -----
    The inputs are used as they are. They should be of the size of ±1 and even in sign (see
    `EntangledProjection`): without biases (`recipe("G2", bias=3)`) the logits are odd in them.
    Where the schedule is random (`p_update` below one, noise, asynchronous order), inference draws
    the same for all inputs, each time: a prediction does not depend on the other inputs.
    Subtract the mean of the inputs before a projection: at small `J_D` what they have in common is
    all that is learned (docs/theory/learning.md).

    References
    ----------
    Scardecchia, "Learning by Steering the Neural Dynamics", arXiv:2510.11984; Badalotti, Baldassi,
    Mezard, Scardecchia and Zecchina, arXiv:2509.05041; `docs/theory/learning.md`.

    Examples
    --------
    >>> from learning import EntangledProjection, SteeredClassifier, load_digits
    >>> digits = load_digits()
    >>> projection, mean = EntangledProjection(100, random_state=1), digits.X.mean(axis=0)
    >>> X = projection.fit_transform(digits.X - mean)
    >>> X_test = projection.transform(digits.X_test - mean)
    >>> network = SteeredClassifier(H=200, epochs=4, random_state=1).fit(X, digits.y)
    >>> network.score(X_test, digits.y_test) > 0.7
    True
    >>> network.learner_.states(X_test).shape
    (1, 360, 200)
    >>> network.predict_proba(X_test).shape, network.predict_log_proba(X_test).shape
    ((360, 10), (360, 10))
    >>> logits = network.decision_function(X_test)
    >>> bool((logits.argmax(axis=1) == network.predict(X_test)).all())  # the labels are 0 to 9
    True

    Training can be continued, also from a file:

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     network.save(f"{folder}/network.npz")
    ...     stored = SteeredClassifier.load(f"{folder}/network.npz")
    >>> len(stored.partial_fit(X, digits.y).history_)
    5
    """

    history_: History
    learner_: Learner

    def __init__(
        self,
        H: int = 400,
        L: int = 1,
        *,
        J_D: float | None = None,
        lam: float | None = None,
        epochs: int = 20,
        batch: int | None = None,
        cooling: float | None = None,
        recipe: str | Recipe = "G2",
        engine: str = "events",
        validation_fraction: float = 0.0,
        patience: int | None = None,
        class_weight: Any = None,
        warm_start: bool = False,
        progress: bool = False,
        random_state: Any = None,
    ) -> None:
        self.H = H
        self.L = L
        self.J_D = J_D
        self.lam = lam
        self.epochs = epochs
        self.batch = batch
        self.cooling = cooling
        self.recipe = recipe
        self.engine = engine
        self.validation_fraction = validation_fraction
        self.patience = patience
        self.class_weight = class_weight
        self.warm_start = warm_start
        self.progress = progress
        self.random_state = random_state

    def fit(
        self, X: npt.ArrayLike, y: npt.ArrayLike, sample_weight: npt.ArrayLike | None = None
    ) -> SteeredClassifier:
        """Train for `epochs`, from new couplings unless `warm_start`.

        Parameters
        ----------
        X
            Inputs, (P, N), best of size 1 around 0: a UserWarning tells of others.
        y
            Labels, (P,), of two classes or more.
        sample_weight
            Weights, (P,), >= 0: a step of learning sums over its inputs, and each term is
            multiplied by the input's weight in units of their mean, so that the expected step is
            that on inputs repeated as often. Inputs of weight 0 are left out.
        """
        wanted = self._recipe()
        on = self.warm_start and hasattr(self, "learner_")
        inputs, labels, weights = weighing(sample_weight, *self._validated(X, y, reset=not on))
        warn_of_scale(inputs)
        classes = self.classes_ if on else np.unique(labels)
        truth = encoded(labels, classes)
        rows, held = divided(len(inputs), self.validation_fraction)
        batch = self._batch(len(rows))
        weights = with_classes(self.class_weight, classes, truth, weights)
        scaled = relative(weights, rows)
        self._begin(inputs.shape[1], classes, on, wanted)
        x_held, y_held = inputs[held], truth[held]
        best = Best(self.patience, self.learner_)
        if on and self.patience:
            best.seen(self._right(x_held, y_held), self.history_.kept)
        for _ in self._bar():
            self._epoch(inputs, truth, rows, batch, scaled)
            if len(held):
                right = self._right(x_held, y_held)
                self.history_[-1] = validated(self.history_[-1], right, len(held))
                best.seen(right, self.history_[-1].number)
            if best.stalled:
                break
        if self.patience:
            keep(self.history_, best.restore())
        self._calibrate(inputs, truth, held if len(held) else some_of(rows), weights)
        return self

    def partial_fit(
        self,
        X: npt.ArrayLike,
        y: npt.ArrayLike,
        classes: npt.ArrayLike | None = None,
        sample_weight: npt.ArrayLike | None = None,
    ) -> SteeredClassifier:
        """Train for one epoch on these inputs.

        Parameters
        ----------
        X, y
            Inputs and labels.
        classes
            All labels there will be; at the first call those of `y` if None.
        sample_weight
            As in `fit`; the mean is that over this call.
        """
        wanted = self._recipe()
        on = hasattr(self, "learner_")
        if isinstance(self.class_weight, str):
            raise ValueError("class_weight must be weights by label in partial_fit, got 'balanced'")
        inputs, labels, weights = weighing(sample_weight, *self._validated(X, y, reset=not on))
        if classes is not None:
            given = distinct(classes)
            if on and not np.array_equal(given, self.classes_):
                raise ValueError(f"classes must stay {self.classes_}, got {given}")
        else:
            given = self.classes_ if on else np.unique(labels)
        truth, batch = encoded(labels, given), self._batch(len(inputs))
        self._begin(inputs.shape[1], given, on, wanted)
        weights = with_classes(self.class_weight, given, truth, weights)
        rows = np.arange(len(inputs))
        self._epoch(inputs, truth, rows, batch, relative(weights, rows))
        self._calibrate(inputs, truth, some_of(rows), weights)
        return self

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the trained network to a file `.npz`, from which training continues bit for bit.

        Raises
        ------
        TypeError, ValueError
            If `path` cannot be that of a file, or the labels are objects other than strings.
        """
        check_is_fitted(self, "learner_")
        arrays, facts = stored_parts.parts(self.learner_)
        facts |= {"parameters": stored_parts.stored_parameters(self), "kept": self.history_.kept}
        facts |= {"history": [asdict(one) for one in self.history_]}
        facts["temperature"] = getattr(self, "temperature_", UNKNOWN)
        arrays["classes"] = plain(self.classes_)
        if hasattr(self, "feature_names_in_"):
            arrays["feature_names"] = self.feature_names_in_.astype(str)
        write(path, arrays, facts)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> SteeredClassifier:
        """Return the network that `save` wrote.

        Raises
        ------
        TypeError, ValueError
            If there is no such file, or it is truncated, of another format, or not one of ours.
        """
        arrays, facts = read(path)
        with understood(path):
            loaded = cls(**stored_parts.parameters_of(facts))
            loaded._recipe()
            as_generator(loaded.random_state)
            loaded.learner_ = stored_parts.learner_of(arrays, facts)
            loaded.n_features_in_ = loaded.learner_.couplings.N
            loaded.classes_ = stored_parts.classes_of(arrays, loaded.learner_.couplings.C)
            loaded.history_ = stored_parts.history_of(facts["history"], facts["kept"])
            if facts["temperature"] != UNKNOWN:
                T = domains.real("temperature", facts["temperature"], 0, np.inf, exclusive=True)
                loaded.temperature_ = T
            if "feature_names" in arrays:
                loaded.feature_names_in_ = arrays["feature_names"].astype(object)
        return loaded

    def _recipe(self) -> Recipe:
        """Return the recipe, after a look at all parameters, before any work."""
        check(self)
        given = {"J_D": self.J_D, "lam": self.lam, "cooling": self.cooling}
        made = recipe(self.recipe, **{k: v for k, v in given.items() if v is not None})
        able(self, made)
        return made

    def _begin(self, N: int, classes: Labels, on: bool, wanted: Recipe) -> None:
        """Draw a network, or continue with the present one."""
        two_or_more(classes)
        wanted.check(N, self.H, self.L)
        if on:
            stay(self.learner_, self.H, self.L, wanted)
            self.learner_ = replace(self.learner_, recipe=wanted, engine=self.engine)
            return
        rng = as_generator(self.random_state)
        sizes = N, self.H, len(classes), self.L
        self.learner_ = Learner.draw(*sizes, wanted, rng=rng, engine=self.engine)
        self.classes_, self.history_ = classes, History()

    def _epoch(
        self, inputs: Array, truth: Rows, rows: Rows, batch: int, weights: Array | None
    ) -> None:
        """Learn from some rows of the inputs once."""
        pace = self.learner_.recipe.training.cooling**self.learner_.epochs
        self.history_.append(self.learner_._epoch(inputs, truth, rows, batch, pace, weights))

    def _calibrate(self, inputs: Array, truth: Rows, rows: Rows, weights: Floats | None) -> None:
        """Find the temperature by some rows of the inputs."""
        own = None if weights is None else weights[rows]
        self.temperature_ = temperature(self._logits(inputs[rows]), truth[rows], own)

    def _right(self, inputs: Array, truth: npt.NDArray[np.intp]) -> int:
        """Return how many inputs are given their class."""
        return int(np.sum(self._logits(inputs).argmax(1) == truth))

    def _logits(self, inputs: Array) -> Array:
        return self.learner_._logits(inputs)

    def _bar(self) -> Any:
        if not self.progress:  # a lock of tqdm, even of no bar, is missed where a worker is killed
            return range(self.epochs)
        from tqdm.auto import tqdm

        return tqdm(range(self.epochs), desc="epochs")
