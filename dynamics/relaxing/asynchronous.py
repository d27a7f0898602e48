"""The asynchronous zero-temperature dynamics of one network."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from dynamics.relaxing.orders import ORDERS, plan_sweep
from dynamics.relaxing.relaxation import Relaxation
from dynamics.relaxing.updates import updates
from foundation import domains
from networks import Network, trusted
from networks.network import checked

MOST_STARTS = 10**9

States = npt.NDArray[np.int8]


def relax(
    network: Network,
    start: npt.ArrayLike | None = None,
    order: str = "permutation",
    max_sweeps: int = 1000,
    *,
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
        Which neurons are visited in a sweep, of `network.N` (times L) visits: "permutation", each
        one once, in a new random order; "random", independent random ones; "fixed", each one once,
        always in the same order; "most_unstable", the one with the lowest stability each time (a
        sweep is then as many flips).
    max_sweeps
        Number of sweeps after which to give up, >= 0.
    rng
        A seed, a generator, or None for a fresh seed.
    history
        Whether to record the unstable fraction.

    Returns
    -------
    Relaxation. Not to settle is a result here, not an error: see `converged` and `status`.

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
    Relaxation(still moving after 50 sweeps, ... flips per neuron)
    """
    network = checked(network)
    order = domains.choice("order", order, ORDERS)
    max_sweeps = domains.integer("max_sweeps", max_sweeps, low=0)
    rng = domains.generator(rng)
    history = domains.boolean("history", history)
    if start is None:
        states = _random(1, network, rng)
    else:
        states = domains.state("start", start, network.shape).reshape(1, -1)
    return _relaxed(network, states, order, max_sweeps, rng, history)[0]


def relax_many(
    network: Network,
    starts: int | npt.ArrayLike,
    order: str = "permutation",
    max_sweeps: int = 1000,
    *,
    rng: int | np.random.Generator | None = None,
    history: bool = False,
) -> list[Relaxation]:
    r"""Relax a network from many states at once.

    All states share one order of visits, so that a column of the couplings, once it has been
    fetched, serves all states that need it. Their relaxations are therefore not independent.

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
    states = _starts(network, starts, rng)
    return _relaxed(network, states, order, max_sweeps, rng, history)


def _relaxed(
    network: Network,
    states: States,
    order: str,
    max_sweeps: int,
    rng: np.random.Generator,
    history: bool,
) -> list[Relaxation]:
    """Return how each state, of all layers in a row, relaxes; the states change in place."""
    moving = updates(network, states)
    alive = np.arange(len(states))
    sweeps = np.zeros(len(alive), dtype=np.int64)
    converged = np.zeros(len(alive), dtype=bool)
    unstable: list[list[float]] = [[] for _ in alive]
    visits = np.arange(states.shape[1])
    for sweep in range(max_sweeps + 1):
        sweeps[alive] = sweep
        for r, fraction in zip(alive, moving.unstable(alive), strict=True):
            unstable[r].append(fraction)
            if fraction == 0:
                state = states[r].reshape(network.shape)
                converged[r] = trusted.is_fixed_point(network, state)
                if not converged[r]:
                    moving.refresh(int(r))
        alive = alive[~converged[alive]]
        if len(alive) == 0 or sweep == max_sweeps:
            break
        if order == "most_unstable":
            moving.flip_most_unstable(alive, len(visits))
        else:
            plan_sweep(visits, order, rng)
            moving.visit(alive, visits)
    fractions = [np.array(one) if history else None for one in unstable]
    ends = zip(states, converged, sweeps, moving.flips, fractions, strict=True)
    return [
        Relaxation(s.reshape(network.shape), bool(settled), int(made), int(flips), fraction)
        for s, settled, made, flips, fraction in ends
    ]


def _random(number: int, network: Network, rng: np.random.Generator) -> States:
    """Return random states, of shape (number, neurons)."""
    size = (number, int(np.prod(network.shape)))
    return 2 * rng.integers(0, 2, size=size, dtype=np.int8) - 1


def _starts(network: Network, starts: int | npt.ArrayLike, rng: np.random.Generator) -> States:
    """Return the states to start from, of shape (number, neurons)."""
    if not isinstance(starts, Iterable):
        return _random(domains.integer("starts", starts, high=MOST_STARTS), network, rng)
    states = domains.spins("starts", starts, network.shape)
    if states.ndim != 1 + len(network.shape):
        wanted = ", ".join(["number", *map(str, network.shape)])
        raise ValueError(f"starts must have shape ({wanted}), got {states.shape}")
    return states.reshape(len(states), int(np.prod(network.shape)))
