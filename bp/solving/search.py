"""The search that focusing and reinforcement share: steps, read-outs, restarts, and its end."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from bp.messages import bethe, one_bit
from bp.messages.dense import DenseMessages
from bp.messages.neuron import Array
from bp.solving.options import SearchOptions
from bp.solving.repair import LARGEST, repair, unpackable
from bp.solving.solution import Solution
from bp.solving.steps import Plan, Step, iterate
from bp.solving.trajectory import Trajectory
from networks import Network, trusted

Integers = npt.NDArray[np.int64]

FROZEN = 1e-6  # mean variance of the spins, below which a run can no longer move
_AWAY = 10  # unstable neurons more than twice the best, by which a run has lost the fixed points
_SMALL = 1_000_000  # operations of a product, up to which fewer rows save nothing


class Point(NamedTuple):
    """What a `Trajectory` records of a step, of all runs."""

    gamma: Array
    y: Array
    overlap: Array
    local_entropy: Array
    unstable_fraction: Array
    residual: Array


@dataclass
class Search:
    """A search under way: the best state of each run in this attempt, and the record of it.

    Runs that have lost the fixed points, or are frozen, are given up: `going` are the numbers of
    the others, and `rows` those of the runs whose messages are still iterated.
    """

    start: DenseMessages
    options: SearchOptions
    states: npt.NDArray[np.int8]
    unstable: npt.NDArray[np.int64]
    overlap: Array
    iterations: int = 0
    repaired: int = 0
    record: list[tuple[Integers, Point]] = field(default_factory=list)

    def attempt(self, steps: Sequence[Plan]) -> str:
        """Go through a protocol once from a random start; return how it ended."""
        self.record.clear()
        self.unstable[:] = np.iinfo(np.int64).max
        self.messages = self.start
        self.rows = self.going = np.arange(self.options.runs)
        self.messages.start_at_random(self.options.rng, self.options.start)
        for position, plan in enumerate(steps):
            step = plan(self.messages.overlaps())
            options = self.options
            residual = iterate(
                self.messages, step, options.iterations, options.damping, options.rng
            )
            self.iterations += options.iterations
            unstable = self._read_out(step, residual)
            here = f"at step {position + 1} of {len(steps)}"
            if self.unstable.min() == 0 and options.stop:
                return f"Found {here}, in run {int(self.unstable.argmin()) + 1}"
            end = self._give_up(unstable)
            if end:
                return self._repair() or f"{end} {here}"
        return self._repair() or "The protocol ended"

    def _give_up(self, unstable: Integers) -> str:
        """Give up runs that lead nowhere, and say what became of them if none is left."""
        frozen = self.messages.v.mean(axis=(1, 2)) < FROZEN
        away = np.zeros_like(frozen)
        if self.options.stop:
            away = lost(unstable, self.unstable[self.rows], self.states[0].size)
            self.going = np.intersect1d(self.going, self.rows[~(away | frozen)])
        if frozen.all() and not away.all():
            return "All magnetisations froze"
        if not self.going.size:
            return "All runs lost the fixed points"
        if self._worth_leaving_out():
            kept = np.isin(self.rows, self.going)
            self.rows, self.messages = self.rows[kept], self.messages.only(kept)
        return ""

    def _worth_leaving_out(self) -> bool:
        """Return whether products with the rows of the runs that go on alone cost less.

        The others may change in the last bit, as BLAS may sum products of other shapes in another
        order.
        """
        left = self.going.size
        if left == self.rows.size:
            return False
        return left > 1 and left * self.messages.network.N**2 > _SMALL

    def _read_out(self, step: Step, residual: Array) -> Integers:
        """Test the signs of all runs, and return how many neurons are unstable in each."""
        network = self.messages.network
        shape = (len(self.rows), *network.shape)
        signs = np.where(self.messages.t < 0, -1, 1).astype(np.int8).reshape(shape)
        neurons = tuple(range(1, signs.ndim))
        unstable = (trusted.stabilities(network, signs) <= 0).sum(axis=neurons)
        for row in np.flatnonzero(unstable == 0):
            # float32 may not tell a small stability from a negative one
            unstable[row] = 0 if trusted.is_fixed_point(network, signs[row]) else 1
        overlaps = self.messages.overlaps()
        better = (unstable < self.unstable[self.rows]) & np.isin(self.rows, self.going)
        runs = self.rows[better]
        self.states[runs], self.unstable[runs] = signs[better], unstable[better]
        self.overlap[runs] = overlaps[better]
        if self.options.history:
            entropy = bethe.entropy(self.messages, step.field(self.messages))
            fraction = unstable / self.states[0].size
            point = Point(step.strength, step.y, overlaps, entropy, fraction, residual)
            going = np.isin(self.rows, self.going)
            self.record.append((self.going, Point(*(values[going] for values in point))))
        return unstable

    def _repair(self) -> str | None:
        """Try to repair the best states of all runs, the best first; say so if one was."""
        if not self.options.repair_sweeps:
            return None
        network, sweeps, rng = self.messages.network, self.options.repair_sweeps, self.options.rng
        for run in np.argsort(self.unstable, kind="stable"):
            if self.unstable[run] > max(2, LARGEST * self.states[run].size):
                break
            repaired = repair(network, self.states[run], sweeps, rng)
            if repaired is not None:
                self.repaired = int(self.unstable[run])
                self.states[run], self.unstable[run] = repaired, 0
                return f"Found by repair of {self.repaired} unstable neurons of run {run + 1}"
        return None

    def trajectory(self) -> Trajectory | None:
        """Return the record of the best run of the last attempt."""
        if not self.options.history:
            return None
        best = int(self.unstable.argmin())
        points = [
            [values[int(np.flatnonzero(runs == best)[0])] for values in point]
            for runs, point in self.record
            if best in runs
        ]
        columns = map(np.array, zip(*points, strict=True))
        return Trajectory(**dict(zip(Point._fields, columns, strict=True)))


def lost(
    unstable: npt.NDArray[np.int64], smallest: npt.NDArray[np.int64], neurons: int
) -> npt.NDArray[np.bool]:
    """Return which runs have come near to fixed points, and gone away from them.

    Past the clusters of the highest overlap the iteration no longer settles.
    """
    return unstable > 2 * smallest + max(_AWAY, LARGEST * neurons)


def search(
    network: Network, steps: Sequence[Plan], options: SearchOptions, advice: str
) -> Solution:
    """Go through the steps up to `1 + restarts` times, from fresh random starts."""
    unpackable(network, options.repair_sweeps)
    under_way = Search(
        one_bit.messages(network, options.runs),
        options,
        np.ones((options.runs, *network.shape), dtype=np.int8),
        np.zeros(options.runs, dtype=np.int64),
        np.zeros(options.runs),
    )
    best: Solution | None = None
    for attempt in range(1, options.restarts + 2):
        end = under_way.attempt(steps)
        solution = _solution(under_way, attempt, end, advice)
        if best is None or solution.unstable <= best.unstable:
            best = solution
        if best.converged:
            break
    assert best is not None
    return replace(best, iterations=under_way.iterations, attempts=attempt)


def _solution(search: Search, attempt: int, end: str, advice: str) -> Solution:
    """Return the best state of an attempt."""
    run = int(search.unstable.argmin())
    unstable = int(search.unstable[run])
    if unstable == 0:
        status = f"{end}, attempt {attempt}, after {search.iterations} iterations."
    else:
        status = f"{end} with at best {unstable} unstable neurons; {advice}."
    return Solution(
        state=search.states[run].copy(),
        converged=unstable == 0,
        unstable=unstable,
        repaired=search.repaired,
        status=status,
        overlap=float(search.overlap[run]),
        iterations=search.iterations,
        attempts=attempt,
        trajectory=search.trajectory(),
    )
