"""A steered network that learns, batch by batch."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from foundation import domains
from learning.network import fields
from learning.network.couplings import Array, Couplings, draw
from learning.network.largest import PARAMETER, bounded
from learning.network.recipe import Recipe
from learning.network.schedule import Phase
from learning.relaxation.phases import Settled, relax, settle
from learning.steered.plasticity import Arrived, Plasticity

TEST_BATCH = 256


@dataclass(frozen=True)
class Epoch:
    """What an epoch of training was like.

    Attributes
    ----------
    number
        Counted from 1.
    unstable
        Fraction of hidden units that were below their margin where they learned.
    missed
        Fraction of the inputs that the readout missed where it learned, label taken off.
    flips
        Flips of a hidden unit in a relaxation, the first setting included.
    seconds
        How long it took.
    validation
        Accuracy on inputs held back; None if there are none.

    Examples
    --------
    >>> from learning import Learner, prototypes, recipe
    >>> data = prototypes(N=50, classes=3, per_class=100, flipped=0.2, rng=1)
    >>> learner = Learner.draw(N=50, H=100, C=3, L=1, recipe=recipe(), rng=1)
    >>> first, second = (learner.epoch(data.X, data.y) for _ in range(2))
    >>> second.number, second.missed < first.missed, second.unstable < first.unstable
    (2, True, True)
    >>> second
    Epoch(number=2, unstable=..., missed=..., flips=..., seconds=..., validation=None)
    """

    number: int
    unstable: float
    missed: float
    flips: float
    seconds: float
    validation: float | None = None


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
        "events" or "dense": the same states, at different speeds.

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
    """

    couplings: Couplings
    recipe: Recipe
    rng: np.random.Generator
    epochs: int = 0
    engine: str = "events"
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
        domains.choice("engine", self.engine, ("events", "dense"))
        self._phases = self.recipe.schedule.training(self.couplings.L)

    @classmethod
    def draw(
        cls,
        N: int,
        H: int,
        C: int,
        L: int,
        recipe: Recipe,
        rng: int | np.random.Generator,
        engine: str = "events",
    ) -> "Learner":
        """Draw a new network of L layers of H units for N inputs and C classes."""
        domains.integer("C", C, low=2)
        if not isinstance(recipe, Recipe):
            raise TypeError(f"recipe must be a Recipe, see `learning.recipe`, got {recipe!r}")
        recipe.check(N, H, L)
        own, training = domains.generator(rng).spawn(2)
        return cls(draw(N, H, C, L, recipe.strengths, own), recipe, training, engine=engine)

    def epoch(
        self, X: Array, labels: npt.NDArray[np.intp], batch: int = 16, pace: float = 1.0
    ) -> Epoch:
        """Go once through all inputs in a new random order; what is left over waits.

        Parameters
        ----------
        X
            Inputs, (P, N), P >= `batch`.
        labels
            Their classes, from 0 to C - 1.
        batch
            Number of inputs that learn together, B.
        pace
            Factor of all rates.

        Raises
        ------
        TypeError, ValueError
            If they are outside their documented domains.
        """
        started = time.perf_counter()
        X, batch = self.inputs(X), domains.integer("batch", batch, high=len(X))
        labels, pace = self.classes(labels, len(X)), domains.real("pace", pace, 0, PARAMETER)
        order = self.rng.permutation(len(X))
        steps = len(X) // batch
        plasticity = Plasticity(self.couplings, self.recipe, pace)
        one_hot = 2 * np.eye(self.couplings.C, dtype=np.float32) - 1
        totals = np.zeros(3, dtype=np.int64)
        with one_thread():
            for chosen in order[: steps * batch].reshape(steps, batch):
                truth = labels[chosen]
                totals += self.step(plasticity, X[chosen], one_hot[truth], truth)
        plasticity.decay()
        self.epochs += 1
        units = steps * batch * self.couplings.L * self.couplings.H
        unstable, missed, flips = (float(total) for total in totals)
        return Epoch(
            self.epochs,
            unstable / units,
            missed / (steps * batch),
            flips / units,
            time.perf_counter() - started,
        )

    def step(
        self, plasticity: Plasticity, x: Array, y: Array, truth: npt.NDArray[np.intp]
    ) -> tuple[int, int, int]:
        """Relax one batch and learn from it; return units below margin, inputs missed, flips.

        Examples
        --------
        >>> import numpy as np
        >>> from learning import Learner, recipe
        >>> from learning.steered.plasticity import Plasticity
        >>> learner = Learner.draw(N=5, H=20, C=2, L=1, recipe=recipe(), rng=1)
        >>> plasticity = Plasticity(learner.couplings, learner.recipe)
        >>> x, y = np.ones((1, 5), np.float32), np.array([[1, -1]], np.float32)
        >>> for _ in range(20):
        ...     unstable, missed, flips = learner.step(plasticity, x, y, truth=np.array([0]))
        >>> missed
        0
        """
        schedule = self.recipe.schedule
        hidden: Arrived | None = None
        if self.recipe.rule.hidden_at == "first":
            for number, at in enumerate(self._relax(x, y)):
                if number == 1:
                    h = at.margin_fields(self.couplings, schedule.free)
                    hidden = Arrived(at.s.copy(), h.copy())
        else:
            at = settle(self.couplings, self.recipe, self._phases, x, y, self.rng, self.engine)
        last = Arrived(at.s, at.margin_fields(self.couplings, schedule.free))
        u = fields.readout(self.couplings, x, at.s)
        unstable = plasticity.step(x, y, hidden or last, last, u)
        return unstable, int(np.count_nonzero(u.argmax(1) != truth)), at.flips

    def logits(self, X: Array) -> Array:
        """Return the fields of the readout after inference, (P, C)."""
        X = self.inputs(X)
        return np.concatenate(
            [fields.readout(self.couplings, x, at.s) for x, at in self.settled(X)]
        )

    def states(self, X: Array) -> npt.NDArray[np.int8]:
        """Return the hidden states after inference, (L, P, H)."""
        X = self.inputs(X)
        return np.concatenate([at.s.astype(np.int8) for _, at in self.settled(X)], axis=1)

    def settled(self, X: Array) -> Iterator[tuple[Array, Settled]]:
        """Yield inputs, batch by batch, with the end of their inference.

        What is random in the schedule is drawn from a seed of its own, the same each time and for
        all inputs: what becomes of one does not depend on its company.

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
                for at in relax(self.couplings, self.recipe, phases, x, None, rng, self.engine):
                    yield x, at

    def score(self, X: Array, labels: npt.NDArray[np.intp]) -> float:
        """Return the accuracy of inference."""
        X = self.inputs(X)
        labels = self.classes(labels, len(X))
        return float(np.mean(self.logits(X).argmax(1) == labels))

    def inputs(self, X: npt.ArrayLike) -> Array:
        """Return inputs as the network takes them, (P, N); refuse what it cannot take.

        Examples
        --------
        >>> from learning import Learner, recipe
        >>> learner = Learner.draw(N=3, H=20, C=2, L=1, recipe=recipe(), rng=1)
        >>> learner.inputs([[1, -1, 1]])
        array([[ 1., -1.,  1.]], dtype=float32)
        """
        x = bounded(domains.reals("X", X)).astype(np.float32)
        if x.ndim != 2 or x.shape[1] != self.couplings.N or not len(x):
            raise ValueError(f"X must be of shape (P, {self.couplings.N}), got shape {x.shape}")
        return x

    def classes(self, labels: npt.ArrayLike, P: int) -> npt.NDArray[np.intp]:
        """Return the classes of P inputs, integers from 0 to C - 1; refuse anything else.

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
        return relax(self.couplings, self.recipe, self._phases, x, y, self.rng, self.engine)


def validated(epoch: Epoch, accuracy: float) -> Epoch:
    """Return the record of an epoch with the accuracy on inputs held back."""
    return replace(epoch, validation=accuracy)


@contextmanager
def one_thread() -> Iterator[None]:
    """Keep BLAS to one thread: on matrices of these sizes more of them wait for each other."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1, user_api="blas"):
        yield
