"""Single runs of message passing, without couplings: what its success rests on."""

from collections.abc import Iterable
from typing import Any

import numpy as np

import bp


def left_unstable(
    N: int, J_D: float, algorithm: str, steps: int, rng: np.random.Generator
) -> dict[str, int]:
    """Return the smallest number of unstable neurons along a run of an algorithm."""
    protocol: Iterable[Any] = bp.scoping(steps, 7.0, (0.18, 0.75))
    if algorithm == "reinforcement":
        protocol = np.linspace(0.1, 0.6, steps)
    (left,) = bp.unstable_left(J_D, protocol, N=N, runs=1, kind=algorithm, rng=rng)
    return {"left": int(left)}
