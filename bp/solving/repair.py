r"""Repair of a state in which a few neurons are unstable, by Monte Carlo at a low temperature.

Where message passing ends among dense fixed points but not in one, a short annealing from its
state with the energy

.. math:: E(s) = \sum_i \max\Big(0, -s_i \sum_j J_{ij} s_j - J_D\Big)

often finds one near by; from a random state it does not. A proposed flip costs N operations.
"""

import math

import numpy as np
import numpy.typing as npt

from bp.messages.neuron import Array
from foundation.compiled import compiled
from networks import BinaryNetwork, Network, trusted

TEMPERATURES = (0.01, 0.001)  # first and last
MOST_UNPACKED = 30_000  # neurons: 3.6 GB
LARGEST = 0.01  # fraction of unstable neurons, above which a repair is not tried


def unpackable(network: Network, sweeps: int) -> None:
    """Refuse to repair states of so many binary couplings that they cannot be unpacked.

    Raises
    ------
    ValueError
        If there are, and sweeps are asked for.
    """
    if sweeps and isinstance(network, BinaryNetwork) and network.N > MOST_UNPACKED:
        raise ValueError(
            f"repair_sweeps must be 0 for more than {MOST_UNPACKED} neurons with binary couplings, "
            f"which a repair unpacks, got {sweeps} for N = {network.N}"
        )


def repair(
    network: Network, state: npt.NDArray[np.int8], sweeps: int, rng: np.random.Generator
) -> npt.NDArray[np.int8] | None:
    """Return a fixed point near the state, or None if none was found in that many sweeps."""
    s = state.astype(np.float32).ravel()
    h = trusted.fields(network, state).ravel() - np.float32(network.J_D) * s
    outgoing = network.outgoing.reshape(-1, network.N, network.N)
    temperatures = np.geomspace(*TEMPERATURES, sweeps)
    if not _anneal(outgoing, network.J_D, network.lam, s, h, temperatures, rng):
        return None
    repaired = s.astype(np.int8).reshape(network.shape)
    return repaired if trusted.is_fixed_point(network, repaired) else None


@compiled
def _anneal(
    outgoing: Array,
    J_D: float,
    lam: float,
    s: Array,
    h: Array,
    temperatures: Array,
    rng: np.random.Generator,
) -> bool:
    """Propose flips of random neurons until all are stable; `s` and its fields `h` change."""
    for T in temperatures:
        for _ in range(len(s)):
            j = int(rng.integers(0, len(s)))
            change = _change(outgoing, J_D, lam, s, h, j)
            if change <= 0 or rng.random() < math.exp(-change / T):
                _flip(outgoing, lam, s, h, j)
        if (s * h + np.float32(J_D) > 0).all():
            return True
    return False


@compiled(fastmath=True)
def _change(outgoing: Array, J_D: float, lam: float, s: Array, h: Array, j: int) -> float:
    """Return by how much the energy grows if neuron j is flipped."""
    N = outgoing.shape[1]
    l = j // N
    column = outgoing[l, j - l * N]
    field, spins = h[l * N : (l + 1) * N], s[l * N : (l + 1) * N]
    kick, margin, zero = np.float32(-2) * s[j], np.float32(J_D), np.float32(0)
    total = zero
    for i in range(N):
        before = spins[i] * field[i] + margin
        after = before + spins[i] * kick * column[i]
        total += max(zero, -after) - max(zero, -before)
    change = float(total)
    change += max(0.0, s[j] * h[j] - J_D) - max(0.0, -s[j] * h[j] - J_D)
    for k in (j - N, j + N):
        if 0 <= k < len(s):
            before = s[k] * h[k] + J_D
            change += max(0.0, -before - s[k] * kick * lam) - max(0.0, -before)
    return change


@compiled(fastmath=True)
def _flip(outgoing: Array, lam: float, s: Array, h: Array, j: int) -> None:
    """Flip neuron j, and add its column to the fields."""
    N = outgoing.shape[1]
    l = j // N
    column, field = outgoing[l, j - l * N], h[l * N : (l + 1) * N]
    kick = np.float32(-2) * s[j]
    s[j] = -s[j]
    for i in range(N):
        field[i] += kick * column[i]
    for k in (j - N, j + N):
        if 0 <= k < len(s):
            h[k] += kick * lam
