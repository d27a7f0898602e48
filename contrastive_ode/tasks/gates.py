"""Logic gates of Michaelis-Menten reactions: task D."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt

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


def rows(gate: str) -> list[tuple[int, ...]]:
    """Return the inputs of a gate's truth table, in the order of `TABLES`."""
    inputs = 1 if gate == "NOT" else 2
    return [tuple(int(b) for b in np.binary_repr(n, inputs)) for n in range(2**inputs)]


def gate(
    name: str, *, rng: int | np.random.Generator | None = None, N: int | None = None
) -> Demonstration:
    """Return D: reactions among N species whose last one is a logic function of the inputs.

    Species 0 is held at 1, the inputs at 1 or 0; the others start at 0. Each iteration shows one
    row of the truth table, in random order. The gate is read out after 4 times the length of a
    trajectory, with half the step. The rates are bounded, `V` by 3 and `K` from below by 0.1:
    beyond, concentrations turn negative, and the updates explode. NAND is too hard under these
    bounds; it has wider ones, and longer trajectories. Training ends when all rows are right to
    within 0.2.

    XNOR is learned in two stages. From the start that suffices for the others neither the local
    rule nor the exact gradient finds it. First the species but the last learn XOR; the last takes
    no part. Then it learns XNOR by its channels from and to the reference, each inhibited by one
    of the others, which of them is for the rule to find. What made XOR stays as it is: where all
    rates may change, the rule runs into outputs of one half.

    Parameters
    ----------
    name
        One of NOT, AND, OR, NAND, NOR, XOR and XNOR.
    rng
        A seed, a generator, or None for a fresh seed.
    N
        Number of species, >= 5, and >= 6 for XNOR; None for 8, or 9 for XNOR.

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
    >>> [stage.name for stage in tasks.gate("XNOR", rng=1).stages]
    ['XOR', 'XNOR']
    """
    domains.choice("name", name, TABLES)
    generator = domains.generator(rng)
    staged = name == "XNOR"
    N = domains.integer("N", 8 + staged if N is None else N, 5 + staged)
    model = systems.michaelis_menten.on(three_body(N), gamma=1.0)
    count = len(model.topology.triples)
    new = (model.topology.triples == N - 1).any(axis=1) & staged
    w = model.pack(
        V=np.where(new, 0, np.maximum(generator.normal(0, 0.02, count), 0)),
        K=np.maximum(generator.normal(1, 0.1, count), 0.1),
        C=np.maximum(generator.normal(1, 0.1, count), 0),
    )
    if not staged:
        return _demonstration(name, model, w, N - 1)
    XOR, XNOR = _demonstration("XOR", model, w, N - 2), _demonstration(name, model, w, N - 1)
    i, j, _ = model.topology.triples.T
    others = ~(((i == 0) & (j == N - 1)) | ((i == N - 1) & (j == 0)))
    return replace(
        XNOR,
        rate=lambda n: 0.05 * 10.0 ** -min(n / 5000, 1),
        constraints=_alone(model, others),
        before=replace(XOR, constraints=_alone(model, new)),
    )


def _alone(model: Model, frozen: npt.NDArray[np.bool]) -> Constraints:
    """Return the usual bounds, with the rates of some triples frozen."""
    return Constraints(model, bounds=bounds(False), frozen=dict.fromkeys("VKC", frozen), clip=0.1)


def _demonstration(name: str, model: Model, w: Floats, output: int) -> Demonstration:
    """Return the training of a gate that is read from one of the species."""
    wanted = np.array(TABLES[name])
    wide = name == "NAND"

    def right_within(w: Floats) -> bool:
        return bool(np.abs(outputs(model, name, w, output) - wanted).max() < 0.2)

    def assess(w: Floats) -> dict[str, float]:
        found = outputs(model, name, w, output)
        right = bool(((found > 0.5) == (wanted > 0.5)).all())
        return {"largest error": float(np.abs(found - wanted).max()), "right": float(right)}

    def passes(training: Training, found: Mapping[str, float]) -> bool:
        return found["right"] == 1 and found["largest error"] < 0.25

    return Demonstration(
        name=name,
        model=model,
        task=table(name, model.N, output, *grid(name)),
        w=w,
        assess=assess,
        passes=passes,
        rate=0.02,
        iterations=Iterations(30_000, batch=1, every=100, until=right_within),
        rule=Rule(),
        constraints=Constraints(model, bounds=bounds(wide), clip=None if wide else 0.1),
    )


def bounds(wide: bool) -> dict[str, tuple[float, float | None]]:
    """Return what the rates may be."""
    return {
        "V": (0, None if wide else 3),
        "K": (0.05 if wide else 0.1, None),
        "C": (0, None),
    }


def grid(name: str) -> tuple[float, float]:
    """Return length and step of a gate's trajectories."""
    return (10.0, 0.1) if name == "NAND" else (8.0, 0.05)


def table(name: str, N: int, output: int, T: float, h: float) -> Task:
    """Return the task whose examples are the rows of a truth table, over a time T."""
    return Task.stack(
        [
            Task(
                np.zeros(N),
                [output],
                T,
                h,
                imposed={0: 1.0, **{1 + m: float(bit) for m, bit in enumerate(bits)}},
                target=float(value),
            )
            for bits, value in zip(rows(name), TABLES[name], strict=True)
        ]
    )


def outputs(model: Model, name: str, w: Floats, output: int = -1) -> Floats:
    """Return the output concentration of every row after a long time, with a shorter step."""
    T, h = grid(name)
    task = table(name, model.N, output % model.N, 4 * T, h / 2)
    return simulate(model, task, w).x[:, -1, output]
