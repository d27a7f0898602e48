"""A relaxation: its phases one after the other, whatever engine makes the sweeps."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from learning import fields
from learning.asynchronous import sweep_asynchronous
from learning.couplings import Array, Couplings
from learning.dense import sweep_dense
from learning.events import sweep_events
from learning.recipe import Recipe
from learning.schedule import Mode, Phase

ENGINES = {"events": sweep_events, "dense": sweep_dense}


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
    z
        State of the readout, (B, C).
    sweeps, flips
        Number of sweeps, and of flips of hidden units in all of them.
    """

    s: Array
    f: Array
    g: Array
    z: Array
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
    schedule = recipe.schedule
    fixed = fields.drive(couplings, x)
    at = _start(couplings, recipe, fixed, x, y, rng)
    seed = int(rng.integers(2**63)) if schedule.p_update < 1 else 0
    for number, phase in enumerate(phases):
        guessed = any(later.mode.feedback for later in phases[number + 1 :])
        for sweeps in _parts(phase, guessed, at.z is y):
            z = _readout_state(couplings, phase.mode, x, y, at, guessed and sweeps == 1)
            at.g[:] = 0
            if phase.mode.right:
                fields.add_right(couplings, at.s, at.g)
            if phase.mode.feedback and (at.z is y or at.z.any()):
                fields.add_feedback(couplings, recipe.strengths.feedback(at.z), at.g)
            state = (at.s, at.f, at.g, phase.mode.right, sweeps)
            if schedule.order == "asynchronous":
                at.flips += sweep_asynchronous(couplings, *state, rng)
            else:
                at.flips += ENGINES[engine](
                    couplings, fixed, *state, schedule.p_update, seed, at.sweeps
                )
            at.sweeps += sweeps
            at.z = z
        yield at


def _parts(phase: Phase, guessed: bool, clamped: bool) -> list[int]:
    """Divide the sweeps of a phase, so that the readout state is constant in each part.

    The readout follows the hidden units by one sweep. Where no label is clamped on it and no later
    phase asks for it, it need not be known.
    """
    n = phase.sweeps
    if phase.mode is Mode.NO_LABEL:
        return [1] * n
    if phase.mode is Mode.FULL and not clamped:
        return [1, n - 1] if n > 1 else [1] * n
    if not phase.mode.label and guessed:
        return [n - 1, 1] if n > 1 else [1] * n
    return [n] if n else []


def _readout_state(
    couplings: Couplings, mode: Mode, x: Array, y: Array | None, at: Settled, guessed: bool
) -> Array:
    """Return the readout state after a part, which may be one sweep or have the label."""
    if mode.label:
        assert y is not None
        return y
    if mode is Mode.NO_LABEL or (guessed and (couplings.W_io.size or at.s.any())):
        return np.sign(fields.readout(couplings, x, at.s))
    return at.z


def _start(
    couplings: Couplings,
    recipe: Recipe,
    fixed: Array,
    x: Array,
    y: Array | None,
    rng: np.random.Generator,
) -> Settled:
    schedule = recipe.schedule
    s = np.zeros_like(fixed)
    z = np.zeros((len(x), couplings.C), dtype=np.float32)
    if schedule.start == "input":
        s[:, :, : couplings.N] = np.sign(x)
        z = z if y is None else y
    if schedule.noise:
        random = rng.random(s.shape) < schedule.noise
        s[random] = 2 * rng.integers(0, 2, np.count_nonzero(random)) - 1
    f = fixed.copy()
    if s.any():
        fields.left(couplings, fixed, s, f)
    return Settled(s, f, np.zeros_like(fixed), z)
