r"""All attractors of a small network: which cycle every one of its states falls into.

A deterministic rule maps each of the :math:`2^n` states to a next one. Following the arrows from
any state ends in a cycle; the states that end in it are its basin, and the number of steps until
it is reached is the transient.
"""

from dataclasses import dataclass

import numba
import numpy as np
import numpy.typing as npt

from dynamics.attractors.enumeration import all_couplings
from foundation import domains
from networks import Network
from networks.network import checked

RULES = ("synchronous", "sequential")
LARGEST = 26  # neurons: 0.8 GB
_UNSEEN = np.uint32(0xFFFFFFFF)

Codes = npt.NDArray[np.uint32]


@dataclass(frozen=True, eq=False, repr=False)
class Census:
    """The attractors of a network, in the lexicographic order of their first states.

    Attributes
    ----------
    lengths
        Number of steps around each cycle; 1 for a fixed point.
    basins
        Number of states that end in each, its own included; they sum to `2**n`.
    reversing
        Whether a cycle contains the reverse of its states (then its length is even).
    transients
        Number of states at every distance from their attractor, from 0 on.
    codes
        The first state of each cycle as a number: its binary digits, the highest one for the first
        neuron, tell which neurons are up.
    shape
        Of a state.

    Examples
    --------
    >>> import dynamics
    >>> import networks
    >>> found = dynamics.census(networks.Asymmetric(N=12, J_D=0.0).sample(rng=3))
    >>> found
    Census(5 attractors, 2 of them fixed points with 0.0859 of all states, longest cycle 30)
    >>> found.lengths, found.basins
    (array([ 2, 30,  2,  1,  1]), array([   2, 3462,  280,  176,  176]))
    >>> found.reversing
    array([ True,  True,  True, False, False])
    >>> found.fixed_points.shape
    (2, 12)
    >>> round(found.mean_length, 2), round(found.mean_transient, 2)
    (25.58, 5.87)
    """

    lengths: npt.NDArray[np.int64]
    basins: npt.NDArray[np.int64]
    reversing: npt.NDArray[np.bool]
    transients: npt.NDArray[np.int64]
    codes: Codes
    shape: tuple[int, ...]

    @property
    def states(self) -> npt.NDArray[np.int8]:
        """The first state of each cycle, of shape `(number of attractors, *shape)`."""
        n = int(np.prod(self.shape))
        digits = self.codes[:, None] >> np.arange(n - 1, -1, -1, dtype=np.uint32) & np.uint32(1)
        return (2 * digits.astype(np.int8) - 1).reshape(-1, *self.shape)

    @property
    def fixed_points(self) -> npt.NDArray[np.int8]:
        """All fixed points, as `enumerate_fixed_points` returns them."""
        return self.states[self.lengths == 1]

    @property
    def mean_length(self) -> float:
        """Length of the cycle that a random state falls into, on average."""
        return float(self.lengths @ self.basins / self.basins.sum())

    @property
    def mean_transient(self) -> float:
        """Number of steps of a random state to its attractor, on average."""
        return float(np.arange(len(self.transients)) @ self.transients / self.transients.sum())

    def __repr__(self) -> str:
        fixed = self.lengths == 1
        return (
            f"Census({len(self.lengths)} attractors, {fixed.sum()} of them fixed points with "
            f"{self.basins[fixed].sum() / self.basins.sum():.3g} of all states, "
            f"longest cycle {self.lengths.max()})"
        )


def census(network: Network, rule: str = "synchronous") -> Census:
    r"""Find all attractors of a network, and their basins.

    Parameters
    ----------
    network
        A network of at most 26 neurons, all layers together. The time is proportional to
        :math:`2^n`, and so is the memory, 12 bytes a state.
    rule
        "synchronous": all unstable neurons flip at once. "sequential": one step is a sweep through
        the neurons in their order, each of which flips if it is unstable when its turn has come, as
        in `relax(..., order="fixed")`.

    Returns
    -------
    Census.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    References
    ----------
    `docs/theory/dynamics.md`.

    Examples
    --------
    A self-coupling replaces the cycles by fixed points:

    >>> import dynamics
    >>> import networks
    >>> dynamics.census(networks.Asymmetric(N=12, J_D=0.0).sample(rng=2))
    Census(4 attractors, 0 of them fixed points with 0 of all states, longest cycle 22)
    >>> dynamics.census(networks.Asymmetric(N=12, J_D=0.3).sample(rng=2))
    Census(18 attractors, 18 of them fixed points with 1 of all states, longest cycle 1)

    The basins, but not the fixed points, depend on the rule:

    >>> dynamics.census(networks.Asymmetric(N=12, J_D=0.3).sample(rng=2), rule="sequential")
    Census(18 attractors, 18 of them fixed points with 1 of all states, longest cycle 1)
    """
    network = checked(network)
    rule = domains.choice("rule", rule, RULES)
    n = int(np.prod(network.shape))
    if n > LARGEST:
        raise ValueError(f"network must have at most {LARGEST} neurons for a census, got {n}")
    low, high = _halves(network)
    following = np.empty(2**n, dtype=np.uint32)
    step = _synchronous if rule == "synchronous" else _sequential
    step(low, high, network.J_D, following)
    attractor, distance = np.full(2**n, _UNSEEN), np.empty(2**n, dtype=np.uint32)
    codes = np.empty(2**n, dtype=np.uint32)  # only touched as far as it is used
    codes = codes[: _follow(following, attractor, distance, codes)].copy()
    basins = _histogram(attractor, len(codes))
    reversing = attractor[np.uint32(2**n - 1) - codes] == np.arange(len(codes))
    order = np.argsort(codes)
    return Census(
        lengths=_lengths(following, codes[order]),
        basins=basins[order],
        reversing=reversing[order],
        transients=_histogram(distance, int(distance.max()) + 1),
        codes=codes[order],
        shape=network.shape,
    )


def _halves(network: Network) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return the fields that all states of the last, and of the first, neurons send to everyone.

    The field in a state is the sum of two entries, without any rounding that builds up. A state's
    code is its place in lexicographic order; neurons are listed from the last, lowest digit.
    """
    outgoing = np.ascontiguousarray(all_couplings(network)[::-1, ::-1])
    n = len(outgoing)
    half = n // 2
    tables = []
    for part in (outgoing[:half], outgoing[half:]):
        spins = 2.0 * (np.arange(2 ** len(part))[:, None] >> np.arange(len(part)) & 1) - 1
        tables.append(spins @ part)
    return tables[0], tables[1]


@numba.njit(cache=True)
def _synchronous(
    low: npt.NDArray[np.float64], high: npt.NDArray[np.float64], J_D: float, following: Codes
) -> None:
    """Write down the state that follows each one when all neurons are updated at once."""
    n = low.shape[1]
    for b in range(len(high)):
        for a in range(len(low)):
            code = np.int64(b * len(low) + a)
            flips = np.int64(0)
            for i in range(n):
                s = 2 * ((code >> i) & 1) - 1
                flips |= np.int64(s * (low[a, i] + high[b, i]) + J_D <= 0) << i
            following[code] = code ^ flips


@numba.njit(cache=True)
def _sequential(
    low: npt.NDArray[np.float64], high: npt.NDArray[np.float64], J_D: float, following: Codes
) -> None:
    """Write down the state that follows each one after a sweep through the neurons."""
    n = low.shape[1]
    half = n // 2
    for code in range(len(following)):
        state = np.int64(code)  # of one type all along, for numba
        for i in range(n - 1, -1, -1):  # the highest digit is the first neuron
            s = 2 * ((state >> i) & 1) - 1
            h = low[state & ((1 << half) - 1), i] + high[state >> half, i]
            if s * h + J_D <= 0:
                state = state ^ (1 << i)
        following[code] = state


@numba.njit(cache=True)
def _follow(following: Codes, attractor: Codes, distance: Codes, codes: Codes) -> int:
    """Find the attractor of every state and its distance from it; return how many there are.

    Every path is walked twice: to the first state that is known, or on the path itself, and then to
    label it.
    """
    found = 0
    on_path = np.uint32(_UNSEEN - 1)  # no attractor has this number: there are at most 2^26
    for start in range(len(following)):
        state, steps = np.uint32(start), np.uint32(0)
        while attractor[state] == _UNSEEN:
            attractor[state] = on_path
            distance[state] = steps  # from the start, for now
            state = following[state]
            steps += np.uint32(1)
        if attractor[state] == on_path:
            steps = distance[state]
            codes[found] = _close(following, attractor, distance, state, found)
            found += 1
        else:
            steps += distance[state]
        number, state = attractor[state], np.uint32(start)
        while attractor[state] == on_path:
            attractor[state] = number
            distance[state] = steps
            steps -= np.uint32(1)
            state = following[state]
    return found


@numba.njit(cache=True)
def _close(
    following: Codes, attractor: Codes, distance: Codes, first: np.uint32, number: int
) -> np.uint32:
    """Label the cycle through a state, and return its smallest code."""
    smallest, state = first, first
    while True:
        attractor[state] = np.uint32(number)
        distance[state] = np.uint32(0)
        smallest = min(smallest, state)
        state = following[state]
        if state == first:
            return smallest


@numba.njit(cache=True)
def _histogram(values: Codes, number: int) -> npt.NDArray[np.int64]:
    """Return how often each value below `number` occurs; `numpy.bincount` would copy them all."""
    counts = np.zeros(number, dtype=np.int64)
    for value in values:
        counts[value] += 1
    return counts


@numba.njit(cache=True)
def _lengths(following: Codes, codes: Codes) -> npt.NDArray[np.int64]:
    """Return the number of steps around each cycle."""
    lengths = np.ones(len(codes), dtype=np.int64)
    for k in range(len(codes)):
        state = following[codes[k]]
        while state != codes[k]:
            state = following[state]
            lengths[k] += 1
    return lengths
