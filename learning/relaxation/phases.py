"""A relaxation: its phases one after the other, whatever engine makes the sweeps."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from learning.network import fields
from learning.network.couplings import Array, Couplings
from learning.network.recipe import Recipe
from learning.network.schedule import Mode, Phase
from learning.relaxation.asynchronous import relax_asynchronous
from learning.relaxation.dense import relax_dense
from learning.relaxation.events import relax_events
from learning.relaxation.motion import Chances, Motion
from learning.relaxation.stages import LABEL, SILENT, Stage, staged

ENGINES = {"events": relax_events, "dense": relax_dense}


@dataclass(eq=False)
class Settled:
    """Where a relaxation of a batch of B inputs has arrived.

    Attributes
    ----------
    s
        States of the hidden units, (L, B, H).
    f
        Their fields from the input, the own layer and the layer before.
    g
        All other fields that acted on them in the last sweep.
    sweeps, flips
        Number of sweeps, and of flips of hidden units in all of them.
    """

    s: Array
    f: Array
    g: Array
    sweeps: int = 0
    flips: int = 0

    def margin_fields(self, couplings: Couplings, mode: Mode) -> Array:
        """Return the fields of inference at this state."""
        if not mode.right or couplings.L == 1:
            return self.f
        h = self.f.copy()
        fields.add_right(couplings, self.s, h)
        return h


def relax(
    couplings: Couplings,
    recipe: Recipe,
    phases: Sequence[Phase],
    x: Array,
    y: Array | None,
    rng: np.random.Generator,
    engine: str = "events",
) -> Iterator[Settled]:
    """Relax a batch through phases, and yield the state after each of them.

    It is the same object every time, and the next phase changes it.

    Parameters
    ----------
    couplings, recipe
        The network.
    phases
        Modes and numbers of sweeps.
    x
        Inputs, (B, N).
    y
        Labels of entries +1 and -1, (B, C); None if no phase has the label.
    rng
        Generator for what is random in `recipe.schedule`.
    engine
        "events" or "dense".
    """
    relaxation = Relaxation(couplings, recipe, x, y, rng, engine)
    for stages in relaxation.staged(phases, together=False):
        for stage in stages:
            relaxation.go_through(stage)
        yield relaxation.at


def settle(
    couplings: Couplings,
    recipe: Recipe,
    phases: Sequence[Phase],
    x: Array,
    y: Array | None,
    rng: np.random.Generator,
    engine: str = "events",
) -> Settled:
    """Relax a batch as `relax` does, and return the last state alone, which takes less time."""
    relaxation = Relaxation(couplings, recipe, x, y, rng, engine)
    for stage in relaxation.staged(phases, together=True)[0]:
        relaxation.go_through(stage)
    return relaxation.at


class Relaxation:
    """A batch on its way; arguments are those of `relax`, and `at` is where it is."""

    def __init__(
        self,
        couplings: Couplings,
        recipe: Recipe,
        x: Array,
        y: Array | None,
        rng: np.random.Generator,
        engine: str,
    ) -> None:
        self.couplings, self.recipe, self.x, self.y, self.rng = couplings, recipe, x, y, rng
        self.fixed = fields.drive(couplings, x)
        self.alike = y is None  # what is random is the same for all samples then
        self.at = _start(couplings, recipe, self.fixed, x, rng, self.alike)
        self.z: Array | None = None  # what the readout was last
        self.seed = int(rng.integers(2**63)) if recipe.schedule.p_update < 1 else 0
        self.engine = engine if recipe.schedule.order == "synchronous" else "asynchronous"

    def staged(self, phases: Sequence[Phase], together: bool) -> tuple[tuple[Stage, ...], ...]:
        """Return the stages of some phases, all `together` or phase by phase."""
        schedule = self.recipe.schedule
        clamped = schedule.start == "input" and self.y is not None
        zeros = schedule.start == "zeros" and not schedule.noise
        silent = zeros and not self.couplings.W_io.size
        return staged(tuple(phases), clamped, silent, together)

    def go_through(self, stage: Stage) -> None:
        """Make the sweeps of a stage."""
        at, couplings = self.at, self.couplings
        back = self._back(stage.sent)
        if stage.reads:
            self.z = np.sign(fields.readout(couplings, self.x, at.s))
        motion = Motion(couplings, self.fixed, at.s, at.f, at.g, back, stage.plan)
        if self.engine == "asynchronous":
            at.flips += relax_asynchronous(motion, self.rng)
        else:
            p_update = self.recipe.schedule.p_update
            chances = Chances(p_update, self.seed, at.sweeps, not self.alike)
            at.flips += ENGINES[self.engine](motion, chances)
        at.sweeps += stage.sweeps

    def _back(self, sent: str) -> Array:
        """Return the fields that the readout makes by what it sends."""
        if sent == SILENT:
            return self.at.g  # it does not act
        z = self.y if sent == LABEL else self.z
        assert z is not None
        return fields.feedback(self.couplings, self.recipe.strengths.feedback(z))


def _start(
    couplings: Couplings,
    recipe: Recipe,
    fixed: Array,
    x: Array,
    rng: np.random.Generator,
    alike: bool,
) -> Settled:
    schedule = recipe.schedule
    s = np.zeros(fixed.shape, dtype=np.float32)
    if schedule.start == "input":
        s[:, :, : couplings.N] = np.sign(x)
    if schedule.noise:
        shape = (couplings.L, 1 if alike else len(x), couplings.H)
        random, signs = rng.random(shape) < schedule.noise, 2 * rng.integers(0, 2, shape) - 1
        np.copyto(s, signs, where=random, casting="unsafe")
    f = fixed.copy()
    if schedule.start != "zeros" or schedule.noise:
        fields.left(couplings, fixed, s, f)
    return Settled(s, f, np.zeros(fixed.shape, dtype=np.float32))
