"""The asynchronous dynamics of one network at a temperature."""

import math

import numpy as np
import numpy.typing as npt

from dynamics.memories.thermal import Thermal
from dynamics.relaxing.number_updates import Couplings, Floats, Indices, NumberUpdates, States, flip
from dynamics.relaxing.orders import plan_sweep
from foundation import domains
from foundation.compiled import compiled
from networks import Network
from networks.network import checked

ORDERS = ("random", "permutation", "fixed")


def glauber(
    network: Network,
    T: npt.ArrayLike,
    start: npt.ArrayLike | None = None,
    sweeps: int = 100,
    burn_in: int | None = None,
    order: str = "random",
    *,
    rng: int | np.random.Generator | None = None,
) -> Thermal:
    r"""Run the heat-bath dynamics of Glauber at a temperature, or along a course of temperatures.

    A visit sets neuron i to the sign of its field, or not, by chance:

    .. math:: P(s_i \to -s_i) = \frac1{1 + e^{2 (s_i \sum_{j \ne i} J_{ij} s_j + J_D) / T}} .

    At T = 0 it is `relax`. With symmetric couplings, no self-coupling and visits at random it obeys
    detailed balance, and the states come with the probabilities :math:`e^{-E(s)/T}/Z` of `energy`.
    A self-coupling :math:`J_D > 0` at T > 0 breaks detailed balance: the stationary state is then
    not that of an energy, and no equilibrium theory tells it.

    Parameters
    ----------
    network
        The network. (The couplings of a `BinaryNetwork` are made as numbers.)
    T
        Temperature, >= 0; or one for each sweep: with a falling one the network is annealed.
    start
        State to start from, of entries ±1 and the network's shape; None for a random one.
    sweeps
        Number of sweeps of one visit per neuron, >= 1.
    burn_in
        Sweeps that are left out of means, in [0, sweeps); None for a fifth of all.
    order
        Which neurons are visited in a sweep: "random", "permutation" or "fixed", as in `relax`.
    rng
        A seed, a generator, or None for a fresh seed.

    Returns
    -------
    Thermal.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    References
    ----------
    Glauber, J. Math. Phys. 4, 294 (1963); `docs/theory/memories.md`.

    Examples
    --------
    Above the temperature of retrieval a pattern is forgotten; by annealing, one finds low states:

    >>> import numpy as np
    >>> import dynamics
    >>> import networks
    >>> network = networks.Hebbian(N=500, P=10).sample(rng=1)
    >>> hot = dynamics.glauber(network, T=1.5, start=network.patterns[0], sweeps=100, rng=2)
    >>> bool(abs(hot.overlaps[-50:]).mean() < 0.2)
    True
    >>> cooled = dynamics.glauber(network, T=np.linspace(1.5, 0, 100), sweeps=100, rng=2)
    >>> bool(cooled.energies[-1] < -0.49)
    True
    """
    network = checked(network)
    sweeps = domains.integer("sweeps", sweeps)
    T = domains.reals("T", T, low=0)
    if T.shape not in ((), (sweeps,)):
        raise ValueError(
            f"T must be a number or have shape ({sweeps},), one a sweep, got shape {T.shape}"
        )
    course = np.broadcast_to(T, (sweeps,))
    burn_in = sweeps // 5 if burn_in is None else domains.integer("burn_in", burn_in, 0, sweeps - 1)
    order = domains.choice("order", order, ORDERS)
    rng = domains.generator(rng)
    n = int(np.prod(network.shape))
    if start is None:
        s = 2 * rng.integers(0, 2, size=(1, n), dtype=np.int8) - 1
    else:
        s = domains.state("start", start, network.shape).reshape(1, n)
    first = s[0].astype(np.int64)
    moving = NumberUpdates(network, s)
    visits, total, flips = np.arange(n), np.zeros(n), 0
    overlaps, energies = np.empty(sweeps), np.empty(sweeps)
    for sweep, temperature in enumerate(course):
        plan_sweep(visits, order, rng)
        chances = rng.random(n)
        flips += _visit(moving.couplings, s[0], moving.moving.h[0], visits, chances, temperature)
        moving.refresh(0)
        overlaps[sweep] = first @ s[0] / n
        energies[sweep] = -0.5 * (s[0] @ moving.moving.h[0].astype(np.float64)) / n
        if sweep >= burn_in:
            total += s[0]
    mean = (total / (sweeps - burn_in)).reshape(network.shape)
    state = s[0].reshape(network.shape)
    return Thermal(state, mean, overlaps, energies, course.copy(), burn_in, flips)


@compiled
def _visit(
    couplings: Couplings,
    s: States,
    h: Floats,
    visits: Indices,
    chances: npt.NDArray[np.float64],
    T: float,
) -> int:
    """Visit neurons, flip each with its probability, and return the number of flips."""
    flips = 0
    for k in range(len(visits)):
        i = visits[k]
        stability = s[i] * h[i] + couplings.J_D
        if T > 0:
            turns = chances[k] * (1 + math.exp(min(2 * stability / T, 700.0))) < 1
        else:
            turns = stability <= 0
        if turns:
            flip(couplings, s, h, i)
            flips += 1
    return flips
