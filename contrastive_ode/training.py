"""Train a network by a local rule, or by the exact gradient."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from contrastive_ode import checkpoint as files
from contrastive_ode import checks
from contrastive_ode.alignment import cosine
from contrastive_ode.checks import Floats
from contrastive_ode.constraints import Constraints
from contrastive_ode.errors import BlowUpError
from contrastive_ode.model import Model
from contrastive_ode.simulation import warn_of_step
from contrastive_ode.task import Task
from contrastive_ode.updates import Rule

Rate = float | Callable[[int], float]


@dataclass(frozen=True, eq=False, repr=False)
class Training:
    """What a training did.

    Attributes
    ----------
    w
        The parameters that `until` was content with; otherwise those of lowest cost over all
        examples, among those where it was measured: every iteration if each shows all examples,
        otherwise every `every`-th.
    last
        The parameters at the end.
    best_cost
        Cost of `w`.
    loss
        Mean cost, and penalty, of the examples of each iteration, before its update.
    measured
        Iterations in which the gradient was computed, too.
    alignment
        Cosine of the (projected) update and minus the gradient in these; nan where one is zero.
    status
        How it ended.
    completed
        Whether it did all iterations, or reached what `until` asks for.

    Examples
    --------
    >>> import numpy as np
    >>> import contrastive_ode as ode
    >>> from contrastive_ode import systems
    >>> model = systems.linear_oscillators.on(ode.all_to_all(3), kappa=1.0)
    >>> task = ode.Task([0, 0, 0], outputs=[2], T=5, h=0.1, forces={0: 1.0}, target=0.1)
    >>> training = ode.train(model, task, model.pack(k=0.5), rate=0.2, iterations=100, every=10)
    >>> training.loss.shape, training.measured[:3].tolist()
    ((100,), [0, 10, 20])
    >>> bool(training.best_cost < training.loss[0]), training.mean_alignment > 0.5
    (True, True)
    >>> training
    Training(100 iterations, cost ... -> ..., alignment ..., positive in ...%)
    """

    w: Floats
    last: Floats
    best_cost: float
    loss: Floats
    measured: npt.NDArray[np.int64]
    alignment: Floats
    status: str
    completed: bool

    @property
    def mean_alignment(self) -> float:
        """Mean of the alignments that exist; nan if none do."""
        found = self.alignment[np.isfinite(self.alignment)]
        return float(found.mean()) if found.size else float("nan")

    @property
    def positive_fraction(self) -> float:
        """Fraction of the alignments that are positive; nan if there are none."""
        found = self.alignment[np.isfinite(self.alignment)]
        return float((found > 0).mean()) if found.size else float("nan")

    @property
    def descent_alignment(self) -> float:
        """Mean alignment until the loss has first fallen to a tenth: later, noise may rule."""
        low = np.flatnonzero(self.loss <= 0.1 * self.loss[:1])
        until = low[0] if low.size else len(self.loss)
        found = self.alignment[(self.measured <= until) & np.isfinite(self.alignment)]
        return float(found.mean()) if found.size else float("nan")

    def __repr__(self) -> str:
        first = self.loss[0] if self.loss.size else np.nan
        return (
            f"Training({self.status}, cost {first:.3g} -> {self.best_cost:.3g}, "
            f"alignment {self.mean_alignment:.2g}, positive in {self.positive_fraction:.0%})"
        )


@dataclass(frozen=True)
class Penalty:
    r"""A cost of the parameters, :math:`\frac{\kappa}{p} \int \sum_a |w_a|^p dt`.

    Parameters
    ----------
    strength
        κ, >= 0.
    power
        p, >= 1.

    Raises
    ------
    TypeError, ValueError
        If they are not as said.

    Examples
    --------
    >>> import numpy as np
    >>> import contrastive_ode as ode
    >>> penalty = ode.Penalty(0.1, power=2)
    >>> penalty.cost(np.array([1.0, -2.0]), T=10)
    2.5
    >>> penalty.downhill(np.array([1.0, -2.0]), T=10).tolist()
    [-1.0, 2.0]
    """

    strength: float
    power: float = 2.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "strength", checks.real("strength", self.strength, low=0))
        object.__setattr__(self, "power", checks.real("power", self.power, low=1))

    def cost(self, w: Floats, T: float) -> float:
        """Return the cost of a trajectory of length T."""
        return T * self.strength / self.power * float(np.sum(np.abs(w) ** self.power))

    def downhill(self, w: Floats, T: float) -> Floats:
        """Return minus its gradient."""
        return -T * self.strength * np.abs(w) ** (self.power - 1) * np.sign(w)


def train(
    model: Model,
    task: Task,
    w: npt.ArrayLike,
    *,
    rate: Rate,
    iterations: int,
    supervisor: str = "forward",
    nudge: float = 1e-3,
    error_on: str = "clamped",
    clip: float | None = None,
    constraints: Constraints | None = None,
    penalty: Penalty | None = None,
    batch: int | None = None,
    every: int = 50,
    until: Callable[[Floats], bool] | None = None,
    rng: int | np.random.Generator | None = None,
    checkpoint: str | Path | None = None,
    save_every: int = 1000,
    progress: bool = False,
    throw: bool = True,
) -> Training:
    r"""Train a network.

    .. math:: w \leftarrow P\big(w + \alpha\, \Delta w\big)

    with the update :math:`\Delta w` of `local_update` for the examples of the iteration, and P the
    constraints.

    Parameters
    ----------
    model, task
        The network, and what is asked of it.
    w
        Parameters to start from, of shape (P,).
    rate
        α > 0, or a function of the iteration.
    iterations
        Number of iterations, >= 0.
    supervisor, nudge, error_on
        As in `local_update`.
    clip
        Largest Euclidean norm of a change; None for no bound.
    constraints
        Which parameters may change, and how far.
    penalty
        Cost of the parameters.
    batch
        Examples of an iteration; None for all. Otherwise each pass over the examples is in a new
        random order.
    every
        Number of iterations from one measurement of the alignment to the next, >= 1.
    until
        Asked at these with the parameters; True ends the training.
    rng
        A seed, a generator, or None for a fresh seed: for the order of the examples only.
    checkpoint
        File for the state of the training. If it is there, the training goes on from it, and ends
        with the same bits as if it had not been stopped.
    save_every
        Number of iterations between checkpoints, >= 1.
    progress
        Whether to show a progress bar.
    throw
        Whether to raise if a trajectory blows up; otherwise the training ends with that status.

    Raises
    ------
    TypeError, ValueError
        If an argument is not as said.
    BlowUpError
        If a trajectory leaves the range of numbers of sense, after the checkpoint is saved.

    Examples
    --------
    Three oscillators learn how far the last one follows a constant force on the first:

    >>> import contrastive_ode as ode
    >>> from contrastive_ode import systems
    >>> model = systems.linear_oscillators.on(ode.all_to_all(3), kappa=1.0)
    >>> task = ode.Task([0, 0, 0], outputs=[2], T=5, h=0.1, forces={0: 1.0}, target=0.1)
    >>> allowed = ode.Constraints(model, bounds={"k": (0, None)})
    >>> training = ode.train(
    ...     model, task, model.pack(k=0.5), rate=0.2, iterations=100, constraints=allowed
    ... )
    >>> training.status
    '100 iterations'
    >>> bool(training.best_cost < 0.5 * training.loss[0]), bool(training.w.min() >= 0)
    (True, True)
    """
    loop = _Loop(
        model=model,
        rule=Rule(model, task, supervisor, nudge, error_on),
        exact=Rule(model, task, "descent", nudge, error_on),
        constraints=Constraints.of(model, constraints),
        rate=rate if callable(rate) else checks.real("rate", rate, low=0, above=True),
        clip=np.inf if clip is None else checks.real("clip", clip, low=0, above=True),
        penalty=Penalty(0.0) if penalty is None else checks.instance("penalty", penalty, Penalty),
        batch=checks.integer("batch", task.examples if batch is None else batch, 1, task.examples),
        every=checks.integer("every", every, 1),
        seed=int(checks.generator("rng", rng).integers(2**63)),
    )
    iterations = checks.integer("iterations", iterations, 0)
    save_every = checks.integer("save_every", save_every, 1)
    progress, throw = checks.boolean("progress", progress), checks.boolean("throw", throw)
    if not (until is None or callable(until)):
        raise TypeError(f"until must be a function of the parameters or None, got {until!r}")
    start = model.vector(w)
    warn_of_step(model, task, start)
    path = None if checkpoint is None else checks.path("checkpoint", checkpoint)
    if path is not None and path.is_dir():
        raise ValueError(f"checkpoint must be the path of a file, {str(path)!r} is a folder")
    run = loop.fingerprint(start)
    state = _State.fresh(start)
    if path is not None and path.is_file():
        state = _State(**{k: v for k, v in files.load(path, run).items() if k != "run"})
    state = state.sized(iterations)

    def save() -> None:
        if path is not None:
            files.save(path, {**vars(state), "run": run})

    done = int(state.iteration)
    steps = range(done, iterations)
    if progress:
        from tqdm.auto import tqdm

        steps = tqdm(steps, initial=done, total=iterations)
    status, completed = f"{iterations} iterations", True
    try:
        for n in steps:
            loop.iterate(n, state)
            if until is not None and n % loop.every == 0 and until(state.w):
                status = f"reached what was asked for in iteration {n}"
                state.best, state.best_cost = state.w.copy(), loop.cost(state.w)
                break
            if (n + 1) % save_every == 0:
                save()
    except BlowUpError as error:
        status, completed = f"iteration {int(state.iteration)}: {error}", False
        if throw:
            error.add_note(f"in iteration {int(state.iteration)} of the training")
            raise
    finally:
        save()
    return state.training(status, completed)


@dataclass
class _State:
    """All that changes during a training."""

    w: Floats
    best: Floats
    best_cost: Any
    iteration: Any
    loss: Floats
    alignment: Floats

    @classmethod
    def fresh(cls, w: Floats) -> "_State":
        return cls(w.copy(), w.copy(), np.inf, 0, np.zeros(0), np.zeros(0))

    def sized(self, iterations: int) -> "_State":
        """Return it with room for more iterations; those not done are nan."""
        for name in ("loss", "alignment"):
            longer = np.full(max(iterations, int(self.iteration)), np.nan)
            known = getattr(self, name)[: len(longer)]
            longer[: len(known)] = known
            setattr(self, name, longer)
        return self

    def training(self, status: str, completed: bool) -> Training:
        done = int(self.iteration)
        measured = np.flatnonzero(self.alignment[:done] < 2)
        alignment = self.alignment[measured]
        return Training(
            w=self.best,
            last=self.w,
            best_cost=float(self.best_cost),
            loss=self.loss[:done],
            measured=measured,
            alignment=np.where(alignment < -1.5, np.nan, alignment),
            status=status,
            completed=completed,
        )


@dataclass
class _Loop:
    """What one iteration does; nothing in here changes."""

    model: Model
    rule: Rule
    exact: Rule
    constraints: Constraints
    rate: Rate
    clip: float
    penalty: Penalty
    batch: int
    every: int
    seed: int

    def fingerprint(self, start: Floats) -> str:
        """Return what tells this training from others: all that decides its course."""
        rule, model, limits = self.rule, self.model, self.constraints
        rate = "a function" if callable(self.rate) else self.rate
        topology = model.topology
        return files.fingerprint(
            repr(model.system),
            [topology.N, topology.dense, topology.rows, topology.columns, topology.triples],
            list(model.constants.values()),
            list(rule.task.arrays),
            rule.task.loss,
            start,
            [rule.supervisor, rule.nudge, rule.closed, rate, self.clip, self.batch, self.every],
            [limits.low, limits.high, limits.free, limits.partner, self.penalty, self.seed],
        )

    def iterate(self, n: int, state: _State) -> None:
        """Make iteration n."""
        examples = self._examples(n)
        T = self.rule.task.T
        decay = self.penalty.downhill(state.w, T)
        update = self.rule(state.w, examples)
        change = self.constraints.project(update.dw + decay)
        state.loss[n] = update.costs.mean() + self.penalty.cost(state.w, T)
        if n % self.every == 0:
            downhill = self.constraints.project(self.exact(state.w, examples).dw + decay)
            value = cosine(change, downhill)
            state.alignment[n] = -2.0 if np.isnan(value) else value  # nan means not measured
        if self.batch == self.rule.task.examples:
            cost = state.loss[n]
        else:
            cost = np.inf if n % self.every else self.cost(state.w)
        if cost < state.best_cost:
            state.best_cost, state.best = cost, state.w.copy()
        change *= self.rate(n) if callable(self.rate) else self.rate
        norm = float(np.linalg.norm(change))
        if norm > self.clip:
            change *= self.clip / norm
        state.w = self.constraints.apply(state.w + change)
        state.iteration = n + 1

    def _examples(self, n: int) -> npt.NDArray[np.int64]:
        """Return the examples of iteration n, a function of n and the seed: nothing is stored."""
        count = self.rule.task.examples
        if self.batch == count:
            return np.arange(count)
        chosen = []
        for position in range(n * self.batch, (n + 1) * self.batch):
            passage, place = divmod(position, count)
            chosen.append(np.random.default_rng([self.seed, passage]).permutation(count)[place])
        return np.array(chosen)

    def cost(self, w: Floats) -> float:
        """Return the mean cost of all examples."""
        task = self.rule.task
        costs = self.exact(w, np.arange(task.examples)).costs
        return float(costs.mean()) + self.penalty.cost(w, task.T)
