"""Patterns stored with a margin, by perceptron learning."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from foundation import domains
from networks.memories.laws import INDEPENDENT, PatternLaw
from networks.memories.learned import LearnedNetwork
from networks.memories.network import checked_patterns
from networks.network import Spins

Floats = npt.NDArray[np.float64]

_SAFE = 1e-4  # more margin than asked for: couplings are float32 in the end
_BLOCK = 8  # patterns that are learned at a time
_BEYOND = 0.05  # by which a step goes beyond the margin, in units of the norm


@dataclass(frozen=True)
class Perceptron:
    r"""Patterns stored with a margin: Gardner's couplings.

    Each neuron learns, as a perceptron, couplings with :math:`\sum_j J_{ij}^2 = 1` and

    .. math:: \xi_i^\mu \sum_{j \ne i} J_{ij} \xi_j^\mu + J_D > \kappa

    in all patterns, from the rule of Hebb on: where it fails, :math:`\xi_i^\mu \xi_j^\mu / N` is
    added to :math:`J_{ij}`, times what is lacking and a little more (Abbott, Kepler). That ends if
    :math:`P < N \alpha_c(\kappa - J_D)`, for many neurons (`replica.gardner_capacity`), but close
    to it takes many sweeps. With symmetric couplings both directions learn, and the sum over j is
    one on average.

    Parameters
    ----------
    N
        Number of neurons, >= 2.
    P
        Number of patterns, >= 1.
    J_D
        Self-coupling, in [0, 1e30], in units of the norm of a neuron's couplings.
    kappa
        Margin, in [0, 10].
    symmetric
        Whether :math:`J_{ij} = J_{ji}`.
    law
        How patterns are drawn.
    max_sweeps
        Number of sweeps through all patterns after which learning is given up, >= 1.

    Raises
    ------
    TypeError, ValueError
        If a parameter is outside its documented domain.

    References
    ----------
    Gardner, J. Phys. A 21, 257 (1988); Abbott, Kepler, J. Phys. A 22, L711 (1989);
    `docs/theory/memories.md`.

    Examples
    --------
    >>> import networks
    >>> network = networks.Perceptron(N=100, P=50, kappa=0.5, symmetric=True).sample(rng=1)
    >>> network.converged, network.margin > 0.5
    (True, True)

    Strongly biased patterns, of which the rule of Hebb stores few:

    >>> law = networks.PatternLaw(bias=0.7)
    >>> network = networks.Perceptron(N=100, P=40, law=law).sample(rng=1)
    >>> bool(network.is_fixed_point(network.patterns).all())
    True
    """

    N: int
    P: int
    J_D: float = 0.0
    kappa: float = 0.0
    symmetric: bool = False
    law: PatternLaw = INDEPENDENT
    max_sweeps: int = 1000

    def __post_init__(self) -> None:
        object.__setattr__(self, "N", domains.integer("N", self.N, low=2))
        object.__setattr__(self, "P", domains.integer("P", self.P))
        object.__setattr__(self, "J_D", domains.coupling("J_D", self.J_D))
        object.__setattr__(self, "kappa", domains.real("kappa", self.kappa, low=0, high=10))
        object.__setattr__(self, "symmetric", domains.boolean("symmetric", self.symmetric))
        domains.instance("law", self.law, PatternLaw)
        object.__setattr__(self, "max_sweeps", domains.integer("max_sweeps", self.max_sweeps))

    @property
    def alpha(self) -> float:
        """The load P/N."""
        return self.P / self.N

    def sample(self, rng: int | np.random.Generator | None = None) -> LearnedNetwork:
        """Draw patterns, and the network that has learned them.

        Parameters
        ----------
        rng
            A seed, a generator, or None for a fresh seed.

        Returns
        -------
        LearnedNetwork, whose `status` says whether all patterns are stored.

        Raises
        ------
        TypeError, ValueError
            If `rng` is outside its documented domain.
        """
        return self._learned(self.law.draw(self.N, self.P, rng=rng))

    def store(self, patterns: npt.ArrayLike) -> LearnedNetwork:
        """Learn given patterns.

        Parameters
        ----------
        patterns
            Entries ±1, shape (P, N).

        Returns
        -------
        LearnedNetwork, whose `status` says whether all patterns are stored.

        Raises
        ------
        TypeError, ValueError
            If `patterns` is outside its documented domain.

        Examples
        --------
        >>> import numpy as np
        >>> import networks
        >>> patterns = np.random.default_rng(1).choice([-1, 1], (2, 20))
        >>> network = networks.Perceptron(N=20, P=2).store(patterns)
        >>> network.is_fixed_point(patterns)
        array([ True,  True])
        """
        return self._learned(checked_patterns(patterns, self.N, self.P))

    def _learned(self, patterns: Spins) -> LearnedNetwork:
        x = patterns.astype(np.float64)
        J, sweeps = self._added(x, np.ones_like(x)), 0
        blocks = np.array_split(np.arange(self.P), max(1, self.P // _BLOCK))
        while sweeps < self.max_sweeps and self._sweep(J, [x[block] for block in blocks]):
            sweeps += 1
            J /= max(float(np.mean(self._norm(J))), 1e-300)  # only ratios are learned
        norm = np.maximum(self._norm(J), 1e-300)[:, None]
        return LearnedNetwork(
            patterns, (J / norm).astype(np.float32), self.J_D, kappa=self.kappa, sweeps=sweeps
        )

    def _sweep(self, J: Floats, blocks: list[Floats]) -> bool:
        """Learn all patterns once, in place; return whether there was something to learn."""
        learned = False
        for x in blocks:
            norm = self._norm(J)
            lack = (self.kappa - self.J_D + _SAFE) * norm - x * (x @ J.T)
            if (wrong := lack >= 0).any():
                learned = True
                J += self._added(x, wrong * (lack + _BEYOND * norm))
        return learned

    def _added(self, x: Floats, steps: Floats) -> Floats:
        """Return what patterns add to the couplings, by steps of each neuron in each pattern."""
        step = (steps * x).T @ x / self.N
        if self.symmetric:
            step = (step + step.T) / 2
        np.fill_diagonal(step, 0)
        return step

    def _norm(self, J: Floats) -> Floats:
        norm = np.linalg.norm(J, axis=1)
        return np.full_like(norm, np.sqrt(np.mean(norm**2))) if self.symmetric else norm
