"""Recall of many states side by side, and couplings through the patterns, against plain numpy.

The plain loop is the recall as it is usually written: states one after the other, each visit a
product of a row of the couplings with the state. It is timed on a few states. The matrix is the
same dynamics of this package under the couplings as numbers.
"""

from collections.abc import Iterator

import numpy as np

import dynamics
from benchmarks.row import Row, cpu, in_turn, over_ours
from networks import Hebbian, HebbianNetwork, Network

REPEATS = 3
FEW = 4


def rows() -> Iterator[Row]:
    yield from side_by_side(2000, 100, 1000)
    yield fields(4000, 400)
    yield diluted(8000, 80)


def side_by_side(N: int, P: int, count: int) -> Iterator[Row]:
    """Recall many damaged patterns at once, in permutations of visits."""
    network = Hebbian(N, P).sample(rng=1)
    assert isinstance(network, HebbianNetwork)
    matrix = Network(network.couplings, 0)
    rng = np.random.default_rng(2)
    starts = network.patterns[rng.integers(0, P, count)].copy()
    for start in starts:
        start[rng.permutation(N)[: N // 5]] *= -1
    ends = plain(network.couplings, starts[:FEW], rng)
    assert network.is_fixed_point(ends).all()
    times = in_turn(
        REPEATS,
        lambda: dynamics.relax_many(network, starts, rng=3),
        lambda: dynamics.relax_many(matrix, starts, rng=3),
    )
    what = f"recall of {count} states, N = {N}, P = {P}"
    yield over_ours(what, "the same, by the matrix", times)
    loop = np.array([[cpu(lambda: plain(network.couplings, starts[:FEW], rng))]] * REPEATS)
    times = np.column_stack([times[:, 0], loop[:, 0] * count / FEW])
    yield over_ours(what, f"plain numpy loop, of {FEW}, times {count // FEW}", times, 10)


def plain(J: np.ndarray, starts: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the fixed points that states settle in, visit by visit."""
    states = starts.astype(np.float32)
    for s in states:
        moved = True
        while moved:
            moved = False
            for i in rng.permutation(len(s)):
                if s[i] * (J[i] @ s) <= 0:
                    s[i] = -s[i]
                    moved = True
    return states


def fields(N: int, P: int) -> Row:
    """Fields of a hundred states through the patterns, and by the matrix."""
    network = Hebbian(N, P).sample(rng=1)
    matrix, s = Network(network.couplings, 0), network.patterns[:100]
    times = in_turn(REPEATS, lambda: network.fields(s), lambda: matrix.fields(s))
    return over_ours(f"fields of 100 states through P = {P} patterns", f"matrix, N = {N}", times)


def diluted(N: int, inputs: int) -> Row:
    """Relax a diluted memory under its non-zeros, and under a matrix with all zeros."""
    network = Hebbian(N, 20, dilution=inputs / N, symmetric=False).sample(rng=1)
    start = network.patterns[0].copy()
    start[: N // 5] *= -1
    matrix = Network(network.couplings.toarray(), 0)  # type: ignore[attr-defined]
    times = in_turn(
        REPEATS,
        lambda: dynamics.relax(network, start, rng=3),
        lambda: dynamics.relax(matrix, start, rng=3),
    )
    return over_ours(f"recall by {inputs} of N = {N} inputs, sparse", "the same, dense", times)
