"""Message passing, against the bare products with the couplings of the same network.

A dense iteration cannot do without two float32 products, `J m` and `J^T g`.
"""

from collections.abc import Iterator

import numpy as np

import bp
from benchmarks.row import Row, absolute, cpu, in_turn, over_limit, peak
from bp.messages.dense import DenseMessages
from bp.messages.one_bit import messages
from networks import Asymmetric

KINDS = ("gaussian", "binary")


def rows() -> Iterator[Row]:
    yield from solve(20_000, 0.25)  # first: its peak of memory is that of the process
    for runs in (1, 8):
        yield iteration(8000, runs)
    yield one_bit(20_000)
    yield revealed(10_000, 300)


def solve(N: int, J_D: float) -> Iterator[Row]:
    network = Asymmetric(N, J_D).sample(rng=1)
    found: list[bp.Solution] = []
    protocol = bp.pseudo_reinforcement(60, (0.2, 0.8))
    seconds = cpu(lambda: found.append(bp.focusing(network, protocol, damping=0.7, rng=1)))
    minutes = seconds / 60 if found[0].converged else np.inf
    what = f"focusing, N = {N}, J_D = {J_D}"
    yield absolute(f"{what}: time to a fixed point", minutes, "min", 10)
    yield absolute(f"{what}: memory", peak(), "GiB", 4)


def iteration(N: int, runs: int) -> Row:
    state = DenseMessages(Asymmetric(N, 0.25).sample(rng=1), runs)
    state.start_at_random(np.random.default_rng(1))
    gamma, y = np.full(runs, 0.3), np.full(runs, 7.0)
    matrix, m = state.outgoing[0], np.ones((runs, N), np.float32)

    def products() -> None:
        _ = m @ matrix
        _ = m @ matrix.T

    times = in_turn(9, lambda: state.step(0.0, gamma, y, 0.5), products)
    what = f"iteration of message passing, N = {N}, {runs} run{'s' * (runs > 1)}"
    return over_limit(what, "two BLAS products", times, 1.6)


def one_bit(N: int) -> Row:
    """Measure an iteration on couplings of one bit against one on as many float32 numbers."""
    numbers, bits = (Asymmetric(N, 0.25, couplings=kind).sample(rng=1) for kind in KINDS)
    states = [messages(network, 1) for network in (bits, numbers)]
    gamma, y = np.full(1, 0.3), np.full(1, 7.0)
    for state in states:
        state.start_at_random(np.random.default_rng(1))
    times = in_turn(5, *(lambda state=state: state.step(0.0, gamma, y, 0.5) for state in states))
    what = f"iteration of message passing on one bit a coupling, N = {N}"
    return over_limit(what, "the same on float32", times, 3)


def revealed(N: int, iterations: int) -> Row:
    """Measure the dynamics of focusing without couplings, with two runs."""
    protocol = [(0.3, 7.0)] * (iterations // 10)
    seconds = cpu(lambda: bp.focusing_dynamics(0.25, protocol, N=N, runs=2, rng=1))
    what = f"focusing_dynamics, N = {N}, {iterations} iterations"
    return absolute(f"{what}: time of a run", seconds / 2, "s", 60)
