"""Protocols of message passing, side by side on the same networks."""

import numpy as np

import bp
import networks

STEPS = 150  # of `bp.scoping()`, of ten iterations each


def compare_protocols(N: int, J_D: float, effort: int, rng: np.random.Generator) -> dict[str, int]:
    """Return the unstable neurons that each protocol leaves after the same number of iterations.

    `effort` counts the iterations of all runs together, a multiple of 1500: those of a run of
    `bp.scoping()`, which is compared with as many steps of reinforcement from 0.1 to 0.6, and with
    what focusing and reinforcement take without a protocol.
    """
    network = networks.Asymmetric(N, J_D).sample(rng)
    runs = effort // (10 * STEPS)
    rates = np.linspace(0.1, 0.6, STEPS)
    return {
        "focusing": bp.focusing(network, effort=effort, rng=rng).unstable,
        "reinforcement": bp.reinforcement(network, effort=effort, rng=rng).unstable,
        "scoping": bp.focusing(network, bp.scoping(), runs=runs, rng=rng).unstable,
        "rates": bp.reinforcement(network, rates, runs=runs, rng=rng).unstable,
    }
