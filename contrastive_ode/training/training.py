"""Train a network by a local rule, or by the exact gradient."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from contrastive_ode.errors import BlowUpError
from contrastive_ode.models.model import Model
from contrastive_ode.motion.simulation import warn_of_step
from contrastive_ode.supervision.task import Task
from contrastive_ode.supervision.updates import Rule
from contrastive_ode.training.checkpoint import Checkpoint
from contrastive_ode.training.constraints import Constraints
from contrastive_ode.training.loop import Loop, Rate, State
from contrastive_ode.training.penalty import Penalty
from foundation import domains
from foundation.domains import Floats

Until = Callable[[Floats], bool]


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
    until: Until | None = None,
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

    Returns
    -------
    The `Training`: the best parameters, and the history.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.
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
    loop = Loop(
        model=model,
        rule=Rule(model, task, supervisor, nudge, error_on),
        exact=Rule(model, task, "descent", nudge, error_on),
        constraints=Constraints.of(model, constraints),
        rate=rate if callable(rate) else domains.real("rate", rate, low=0, exclusive=True),
        clip=np.inf if clip is None else domains.real("clip", clip, low=0, exclusive=True),
        penalty=Penalty(0.0) if penalty is None else domains.instance("penalty", penalty, Penalty),
        batch=domains.integer("batch", task.examples if batch is None else batch, 1, task.examples),
        every=domains.integer("every", every, 1),
        seed=int(domains.generator(rng).integers(2**63)),
    )
    iterations = domains.integer("iterations", iterations, 0)
    save_every = domains.integer("save_every", save_every, 1)
    progress, throw = domains.boolean("progress", progress), domains.boolean("throw", throw)
    if not (until is None or callable(until)):
        raise TypeError(f"until must be a function of the parameters or None, got {until!r}")
    start = model.vector(w)
    warn_of_step(model, task, start)
    stored = Checkpoint(checkpoint, loop.fingerprint(start))
    found = stored.load()
    state = (State(**found) if found else State.fresh(start)).sized(iterations)

    def save() -> None:
        stored.save(vars(state))

    try:
        status = _iterate(loop, state, iterations, until, save_every, save, progress)
    except BlowUpError as error:
        if throw:
            error.add_note(f"in iteration {int(state.iteration)} of the training")
            raise
        return _result(state, f"iteration {int(state.iteration)}: {error}", completed=False)
    finally:
        save()
    return _result(state, status, completed=True)


def _iterate(
    loop: Loop,
    state: State,
    iterations: int,
    until: Until | None,
    save_every: int,
    save: Callable[[], None],
    progress: bool,
) -> str:
    """Make the iterations that are left, and return how they ended."""

    def content(n: int) -> bool:
        return until is not None and n % loop.every == 0 and until(state.w)

    done = int(state.iteration)
    n, reached = done - 1, done > 0 and content(done - 1)  # it may have been over already
    for n in _shown(range(done, 0 if reached else iterations), iterations, progress):
        loop.iterate(n, state)
        if reached := content(n):
            break
        if (n + 1) % save_every == 0:
            save()
    if not reached:
        return f"{iterations} iterations"
    state.best, state.best_cost = state.w.copy(), loop.cost(state.w)
    return f"reached what was asked for in iteration {n}"


def _shown(left: range, iterations: int, progress: bool) -> Iterable[int]:
    """Return the iterations that are left, with a progress bar."""
    if not progress:
        return left
    from tqdm.auto import tqdm

    bar: Iterable[int] = tqdm(left, initial=left.start, total=iterations)
    return bar


def _result(state: State, status: str, completed: bool) -> Training:
    done = int(state.iteration)
    measured = np.flatnonzero(state.alignment[:done] < 2)
    alignment = state.alignment[measured]
    return Training(
        w=state.best,
        last=state.w,
        best_cost=float(state.best_cost),
        loss=state.loss[:done],
        measured=measured,
        alignment=np.where(alignment < -1.5, np.nan, alignment),
        status=status,
        completed=completed,
    )
