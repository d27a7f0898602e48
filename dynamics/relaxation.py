"""The asynchronous zero-temperature dynamics of one network."""

from dataclasses import dataclass

import numba
import numpy as np
import numpy.typing as npt

from networks import Network, domains

ORDERS = ("permutation", "random", "fixed")


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
        in a new random order; "random", independent random ones; "fixed", one after the other.
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
        If an argument is not as said.

    References
    ----------
    `docs/theory/fixed-points.md`, relaxation.
    """
    if not isinstance(network, Network):
        raise TypeError(f"network must be a networks.Network, got {network!r}")
    order = domains.choice("order", order, ORDERS)
    max_sweeps = domains.integer("max_sweeps", max_sweeps, low=0)
    rng = domains.generator(rng)
    if start is None:
        start = 2 * rng.integers(0, 2, size=network.shape, dtype=np.int8) - 1
    elif np.shape(start) != network.shape:
        raise ValueError(f"start must have shape {network.shape}, got {np.shape(start)}")
    s = domains.spins("start", start, network.shape).astype(np.float32).ravel()
    outgoing = network.outgoing.reshape(-1, network.N, network.N)

    J_D = np.float64(network.J_D)  # numpy would round a float to float32
    h = _fields(network, s)
    visits = np.arange(s.size)
    sweeps = flips = 0
    unstable = []
    while True:
        unstable.append(np.mean(s * h + J_D <= 0))
        if unstable[-1] == 0:
            converged = bool(network.is_fixed_point(s.reshape(network.shape)))
            if converged:
                break
            h = _fields(network, s)  # the rounding errors of many flips had added up
        if sweeps == max_sweeps:
            converged = False
            break
        _plan(visits, order, rng)
        flips += _sweep(outgoing, J_D, network.lam, s, h, visits)
        sweeps += 1
    return Relaxation(
        state=s.astype(np.int8).reshape(network.shape),
        converged=converged,
        sweeps=sweeps,
        flips=flips,
        unstable_fraction=np.array(unstable) if history else None,
    )


def _fields(network: Network, s: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return the fields without self-coupling."""
    h = network.fields(s.reshape(network.shape)).ravel()
    return h - np.float32(network.J_D) * s


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


@numba.njit(cache=True)
def _sweep(
    outgoing: npt.NDArray[np.float32],
    J_D: float,
    lam: float,
    s: npt.NDArray[np.float32],
    h: npt.NDArray[np.float32],
    visits: npt.NDArray[np.int64],
) -> int:
    """Visit neurons, flip the unstable ones, and return how many were flipped.

    `s` and `h`, the states and fields (without self-coupling) of all layers in a row, change.
    """
    L, N = outgoing.shape[:2]
    flips = 0
    for visit in visits:
        if s[visit] * h[visit] + J_D <= 0:
            change = np.float32(-2) * s[visit]
            s[visit] = -s[visit]
            l = visit // N
            column = outgoing[l, visit - l * N]
            layer = h[l * N : (l + 1) * N]
            for i in range(N):
                layer[i] += change * column[i]
            if l > 0:
                h[visit - N] += lam * change
            if l < L - 1:
                h[visit + N] += lam * change
            flips += 1
    return flips
