"""Inference with the compiled step."""

from collections.abc import Iterator, Sequence

import numpy as np

from learning.fused.layout import by_receiver
from learning.fused.limits import MOST
from learning.fused.plan import planned
from learning.fused.room import units
from learning.fused.settling import settle
from learning.fused.terms import terms
from learning.network.couplings import Array, Couplings
from learning.network.schedule import Phase
from learning.plasticity.steps import Steps


def arrived(
    couplings: Couplings, steps: Steps, phases: Sequence[Phase], X: Array
) -> Iterator[tuple[Array, Array, Array, int]]:
    """Yield inputs, some at a time, with their states and fields, (1, B, H), and all flips.

    `couplings` may be those of `steps`, or their running average.
    """
    weights = by_receiver(couplings, False)
    room, numbers, plan = units(weights, MOST), terms(steps, MOST), planned(steps.recipe, phases)
    for start in range(0, len(X), MOST):
        x = X[start : start + MOST]
        B = len(x)
        room.x[: weights.N, :B] = x.T
        room.x[:, B:] = 0
        flips = settle(weights, numbers, room, plan, B)
        s, f = (np.ascontiguousarray(a[None, : weights.H, :B].swapaxes(1, 2)) for a in room[2:4])
        yield x, s, f, flips
