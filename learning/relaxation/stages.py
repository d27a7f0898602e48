"""A relaxation in stages: in each of them the readout sends one state to the hidden units."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from learning.network import fields
from learning.network.couplings import Array, Couplings
from learning.network.schedule import Mode, Phase

Plan = npt.NDArray[np.int64]
SILENT, LABEL, READOUT = "silent", "label", "readout"


class Part(NamedTuple):
    """Sweeps under constant fields of the readout.

    Attributes
    ----------
    sweeps
        Their number.
    right
        Whether the layer behind acts on a layer.
    sent
        State of the readout that acts on the hidden units: "silent" for none, the "label", or what
        was read last.
    reads
        Whether the readout is to be read at the state before. It follows by one sweep; such a part
        is one sweep, and what it reads acts in the next.
    """

    sweeps: int
    right: bool
    sent: str
    reads: bool


class Stage(NamedTuple):
    """Parts that need one state of the readout.

    Attributes
    ----------
    plan
        A row (sweeps, whether the layer behind acts, whether the readout acts) for each part.
    sweeps
        Their number in all.
    sent, reads
        As of the parts.
    """

    plan: Plan
    sweeps: int
    sent: str
    reads: bool


@lru_cache
def staged(
    phases: tuple[Phase, ...], clamped: bool, silent: bool, together: bool
) -> tuple[tuple[Stage, ...], ...]:
    """Divide a relaxation into stages.

    Parameters
    ----------
    phases
        The relaxation.
    clamped
        Whether the readout begins at the label, instead of zero.
    silent
        Whether the fields of the readout are zero at the start.
    together
        Whether a stage may go on from one phase to the next.

    Returns
    -------
    The stages of each phase, or, if `together`, those of all.
    """
    parts, z = [], LABEL if clamped else SILENT
    for number, phase in enumerate(phases):
        if phase.sweeps:
            asked = any(later.mode.feedback for later in phases[number + 1 :])
            parts.append(_parts(phase, z, asked, silent))
            z = LABEL if phase.mode.label else READOUT if parts[-1][-1].reads else z
            silent = False
        else:
            parts.append([])
    if together:
        return (tuple(_grouped(chain.from_iterable(parts))),)
    return tuple(tuple(_grouped(own)) for own in parts)


def _parts(phase: Phase, z: str, asked: bool, silent: bool) -> list[Part]:
    """Divide a phase that begins at a state of the readout, which a later phase may ask for.

    Where no label is clamped on it and nobody asks for it, it need not be known.
    """
    mode, n = phase
    if mode is Mode.NO_LABEL:
        seen = [z, SILENT if silent else READOUT] + [READOUT] * n
        lengths = [(1, seen[t], t > 0 or not silent) for t in range(n)]
    elif mode is Mode.FULL:
        first = 0 if z == LABEL else 1
        lengths = [(first, z, False), (n - first, LABEL, False)]
    else:
        last = 1 if asked and not mode.label and not (silent and n == 1) else 0
        lengths = [(n - last, SILENT, False), (last, SILENT, True)]
    return [Part(sweeps, mode.right, sent, reads) for sweeps, sent, reads in lengths if sweeps]


def _grouped(parts: Iterable[Part]) -> list[Stage]:
    groups: list[list[Part]] = []
    for part in parts:
        sent = {one.sent for one in (*(groups[-1] if groups else ()), part)} - {SILENT}
        alone = part.reads or (groups and groups[-1][-1].reads)
        if not groups or alone or len(sent) > 1:
            groups.append([])
        groups[-1].append(part)
    return [_stage(group) for group in groups]


def _stage(parts: Sequence[Part]) -> Stage:
    plan = np.array([(part.sweeps, part.right, part.sent != SILENT) for part in parts])
    sent = ({part.sent for part in parts} - {SILENT} or {SILENT}).pop()
    return Stage(plan, int(plan[:, 0].sum()), sent, parts[-1].reads)


def outside(
    couplings: Couplings, right: bool, feedback: bool, s: Array, back: Array, g: Array
) -> None:
    """Write to `g` the fields from the layer behind and, if they act, those `back`."""
    g[:] = back if feedback else 0
    if right:
        fields.add_right(couplings, s, g)
