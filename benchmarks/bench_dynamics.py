"""Relaxation and enumeration, against their limits and a plain numpy loop.

The limit of a relaxation is the bare axpys of its flips: the same columns of the couplings, added
in the same order to a vector of fields, in float32. The time of `relax` is all of it: the initial
fields, the visits, and the final check. The limit of the axpys is to read these columns.
A relaxation that settles after few flips is far from its limit: the fields and the check, which
read the whole matrix once each, take longer than the flips.
"""

from collections.abc import Iterator

import numba
import numpy as np

import dynamics
from benchmarks.row import Row, absolute, cpu, in_turn, over_limit, over_ours, peak
from dynamics.relaxing.orders import plan_sweep
from dynamics.relaxing.updates import updates
from networks import Asymmetric, Graded, Network

REPEATS = 5


def rows() -> Iterator[Row]:
    yield from packed_relaxation(131_072, 1.0)  # first: its peak of memory is that of the process
    yield from flips(32_768, 4096)
    yield initial_fields(8000)
    yield relaxation(8000, 0.6, 300)
    yield relaxation(8000, 0.8, 1000)
    yield plain_loop(2000, 0.8)
    network = Asymmetric(24, 0.5).sample(rng=1)
    times = in_turn(REPEATS, lambda: dynamics.enumerate_fixed_points(network))
    yield absolute("enumeration of all states, N = 24", float(np.median(times)), "s", 5)
    yield graded(4000, 60)
    quick = {"samples": 10, "period": 12.8, "rounds": (1, 6), "throw": False}
    dynamics.stationary(1.5, 4.0, rng=1, **quick)  # compiled
    seconds = cpu(lambda: dynamics.stationary(1.5, 2.5, rng=1))
    yield absolute("chaos of infinitely many graded neurons", seconds, "s", 30)


def packed_relaxation(N: int, J_D: float) -> Iterator[Row]:
    """Draw and relax a packed network."""
    dynamics.relax(Asymmetric(12, J_D, couplings="binary").sample(rng=1), rng=2)  # compiled

    def relax() -> None:
        network = Asymmetric(N, J_D, couplings="binary").sample(rng=1)
        assert dynamics.relax(network, rng=2).converged

    what = f"one bit couplings, N = {N}, J_D = {J_D:g}: draw and relax"
    yield absolute(what, cpu(relax) / 60, "min", 3)
    yield absolute(f"{what}, memory", peak(), "GiB", 3)


def flips(N: int, count: int) -> Iterator[Row]:
    """Compare flips of one bit couplings, of float32 ones, and their bare axpys and reads.

    Every visit flips: the neurons are made unstable by a large negative threshold.
    """
    numbers = Asymmetric(N, 0.5).sample(rng=1)
    packed = Asymmetric(N, 0.5, couplings="binary").sample(rng=1)
    rng = np.random.default_rng(2)
    start = rng.choice([-1, 1], size=(1, N)).astype(np.int8)
    visits, which = rng.permutation(N)[:count], np.zeros(1, dtype=np.int64)
    dense, bits = updates(numbers, start.copy()), updates(packed, start.copy())
    dense.couplings = dense.couplings._replace(J_D=np.float64(-1e9))
    bits.columns = bits.columns._replace(J_D=-1e9)
    s, h = start[0].astype(np.float32), np.zeros(N, dtype=np.float32)
    times = in_turn(
        REPEATS,
        lambda: bits.visit(which, visits),
        lambda: dense.visit(which, visits),
        lambda: axpys(numbers.outgoing, s, h, visits),
        lambda: reads(numbers.outgoing, visits),
    )
    assert bits.flips[0] == dense.flips[0] == (REPEATS + 1) * count
    what = f"{count} flips, N = {N}"
    yield over_ours(f"{what}, one bit couplings", "our float32 ones", times[:, [0, 1]], 4)
    yield over_limit(f"{what}, float32", "axpys of its columns", times[:, [1, 2]], 1 / 0.7)
    speed = 4 * N * count / np.median(times[:, 3]) / 1e9
    reading = f"reading its columns ({speed:.1f} GB/s)"
    yield over_limit(f"{what}, float32", reading, times[:, [1, 3]])


def initial_fields(N: int) -> Row:
    network = Asymmetric(N, 0.5).sample(rng=1)
    s = np.random.default_rng(2).choice([-1, 1], size=(1, N)).astype(np.int8)
    spins, matrix = s[0].astype(np.float32), network.outgoing
    times = in_turn(4 * REPEATS, lambda: updates(network, s), lambda: spins @ matrix)
    return over_limit(f"initial fields, N = {N}", "BLAS matrix-vector product", times, 2)


def relaxation(N: int, J_D: float, max_sweeps: int) -> Row:
    network = Asymmetric(N, J_D).sample(rng=1)
    start = np.random.default_rng(2).choice([-1, 1], size=N)
    flipped = flips_of(network, start, max_sweeps, rng=3)

    def relax() -> dynamics.Relaxation:
        return dynamics.relax(network, start, max_sweeps=max_sweeps, rng=3)

    def bare() -> np.ndarray:
        s, h = start.astype(np.float32), np.zeros(N, dtype=np.float32)
        axpys(network.outgoing, s, h, flipped)
        return s

    result = relax()
    assert result.flips == len(flipped)
    assert (result.state == bare()).all()
    how = "settles" if result.converged else f"{max_sweeps} sweeps"
    what = f"relax, N = {N}, J_D = {J_D}, {how}, {len(flipped)} flips"
    return over_limit(what, "axpys of its flips", in_turn(REPEATS, relax, bare), 1.5)


def plain_loop(N: int, J_D: float) -> Row:
    network = Asymmetric(N, J_D).sample(rng=1)
    rows = np.ascontiguousarray(network.couplings)
    start = np.random.default_rng(2).choice([-1, 1], size=N)

    def plain() -> None:
        s = start.astype(np.float32)
        assert plain_relax(rows, J_D, s, np.random.default_rng(1))
        assert network.is_fixed_point(s)

    times = in_turn(REPEATS, lambda: dynamics.relax(network, start, rng=1), plain)
    return over_ours(f"relax, N = {N}, J_D = {J_D}", "numpy, a dot product a visit", times, 10)


def graded(N: int, steps: int) -> Row:
    """Compare graded neurons in time with the bare products, one a step; all steps are alike."""
    network = Graded(N, 2.5, 2.5).sample(rng=1)
    start = np.random.default_rng(2).standard_normal(N)
    rates = np.tanh(start).astype(np.float32)

    def settle() -> None:
        assert not dynamics.settle(network, start, t_max=0.1 * (steps - 1), dt=0.1).converged

    def products() -> None:
        for _ in range(steps):
            network.couplings @ rates

    what = f"graded neurons, N = {N}, {steps} steps"
    return over_limit(what, "products with their matrix", in_turn(REPEATS, settle, products), 1.3)


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


@numba.njit(fastmath=True)
def reads(outgoing, flipped):
    """Add up the columns of the flipped neurons: as little arithmetic as reading them takes."""
    total = np.float32(0)
    for i in flipped:
        column = outgoing[i]
        for k in range(len(column)):
            total += column[k]
    return total


def flips_of(network: Network, start: np.ndarray, max_sweeps: int, rng: int) -> np.ndarray:
    """Return the neurons that `relax` flips, in their order."""
    generator = np.random.default_rng(rng)
    s = start.astype(np.float32)
    h = network.fields(s) - np.float32(network.J_D) * s
    visits, flipped, record = np.arange(len(s)), np.empty(len(s), dtype=np.int64), []
    for _ in range(max_sweeps):
        plan_sweep(visits, "permutation", generator)
        flips = recorded_sweep(network.outgoing, network.J_D, s, h, visits, flipped)
        record.append(flipped[:flips].copy())
        if (s * h > -network.J_D).all():
            break
    return np.concatenate(record)


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
