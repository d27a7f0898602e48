"""Protocols of message passing, side by side on the same networks."""

import numpy as np

import bp
import networks

STEP = 10  # iterations
STEPS = 150  # of `bp.scoping()`


def compare_protocols(N: int, J_D: float, effort: int, rng: np.random.Generator) -> dict[str, int]:
    """Return the unstable neurons that each protocol leaves after the same number of iterations.

    `effort` counts the iterations of all runs together: of runs of 1500, those of `bp.scoping()`,
    or of one run if it is less. Scoping is compared with as many steps of reinforcement from 0.1 to
    0.6, and with what focusing and reinforcement take without a protocol. `miscounted` is for how
    many of them a count in double precision finds another number.
    """
    network = networks.Asymmetric(N, J_D).sample(rng)
    runs = max(1, effort // (STEP * STEPS))
    steps = min(STEPS, effort // STEP)
    rates = np.linspace(0.1, 0.6, steps)
    solutions = {
        "focusing": bp.focusing(network, effort=effort, rng=rng),
        "reinforcement": bp.reinforcement(network, effort=effort, rng=rng),
        "scoping": bp.focusing(network, bp.scoping(steps), runs=runs, rng=rng),
        "rates": bp.reinforcement(network, rates, runs=runs, rng=rng),
    }
    left = {name: solution.unstable for name, solution in solutions.items()}
    again = [count_unstable(network, solution.state) for solution in solutions.values()]
    return left | {"miscounted": int(np.count_nonzero(np.array(list(left.values())) != again))}


def count_unstable(network: networks.Network, state: np.ndarray) -> int:
    """Return the number of unstable neurons of a state, in double precision."""
    s = state.astype(float)
    return int(np.count_nonzero(s * (network.couplings.astype(float) @ s) + network.J_D <= 0))
