"""What focusing and reinforcement share: read out states on the way, start again, tell the end."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from bp import bethe
from bp.iteration import Dense
from bp.neuron import Array
from bp.solution import Solution, Trajectory
from networks import Network

FROZEN = 1e-6  # mean variance of the spins, below which a run can no longer move
_FAINT = 1e-6  # overlap below which a run is pushed again, before float32 underflows


@dataclass
class Step:
    """One step of a protocol: what it adds to the fields, and its focusing."""

    gamma: npt.NDArray[np.float64]
    y: npt.NDArray[np.float64]
    rate: float = 0.0


@dataclass
class Search:
    """A search under way: the best state so far, and the record of the last attempt."""

    state: Dense
    rng: np.random.Generator
    damping: float
    iterations_per_step: int
    history: bool
    best: npt.NDArray[np.int8] | None = None
    unstable: int = 2**62
    overlap: float = 0.0
    iterations: int = 0
    record: list[tuple[Array, ...]] = field(default_factory=list)

    def attempt(self, steps: Sequence[Callable[[Array], Step]]) -> str | None:
        """Go through a protocol once; return how it ended, None if at its end."""
        self.record.clear()
        for position, plan in enumerate(steps):
            step = plan(self.overlaps())
            residual = self._iterate(step)
            run = self._read_out(step, residual)
            if self.unstable == 0:
                return f"found at step {position + 1} of {len(steps)}, in run {run + 1}"
            if (self.state.v.mean(axis=(1, 2)) < FROZEN).all():
                return f"all magnetisations froze at step {position + 1} of {len(steps)}"
        return None

    def overlaps(self) -> Array:
        """Return the mean squared magnetisation of each run."""
        return 1 - self.state.v.mean(axis=(1, 2), dtype=np.float64)

    def _iterate(self, step: Step) -> Array:
        residual = np.zeros(len(step.gamma))
        for _ in range(self.iterations_per_step):
            field = step.rate * self.state.t if step.rate else 0.0
            residual = self.state.step(field, step.gamma, step.y, self.damping)
            self.iterations += 1
        faint = (self.state.m**2).mean(axis=(1, 2)) < _FAINT
        if faint.any():
            shape = (int(faint.sum()), *self.state.shape[1:])
            self.state.h[faint] += np.sqrt(_FAINT) * self.rng.standard_normal(shape)
        return residual

    def _read_out(self, step: Step, residual: Array) -> int:
        """Test the signs of all runs, and return the run with the fewest unstable neurons."""
        network = self.state.network
        signs = np.where(self.state.t < 0, -1, 1).astype(np.int8)
        states = signs.reshape(-1, *network.shape)
        neurons = tuple(range(1, states.ndim))
        unstable = (network.stabilities(states) <= 0).sum(axis=neurons)
        run = int(unstable.argmin())
        fewest = int(unstable[run])
        if fewest == 0 and not network.is_fixed_point(states[run]):
            fewest = 1  # float32 could not tell
        if fewest < self.unstable:
            self.best, self.unstable = states[run].copy(), fewest
            self.overlap = float(self.overlaps()[run])
        if self.history:
            f = step.rate * self.state.t if step.rate else self.state.f
            entropy = bethe.entropy(self.state, f)
            gamma = np.full(len(residual), step.rate) if step.rate else step.gamma
            fraction = unstable / states[0].size
            self.record.append((gamma, step.y, self.overlaps(), entropy, fraction, residual))
        return run

    def trajectory(self) -> Trajectory | None:
        """Return the record of the run that came closest at the end."""
        if not self.history:
            return None
        columns = [np.array(column) for column in zip(*self.record, strict=True)]
        run = int(columns[4].min(axis=0).argmin())
        return Trajectory(*(column[:, run] for column in columns))


def search(
    network: Network,
    steps: Sequence[Callable[[Array], Step]],
    *,
    damping: float,
    iterations: int,
    runs: int,
    restarts: int,
    rng: np.random.Generator,
    history: bool,
    advice: str,
) -> Solution:
    """Go through the steps up to `1 + restarts` times, from fresh random starts."""
    state = Dense(network, runs)
    under_way = Search(state, rng, damping, iterations, history)
    attempts, end = 0, None
    while attempts <= restarts and under_way.unstable > 0:
        state.start_at_random(rng)
        end = under_way.attempt(steps)
        attempts += 1
    found = under_way.unstable == 0
    if found:
        status = f"{end}, attempt {attempts}, after {under_way.iterations} iterations"
    else:
        how = end or "the protocol ended"
        status = (
            f"not found: {how} with at best {under_way.unstable} unstable neurons after "
            f"{under_way.iterations} iterations; {advice}"
        )
    assert under_way.best is not None
    return Solution(
        state=under_way.best,
        converged=found,
        unstable=under_way.unstable,
        status=status,
        overlap=under_way.overlap,
        iterations=under_way.iterations,
        attempts=attempts,
        trajectory=under_way.trajectory(),
    )
