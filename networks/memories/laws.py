"""Laws of stored patterns: independent, biased, or of families."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from foundation import domains
from networks.network import Spins


@dataclass(frozen=True)
class PatternLaw:
    r"""How patterns are drawn: with a common bias, or in families of a hierarchy.

    Entries have the mean b, independently. In families, each pattern copies its parent, whose
    entries have the mean b, with :math:`E\,\xi_i^\mu \eta_i = c`: it flips each entry with the
    probability :math:`(1 - c)/2`. So two patterns of a family have the overlap :math:`c^2`, at
    b = 0.

    Parameters
    ----------
    bias
        The mean b of all entries, or of those of the parents, in (-1, 1).
    families
        Number of families, >= 0, into which patterns fall in turn; 0 for independent patterns.
    likeness
        The overlap c of a pattern with its parent, in [0, 1].

    Raises
    ------
    TypeError, ValueError
        If a parameter is outside its documented domain.

    References
    ----------
    Amit, Gutfreund, Sompolinsky, Phys. Rev. A 35, 2293 (1987); Parga, Virasoro, J. Physique 47,
    1857 (1986).

    Examples
    --------
    >>> import networks
    >>> networks.PatternLaw(bias=0.6).draw(N=5000, P=4, rng=1).mean(axis=1).round(1)
    array([0.6, 0.6, 0.6, 0.6])
    >>> x = networks.PatternLaw(families=2, likeness=0.8).draw(N=5000, P=4, rng=1).astype(int)
    >>> (x @ x.T / 5000).round(1) + 0.0
    array([[1. , 0. , 0.6, 0. ],
           [0. , 1. , 0. , 0.6],
           [0.6, 0. , 1. , 0. ],
           [0. , 0.6, 0. , 1. ]])
    """

    bias: float = 0.0
    families: int = 0
    likeness: float = 0.0

    def __post_init__(self) -> None:
        bias = domains.real("bias", self.bias, low=-1, high=1, exclusive=True)
        object.__setattr__(self, "bias", bias)
        object.__setattr__(self, "families", domains.integer("families", self.families, low=0))
        likeness = domains.real("likeness", self.likeness, low=0, high=1)
        object.__setattr__(self, "likeness", likeness)

    def draw(self, N: int, P: int, *, rng: int | np.random.Generator | None = None) -> Spins:
        """Draw P patterns of N entries.

        Parameters
        ----------
        N, P
            Number of neurons and of patterns, >= 1.
        rng
            A seed, a generator, or None for a fresh seed.

        Returns
        -------
        Entries ±1, int8, shape (P, N).

        Raises
        ------
        TypeError, ValueError
            If an argument is outside its documented domain.
        """
        N, P = domains.integer("N", N), domains.integer("P", P)
        rng = domains.generator(rng)
        if not self.families:
            return self._biased(P, N, rng)
        parents = self._biased(self.families, N, rng)
        patterns = parents[np.arange(P) % self.families]
        return np.where(rng.random((P, N)) < (1 - self.likeness) / 2, -patterns, patterns)

    def _biased(self, P: int, N: int, rng: np.random.Generator) -> Spins:
        if self.bias == 0:
            return draw_patterns(N, P, rng)
        return np.where(rng.random((P, N)) < (1 + self.bias) / 2, 1, -1).astype(np.int8)


def draw_patterns(N: int, P: int, rng: np.random.Generator) -> Spins:
    """Return P independent random patterns."""
    return 2 * rng.integers(0, 2, size=(P, N), dtype=np.int8) - 1


INDEPENDENT = PatternLaw()
