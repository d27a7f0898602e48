"""Patterns stored without mutual noise, by the pseudo-inverse of their matrix."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from foundation import domains
from networks.memories.laws import INDEPENDENT, PatternLaw
from networks.memories.network import MemoryNetwork, checked_patterns
from networks.network import Spins


@dataclass(frozen=True)
class PseudoInverse:
    r"""Random patterns stored by the rule of the pseudo-inverse.

    .. math:: J_{ij} = \frac1N \sum_{\mu\nu} \xi_i^\mu (C^{-1})_{\mu\nu} \xi_j^\nu
              \quad (i \ne j), \qquad C_{\mu\nu} = \frac1N \sum_i \xi_i^\mu \xi_i^\nu .

    With its diagonal this is the projection onto the patterns, in each of which all fields would be
    1. The diagonal, which is :math:`\alpha = P/N` on average, is replaced by `J_D`, as everywhere
    in this package; so a pattern has stabilities near :math:`1 - \alpha + J_D`.

    Parameters
    ----------
    N
        Number of neurons, >= 1.
    P
        Number of patterns, in [1, N].
    J_D
        Self-coupling, in [0, 1e30].
    law
        How `sample` draws patterns: independent, with a bias, or in families.

    Raises
    ------
    TypeError, ValueError
        If a parameter is outside its documented domain.

    References
    ----------
    Personnaz, Guyon, Dreyfus, J. Physique Lett. 46, L359 (1985); Kanter, Sompolinsky, Phys. Rev. A
    35, 380 (1987); `docs/theory/memories.md`.

    Examples
    --------
    >>> import networks
    >>> network = networks.PseudoInverse(N=500, P=250).sample(rng=1)
    >>> stabilities = network.stabilities(network.patterns)
    >>> round(float(stabilities.mean()), 3), round(float(stabilities.std()), 2)
    (0.5, 0.02)

    Patterns of one's own may be correlated, as long as none is a combination of the others:

    >>> network = networks.PseudoInverse(N=4, P=2).store([[1, 1, 1, 1], [1, 1, 1, -1]])
    >>> bool(network.is_fixed_point(network.patterns).all())
    False
    """

    N: int
    P: int
    J_D: float = 0.0
    law: PatternLaw = INDEPENDENT

    def __post_init__(self) -> None:
        object.__setattr__(self, "N", domains.integer("N", self.N))
        object.__setattr__(self, "P", domains.integer("P", self.P, high=self.N))
        object.__setattr__(self, "J_D", domains.coupling("J_D", self.J_D))
        domains.instance("law", self.law, PatternLaw)

    @property
    def alpha(self) -> float:
        """The load P/N."""
        return self.P / self.N

    def sample(self, rng: int | np.random.Generator | None = None) -> MemoryNetwork:
        """Draw random patterns, and the network that stores them.

        Parameters
        ----------
        rng
            A seed, a generator, or None for a fresh seed.

        Returns
        -------
        MemoryNetwork.

        Raises
        ------
        TypeError, ValueError
            If `rng` is outside its documented domain; ValueError too if the patterns depend on each
            other, as two of a few neurons may.
        """
        return self._stored(self.law.draw(self.N, self.P, rng=rng))

    def store(self, patterns: npt.ArrayLike) -> MemoryNetwork:
        """Store given patterns.

        Parameters
        ----------
        patterns
            Entries ±1, shape (P, N); none a linear combination of the others.

        Returns
        -------
        MemoryNetwork.

        Raises
        ------
        TypeError, ValueError
            If `patterns` is outside its documented domain.
        """
        return self._stored(checked_patterns(patterns, self.N, self.P))

    def _stored(self, patterns: Spins) -> MemoryNetwork:
        # an orthonormal basis: C would square the condition number
        basis, triangle = np.linalg.qr(patterns.T.astype(np.float64))
        scale = np.abs(np.diagonal(triangle))
        if scale.min() < 1e-10 * np.sqrt(self.N):
            raise ValueError(
                "patterns must be linearly independent, got one that is a combination of the "
                "others: leave it out"
            )
        J = (basis @ basis.T).astype(np.float32)
        np.fill_diagonal(J, 0)
        J = (J + J.T) / 2  # products in blocks round the two halves differently
        J.flags.writeable = False  # handed over, not copied
        return MemoryNetwork(patterns, J, self.J_D)
