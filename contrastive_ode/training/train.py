"""Train a network by a local rule, or by the exact gradient."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from contrastive_ode.errors import BlowUpError
from contrastive_ode.models.model import Model
from contrastive_ode.motion.step import warn_of_step
from contrastive_ode.supervision.bound_rule import BoundRule
from contrastive_ode.supervision.rule import Rule
from contrastive_ode.supervision.task import Task
from contrastive_ode.training.checkpoint import Checkpoint, Stored
from contrastive_ode.training.constraints import Constraints
from contrastive_ode.training.iterations import Iterations
from contrastive_ode.training.loop import Loop, State
from contrastive_ode.training.pace import Pace, Rate
from contrastive_ode.training.result import Training
from foundation import domains


def train(
    model: Model,
    task: Task,
    w: npt.ArrayLike,
    *,
    rate: Rate | Pace,
    iterations: Iterations | int,
    rule: Rule | str = "forward",
    constraints: Constraints | None = None,
    rng: int | np.random.Generator | None = None,
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
        Parameters to start from, of shape (P,); the constraints apply to them too.
    rate
        α > 0, or a function of the iteration; or `Momentum` or `Adam`, which have a rate of their
        own and make another change of the update.
    iterations
        Their number; or `Iterations`, which also say which examples each of them shows, what is
        measured and saved in between, and when to stop before.
    rule
        The `Rule`, or the name of its supervisor.
    constraints
        Which parameters may change and how far, and what they cost; None for no limits.
    rng
        A seed, a generator, or None for a fresh seed: for the order of the examples, and the noise.
    throw
        Whether to raise if a trajectory blows up; otherwise the training ends there, and its
        status says so. That `until` was not reached is a result, no failure.

    Returns
    -------
    The `Training`: the best parameters, and the history.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.
    BlowUpError
        If a trajectory blows up, after the checkpoint is saved; its `training` is the history.

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
    'All 100 iterations were done.'
    >>> bool(training.best_cost < 0.5 * training.loss[0]), bool(training.w.min() >= 0)
    (True, True)
    """
    wanted = Iterations.of(iterations)
    bound = BoundRule(model, task, Rule.of(rule))
    batch = task.examples if wanted.batch is None else wanted.batch
    loop = Loop(
        rule=bound,
        exact=BoundRule(model, task, Rule("descent")),
        constraints=Constraints.of(model, constraints),
        pace=Pace.of(rate),
        batch=domains.integer("batch", batch, 1, task.examples),
        every=wanted.every,
        noise=wanted.noise or {},
        seed=int(domains.generator(rng).integers(2**63)),
    )
    if loop.noise:
        task.with_noise(loop.noise, rng=0)  # it says what is wrong before the work
    throw = domains.boolean("throw", throw)
    start = loop.constraints.start(model.vector(w))
    warn_of_step(model, task, start)
    kept = wanted.checkpoint if isinstance(wanted.checkpoint, Checkpoint) else None
    stored = Stored(Path(kept.path) if kept else None, loop.fingerprint(start))
    state = State.loaded(stored, start, loop.pace.vectors).sized(wanted.number)

    def save() -> None:
        stored.save(state.stored())

    try:
        reached = _iterate(loop, state, wanted, save, kept.every if kept else wanted.number)
    except BlowUpError as error:
        ended = _result(loop, state, False, f"In iteration {int(state.iteration)}, {error}.")
        if throw:
            error.training = ended
            error.add_note(f"in iteration {int(state.iteration)} of the training")
            raise
        return ended
    finally:
        save()
    return _result(loop, state, reached, _ending(wanted, state, reached))


def _iterate(
    loop: Loop, state: State, wanted: Iterations, save: Callable[[], None], save_every: int
) -> bool:
    """Make the iterations that are left, and return whether `until`, if any, is content."""

    def content(n: int) -> bool:
        return wanted.until is not None and n % loop.every == 0 and bool(wanted.until(state.w))

    done = int(state.iteration)
    reached = done > 0 and content(done - 1)  # it may have been over already
    for n in _shown(range(done, 0 if reached else wanted.number), wanted):
        loop.iterate(n, state)
        if reached := content(n):
            break
        if (n + 1) % save_every == 0:
            save()
    if reached:
        state.best, state.best_cost = state.w.copy(), loop.cost(state.w)
    return reached or wanted.until is None


def _ending(wanted: Iterations, state: State, reached: bool) -> str:
    if wanted.until is None:
        return f"All {wanted.number} iterations were done."
    if reached:
        return f"`until` was reached in iteration {int(state.iteration) - 1}."
    return (
        f"All {wanted.number} iterations were done before `until` was reached; raise their number "
        "or the rate."
    )


def _shown(left: range, wanted: Iterations) -> Iterable[int]:
    """Return the iterations that are left, with a progress bar if there shall be one."""
    if not wanted.progress:
        return left
    from tqdm.auto import tqdm

    bar: Iterable[int] = tqdm(left, initial=left.start, total=wanted.number)
    return bar


def _result(loop: Loop, state: State, converged: bool, status: str) -> Training:
    done = int(state.iteration)
    measured = np.arange(0, done, loop.every)
    cost = float(state.best_cost)
    return Training(
        w=state.best,
        last=state.w,
        best_cost=cost if np.isfinite(cost) else np.nan,
        loss=state.loss[:done],
        measured=measured,
        alignment=state.alignment[measured],
        converged=converged,
        status=status,
    )
