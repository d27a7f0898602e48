"""How many pairs of patterns a chain of modules holds."""

from dataclasses import dataclass
from math import ceil

import numpy as np
import numpy.typing as npt

from foundation import domains
from learning.associative.chain import PROTOCOLS

SCORES = ("bit", "exact")


FIRST = 0.25  # load at which the search begins


@dataclass(frozen=True, eq=False, repr=False)
class Capacity:
    r"""The load at which the recall of random pairs falls below a level.

    Attributes
    ----------
    P
        Largest number of pairs above the level, interpolated between the last that is and the first
        that is not.
    tried
        Numbers of pairs that were tried, in rising order.
    bit, exact
        Fractions of right bits and of right patterns at each, best over the epochs, means over the
        samples.
    bit_last, exact_last
        The same after the last epoch.
    N
        Units in a module.

    Examples
    --------
    >>> from learning import capacity
    >>> found = capacity(20, 2, level=0.9, epochs=40, step=0.25, rng=1)
    >>> bool(found.P == found.alpha * found.N)
    True
    >>> bool((found.bit >= found.bit_last).all())  # `bit` is the best of the epochs
    True
    >>> found
    Capacity(... pairs, ... N, tried [...])
    """

    P: float
    tried: npt.NDArray[np.int64]
    bit: npt.NDArray[np.float64]
    exact: npt.NDArray[np.float64]
    bit_last: npt.NDArray[np.float64]
    exact_last: npt.NDArray[np.float64]
    N: int

    @property
    def alpha(self) -> float:
        """Capacity per unit of a module, P / N."""
        return self.P / self.N

    def __repr__(self) -> str:
        return f"Capacity({self.P:.1f} pairs, {self.alpha:.3f} N, tried {self.tried.tolist()})"


def capacity(
    N: int,
    L: int,
    *,
    protocol: str = "natural",
    level: float = 0.99,
    score: str = "bit",
    step: float = 0.05,
    samples: int = 1,
    epochs: int = 160,
    rng: int | np.random.Generator | None = None,
) -> Capacity:
    r"""Measure how many random pairs a chain of L modules of N units recalls.

    The load is doubled, from N / 4 or four steps on, until the recall is below the level, and the
    last interval is then halved down to one `step`. It does not begin at a few pairs because a
    single chain fails there by chance.

    Parameters
    ----------
    N, L
        Units in a module, and modules, >= 1.
    protocol
        "natural" or "interface", see `HeteroAssociator`.
    level
        What the best recall over the epochs has to reach, in [0.6, 1] for bits, which chance gets
        half right, and in [0.01, 1] for patterns.
    score
        "bit", the fraction of right bits, or "exact", that of patterns without a wrong one.
    step
        Resolution in P / N, in (0, 1].
    samples
        Independent networks and patterns at each load, >= 1; their mean counts.
    epochs
        The most epochs, >= 1.
    rng
        A seed, a generator, or None for a fresh seed.

    Returns
    -------
    The `Capacity`: the largest load that is recalled, and the recall at all that were tried.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    Examples
    --------
    >>> from learning import capacity
    >>> capacity(40, 5, level=0.9, epochs=40, rng=1).alpha > 0.2
    True
    """
    N, L = domains.integer("N", N), domains.integer("L", L)
    samples, epochs = domains.integer("samples", samples), domains.integer("epochs", epochs)
    column = SCORES.index(domains.choice("score", score, SCORES))
    level = domains.real("level", level, (0.6, 0.01)[column], 1)
    if domains.real("step", step, 0, 1) == 0:
        raise ValueError("step must be > 0, got 0")
    domains.choice("protocol", protocol, PROTOCOLS)
    root = domains.generator(rng)
    unit = max(1, round(step * N))
    tried: dict[int, npt.NDArray[np.float64]] = {}

    def passes(steps: int) -> bool:
        """Return whether so many steps of load are recalled."""
        recalls = [
            recalled(N, L, unit * steps, protocol, epochs, own) for own in root.spawn(samples)
        ]
        tried[unit * steps] = np.mean(recalls, axis=0)
        return bool(tried[unit * steps][column] >= level)

    below, above = 0, max(4, ceil(FIRST * N / unit))
    while passes(above):
        below, above = above, 2 * above
    while above - below > 1:
        middle = (below + above) // 2
        below, above = (middle, above) if passes(middle) else (below, middle)
    P = np.array(sorted(tried))
    values = np.array([tried[p] for p in P])
    held, lost = (tried[unit * at][column] if at else 1.0 for at in (below, above))
    crossing = below + (held - level) / (held - lost)
    bit, exact, bit_last, exact_last = values.T
    return Capacity(float(unit * crossing), P, bit, exact, bit_last, exact_last, N)


def recalled(
    N: int, L: int, P: int, protocol: str, epochs: int, rng: np.random.Generator
) -> tuple[float, float, float, float]:
    """Return bit and exact recall of P random pairs: best over the epochs, and after the last."""
    from learning.associative.associator import HeteroAssociator

    X, Y = rng.choice(np.array([-1, 1], dtype=np.int8), size=(2, P, N))
    chain = HeteroAssociator(L, protocol=protocol, epochs=epochs, random_state=rng).fit(X, Y)
    last = chain.history_[-1]
    return (*chain.best_, last.bit, last.exact)
