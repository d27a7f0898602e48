"""A relaxation in segments: during each of them the readout sends one state to the hidden units."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

import numpy as np

from learning.network.schedule import Mode, Phase
from learning.relaxation.dynamics import Plan

SILENT, LABEL, READOUT, ERROR = "silent", "label", "readout", "error"


class Step(NamedTuple):
    """Sweeps under constant fields of the readout.

    Attributes
    ----------
    sweeps
        Their number.
    right
        Whether the next layer acts on a layer.
    sent
        What of the readout acts on the hidden units: "silent" for nothing, the "label", what was
        read last, "readout", or how far that is from the label, "error".
    reads
        Whether the readout has to be read at the state before. The readout follows by one sweep, so
        such a step is one sweep long, and what it reads acts in the next.
    """

    sweeps: int
    right: bool
    sent: str
    reads: bool


class Segment(NamedTuple):
    """Consecutive steps that need one state of the readout only.

    Attributes
    ----------
    plan
        A row (sweeps, whether the next layer acts, whether the readout acts) for each step.
    sweeps
        Their number in all.
    sent, reads
        As in the steps.
    """

    plan: Plan
    sweeps: int
    sent: str
    reads: bool


@lru_cache
def segmented(
    phases: tuple[Phase, ...], clamped: bool, silent: bool, together: bool, wanted: str = LABEL
) -> tuple[tuple[Segment, ...], ...]:
    """Divide a relaxation into segments.

    Parameters
    ----------
    phases
        The relaxation.
    clamped
        Whether the readout starts at the label, instead of zero.
    silent
        Whether the fields of the readout are zero at the start.
    together
        Whether a segment may extend over several phases.
    wanted
        What acts where the label is known: the "label" or the "error".

    Returns
    -------
    The segments of each phase, or, if `together`, those of all.
    """
    steps, z = [], wanted if clamped else SILENT
    for number, phase in enumerate(phases):
        if phase.sweeps:
            needed = any(later.mode.feedback for later in phases[number + 1 :])
            steps.append(_steps(phase, z, needed, silent, wanted))
            z = wanted if phase.mode.label else READOUT if steps[-1][-1].reads else z
            silent = False
        else:
            steps.append([])
    if together:
        return (tuple(_grouped(chain.from_iterable(steps))),)
    return tuple(tuple(_grouped(own)) for own in steps)


def _steps(phase: Phase, z: str, needed: bool, silent: bool, wanted: str) -> list[Step]:
    """Divide a phase that starts with the readout at z, and whose last readout may be needed.

    The readout need not be known where no label is clamped on it and nothing depends on it.
    """
    mode, n = phase
    if mode is Mode.NO_LABEL:
        seen = [z, SILENT if silent else READOUT] + [READOUT] * n
        lengths = [(1, seen[t], t > 0 or not silent) for t in range(n)]
    elif mode is Mode.FULL:
        first = 0 if z == wanted else 1
        lengths = [(first, z, wanted == ERROR), (n - first, wanted, False)]
    else:
        last = 1 if needed and not mode.label and not (silent and n == 1) else 0
        lengths = [(n - last, SILENT, False), (last, SILENT, True)]
    return [Step(sweeps, mode.right, sent, reads) for sweeps, sent, reads in lengths if sweeps]


def _grouped(steps: Iterable[Step]) -> list[Segment]:
    groups: list[list[Step]] = []
    for step in steps:
        sent = {one.sent for one in (*(groups[-1] if groups else ()), step)} - {SILENT}
        alone = step.reads or (groups and groups[-1][-1].reads)
        if not groups or alone or len(sent) > 1:
            groups.append([])
        groups[-1].append(step)
    return [_segment(group) for group in groups]


def _segment(steps: Sequence[Step]) -> Segment:
    plan = np.array([(step.sweeps, step.right, step.sent != SILENT) for step in steps])
    sent = ({step.sent for step in steps} - {SILENT} or {SILENT}).pop()
    return Segment(plan, int(plan[:, 0].sum()), sent, steps[-1].reads)
