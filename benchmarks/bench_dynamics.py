"""What relaxation and enumeration cost, against their limits and a plain numpy loop.

    python benchmarks/bench_dynamics.py [REPEATS]

The limit of a relaxation is the bare axpys of its flips: the same columns of the couplings, added
in the same order to a vector of fields, in float32. The time of `relax` is all of it: the initial
fields, the visits, and the final check. Ratios are taken within a run; medians are printed.
"""

import contextlib
import io
import resource
import sys
import time
from collections.abc import Callable
from statistics import median

import numba
import numpy as np

import dynamics
from dynamics.motion import motion
from dynamics.relaxation import _plan
from networks import Asymmetric, Network


def seconds(function: Callable[[], object]) -> float:
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


@numba.njit
def recorded_sweep(outgoing, J_D, s, h, visits, flipped):
    """Do one sweep, and write down which neurons were flipped, in their order."""
    flips = 0
    for i in visits:
        if s[i] * h[i] + J_D <= 0:
            s[i] = -s[i]
            h += np.float32(2) * s[i] * outgoing[i]
            flipped[flips] = i
            flips += 1
    return flips


@numba.njit
def axpys(outgoing, s, h, flipped):
    """Add the columns of the flipped neurons, and nothing else."""
    for i in flipped:
        change = np.float32(-2) * s[i]
        s[i] = -s[i]
        column = outgoing[i]
        for k in range(len(h)):
            h[k] += change * column[k]


def flips_of(network: Network, start: np.ndarray, max_sweeps: int, rng: int) -> np.ndarray:
    """Return the neurons that `relax` flips, in their order."""
    generator = np.random.default_rng(rng)
    s = start.astype(np.float32)
    h = network.fields(s) - np.float32(network.J_D) * s
    visits, flipped, record = np.arange(len(s)), np.empty(len(s), dtype=np.int64), []
    for _ in range(max_sweeps):
        _plan(visits, "permutation", generator)
        flips = recorded_sweep(network.outgoing, network.J_D, s, h, visits, flipped)
        record.append(flipped[:flips].copy())
        if (s * h > -network.J_D).all():
            break
    return np.concatenate(record)


def relax_against_axpys(N: int, J_D: float, max_sweeps: int, repeats: int) -> float:
    network = Asymmetric(N, J_D).sample(rng=1)
    start = np.random.default_rng(2).choice([-1, 1], size=N)
    flipped = flips_of(network, start, max_sweeps, rng=3)
    ratios, times = [], []
    for _ in range(repeats):
        s, h = start.astype(np.float32), np.zeros(N, dtype=np.float32)
        bare = seconds(lambda s=s, h=h: axpys(network.outgoing, s, h, flipped))
        results: list[dynamics.Relaxation] = []
        full = seconds(
            lambda results=results: results.append(
                dynamics.relax(network, start, max_sweeps=max_sweeps, rng=3)
            )
        )
        assert results[0].flips == len(flipped)
        assert (results[0].state == s).all()
        ratios.append(full / bare)
        times.append((full, bare))
    full, bare = (median(column) for column in zip(*times, strict=True))
    print(
        f"    N = {N}, J_D = {J_D}: {results[0].status}, {len(flipped)} flips, "
        f"relax {full:.3f} s, axpys {bare:.3f} s, ratios {min(ratios):.2f} ... {max(ratios):.2f}"
    )
    ends = seconds(lambda: network.fields(start)) + seconds(lambda: network.is_fixed_point(start))
    print(
        f"        initial fields and final check {ends:.3f} s: without {(full - ends) / bare:.2f}"
    )
    return median(ratios)


def plain_relax(J: np.ndarray, J_D: float, s: np.ndarray, rng: np.random.Generator) -> bool:
    """Relax by a dot product a visit."""
    for _ in range(1000):
        flips = 0
        for i in rng.permutation(len(s)):
            if s[i] * (J[i] @ s) + J_D <= 0:
                s[i] = -s[i]
                flips += 1
        if flips == 0:
            return True
    return False


def relax_against_numpy(N: int, J_D: float, repeats: int) -> float:
    network = Asymmetric(N, J_D).sample(rng=1)
    rows = np.ascontiguousarray(network.couplings)
    start = np.random.default_rng(2).choice([-1, 1], size=N)
    ratios = []
    for seed in range(repeats):
        s = start.astype(np.float32)
        rng = np.random.default_rng(seed)
        slow = seconds(lambda s=s, rng=rng: plain_relax(rows, J_D, s, rng))
        assert network.is_fixed_point(s)
        fast = seconds(lambda seed=seed: dynamics.relax(network, start, rng=seed))
        ratios.append(slow / fast)
    print(f"    last: numpy {slow:.3f} s, relax {fast:.4f} s")
    return median(ratios)


def packed_against_float32(N: int, flips: int, repeats: int) -> tuple[float, float]:
    """Return how many flips of one bit couplings go into one of float32; and its share of axpys.

    Every visit flips: the neurons are made unstable by a large negative threshold.
    """
    numbers = Asymmetric(N, 0.5).sample(rng=1)
    packed = Asymmetric(N, 0.5, couplings="binary").sample(rng=1)
    rng = np.random.default_rng(2)
    start = rng.choice([-1, 1], size=(1, N)).astype(np.int8)
    visits = rng.permutation(N)[:flips]
    which = np.zeros(1, dtype=np.int64)
    dense, bits = motion(numbers, start.copy()), motion(packed, start.copy())
    dense.J_D, bits.limit = np.float64(-1e9), -1e9
    ratios, shares = [], []
    for _ in range(repeats):
        fast = seconds(lambda: bits.visit(which, visits))
        slow = seconds(lambda: dense.visit(which, visits))
        s, h = start[0].astype(np.float32), np.zeros(N, dtype=np.float32)
        bare = seconds(lambda s=s, h=h: axpys(numbers.outgoing, s, h, visits))
        ratios.append(slow / fast)
        shares.append(bare / slow)
    assert bits.flips[0] == dense.flips[0] == repeats * flips
    micro = 1e6 / flips
    print(
        f"    last: float32 {slow * micro:.2f} us a flip ({N * 4 / slow * flips / 1e9:.1f} GB/s of "
        f"couplings), bare axpys {bare * micro:.2f} us, packed {fast * micro:.2f} us"
    )
    return median(ratios), median(shares)


def fields_against_blas(N: int, repeats: int) -> float:
    network = Asymmetric(N, 0.5).sample(rng=1)
    s = np.random.default_rng(2).choice([-1, 1], size=(1, N)).astype(np.int8)
    spins, matrix = s[0].astype(np.float32), network.outgoing
    ratios = []
    for _ in range(repeats):
        blas = seconds(lambda: spins @ matrix)
        ratios.append(seconds(lambda: motion(network, s)) / blas)
    return median(ratios)


def enumeration(N: int, J_D: float, repeats: int) -> float:
    network = Asymmetric(N, J_D).sample(rng=1)
    return median(seconds(lambda: dynamics.enumerate_fixed_points(network)) for _ in range(repeats))


def full_relaxation(N: int, J_D: float) -> tuple[float, float]:
    """Return the minutes to draw and relax a packed network, and the peak in GiB so far."""
    results: list[dynamics.Relaxation] = []

    def relax() -> None:
        network = Asymmetric(N, J_D, couplings="binary").sample(rng=1)
        results.append(dynamics.relax(network, rng=2))

    minutes = seconds(relax) / 60
    assert results[0].converged
    print(f"    N = {N}, J_D = {J_D}: {results[0].status}, {results[0].flips} flips")
    return minutes, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def main(repeats: int = 5) -> None:
    minutes, peak = full_relaxation(131072, 1.0)  # first: its peak of memory is that of the process
    compiled = Asymmetric(12, 0.6).sample(rng=1)
    dynamics.enumerate_fixed_points(compiled)
    dynamics.relax(compiled, rng=1)
    with contextlib.redirect_stdout(io.StringIO()):
        relax_against_axpys(200, 0.6, 2, 1)
    for kind in ("gaussian", "binary"):
        motion(Asymmetric(12, 0.5, couplings=kind).sample(rng=1), np.ones((1, 12), dtype=np.int8))
        dynamics.relax(Asymmetric(12, 0.6, couplings=kind).sample(rng=1), rng=1)
    packed, share = packed_against_float32(32768, 4096, repeats)
    rows = [
        ("packed, N = 131072, J_D = 1: draw and relax, minutes", minutes, "<=", 3),
        ("    peak of the process, GiB", peak, "<=", 3),
        ("packed / float32 flips a second, N = 32768", packed, ">=", 4),
        ("bare axpys / float32 flips, N = 32768", share, ">=", 0.7),
        (
            "initial fields / matrix-vector product, N = 8000",
            fields_against_blas(8000, repeats),
            "<=",
            2,
        ),
        (
            "relax / axpys, N = 8000, J_D = 0.6, 300 sweeps",
            relax_against_axpys(8000, 0.6, 300, repeats),
            "<=",
            1.5,
        ),
        (
            "relax / axpys, N = 8000, J_D = 0.8, settles",
            relax_against_axpys(8000, 0.8, 1000, repeats),
            "<=",
            1.5,
        ),
        (
            "numpy loop / relax, N = 2000, J_D = 0.8",
            relax_against_numpy(2000, 0.8, repeats),
            ">=",
            10,
        ),
        ("enumeration, N = 24, J_D = 0.5, seconds", enumeration(24, 0.5, repeats), "<=", 5),
    ]
    for name, measured, relation, limit in rows:
        good = measured <= limit if relation == "<=" else measured >= limit
        print(f"{name:55} {measured:7.2f}  ({relation} {limit})  {'ok' if good else 'MISSED'}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
