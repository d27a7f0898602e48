"""What message passing costs, against the bare products of the same network.

    python benchmarks/bench_bp.py [N] [LARGE]

The limit of a dense iteration is two float32 products with the couplings, J m and J^T g. LARGE
neurons (0 to leave it out) are solved once, at J_D = 0.25; its peak memory is that of the process.
"""

import resource
import sys
import time
from collections.abc import Callable
from statistics import median

import numpy as np

import bp
from bp.iteration import Dense
from networks import Asymmetric


def seconds(function: Callable[[], object]) -> float:
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def iteration_against_products(N: int, runs: int, repeats: int = 9) -> float:
    state = Dense(Asymmetric(N, 0.25).sample(rng=1), runs)
    state.start_at_random(np.random.default_rng(1))
    gamma, y = np.full(runs, 0.3), np.full(runs, 7.0)
    matrix = state.outgoing[0]
    m = np.ones((runs, N), np.float32)

    def products() -> None:
        _ = m @ matrix
        _ = m @ matrix.T

    state.step(0.0, gamma, y, 0.5)
    ratios, times = [], []
    for _ in range(repeats):
        bare = seconds(products)
        full = seconds(lambda: state.step(0.0, gamma, y, 0.5))
        ratios.append(full / bare)
        times.append(full)
    print(f"    N = {N}, {runs} runs: {median(times) * 1e3:.1f} ms an iteration")
    return median(ratios)


def solve(N: int, J_D: float) -> float:
    network = Asymmetric(N, J_D).sample(rng=1)
    found: list[bp.Solution] = []
    protocol = bp.pseudo_reinforcement(60, (0.2, 0.8))
    duration = seconds(lambda: found.append(bp.focusing(network, protocol, damping=0.7, rng=1)))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"    N = {N}, J_D = {J_D}: {found[0].status}, {duration:.0f} s, peak {memory:.2f} GiB")
    return duration if found[0].converged else float("inf")


def main(N: int = 8000, large: int = 20_000) -> None:
    rows = [
        (f"iteration / two products, N = {N}, 1 run", iteration_against_products(N, 1), 1.6),
        (f"iteration / two products, N = {N}, 8 runs", iteration_against_products(N, 8), 1.6),
    ]
    if large:
        rows.append((f"N = {large}, J_D = 0.25 solved, seconds", solve(large, 0.25), 600))
    for name, measured, limit in rows:
        word = "ok" if measured <= limit else "MISSED"
        print(f"{name:48} {measured:7.2f}  (<= {limit})  {word}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
