"""How many pairs of patterns a chain of modules holds: the search."""

from collections.abc import Callable
from math import ceil, hypot, sqrt
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from foundation import domains
from foundation.errors import ConvergenceError
from learning.associative.capacity_result import Capacity
from learning.associative.chain import PROTOCOLS

SCORES = ("bit", "exact")
FIRST = 0.25  # load at which the search begins
FOUND = "The recall falls below the level between two neighbouring loads."
BELOW_ALL = "No load that was tried is recalled: the capacity is less than one step."

Samples = npt.NDArray[np.float64]


def capacity(
    N: int,
    L: int,
    *,
    protocol: str = "natural",
    level: float = 0.99,
    score: str = "bit",
    step: float = 0.05,
    max_load: float = 16.0,
    samples: int = 1,
    epochs: int = 160,
    rng: int | np.random.Generator | None = None,
    throw: bool = True,
) -> Capacity:
    r"""Measure how many random pairs a chain of L modules of N units recalls.

    The load is doubled, from N / 4 or four steps on, until the recall is below the level, and the
    last interval is then halved down to one `step`. It does not begin at a few pairs because a
    single chain fails there by chance.

    Parameters
    ----------
    N, L
        Units in a module, >= 1, and modules, >= 2: a single one would repeat its input.
    protocol
        "natural" or "interface", see `HeteroAssociator`.
    level
        What the best recall over the epochs has to reach, in [0.6, 1] for bits, which chance gets
        half right, and in [0.01, 1] for patterns.
    score
        "bit", the fraction of right bits, or "exact", that of patterns without a wrong one.
    step
        Resolution in P / N, in (0, 1].
    max_load
        P / N above which to give up, > 0. Chance gets 2^-N of the patterns right.
    samples
        Independent networks and patterns at each load, >= 1; their mean counts.
    epochs
        Largest number of epochs, >= 1.
    rng
        A seed, a generator, or None for a fresh seed.
    throw
        Whether to raise if the recall is above the level at the largest load; otherwise P is nan.

    Returns
    -------
    The `Capacity`: the largest load that is recalled, and the recall at all that were tried.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.
    ConvergenceError
        If the recall does not fall below the level, and `throw`.

    Examples
    --------
    >>> from learning import capacity
    >>> capacity(40, 5, level=0.9, epochs=40, rng=1).alpha > 0.2
    True
    """
    N, L = domains.integer("N", N), domains.integer("L", L, 2)
    samples, epochs = domains.integer("samples", samples), domains.integer("epochs", epochs)
    column = SCORES.index(domains.choice("score", score, SCORES))
    level = domains.real("level", level, (0.6, 0.01)[column], 1)
    if domains.real("step", step, 0, 1) == 0:
        raise ValueError("step must be > 0, got 0")
    if domains.real("max_load", max_load, 0) == 0:
        raise ValueError("max_load must be > 0, got 0")
    domains.choice("protocol", protocol, PROTOCOLS)
    throw = domains.boolean("throw", throw)
    root = domains.generator(rng)
    unit = max(1, round(step * N))

    def recalls(steps: int) -> Samples:
        """Return what independent samples recall at so many steps of load."""
        chains = root.spawn(samples)
        return np.array([recalled(N, L, unit * steps, protocol, epochs, own) for own in chains])

    search = Search(recalls, column, level)
    first, last = max(4, ceil(FIRST * N / unit)), max(1, int(max_load * N / unit))
    below, above = search.bracket(min(first, last), last)
    crossing, error, status = np.nan, np.nan, BELOW_ALL if not below else FOUND
    if above is None:
        status = f"The recall still reaches the level at {unit * below} pairs; raise max_load."
        if throw:
            raise ConvergenceError(status)
    else:
        crossing, error = search.crossing(below, above)
    return Capacity(
        P=float(unit * crossing),
        error=float(unit * error),
        tried=unit * np.array(sorted(search.tried)),
        **search.recall(),
        N=N,
        score=score,
        level=level,
        converged=above is not None,
        status=status,
    )


class Search:
    """The search for the load, in steps, at which the mean of a score falls below a level."""

    def __init__(self, recalls: Callable[[int], Samples], column: int, level: float) -> None:
        self.recalls, self.column, self.level = recalls, column, level
        self.tried: dict[int, Samples] = {}

    def bracket(self, first: int, last: int) -> tuple[int, int | None]:
        """Return neighbouring loads that pass and fail; that which fails is None if none does."""
        below, above = 0, first
        while self._passes(above):
            if above == last:
                return above, None
            below, above = above, min(2 * above, last)
        while above - below > 1:
            middle = (below + above) // 2
            below, above = (middle, above) if self._passes(middle) else (below, middle)
        return below, above

    def crossing(self, below: int, above: int) -> tuple[float, float]:
        """Return the load interpolated between the two, and its standard error."""
        (held, held_error), (lost, lost_error) = map(self._score, (below, above))
        drop = held - lost
        sampling = (
            hypot(held_error * (self.level - lost), lost_error * (held - self.level)) / drop**2
        )
        # where in the interval it is, is known no better than uniformly
        return below + (held - self.level) / drop, hypot(sampling, (above - below) / sqrt(12))

    def recall(self) -> dict[str, npt.NDArray[np.float64]]:
        """Return means and standard errors of all scores at the loads tried, in rising order."""
        statistics = [_mean(self.tried[steps]) for steps in sorted(self.tried)]
        means, errors = (Recalled(*np.transpose(part)) for part in zip(*statistics, strict=True))
        named = {f"{name}_error": values for name, values in errors._asdict().items()}
        return means._asdict() | named

    def _passes(self, steps: int) -> bool:
        self.tried[steps] = self.recalls(steps)
        return self._score(steps)[0] >= self.level

    def _score(self, steps: int) -> tuple[float, float]:
        if not steps:
            return 1.0, 0.0  # nothing to recall
        means, errors = _mean(self.tried[steps])
        return float(means[self.column]), float(errors[self.column])


def _mean(samples: Samples) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return mean and standard error over the samples, which one sample does not tell."""
    n = len(samples)
    error = samples.std(axis=0, ddof=1) / sqrt(n) if n > 1 else np.full(samples.shape[1], np.nan)
    return samples.mean(axis=0), error


class Recalled(NamedTuple):
    """Fractions of right bits and patterns: best over the epochs, and after the last."""

    bit: float
    exact: float
    bit_last: float
    exact_last: float


def recalled(
    N: int, L: int, P: int, protocol: str, epochs: int, rng: np.random.Generator
) -> Recalled:
    """Return how many of P random pairs a chain recalls."""
    from learning.associative.associator import HeteroAssociator

    X, Y = rng.choice(np.array([-1, 1], dtype=np.int8), size=(2, P, N))
    chain = HeteroAssociator(L, protocol=protocol, epochs=epochs, random_state=rng).fit(X, Y)
    last = chain.history_[-1]
    return Recalled(*chain.best_, last.bit, last.exact)
