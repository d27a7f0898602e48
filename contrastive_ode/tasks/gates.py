"""Logic gates of Michaelis-Menten reactions: task D."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from contrastive_ode import systems
from contrastive_ode.models.model import Model
from contrastive_ode.models.topology import three_body
from contrastive_ode.motion.simulation import simulate
from contrastive_ode.supervision.rule import Rule
from contrastive_ode.supervision.task import Task
from contrastive_ode.tasks.demonstration import Demonstration
from contrastive_ode.training.constraints import Constraints
from contrastive_ode.training.iterations import Iterations
from contrastive_ode.training.result import Training
from foundation import domains
from foundation.domains import Floats

TABLES: Mapping[str, tuple[int, ...]] = {
    "NOT": (1, 0),
    "AND": (0, 0, 0, 1),
    "OR": (0, 1, 1, 1),
    "NAND": (1, 1, 1, 0),
    "NOR": (1, 0, 0, 0),
    "XOR": (0, 1, 1, 0),
    "XNOR": (1, 0, 0, 1),
}
LEARNED = ("NOT", "AND", "OR", "NAND", "NOR", "XOR")  # XNOR is not, nor by the exact gradient


def rows(gate: str) -> list[tuple[int, ...]]:
    """Return the inputs of a gate's truth table, in the order of `TABLES`."""
    inputs = 1 if gate == "NOT" else 2
    return [tuple(int(b) for b in np.binary_repr(n, inputs)) for n in range(2**inputs)]


def gate(name: str, *, rng: int | np.random.Generator | None = None, N: int = 8) -> Demonstration:
    """Return D: reactions among N species whose last one is a logic function of the inputs.

    Species 0 is held at 1, the inputs at 1 or 0; the others start at 0. Each iteration shows one
    row of the truth table, in random order. The gate is read out after 4 times the length of a
    trajectory, with half the step. The rates are bounded, `V` by 3 and `K` from below by 0.1:
    beyond, concentrations turn negative, and the updates explode. NAND is too hard under these
    bounds; it has wider ones, and longer trajectories. Training ends when all rows are right to
    within 0.2.

    Parameters
    ----------
    name
        One of NOT, AND, OR, NAND, NOR, XOR, which are learned, and XNOR, which is not.
    rng
        A seed, a generator, or None for a fresh seed.
    N
        Number of species, >= 5.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    Examples
    --------
    >>> from contrastive_ode import tasks
    >>> made = tasks.gate("AND", rng=1, N=5)
    >>> made.task.examples, len(made.model.topology.triples)
    (4, 60)
    >>> made.assess(made.w)["right"]  # before it has learned
    0.0
    """
    domains.choice("name", name, TABLES)
    generator = domains.generator(rng)
    N = domains.integer("N", N, 5)
    model = systems.michaelis_menten.on(three_body(N), gamma=1.0)
    count = len(model.topology.triples)
    w = model.pack(
        V=np.maximum(generator.normal(0, 0.02, count), 0),
        K=np.maximum(generator.normal(1, 0.1, count), 0.1),
        C=np.maximum(generator.normal(1, 0.1, count), 0),
    )
    wide = name == "NAND"
    bounds = {
        "V": (0, None if wide else 3),
        "K": (0.05 if wide else 0.1, None),
        "C": (0, None),
    }
    wanted = np.array(TABLES[name])

    def right_within(w: Floats) -> bool:
        return bool(np.abs(outputs(model, name, w) - wanted).max() < 0.2)

    def assess(w: Floats) -> dict[str, float]:
        found = outputs(model, name, w)
        right = bool(((found > 0.5) == (wanted > 0.5)).all())
        return {"largest error": float(np.abs(found - wanted).max()), "right": float(right)}

    def passes(training: Training, found: Mapping[str, float]) -> bool:
        return found["right"] == 1 and found["largest error"] < 0.25

    return Demonstration(
        name=name,
        model=model,
        task=table(name, N, *grid(name)),
        w=w,
        assess=assess,
        passes=passes,
        rate=0.02,
        iterations=Iterations(30_000, batch=1, every=100, until=right_within),
        rule=Rule(),
        constraints=Constraints(model, bounds=bounds, clip=None if wide else 0.1),
    )


def grid(name: str) -> tuple[float, float]:
    """Return length and step of a gate's trajectories."""
    return (10.0, 0.1) if name == "NAND" else (8.0, 0.05)


def table(name: str, N: int, T: float, h: float) -> Task:
    """Return the task whose examples are the rows of a truth table, over a time T."""
    return Task.stack(
        [
            Task(
                np.zeros(N),
                [N - 1],
                T,
                h,
                imposed={0: 1.0, **{1 + m: float(bit) for m, bit in enumerate(bits)}},
                target=float(value),
            )
            for bits, value in zip(rows(name), TABLES[name], strict=True)
        ]
    )


def outputs(model: Model, name: str, w: Floats) -> Floats:
    """Return the output concentration of every row after a long time, with a shorter step."""
    T, h = grid(name)
    return simulate(model, table(name, model.N, 4 * T, h / 2), w).x[:, -1, -1]
