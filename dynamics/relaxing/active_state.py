r"""The active state of finite networks: how long it lasts before a network settles.

Below the self-coupling at which the activity of infinitely many neurons dies, a finite network
settles all the same, by a rare fluctuation. Once the start is forgotten it does so with the same
probability in each sweep, which falls exponentially with the number of neurons.
"""

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln

from dynamics.relaxing.asynchronous import relax
from dynamics.relaxing.lifetime import Lifetime
from dynamics.relaxing.orders import ORDERS
from foundation import domains
from foundation.errors import ConvergenceError
from networks import Asymmetric, Layered, Network

Integers = npt.NDArray[np.int64]

_FEWEST = 10  # lives that must have ended
_DRIFT = 5.0  # standard errors


def lifetime(
    ensemble: Asymmetric | Layered,
    count: int = 40,
    sweeps: int = 10000,
    burn_in: int = 100,
    *,
    order: str = "permutation",
    rng: int | np.random.Generator | None = None,
    throw: bool = True,
) -> Lifetime:
    r"""Measure the mean lifetime of the active state of finite networks.

    Each network is watched for the same time. Whenever it settles it starts anew, from a random
    state. What happens within `burn_in` sweeps of a start is left out; d settlings in the e sweeps
    that remain give the mean lifetime

    .. math:: \tau = \sum_\mathrm{networks} e \Big/ \sum_\mathrm{networks} d ,

    which networks that were never seen to settle enter by the time in which they did not.

    Parameters
    ----------
    ensemble
        Which networks.
    count
        How many of them, >= 3.
    sweeps
        For how many sweeps each one is watched, all its lives together.
    burn_in
        How many sweeps a network needs to forget its start, >= 0 and below `sweeps`: some flips
        per neuron, that is several times the inverse of the unstable fraction. Too short a one
        shows as a `drift`.
    order
        As in `relax`.
    rng
        A seed, a generator, or None for a fresh seed.
    throw
        Whether to raise if fewer than ten lives ended, those that did are of fewer than three
        networks, or the rate of settling depends on age; otherwise the result says so by
        `converged` and `status`.

    Returns
    -------
    Lifetime.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.
    ConvergenceError
        If there is too little to tell, and `throw`.

    References
    ----------
    `docs/theory/dynamics.md`.

    Examples
    --------
    >>> import dynamics
    >>> import networks
    >>> small, large = (networks.Asymmetric(N, J_D=0.4) for N in (100, 150))
    >>> short = dynamics.lifetime(small, count=10, sweeps=2000, burn_in=20, rng=1)
    >>> long = dynamics.lifetime(large, count=10, sweeps=2000, burn_in=20, rng=1)
    >>> long.value > 2 * short.value
    True
    """
    if not isinstance(ensemble, Asymmetric | Layered):
        raise TypeError(
            f"ensemble must be networks.Asymmetric(...) or networks.Layered(...), got {ensemble!r}"
        )
    count = domains.integer("count", count, low=3)
    sweeps = domains.integer("sweeps", sweeps)
    burn_in = domains.integer("burn_in", burn_in, low=0, high=sweeps - 1)
    order = domains.choice("order", order, ORDERS)
    rng = domains.generator(rng)
    throw = domains.boolean("throw", throw)
    lives = [_lives(ensemble.sample(rng), sweeps, order, rng) for _ in range(count)]
    result = estimated(lives, burn_in)
    if throw and not result.converged:
        raise ConvergenceError(result.status)
    return result


def _lives(network: Network, sweeps: int, order: str, rng: np.random.Generator) -> Integers:
    """Return a row for each life of a network, how long it was, and whether it ended by itself."""
    rows = []
    left = sweeps
    while left > 0:
        life = relax(network, order=order, max_sweeps=left, rng=rng)
        rows.append((life.sweeps, life.converged))
        left -= max(1, life.sweeps)
    return np.array(rows, dtype=np.int64)


def estimated(lives: list[Integers], burn_in: int) -> Lifetime:
    """Return the estimate from the lives of each network: their lengths, and whether they ended."""
    late = [rows[rows[:, 0] > burn_in] - np.array([burn_in, 0]) for rows in lives]
    settled = np.array([rows[:, 1].sum() for rows in late])
    exposure = np.array([rows[:, 0].sum() for rows in late])
    value = exposure.sum() / settled.sum() if settled.any() else np.inf
    drift = _drift(late, int(value * np.log(2))) if settled.any() else 0.0
    problem = _problem(settled, drift)
    together = np.concatenate(late)
    return Lifetime(
        value=float(value),
        error=float(value * np.sqrt((_shares(settled, exposure) ** 2).sum())),
        settled=settled,
        exposure=exposure,
        ages=together[:, 0],
        ended=together[:, 1].astype(bool),
        drift=drift,
        spread=_spread(settled, exposure),
        converged=not problem,
        status=problem or "Enough lives ended, at a rate that does not depend on age.",
    )


def _shares(settled: Integers, exposure: Integers) -> npt.NDArray[np.float64]:
    """Return what each network adds to ln(rate), relative to the mean; scatter is its error."""
    if not settled.any():
        return np.full(settled.shape, np.inf)
    off = settled / settled.sum() - exposure / exposure.sum()
    return off * np.sqrt(off.size / (off.size - 1))


def _drift(lives: list[Integers], half: int) -> float:
    r"""Return how many lives are longer than `half`, beyond what is expected, in standard errors.

    Networks may differ: of one that settled d times in e sweeps, each time may have been any sweep,
    and a life is longer than a with the probability :math:`\binom{e-a}{d} / \binom ed`. Where time
    was over before another life could be watched, the last sweep is one of them.
    """
    more = []
    for rows in lives:
        e, d = int(rows[:, 0].sum()), int(rows[:, 1].sum())
        last = len(rows) == d  # whether the last sweep is one in which it settled
        late = np.count_nonzero(rows[rows[:, 1] == 1, 0] > half)
        if d > 0:
            more.append(late - d * _chance(half, e - last, d - last))
    scatter = np.sqrt(np.square(more).sum())
    return float(np.sum(more) / scatter) if scatter else 0.0


def _chance(a: int, e: int, d: int) -> float:
    """Return the probability that none of d different ones of e numbers is one of the first a."""
    if e - a < d:
        return 0.0
    return float(
        np.exp(gammaln(e - a + 1) - gammaln(e - a - d + 1) - gammaln(e + 1) + gammaln(e - d + 1))
    )


def _spread(settled: Integers, exposure: Integers) -> float:
    """Return the relative scatter of rates beyond that of Poisson numbers."""
    expected = exposure * (settled.sum() / max(1, exposure.sum()))
    excess = ((settled - expected) ** 2 - expected).sum() / max(1e-300, (expected**2).sum())
    return float(np.sqrt(max(0.0, excess)))


def _problem(settled: Integers, drift: float) -> str:
    """Return what is wrong, and what to do about it; nothing if all is well."""
    if settled.sum() < _FEWEST or np.count_nonzero(settled) < 3:
        return (
            f"Only {settled.sum()} lives ended, of {np.count_nonzero(settled)} networks; raise "
            "sweeps or count."
        )
    if abs(drift) > _DRIFT:
        return (
            f"The rate of settling depends on age, by {drift:.1f} standard errors; raise burn_in."
        )
    return ""
