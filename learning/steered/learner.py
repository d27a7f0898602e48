"""A steered network that learns, batch by batch."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from foundation import domains
from learning.fused.limits import check
from learning.network import fields
from learning.network.bounds import PARAMETER, single
from learning.network.couplings import Array, Couplings
from learning.network.drawing import draw
from learning.network.error_rule import ErrorRule
from learning.network.recipe import Recipe
from learning.network.rule import Rule
from learning.network.schedule import Phase
from learning.network.training import EVERY
from learning.plasticity.error import ErrorSteps
from learning.plasticity.margin import MarginSteps
from learning.plasticity.senders import Senders
from learning.plasticity.steps import Arrived, Steps
from learning.relaxation.phases import Batch, Settled, relax, settle
from learning.relaxation.threads import one_thread
from learning.steered import compiled_engine
from learning.steered.averaging import begun, move
from learning.steered.batches import Batches, Counts
from learning.steered.history import Epoch

TEST_BATCH = 256
ENGINES = ("events", "dense", "compiled")


@dataclass(eq=False)
class Learner:
    """Couplings, the recipe that they follow, and where the random numbers come from.

    Attributes
    ----------
    couplings
        They change in training.
    recipe
        Strengths, schedule and rule.
    rng
        Generator of the training.
    epochs
        Number of epochs so far.
    engine
        "events" (only flips are propagated), "dense" (each sweep is a product), or "compiled" (a
        step of training is one compiled function, the fastest, for one layer in synchronous order
        and batches of at most 64): the same states, up to fields that float32 cannot tell from
        zero. Inference by "compiled" is that by "events", which is no slower.
    averaged
        Running average of the couplings, if the recipe asks for it and an epoch has passed.
    senders
        Running means of the presynaptic activity, if the rule is centred.

    Examples
    --------
    >>> from learning import Learner, prototypes, recipe
    >>> data = prototypes(N=50, classes=3, per_class=100, flipped=0.2, rng=1)
    >>> learner = Learner.draw(N=50, H=100, C=3, L=1, recipe=recipe(J_D=0.3), rng=1)
    >>> record = learner.epoch(data.X, data.y, batch=10)
    >>> learner.score(data.X_test, data.y_test) > 0.9
    True
    >>> learner.states(data.X_test).shape, learner.logits(data.X_test).shape
    ((1, 300, 100), (300, 3))
    >>> learner.in_use is learner.couplings  # nothing is averaged here
    True
    """

    couplings: Couplings
    recipe: Recipe
    rng: np.random.Generator
    epochs: int = 0
    engine: str = "events"
    averaged: Couplings | None = None
    senders: Senders | None = None
    _phases: list[Phase] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        for name, kind in (
            ("couplings", Couplings),
            ("recipe", Recipe),
            ("rng", np.random.Generator),
        ):
            if not isinstance(getattr(self, name), kind):
                raise TypeError(f"{name} must be a {kind.__name__}, got {getattr(self, name)!r}")
        self.epochs = domains.integer("epochs", self.epochs, low=0)
        check(domains.choice("engine", self.engine, ENGINES), self.recipe, self.couplings.L)
        self._phases = self.recipe.phases(self.couplings.L)
        if self.recipe.rule.presynaptic == "centred":
            self.senders = self.senders or Senders.unknown()

    @classmethod
    def draw(
        cls,
        N: int,
        H: int,
        C: int,
        L: int,
        recipe: Recipe,
        *,
        rng: int | np.random.Generator | None = None,
        engine: str = "events",
    ) -> Learner:
        """Draw a new network of L layers of H units for N inputs and C classes.

        Parameters
        ----------
        N, H, C, L
            Numbers of inputs, of units in a layer, and of layers, >= 1; of classes, >= 2.
        recipe
            Strengths, schedule and rule; they have to fit the sizes, see `Recipe.check`.
        rng
            A seed, a generator, or None for a fresh seed.
        engine
            "events", "dense" or "compiled".

        Raises
        ------
        TypeError, ValueError
            If an argument is outside its documented domain.
        """
        domains.integer("C", C, low=2)
        if not isinstance(recipe, Recipe):
            raise TypeError(f"recipe must be a Recipe, see `learning.recipe`, got {recipe!r}")
        recipe.check(N, H, L)
        check(engine, recipe, L)
        own, training = domains.generator(rng).spawn(2)
        return cls(draw(N, H, C, L, recipe.strengths, own), recipe, training, engine=engine)

    @property
    def in_use(self) -> Couplings:
        """The couplings that inference uses: their average, if there is one."""
        return self.averaged or self.couplings

    def steps(self, pace: float = 1.0) -> Steps:
        """Return the steps of the rule, with all rates times `pace`.

        Examples
        --------
        >>> from learning import Learner, recipe
        >>> type(Learner.draw(N=5, H=20, C=2, L=1, recipe=recipe("error"), rng=1).steps()).__name__
        'ErrorSteps'
        """
        kind = ErrorSteps if isinstance(self.recipe.rule, ErrorRule) else MarginSteps
        return kind(self.couplings, self.recipe, pace, self.senders)

    def epoch(
        self, X: npt.ArrayLike, labels: npt.ArrayLike, batch: int = 16, pace: float = 1.0
    ) -> Epoch:
        """Learn from all inputs once, in a new random order; an incomplete last batch is skipped.

        Parameters
        ----------
        X
            Inputs, (P, N), P >= `batch`; float32 is used without a copy.
        labels
            Their classes, integers from 0 to C - 1.
        batch
            Number of inputs that learn together, B, >= 1.
        pace
            Factor of all rates, in [0, 1e6].

        Raises
        ------
        TypeError, ValueError
            If an argument is outside its documented domain.
        """
        x = self.inputs(X)
        truth = self.classes(labels, len(x))
        batch = domains.integer("batch", batch, high=len(x))
        check(self.engine, self.recipe, self.couplings.L, batch)
        pace = domains.real("pace", pace, 0, PARAMETER)
        return self._epoch(x, truth, np.arange(len(x)), batch, pace)

    def _epoch(
        self,
        x: Array,
        truth: npt.NDArray[np.intp],
        rows: npt.NDArray[np.intp],
        batch: int,
        pace: float,
        weights: Array | None = None,
    ) -> Epoch:
        """Learn from some rows of inputs and classes that were checked."""
        started = time.perf_counter()
        order = self.rng.permutation(rows)
        steps = len(rows) // batch
        plasticity = self.steps(pace)
        training, W = self.recipe.training, self.couplings
        self.averaged = begun(self.averaged, W, training.averaged, self.epochs)
        order = order[: steps * batch].reshape(steps, batch)
        batches = Batches(x, truth, weights, order, W.C, training.flipped, self.rng)
        if self.engine == "compiled":
            totals = compiled_engine.learn(plasticity, self._phases, batches, self.averaged)
        else:
            with one_thread():
                totals = self._learn(plasticity, batches)
        plasticity.decay()
        self.epochs += 1
        units = steps * batch * W.L * W.H
        unstable, missed, flips = (float(total) for total in totals)
        return Epoch(
            self.epochs,
            unstable / units,
            missed / (steps * batch),
            flips / units,
            time.perf_counter() - started,
        )

    def _learn(self, plasticity: Steps, batches: Batches) -> npt.NDArray[np.int64]:
        """Learn from all batches; return the sums of their counts."""
        totals = np.zeros(3, dtype=np.int64)
        for number, given in enumerate(batches.each()):
            totals += self.step(plasticity, *given)
            if number % EVERY == 0 and self.averaged:
                move(self.averaged, self.couplings, self.recipe.training.averaged)
        return totals

    def step(
        self,
        plasticity: Steps,
        x: Array,
        y: Array,
        truth: npt.NDArray[np.intp],
        weights: Array | None = None,
    ) -> Counts:
        """Relax one batch and learn from it.

        Examples
        --------
        >>> import numpy as np
        >>> from learning import Learner, recipe
        >>> learner = Learner.draw(N=5, H=20, C=2, L=1, recipe=recipe(), rng=1)
        >>> plasticity = learner.steps()
        >>> x, y = np.ones((1, 5), np.float32), np.array([[1, -1]], np.float32)
        >>> for _ in range(20):
        ...     counts = learner.step(plasticity, x, y, truth=np.array([0]))
        >>> counts.missed
        0
        """
        if self.engine == "compiled":
            return Counts(*compiled_engine.step(plasticity, self._phases, x, y, truth, weights))
        schedule, rule = self.recipe.schedule, self.recipe.rule
        hidden: Arrived | None = None
        if isinstance(rule, Rule) and rule.hidden_at == "first":
            for number, at in enumerate(self._relax(x, y)):
                if number == 1:
                    h = at.margin_fields(self.couplings, schedule.free)
                    hidden = Arrived(at.s.copy(), h.copy(), at.sent)
        else:
            at = settle(self._batch(x, y, self.rng, self.couplings), self._phases)
        last = Arrived(at.s, at.margin_fields(self.couplings, schedule.free), at.sent)
        u = fields.readout(self.couplings, x, at.s)
        unstable = plasticity.step(x, y, hidden or last, last, u, weights)
        return Counts(unstable, int(np.count_nonzero(u.argmax(1) != truth)), at.flips)

    def logits(self, X: npt.ArrayLike) -> Array:
        """Return the fields of the readout after inference, (P, C)."""
        return self._logits(self.inputs(X))

    def _logits(self, x: Array) -> Array:
        """Return them for inputs that were checked."""
        return np.concatenate(
            [fields.readout(self.in_use, some, at.s) for some, at in self.settled(x)]
        )

    def states(self, X: npt.ArrayLike) -> npt.NDArray[np.int8]:
        """Return the hidden states after inference, (L, P, H)."""
        found = [at.s.astype(np.int8) for _, at in self.settled(self.inputs(X))]
        return np.concatenate(found, axis=1)

    def settled(self, X: Array) -> Iterator[tuple[Array, Settled]]:
        """Yield inputs in float32, batch by batch, with where their inference ends.

        What is random in the schedule is drawn from a fixed seed, and is the same for all inputs:
        where one ends does not depend on the others.

        Examples
        --------
        >>> import numpy as np
        >>> from learning import Learner, recipe
        >>> learner = Learner.draw(N=5, H=20, C=2, L=1, recipe=recipe(), rng=1)
        >>> for x, at in learner.settled(np.ones((300, 5), np.float32)):
        ...     print(x.shape, at.s.shape, at.sweeps)
        (256, 5) (1, 256, 20) 5
        (44, 5) (1, 44, 20) 5
        """
        phases = self.recipe.schedule.testing()
        with one_thread():
            for start in range(0, len(X), TEST_BATCH):
                x, rng = X[start : start + TEST_BATCH], np.random.default_rng(0)
                yield x, settle(self._batch(x, None, rng, self.in_use), phases)

    def score(self, X: npt.ArrayLike, labels: npt.ArrayLike) -> float:
        """Return the accuracy of inference."""
        x = self.inputs(X)
        truth = self.classes(labels, len(x))
        return float(np.mean(self._logits(x).argmax(1) == truth))

    def inputs(self, X: npt.ArrayLike) -> Array:
        """Return inputs as the network takes them, (P, N), and refuse what it cannot take.

        Float32 in the order of C is returned as it is, without a copy.

        Examples
        --------
        >>> from learning import Learner, recipe
        >>> learner = Learner.draw(N=3, H=20, C=2, L=1, recipe=recipe(), rng=1)
        >>> learner.inputs([[1, -1, 1]])
        array([[ 1., -1.,  1.]], dtype=float32)
        """
        x = single(X)
        if x.ndim != 2 or x.shape[1] != self.couplings.N or not len(x):
            raise ValueError(f"X must be of shape (P, {self.couplings.N}), got shape {x.shape}")
        return x

    def classes(self, labels: npt.ArrayLike, P: int) -> npt.NDArray[np.intp]:
        """Return the classes of P inputs, integers from 0 to C - 1, and refuse anything else.

        Examples
        --------
        >>> from learning import Learner, recipe
        >>> learner = Learner.draw(N=3, H=20, C=2, L=1, recipe=recipe(), rng=1)
        >>> learner.classes([0, 1, 1], P=3)
        array([0, 1, 1])
        """
        truth, C = domains.integers("labels", labels, low=0), self.couplings.C
        if truth.shape != (P,):
            raise ValueError(f"labels must be of shape ({P},), got shape {truth.shape}")
        if truth.max() >= C:
            raise ValueError(f"labels must be integers from 0 to {C - 1}, got {truth.max()}")
        return truth.astype(np.intp)

    def _relax(self, x: Array, y: Array) -> Iterator[Settled]:
        return relax(self._batch(x, y, self.rng, self.couplings), self._phases)

    def _batch(
        self, x: Array, y: Array | None, rng: np.random.Generator, couplings: Couplings
    ) -> Batch:
        engine = "dense" if self.engine == "dense" else "events"
        return Batch(couplings, self.recipe, x, y, rng, engine)
