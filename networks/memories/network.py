"""A drawn network with the patterns that it stores."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from foundation import domains
from networks.network import Network, Spins


class MemoryNetwork(Network):
    r"""A network with stored patterns, as `Hebbian` and `PseudoInverse` make it.

    It does what any `Network` does, and knows its patterns :math:`\xi^\mu`.

    Parameters
    ----------
    patterns
        What is stored: entries ±1, shape (P, N), P >= 1. Kept as int8, read-only.
    couplings
        The matrix `J_ij`, as in `Network`, of shape (N, N), dense or sparse.
    J_D
        Self-coupling, in [0, 1e30].

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    Examples
    --------
    >>> import networks
    >>> network = networks.Hebbian(N=500, P=20).sample(rng=1)
    >>> network
    MemoryNetwork(N=500, P=20, J_D=0)
    >>> bool(network.is_fixed_point(network.patterns).all())
    True
    >>> network.overlaps(network.patterns[3]).round(2)[:5]
    array([-0.02,  0.06, -0.01,  1.  , -0.04])
    """

    patterns: Spins

    def __init__(self, patterns: npt.ArrayLike, couplings: npt.ArrayLike, J_D: float = 0.0) -> None:
        super().__init__(couplings, J_D)  # type: ignore[arg-type]
        if len(self.shape) != 1:
            raise ValueError(f"couplings must have shape (N, N), got {self.couplings.shape}")
        kept = checked_patterns(patterns, self.N)
        kept.flags.writeable = False
        object.__setattr__(self, "patterns", kept)

    @property
    def P(self) -> int:
        """Number of stored patterns."""
        return len(self.patterns)

    def overlaps(self, s: npt.ArrayLike) -> npt.NDArray[np.float64]:
        r"""Return the overlaps :math:`m^\mu = \frac1N \sum_i \xi_i^\mu s_i` with all patterns.

        Parameters
        ----------
        s
            One state, or a stack of states: entries ±1, last dimension N.

        Returns
        -------
        Numbers in [-1, 1], of shape (P,), or that of the stack and then P.

        Raises
        ------
        TypeError, ValueError
            If `s` is outside its documented domain.
        """
        spins = domains.spins("s", s, self.shape).astype(np.float32)
        return (spins @ self.patterns.T.astype(np.float32)).astype(np.float64) / self.N

    def __repr__(self) -> str:
        return f"MemoryNetwork(N={self.N}, P={self.P}, J_D={self.J_D:g}{self._inputs_each})"


def checked_patterns(patterns: npt.ArrayLike, N: int, P: int | None = None) -> Spins:
    """Return a copy of the argument `patterns`, if it holds P patterns, or any number, of N."""
    found = domains.spins("patterns", patterns, (N,))
    if found.ndim != 2 or len(found) != (len(found) if P is None else P) or len(found) == 0:
        raise ValueError(f"patterns must have shape ({P or 'P'}, {N}), got {found.shape}")
    return found
