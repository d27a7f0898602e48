"""How a learner uses the compiled engine, which is imported only where it is used."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from learning.fused.given import Given
from learning.network.couplings import Array, Couplings
from learning.network.schedule import Phase
from learning.network.training import EVERY
from learning.plasticity.steps import Steps
from learning.steered.batches import Batches


def learn(
    steps: Steps, phases: Sequence[Phase], batches: Batches, averaged: Couplings | None
) -> npt.NDArray[np.int64]:
    """Learn from all batches by the compiled engine; return the three counts of `Counts`."""
    from learning.fused.training import Training

    count, B = batches.order.shape
    totals = np.zeros(3, dtype=np.int64)
    with Training(steps, phases, B, averaged) as training:
        for end in range(1, count + EVERY, EVERY):  # the average moves after the first step
            totals += training.learn(batches.part(max(end - EVERY, 0), min(end, count)))
            if end <= count:
                training.move_average(steps.recipe.training.averaged)
    return totals


def step(
    steps: Steps,
    phases: Sequence[Phase],
    x: Array,
    y: Array,
    truth: npt.NDArray[np.intp],
    weights: Array | None,
) -> npt.NDArray[np.int64]:
    """Learn from one batch by the compiled engine, which is fast for many only."""
    from learning.fused.training import Training

    none = np.zeros((0, len(x)), dtype=np.float32)
    weight = none if weights is None else np.asarray(weights[None], dtype=np.float32, order="C")
    inputs, labels = (np.asarray(one[None], dtype=np.float32, order="C") for one in (x, y))
    with Training(steps, phases, len(x)) as training:
        return training.learn(Given(inputs, labels, truth.astype(np.intp)[None], weight))
