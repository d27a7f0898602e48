"""Pairs of patterns learned by a chain of modules that is driven from both ends."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from foundation import domains
from learning.associative import chain
from learning.associative.recall import Best, Recall, recall_of
from learning.estimators.random_state import as_generator
from learning.network.bounds import PARAMETER
from networks.asymmetric import gaussian_couplings

Spins = npt.NDArray[np.float32]
MAX_SWEEPS = 50


class HeteroAssociator(BaseEstimator):
    r"""A chain of L modules of N units that maps patterns on its first to patterns on its last.

    In training the input drives the first module and the output the last one; when the chain has
    settled, every unit whose field without that of the next module,

    .. math:: s^l_i \Big(\sum_j J^l_{ij} s^l_j + \lambda s^{l-1}_i\Big) \le k + J_D
              \qquad (s^0 = \text{input}),

    has its couplings changed by `rate` :math:`s_i s_j / \sqrt N`. In recall module after module
    settles, each from the state of the one before.

    Parameters
    ----------
    L
        Number of modules, >= 2: a single one would repeat its input.
    J_D
        Self-coupling, >= 0.
    k
        Margin, > 0.
    lam
        Coupling between neighbouring modules, both ways, and from the input, >= 0; None for 0.9 k.
    rate
        Learning rate, > 0; None for k / 120.
    protocol
        "natural": a relaxation starts from zeros, and both ends drive it. "interface": unit i
        starts at the input in the modules before one that is drawn for it, once, and at the output
        from there on. More is recalled then, but the contents of the hidden modules are preset.
    p_update
        Probability that a unit follows its field in a synchronous sweep, in (0, 1]; the interface
        protocol is asynchronous.
    epochs
        The most passes through the pairs, >= 1.
    check_every
        Epochs between two recalls of all pairs, >= 1.
    enough
        Fraction of patterns recalled exactly at which to stop, in (0, 1].
    random_state
        A seed, a generator of numpy, or None for a fresh seed.

    Attributes
    ----------
    J_
        Couplings by sender, (L, N, N), with the self-coupling.
    history_
        One `Recall` for each check; the last one is that of the couplings as they are.
    best_
        The highest `bit` and the highest `exact` of them, a named tuple.
    n_features_in_
        N.

    References
    ----------
    `docs/theory/learning.md`, hetero-association.

    Examples
    --------
    >>> import numpy as np
    >>> from learning import HeteroAssociator
    >>> X, Y = np.random.default_rng(1).choice([-1, 1], size=(2, 5, 50))
    >>> chain = HeteroAssociator(L=3, random_state=1).fit(X, Y)
    >>> chain.score(X, Y) > 0.95
    True
    >>> chain.J_.shape
    (3, 50, 50)
    >>> chain.predict(X).shape
    (5, 50)
    """

    J_: npt.NDArray[np.float32]
    history_: list[Recall]
    n_features_in_: int

    def __init__(
        self,
        L: int = 2,
        *,
        J_D: float = 0.5,
        k: float = 12.0,
        lam: float | None = None,
        rate: float | None = None,
        protocol: str = "natural",
        p_update: float = 0.85,
        epochs: int = 160,
        check_every: int = 10,
        enough: float = 0.97,
        random_state: Any = None,
    ) -> None:
        self.L = L
        self.J_D = J_D
        self.k = k
        self.lam = lam
        self.rate = rate
        self.protocol = protocol
        self.p_update = p_update
        self.epochs = epochs
        self.check_every = check_every
        self.enough = enough
        self.random_state = random_state

    def fit(self, X: npt.ArrayLike, Y: npt.ArrayLike) -> HeteroAssociator:
        """Learn to map each row of `X` to the same row of `Y`; both (P, N), entries ±1.

        Raises
        ------
        TypeError, ValueError
            If the patterns or a parameter are outside their documented domains.
        """
        self._check()
        inputs, outputs = _patterns("X", X), _patterns("Y", Y)
        if inputs.shape != outputs.shape:
            raise ValueError(f"Y must have the shape of X, {inputs.shape}, got {outputs.shape}")
        rng = as_generator(self.random_state)
        P, N = inputs.shape
        self.n_features_in_, self.history_ = N, []
        self.J_ = np.stack([gaussian_couplings(N, rng) for _ in range(self.L)])
        self.J_[:, np.arange(N), np.arange(N)] = self.J_D
        interface = self._interface(N, rng)
        for epoch in range(1, self.epochs + 1):
            unstable = chain.train(
                self.J_, self._training(N), inputs, outputs, interface, rng.permutation(P),
                self._updates, rng,
            )  # fmt: skip
            if epoch % self.check_every == 0 or unstable == 0 or epoch == self.epochs:
                fraction = unstable / (P * self.L * N)
                self.history_.append(recall_of(epoch, self._recall(inputs), outputs, fraction))
                if unstable == 0 or self.history_[-1].exact >= self.enough:
                    break
        return self

    def predict(self, X: npt.ArrayLike) -> Spins:
        """Return the patterns on the last module, (P, N), for inputs on the first."""
        check_is_fitted(self, "history_")
        inputs = _patterns("X", X)
        if inputs.shape[1] != self.n_features_in_:
            raise ValueError(
                f"X must have {self.n_features_in_} columns as in fit, got {inputs.shape[1]}"
            )
        return self._recall(inputs)

    def score(self, X: npt.ArrayLike, Y: npt.ArrayLike) -> float:
        """Return the fraction of the bits of `Y` that are recalled from `X`."""
        recalled, wanted = self.predict(X), _patterns("Y", Y)
        if recalled.shape != wanted.shape:
            raise ValueError(f"Y must have the shape of X, {recalled.shape}, got {wanted.shape}")
        return float(np.mean(recalled == wanted))

    @property
    def best_(self) -> Best:
        """The highest fractions of right bits and of right patterns over the checks."""
        return Best(max(one.bit for one in self.history_), max(one.exact for one in self.history_))

    def _recall(self, inputs: Spins) -> Spins:
        """Recall each pattern with the same random numbers, whichever others are recalled."""
        lam = np.float32(self._lam)
        outputs = [
            chain.recall(self.J_, lam, x[None], self._updates, np.random.default_rng(0))
            for x in inputs
        ]
        return np.concatenate(outputs)

    @property
    def _lam(self) -> float:
        return self._given("lam", 0.9 * self.k)

    @property
    def _updates(self) -> chain.Updates:
        return chain.Updates(float(self.p_update), self.protocol == "interface", MAX_SWEEPS)

    def _training(self, N: int) -> chain.Training:
        rate = self._given("rate", self.k / 120) / np.sqrt(N)
        numbers = (self._lam, 4 * self.k + 4, self.k + self.J_D, rate)
        return chain.Training(*map(np.float32, numbers))

    def _given(self, name: str, default: float) -> float:
        value = getattr(self, name)
        return default if value is None else domains.real(name, value, 0, PARAMETER)

    def _interface(self, N: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
        """Return for each unit the first module that starts at the output; -1 for none."""
        if self.protocol == "natural":
            return np.full(N, -1)
        return rng.permutation(np.arange(N) % (self.L - 1) + 1)

    def _check(self) -> None:
        domains.integer("L", self.L, 2)  # a single module would repeat its input
        for name in ("epochs", "check_every"):
            domains.integer(name, getattr(self, name))
        for name, high in (("J_D", PARAMETER), ("k", PARAMETER), ("p_update", 1), ("enough", 1)):
            value = domains.real(name, getattr(self, name), 0, high)
            if value == 0 and name != "J_D":
                raise ValueError(f"{name} must be > 0, got 0")
        self._given("lam", 0)
        if self._given("rate", 1) == 0:
            raise ValueError("rate must be > 0, got 0")
        domains.choice("protocol", self.protocol, chain.PROTOCOLS)


def _patterns(name: str, value: npt.ArrayLike) -> Spins:
    """Return patterns of entries ±1, one a row."""
    patterns = domains.spins(name, value, ())
    if patterns.ndim != 2 or not patterns.size:
        raise ValueError(f"{name} must have shape (P, N), got {patterns.shape}")
    return patterns.astype(np.float32)
