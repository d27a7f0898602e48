"""A memory of Hebb whose couplings are applied through its patterns."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import numpy.typing as npt

from foundation import domains
from networks.memories.network import MemoryNetwork, checked_patterns
from networks.network import Spins

Numbers = npt.NDArray[np.floating]

_BLOCK = 1024  # patterns that are held as float32 at a time


class HebbianNetwork(MemoryNetwork):
    r"""A network whose couplings are the sum over its patterns, as `Hebbian` makes it of few.

    .. math:: h_i = \frac1N \sum_\mu \xi_i^\mu M^\mu - \frac PN s_i + J_D s_i, \qquad
              M^\mu = \sum_j \xi_j^\mu s_j

    takes 2NP operations instead of N^2, memory for NP signs, and no rounding before the last step:
    stabilities are integers over N. `couplings` and `outgoing` are made when they are asked for,
    and kept.

    Parameters
    ----------
    patterns
        What is stored: entries ±1, shape (P, N), P >= 1. Kept as int8, read-only.
    J_D
        Self-coupling, in [0, 1e30].

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    Examples
    --------
    Of 50,000 neurons, whose couplings would take 10 GB:

    >>> import networks
    >>> network = networks.Hebbian(N=50_000, P=25, J_D=0.1).sample(rng=1)
    >>> type(network).__name__, bool(network.is_fixed_point(network.patterns).all())
    ('HebbianNetwork', True)
    """

    def __init__(self, patterns: npt.ArrayLike, J_D: float = 0.0) -> None:
        shape = domains.array("patterns", patterns, "an array of +1 and -1").shape
        if len(shape) != 2 or 0 in shape:
            raise ValueError(f"patterns must have shape (P, N), got {shape}")
        kept = checked_patterns(patterns, shape[1])
        kept.flags.writeable = False
        object.__setattr__(self, "patterns", kept)
        object.__setattr__(self, "J_D", domains.coupling("J_D", J_D))
        object.__setattr__(self, "lam", 0.0)

    @property
    def N(self) -> int:
        """Number of neurons."""
        return int(self.patterns.shape[1])

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of a state: (N,)."""
        return (self.N,)

    @cached_property
    def couplings(self) -> npt.NDArray[np.float32]:
        """The matrix `J_ij`, which is made when it is asked for."""
        J = summed(self.patterns) / np.float32(self.N)
        J.flags.writeable = False
        return J

    # of states that were checked before: `networks.trusted`

    def _fields(self, s: Spins) -> npt.NDArray[np.float32]:
        return self._exact_fields(s).astype(np.float32)

    def _is_fixed_point(self, s: Spins) -> np.bool | npt.NDArray[np.bool]:
        return np.all(s * self._exact_fields(s) > 0, axis=-1)

    def _exact_fields(self, s: Spins) -> npt.NDArray[np.float64]:
        """Return the fields, integers over N but for the self-coupling.

        Products with float32 are exact as long as all partial sums are below 2^24.
        """
        exact = np.dtype(np.float32 if self.N * self.P < 2**24 else np.float64)
        signs: Numbers = self.patterns.astype(exact)
        spins: Numbers = s.astype(exact)
        inputs: Numbers = (spins @ signs.T) @ signs
        return (inputs - np.float64(self.P) * s) / self.N + self.J_D * s


def summed(patterns: Spins) -> npt.NDArray[np.float32]:
    """Return the sums over patterns of products of pairs, with a zero diagonal."""
    N = patterns.shape[1]
    J = np.zeros((N, N), dtype=np.float32)
    for first in range(0, len(patterns), _BLOCK):
        block = patterns[first : first + _BLOCK].astype(np.float32)
        J += block.T @ block
    np.fill_diagonal(J, 0)
    return J
