"""A community in which an extinct species is brought back: task E."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from contrastive_ode import systems
from contrastive_ode.models.model import Model
from contrastive_ode.models.topology import all_to_all
from contrastive_ode.motion.flow import flow
from contrastive_ode.supervision.rule import Rule
from contrastive_ode.supervision.task import Task
from contrastive_ode.tasks.demonstration import Demonstration
from contrastive_ode.training.constraints import Constraints
from contrastive_ode.training.iterations import Iterations
from foundation import domains
from foundation.domains import Floats

TARGET = 0.5


def community(
    *, rng: int | np.random.Generator | None = 3, S: int = 32, mean: float = 0.6
) -> tuple[Model, Floats]:
    r"""Return S species with interactions drawn from :math:`U[0, 2\bar\alpha]`.

    Parameters
    ----------
    rng
        A seed, a generator, or None for a fresh seed.
    S
        Number of species, >= 2.
    mean
        Mean interaction, >= 0.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    Examples
    --------
    >>> from contrastive_ode import tasks
    >>> model, w = tasks.community(rng=3, S=8)
    >>> model
    Model(Lotka-Volterra community, N=8, P=64)
    >>> model.unpack(w)["alpha"].diagonal().tolist()
    [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]
    """
    S, mean = domains.integer("S", S, 2), domains.real("mean", mean, low=0)
    model = systems.lotka_volterra.on(all_to_all(S, self_coupling=True), r=1.0, K=1.0, D=1e-6)
    A = domains.generator(rng).uniform(0, 2 * mean, (S, S))
    np.fill_diagonal(A, 1)
    return model, model.pack(alpha=A)


def revival(
    *,
    rng: int | np.random.Generator | None = 3,
    o: int | None = None,
    S: int = 32,
    mean: float = 0.6,
) -> Demonstration:
    """Return E: from all species at 0.2, an extinct one should rise to 0.5.

    Without a bound on the norm of an update the first ones are huge: a push acts on an extinct
    species as an immigration far beyond the real one.

    Parameters
    ----------
    rng, S, mean
        Which community; see `community`.
    o
        The species; None for 22 in the default community, otherwise the first one that is extinct
        in the attractor from the start and in those from ten random states.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain, or no species is extinct.

    Examples
    --------
    >>> from contrastive_ode import tasks
    >>> made = tasks.revival()
    >>> made.task.outputs.tolist(), float(made.task.target[0, 0, 0])
    ([22], 0.5)
    """
    model, w = community(rng=rng, S=S, mean=mean)
    start = np.full(S, 0.2)
    if o is None:
        o = 22 if (rng, S, mean) == (3, 32, 0.6) else extinct(model, w, start)
    o = domains.integer("o", o, 0, S - 1)
    task = Task(start, [o], 100.0, 0.1, target=TARGET)

    def assess(w: Floats) -> dict[str, float]:
        late = flow(model, w, start, 2000, 0.1, stride=10)[-500:, o]
        hits = [abs(x[o] - TARGET) < 0.02 for x in settled(model, w, 20, rng=1)]
        return {"deviation": float(np.abs(late - TARGET).max()), "hits": float(np.mean(hits))}

    def passes(training: object, found: Mapping[str, float]) -> bool:
        return found["deviation"] < 0.02 and found["hits"] >= 0.8

    return Demonstration(
        name="ecology",
        model=model,
        task=task,
        w=w,
        assess=assess,
        passes=passes,
        rate=0.01,
        iterations=Iterations(2500, every=10),
        rule=Rule(nudge=0.01),
        constraints=Constraints(
            model, bounds={"alpha": (0, None)}, frozen={"alpha": np.eye(S)}, clip=0.01
        ),
    )


def random_states(S: int, count: int, *, rng: int | np.random.Generator) -> Floats:
    """Return random initial states, uniform in [0, 1]."""
    return domains.generator(rng).random((count, S))


def settled(model: Model, w: Floats, count: int, *, rng: int) -> Floats:
    """Return the states after a time of 2000 from random ones, of shape (count, S)."""
    starts = random_states(model.N, count, rng=rng)
    states = [flow(model, w, x, 20, 0.02, stride=1000)[-1] for x in starts]
    return np.array([flow(model, w, x, 2000, 0.2, stride=10_000)[-1] for x in states])


def extinct(model: Model, w: Floats, start: Floats) -> int:
    """Return the first species that is extinct from the start and from ten random states."""
    path = flow(model, w, start, 8000, 0.1, stride=10)[-4000:]
    present = path.max(axis=0) > 1e-3
    present |= (settled(model, w, 10, rng=0) > 1e-3).any(axis=0)
    if present.all():
        raise ValueError("rng must give a community with an extinct species, got one without")
    return int(np.flatnonzero(~present)[0])
