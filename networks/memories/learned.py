"""A network whose patterns were learned, with what came of it."""

import numpy as np
import numpy.typing as npt

from foundation import domains
from networks.memories.network import MemoryNetwork


class LearnedNetwork(MemoryNetwork):
    """A network with patterns that were learned with a margin, or not all of them.

    Parameters
    ----------
    patterns, couplings, J_D
        As in `MemoryNetwork`.
    kappa
        The margin that was asked for, >= 0.
    sweeps
        Number of sweeps through all patterns that it took, >= 0.

    Attributes
    ----------
    margin
        The smallest stability of a neuron in a pattern, with the self-coupling.
    stored
        Fraction of patterns in which all stabilities are above `kappa`.
    converged, status
        Whether all are stored, and what to do if not. A load above capacity is no error.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    Examples
    --------
    >>> import networks
    >>> network = networks.Perceptron(N=100, P=50, kappa=0.5).sample(rng=1)
    >>> network
    LearnedNetwork(N=100, P=50, J_D=0, margin 0.5..., all stored)
    >>> bool(network.is_fixed_point(network.patterns).all())
    True
    >>> networks.Perceptron(N=50, P=150, max_sweeps=100).sample(rng=1).converged
    False
    """

    kappa: float
    sweeps: int

    def __init__(
        self,
        patterns: npt.ArrayLike,
        couplings: npt.ArrayLike,
        J_D: float = 0.0,
        kappa: float = 0.0,
        sweeps: int = 0,
    ) -> None:
        super().__init__(patterns, couplings, J_D)
        object.__setattr__(self, "kappa", domains.real("kappa", kappa, low=0))
        object.__setattr__(self, "sweeps", domains.integer("sweeps", sweeps, low=0))
        object.__setattr__(self, "_least", self._stabilities(self.patterns).min(axis=1))

    @property
    def margin(self) -> float:
        """The smallest stability of a neuron in a pattern."""
        return float(self._least.min())  # type: ignore[attr-defined]

    @property
    def stored(self) -> float:
        """Fraction of patterns with the margin that was asked for."""
        return float(np.mean(self._least > self.kappa))  # type: ignore[attr-defined]

    @property
    def converged(self) -> bool:
        """Whether all patterns have it."""
        return self.stored == 1

    @property
    def status(self) -> str:
        """What happened, and what to do about it."""
        if self.converged:
            return f"All patterns have the margin {self.kappa:g}."
        return (
            f"{self.stored:.0%} of the patterns have the margin {self.kappa:g}: raise max_sweeps; "
            "lower kappa, or store fewer, if the load is above replica.gardner_capacity."
        )

    def __repr__(self) -> str:
        end = "all stored" if self.converged else f"{self.stored:.0%} stored"
        return (
            f"LearnedNetwork(N={self.N}, P={self.P}, J_D={self.J_D:g}, margin {self.margin:.3g}, "
            f"{end})"
        )
