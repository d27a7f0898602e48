"""A relaxation: its phases one after the other, by any engine."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from learning.network import fields
from learning.network.couplings import Array, Couplings
from learning.network.recipe import Recipe
from learning.network.schedule import Mode, Phase
from learning.relaxation.asynchronous import relax_asynchronous
from learning.relaxation.dense import relax_dense
from learning.relaxation.dynamics import Dynamics, Units, Updates
from learning.relaxation.events import relax_events
from learning.relaxation.segments import ERROR, LABEL, SILENT, Segment, segmented

ENGINES = {"events": relax_events, "dense": relax_dense}


@dataclass(eq=False)
class Settled:
    """Where a relaxation of a batch of B inputs has arrived.

    Attributes
    ----------
    s
        States of the hidden units, (L, B, H).
    f
        Their fields from the input, their own layer and the previous layer.
    g
        All other fields that acted on them in the last sweep.
    sweeps, flips
        Number of sweeps, and of flips of hidden units in all of them.
    sent
        The error that the readout sent back, (B, C); None if it sent none.
    """

    s: Array
    f: Array
    g: Array
    sweeps: int = 0
    flips: int = 0
    sent: Array | None = None

    def margin_fields(self, couplings: Couplings, mode: Mode) -> Array:
        """Return the fields of inference at this state."""
        if not mode.right or couplings.L == 1:
            return self.f
        h = self.f.copy()
        fields.add_backward(couplings, self.s, h)
        return h


@dataclass(eq=False)
class Batch:
    """A batch to be relaxed in a network.

    Attributes
    ----------
    couplings, recipe
        The network.
    x
        Inputs, (B, N).
    y
        Labels of entries +1 and -1, (B, C); None if no phase has the label.
    rng
        Generator for what is random in `recipe.schedule`.
    engine
        "events" or "dense".
    """

    couplings: Couplings
    recipe: Recipe
    x: Array
    y: Array | None
    rng: np.random.Generator
    engine: str = "events"


def relax(batch: Batch, phases: Sequence[Phase]) -> Iterator[Settled]:
    """Relax a batch through phases, and yield the state after each of them.

    It is the same object every time, and the next phase changes it.
    """
    relaxation = Relaxation(batch)
    for segments in relaxation.segmented(phases, together=False):
        for segment in segments:
            relaxation.go_through(segment)
        yield relaxation.at


def settle(batch: Batch, phases: Sequence[Phase]) -> Settled:
    """Relax a batch as `relax` does, and return the last state alone, which takes less time."""
    relaxation = Relaxation(batch)
    for segment in relaxation.segmented(phases, together=True)[0]:
        relaxation.go_through(segment)
    return relaxation.at


class Relaxation:
    """A batch on its way; `at` is where it is."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        schedule, rng = batch.recipe.schedule, batch.rng
        self.drive = fields.drive(batch.couplings, batch.x)
        self.shared = batch.y is None  # all samples have the same random numbers then
        self.at = _start(batch, self.drive, self.shared)
        self.z: Array | None = None  # what the readout was last
        self.seed = np.uint64(rng.integers(2**63) if schedule.p_update < 1 else 0)

    def segmented(self, phases: Sequence[Phase], together: bool) -> tuple[tuple[Segment, ...], ...]:
        """Return the segments of some phases, all `together` or phase by phase."""
        schedule, wanted = self.batch.recipe.schedule, self.batch.recipe.wanted
        clamped = schedule.start == "input" and self.batch.y is not None and wanted == LABEL
        zeros = schedule.start == "zeros" and not schedule.noise
        silent = zeros and not self.batch.couplings.W_io.size
        return segmented(tuple(phases), clamped, silent, together, wanted)

    def go_through(self, segment: Segment) -> None:
        """Make the sweeps of a segment."""
        at, batch = self.at, self.batch
        schedule = batch.recipe.schedule
        back = self._back(segment.sent)
        if segment.reads:
            self._read()
        updates = Updates(schedule.p_update, self.seed, at.sweeps, not self.shared)
        units = Units(at.s, at.f, at.g)
        dynamics = Dynamics(batch.couplings, self.drive, units, back, segment.plan, updates)
        if schedule.order == "asynchronous":
            at.flips += relax_asynchronous(dynamics, batch.rng)
        else:
            at.flips += ENGINES[batch.engine](dynamics)
        at.sweeps += segment.sweeps

    def _read(self) -> None:
        """Read the state, and how far that is from the label, if an error will be sent."""
        batch = self.batch
        u = fields.readout(batch.couplings, batch.x, self.at.s)
        self.z = np.sign(u)
        if batch.recipe.wanted == ERROR and batch.y is not None:
            self.at.sent = fields.missed(batch.y, u, batch.recipe.rule.temperature)

    def _back(self, sent: str) -> Array:
        """Return the fields of what the readout sends back."""
        if sent == SILENT:
            return self.at.g  # it does not act
        if sent == ERROR:
            assert self.at.sent is not None
            return fields.feedback(self.batch.couplings, self.at.sent)
        z = self.batch.y if sent == LABEL else self.z
        assert z is not None
        return fields.feedback(self.batch.couplings, self.batch.recipe.strengths.feedback(z))


def _start(batch: Batch, drive: Array, shared: bool) -> Settled:
    schedule, couplings, rng = batch.recipe.schedule, batch.couplings, batch.rng
    s = np.zeros(drive.shape, dtype=np.float32)
    if schedule.start == "input":
        s[:, :, : couplings.N] = np.sign(batch.x)
    if schedule.noise:
        shape = (couplings.L, 1 if shared else len(batch.x), couplings.H)
        random, signs = rng.random(shape) < schedule.noise, 2 * rng.integers(0, 2, shape) - 1
        np.copyto(s, signs, where=random, casting="unsafe")
    f = drive.copy()
    if schedule.start != "zeros" or schedule.noise:
        fields.forward(couplings, drive, s, f)
    return Settled(s, f, np.zeros(drive.shape, dtype=np.float32))
