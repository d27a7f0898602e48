"""The sweeps of a relaxation, as rows of numbers."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from learning.network.recipe import Recipe
from learning.network.schedule import Phase
from learning.relaxation.segments import ERROR, LABEL, READOUT, SILENT, segmented

SENT = (SILENT, LABEL, READOUT, ERROR)  # by their number in a plan
SWEEPS, SENDS, READS = range(3)  # columns

Plan = npt.NDArray[np.int64]


def planned(recipe: Recipe, phases: Sequence[Phase]) -> Plan:
    """Return rows (sweeps, what the readout sends, whether it is read before), (rows, 3)."""
    (segments,) = segmented(tuple(phases), False, True, True, recipe.wanted)
    rows = []
    for segment in segments:
        for number, (sweeps, _, feedback) in enumerate(segment.plan.tolist()):
            sent = SENT.index(segment.sent) if feedback else 0
            rows.append((sweeps, sent, int(segment.reads and not number)))
    return np.array(rows, dtype=np.int64).reshape(-1, 3)
