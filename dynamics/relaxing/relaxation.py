"""The asynchronous zero-temperature dynamics of one network."""

from collections.abc import Iterable
from dataclasses import dataclass

import numba
import numpy as np
import numpy.typing as npt

from dynamics.relaxing.motion import motion
from foundation import domains
from networks import Network
from networks.network import checked

ORDERS = ("permutation", "random", "fixed", "most_unstable")
MOST_STARTS = 10**9


@dataclass(frozen=True, eq=False, repr=False)
class Relaxation:
    """How a network settled, or did not.

    Attributes
    ----------
    state
        Final state, of the network's shape.
    converged
        Whether the final state is a fixed point; if so, `Network.is_fixed_point` has confirmed it.
    sweeps
        Number of sweeps, of one visit per neuron.
    flips
        Number of flips.
    unstable_fraction
        Fraction of unstable neurons before each sweep and at the end, `sweeps + 1` numbers; None if
        no history was asked for.

    Examples
    --------
    >>> import dynamics
    >>> import networks
    >>> network = networks.Asymmetric(N=1000, J_D=0.9).sample(rng=1)
    >>> relaxation = dynamics.relax(network, rng=2, history=True)
    >>> relaxation
    Relaxation(settled into a fixed point after ... sweeps, ... flips per neuron)
    >>> bool(network.is_fixed_point(relaxation.state))
    True
    >>> len(relaxation.unstable_fraction) == relaxation.sweeps + 1
    True
    """

    state: npt.NDArray[np.int8]
    converged: bool
    sweeps: int
    flips: int
    unstable_fraction: npt.NDArray[np.float64] | None

    @property
    def status(self) -> str:
        """What happened, and what to do about it."""
        if self.converged:
            return f"settled into a fixed point after {self.sweeps} sweeps"
        return f"still moving after {self.sweeps} sweeps: increase max_sweeps or J_D"

    def __repr__(self) -> str:
        return f"Relaxation({self.status}, {self.flips / self.state.size:.3g} flips per neuron)"


def relax(
    network: Network,
    start: npt.ArrayLike | None = None,
    order: str = "permutation",
    max_sweeps: int = 1000,
    rng: int | np.random.Generator | None = None,
    history: bool = False,
) -> Relaxation:
    r"""Relax a network by asynchronous updates until no neuron is unstable.

    Visit the neurons one after the other; where :math:`s_i \sum_{j \ne i} J_{ij} s_j + J_D \le 0`,
    flip :math:`s_i`. The fields are kept up to date: a visit costs O(1), a flip adds one contiguous
    column of the couplings. In a chain of layers the neurons of all layers are visited.

    Parameters
    ----------
    network
        The network.
    start
        State to start from, of entries ±1 and the network's shape; None for a random one.
    order
        Which neurons a sweep of `network.N` (times L) visits goes to: "permutation", each one once,
        in a new random order; "random", independent random ones; "fixed", one after the other;
        "most_unstable", always the one with the lowest stability (a sweep is then as many flips).
    max_sweeps
        Number of sweeps after which to give up, >= 0.
    rng
        A seed, a generator, or None for a fresh seed.
    history
        Whether to record the unstable fraction.

    Returns
    -------
    The final state, and how it was reached. Not to converge is a result here, not an error.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    References
    ----------
    `docs/theory/dynamics.md`.

    Examples
    --------
    >>> import dynamics
    >>> import networks
    >>> dynamics.relax(networks.Asymmetric(N=1000, J_D=0.9).sample(rng=1), rng=2)
    Relaxation(settled into a fixed point after ... sweeps, ... flips per neuron)
    >>> dynamics.relax(networks.Asymmetric(N=1000, J_D=0.3).sample(rng=1), max_sweeps=50, rng=2)
    Relaxation(still moving after 50 sweeps: increase max_sweeps or J_D, ... flips per neuron)
    """
    shape = checked(network).shape
    if start is None:
        return relax_many(network, 1, order, max_sweeps, rng, history)[0]
    starts = domains.state("start", start, shape)[None]
    return relax_many(network, starts, order, max_sweeps, rng, history)[0]


def relax_many(
    network: Network,
    starts: int | npt.ArrayLike,
    order: str = "permutation",
    max_sweeps: int = 1000,
    rng: int | np.random.Generator | None = None,
    history: bool = False,
) -> list[Relaxation]:
    r"""Relax a network from many states at once.

    All states are visited in the same order, so that a column of the couplings, once it has been
    fetched, serves all states that need it. Their orders are therefore not independent.

    Parameters
    ----------
    network
        The network.
    starts
        States to start from, of shape `(number, *shape)`; or how many random ones, at most
        10^9.
    order, max_sweeps, rng, history
        As in `relax`.

    Returns
    -------
    A `Relaxation` for each state.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    Examples
    --------
    >>> import numpy as np
    >>> import dynamics
    >>> import networks
    >>> network = networks.Asymmetric(N=1000, J_D=0.9).sample(rng=1)
    >>> relaxations = dynamics.relax_many(network, starts=5, rng=2)
    >>> sum(relaxation.converged for relaxation in relaxations)
    5
    >>> len(np.unique([relaxation.state for relaxation in relaxations], axis=0))
    5
    """
    network = checked(network)
    order = domains.choice("order", order, ORDERS)
    max_sweeps = domains.integer("max_sweeps", max_sweeps, low=0)
    rng = domains.generator(rng)
    history = domains.boolean("history", history)
    moving = motion(network, _starts(network, starts, rng))
    alive = np.arange(len(moving.s))
    sweeps = np.zeros(len(alive), dtype=np.int64)
    converged = np.zeros(len(alive), dtype=bool)
    unstable: list[list[float]] = [[] for _ in alive]
    visits = np.arange(moving.s.shape[1])
    for sweep in range(max_sweeps + 1):
        sweeps[alive] = sweep
        for r, fraction in zip(alive, moving.unstable(alive), strict=True):
            unstable[r].append(fraction)
            if fraction == 0:
                converged[r] = network.is_fixed_point(moving.s[r].reshape(network.shape))
                if not converged[r]:
                    moving.refresh(int(r))
        alive = alive[~converged[alive]]
        if len(alive) == 0 or sweep == max_sweeps:
            break
        if order == "most_unstable":
            moving.most_unstable(alive, len(visits))
        else:
            _plan(visits, order, rng)
            moving.visit(alive, visits)
    fractions = [np.array(one) if history else None for one in unstable]
    ends = zip(moving.s, converged, sweeps, moving.flips, fractions, strict=True)
    return [
        Relaxation(s.reshape(network.shape), bool(settled), int(made), int(flips), fraction)
        for s, settled, made, flips, fraction in ends
    ]


def _starts(
    network: Network, starts: int | npt.ArrayLike, rng: np.random.Generator
) -> npt.NDArray[np.int8]:
    """Return the states to start from, of shape (number, neurons)."""
    n = int(np.prod(network.shape))
    if not isinstance(starts, Iterable):
        number = domains.integer("starts", starts, high=MOST_STARTS)
        return 2 * rng.integers(0, 2, size=(number, n), dtype=np.int8) - 1
    states = domains.spins("starts", starts, network.shape)
    if states.ndim != 1 + len(network.shape):
        wanted = ", ".join(["number", *map(str, network.shape)])
        raise ValueError(f"starts must have shape ({wanted}), got {states.shape}")
    return states.reshape(-1, n)


def _plan(visits: npt.NDArray[np.int64], order: str, rng: np.random.Generator) -> None:
    """Write the visits of the next sweep over those of the last one."""
    if order == "permutation":
        _shuffle(visits, rng.integers(0, 2**32, size=len(visits), dtype=np.uint32))
    elif order == "random":
        visits[:] = rng.integers(0, len(visits), size=len(visits))


@numba.njit(cache=True)
def _shuffle(visits: npt.NDArray[np.int64], draws: npt.NDArray[np.uint32]) -> None:
    """Shuffle (Fisher and Yates), three times as fast as `Generator.shuffle`.

    A 32-bit draw is scaled, not drawn again where the range does not divide: the probabilities are
    equal to within n / 2^32.
    """
    n = len(visits)
    for k in range(n - 1):
        j = k + np.int64((np.uint64(draws[k]) * np.uint64(n - k)) >> np.uint64(32))
        visits[k], visits[j] = visits[j], visits[k]
