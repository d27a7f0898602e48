"""The steered network as a classifier of scikit-learn."""

import os
from dataclasses import asdict, fields, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from foundation import domains
from learning.network.couplings import Array
from learning.network.largest import bounded
from learning.network.recipe import Recipe, recipe
from learning.network.seeds import as_generator
from learning.steered import storage
from learning.steered.learner import Epoch, Learner, validated

Labels = npt.NDArray[Any]
BATCH = 16


class SteeredClassifier(ClassifierMixin, BaseEstimator):
    r"""A recurrent network that is steered to a label, and learns to stay where it arrives.

    In training the hidden units :math:`s` settle while the label acts on them; then every unit
    whose field from the input and from the other units is too weak to hold it,

    .. math:: s_i \Big(\sum_j J_{ij} s_j + \sum_n W^{in}_{in} x_n\Big) \le k + J_D,

    has its couplings moved towards its state. In inference the network settles without label, and
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
        Factor of all rates from each epoch to the next, in (0, 1].
    recipe
        A name ("G2", "G1", "reservoir", "random_features") or a `Recipe`: everything else.
    validation_fraction
        Fraction of the inputs held back to follow the accuracy, in [0, 1).
    patience
        Epochs without a better accuracy on those after which to stop, >= 1; None for no early stop.
    warm_start
        Whether `fit` goes on from the last one, for `epochs` more. `Schedule` and `Rule` may be
        other ones then; sizes and `Strengths` may not.
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
        One `Epoch` an epoch.
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
    the same for all inputs, each time: what is predicted for one does not depend on the others.
    What all inputs have in common is better taken off before a projection: at small `J_D` it is
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
    >>> logits = network.decision_function(X_test)
    >>> bool((logits.argmax(axis=1) == network.predict(X_test)).all())  # the labels are 0 to 9
    True

    Training goes on, also from a file:

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     network.save(f"{folder}/network.npz")
    ...     stored = SteeredClassifier.load(f"{folder}/network.npz")
    >>> len(stored.partial_fit(X, digits.y).history_)
    5
    """

    classes_: Labels
    history_: list[Epoch]
    learner_: Learner
    n_features_in_: int

    def __init__(
        self,
        H: int = 400,
        L: int = 1,
        *,
        J_D: float | None = None,
        lam: float | None = None,
        epochs: int = 20,
        batch: int | None = None,
        cooling: float = 1.0,
        recipe: str | Recipe = "G2",
        validation_fraction: float = 0.0,
        patience: int | None = None,
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
        self.validation_fraction = validation_fraction
        self.patience = patience
        self.warm_start = warm_start
        self.progress = progress
        self.random_state = random_state

    def fit(self, X: npt.ArrayLike, y: npt.ArrayLike) -> "SteeredClassifier":
        """Train for `epochs`, from new couplings unless `warm_start`.

        Parameters
        ----------
        X
            Inputs, (P, N).
        y
            Labels, (P,), of two classes or more.
        """
        self._check()
        on = self.warm_start and hasattr(self, "learner_")
        inputs, labels = self._validated(X, y, reset=not on)
        classes = self.classes_ if on else np.unique(labels)
        encoded = _encode(labels, classes)
        train, held = self._divide(len(inputs))
        batch = self._batch(len(train))
        self._begin(inputs.shape[1], classes, on)
        for _ in self._bar():
            record = self._epoch(inputs[train], encoded[train], batch)
            if len(held):
                record = validated(record, self.learner_.score(inputs[held], encoded[held]))
            self.history_.append(record)
            if self._stalled():
                break
        return self

    def partial_fit(
        self, X: npt.ArrayLike, y: npt.ArrayLike, classes: npt.ArrayLike | None = None
    ) -> "SteeredClassifier":
        """Train for one epoch on these inputs.

        Parameters
        ----------
        X, y
            Inputs and labels.
        classes
            All labels there will be; at the first call those of `y` if None.
        """
        self._check()
        on = hasattr(self, "learner_")
        inputs, labels = self._validated(X, y, reset=not on)
        if classes is not None:
            given = _classes(classes)
            if on and not np.array_equal(given, self.classes_):
                raise ValueError(f"classes must stay {self.classes_}, got {given}")
        else:
            given = self.classes_ if on else np.unique(labels)
        encoded, batch = _encode(labels, given), self._batch(len(inputs))
        self._begin(inputs.shape[1], given, on)
        self.history_.append(self._epoch(inputs, encoded, batch))
        return self

    def decision_function(self, X: npt.ArrayLike) -> Array:
        """Return the logits, (P, C); for two classes their difference, (P,)."""
        check_is_fitted(self, "learner_")
        inputs = validate_data(self, X, reset=False, dtype=np.float32)
        u = self.learner_.logits(inputs)
        return u[:, 1] - u[:, 0] if len(self.classes_) == 2 else u

    def predict(self, X: npt.ArrayLike) -> Labels:
        """Return the labels of the largest logits, (P,)."""
        u = self.decision_function(X)
        return self.classes_[(u > 0).astype(int) if u.ndim == 1 else u.argmax(1)]

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the trained network to a file `.npz`, from which `load` goes on bit for bit.

        Raises
        ------
        TypeError, ValueError
            If `path` cannot be that of a file, or the labels are objects other than strings.
        """
        check_is_fitted(self, "learner_")
        arrays, facts = storage.learner_parts(self.learner_)
        parameters = self.get_params(deep=False)
        parameters["recipe"] = asdict(recipe(self.recipe))
        if not isinstance(self.random_state, int | np.integer | None):
            parameters["random_state"] = None  # what it has become is in the learner
        facts |= {"parameters": parameters, "history": [asdict(one) for one in self.history_]}
        classes = self.classes_
        if classes.dtype == object and all(isinstance(label, str) for label in classes):
            classes = classes.astype(str)
        arrays["classes"] = classes
        if hasattr(self, "feature_names_in_"):
            arrays["feature_names"] = self.feature_names_in_.astype(str)
        storage.write(path, arrays, facts)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> "SteeredClassifier":
        """Return the network that `save` wrote.

        Raises
        ------
        TypeError, ValueError
            If there is no such file, or it is truncated, of another format, or not one of ours.
        """
        arrays, facts = storage.read(path)
        with storage.understood(path):
            parameters = facts["parameters"]
            loaded = cls(**{**parameters, "recipe": storage.recipe_of(parameters["recipe"])})
            loaded._check()
            as_generator(loaded.random_state)
            loaded.learner_ = storage.learner_of(arrays, facts)
            couplings = loaded.learner_.couplings
            loaded.n_features_in_, loaded.classes_ = couplings.N, arrays["classes"]
            if not np.array_equal(_classes(loaded.classes_), loaded.classes_):
                raise ValueError(f"classes must be in rising order, got {loaded.classes_}")
            if len(loaded.classes_) != couplings.C:
                raise ValueError(f"classes must be {couplings.C}, got {loaded.classes_}")
            loaded.history_ = storage.history_of(facts["history"])
            if "feature_names" in arrays:
                loaded.feature_names_in_ = arrays["feature_names"].astype(object)
        return loaded

    def _check(self) -> None:
        """Refuse parameters outside their domain, before any work."""
        for name in ("H", "L", "epochs"):
            domains.integer(name, getattr(self, name))
        for name in ("batch", "patience"):
            if getattr(self, name) is not None:
                domains.integer(name, getattr(self, name))
        if domains.real("cooling", self.cooling, 0, 1) == 0:
            raise ValueError("cooling must be > 0, got 0")
        if domains.real("validation_fraction", self.validation_fraction, 0, 1) == 1:
            raise ValueError("validation_fraction must be < 1, got 1")
        if self.patience is not None and not self.validation_fraction:
            raise ValueError("patience needs inputs held back: set validation_fraction > 0")
        for name in ("warm_start", "progress"):
            domains.boolean(name, getattr(self, name))
        self._recipe()

    def _recipe(self) -> Recipe:
        given = {"J_D": self.J_D, "lam": self.lam}
        return recipe(self.recipe, **{k: v for k, v in given.items() if v is not None})

    def _validated(self, X: npt.ArrayLike, y: npt.ArrayLike, reset: bool) -> tuple[Array, Labels]:
        inputs, labels = validate_data(self, X, y, reset=reset, dtype=np.float32)
        check_classification_targets(labels)
        return bounded(inputs), labels

    def _begin(self, N: int, classes: Labels, on: bool) -> None:
        """Draw a network, or go on with the one there is."""
        if len(classes) < 2:
            raise ValueError(f"y must have two classes or more, got one class: {classes}")
        wanted = self._recipe()
        wanted.check(N, self.H, self.L)
        if on:
            self._stay(wanted)
            self.learner_ = replace(self.learner_, recipe=wanted)
            return
        rng = as_generator(self.random_state)
        self.learner_ = Learner.draw(N, self.H, len(classes), self.L, wanted, rng)
        self.classes_, self.history_ = classes, []

    def _stay(self, wanted: Recipe) -> None:
        """Refuse to go on with a network of other sizes or strengths."""
        couplings, old = self.learner_.couplings, self.learner_.recipe.strengths
        pairs = {"H": (couplings.H, self.H), "L": (couplings.L, self.L)}
        for item in fields(old):
            pairs[item.name] = getattr(old, item.name), getattr(wanted.strengths, item.name)
        for name, (was, now) in pairs.items():
            if was != now:
                raise ValueError(f"{name} must stay {was!r} when training goes on, got {now!r}")

    def _epoch(self, inputs: Array, encoded: npt.NDArray[np.intp], batch: int) -> Epoch:
        pace = self.cooling**self.learner_.epochs
        return self.learner_.epoch(inputs, encoded, batch, pace)

    def _batch(self, P: int) -> int:
        if self.batch is None:
            return min(BATCH, P)
        if self.batch > P:
            raise ValueError(f"batch must be at most the number of inputs {P}, got {self.batch}")
        return self.batch

    def _divide(self, P: int) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        """Return which inputs to train on, and which to hold back; the same at each warm start."""
        held = round(self.validation_fraction * P)
        if not self.validation_fraction:
            return np.arange(P), np.arange(0)
        if held in (0, P):
            raise ValueError(
                f"validation_fraction must leave inputs to train on and hold some back, got "
                f"{self.validation_fraction} with n_samples={P}"
            )
        order = np.random.default_rng(P).permutation(P)
        return np.sort(order[held:]), np.sort(order[:held])

    def _bar(self) -> Any:
        from tqdm.auto import tqdm

        return tqdm(range(self.epochs), desc="epochs", disable=not self.progress)

    def _stalled(self) -> bool:
        """Return whether the accuracy on the inputs held back has not risen for too long."""
        if self.patience is None or len(self.history_) <= self.patience:
            return False
        followed = [record.validation or 0.0 for record in self.history_]
        return max(followed[-self.patience :]) <= max(followed[: -self.patience])


def _classes(classes: npt.ArrayLike) -> Labels:
    """Return different labels in rising order."""
    try:
        given = np.asarray(classes)
    except ValueError:
        raise ValueError(f"classes must be a list of labels, got {classes!r}") from None
    if given.ndim != 1 or not given.size:
        raise ValueError(f"classes must be a list of labels, got {classes!r}")
    if given.dtype.kind == "f" and not np.isfinite(given).all():
        raise ValueError(f"classes must be finite, got {classes!r}")
    try:
        return np.unique(given)
    except TypeError:
        raise TypeError(f"classes must be labels of one kind, got {classes!r}") from None


def _encode(labels: Labels, classes: Labels) -> npt.NDArray[np.intp]:
    """Return the position of each label among the classes."""
    unknown = ~np.isin(labels, classes)
    if unknown.any():
        raise ValueError(f"y must be among {classes}, got {labels[unknown][0]!r}")
    return np.searchsorted(classes, labels)
