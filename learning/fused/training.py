"""Training with the compiled step, and what is written back after it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any

import numpy as np
import numpy.typing as npt

from learning.fused.choices import choices
from learning.fused.given import Given
from learning.fused.layout import by_receiver, write_back
from learning.fused.passes import approach
from learning.fused.plan import planned
from learning.fused.products import BY_VECTORS
from learning.fused.room import units, wants
from learning.fused.step import UNDECAYED, Network, learn
from learning.fused.terms import decay, terms
from learning.network.couplings import Couplings
from learning.network.schedule import Phase
from learning.plasticity.steps import Steps
from learning.relaxation.threads import one_thread


class Training:
    """The couplings of a network by receiver, while they learn from batches of one size.

    It is a context: at its end, however that is reached, the couplings of `steps`, their running
    average and the means of senders are made those that were learned.
    """

    def __init__(
        self,
        steps: Steps,
        phases: Sequence[Phase],
        batch: int,
        averaged: Couplings | None = None,
    ) -> None:
        self.steps, self.averaged = steps, averaged
        weights = by_receiver(steps.couplings, steps.rate_in > 0)
        self.average = by_receiver(averaged, False) if averaged else None
        self.network = Network(
            weights,
            choices(steps),
            terms(steps, batch),
            decay(steps),
            planned(steps.recipe, phases),
            units(weights, batch),
            wants(weights, batch),
        )
        self.tally = np.array([0, 0, 0, steps.undecayed], dtype=np.int64)
        senders, own = steps.senders, self.network.wants
        if senders is not None and senders.x.size:
            own.known[0] = 1
            own.mean_x[: weights.N], own.mean_s[: weights.H] = senders.x, senders.s[0, 0]

    def __enter__(self) -> Training:
        return self

    def __exit__(self, *_: Any) -> None:
        steps, weights, own = self.steps, self.network.weights, self.network.wants
        write_back(weights, steps.couplings)
        steps.undecayed = int(self.tally[UNDECAYED])
        if self.averaged and self.average:
            write_back(self.average, self.averaged)
        if steps.senders is not None and own.known[0]:
            steps.senders.x = own.mean_x[: weights.N].copy()
            steps.senders.s = own.mean_s[None, None, : weights.H].copy()

    def learn(self, given: Given) -> npt.NDArray[np.int64]:
        """Learn from batches; return how many hidden units learned, inputs missed, and flips."""
        before = self.tally.copy()
        with nullcontext() if BY_VECTORS else one_thread():  # to limit threads takes time
            learn(self.network, given, self.tally)
        return (self.tally - before)[:UNDECAYED]

    def move_average(self, weight: float) -> None:
        """Move the running average towards the present couplings."""
        if self.average:
            present = self.network.weights
            for name in ("J", "W_in", "W_f", "W_b"):
                array = getattr(self.average, name)
                approach(array, getattr(present, name), np.float32(weight))
