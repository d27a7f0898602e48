"""Memories that weigh exponentially many patterns by their overlap with the state."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import exp, sqrt

import numpy as np
import numpy.typing as npt

from foundation import domains

Floats = npt.NDArray[np.float64]
Patterns = npt.NDArray[np.int8] | npt.NDArray[np.float32]

KINDS = ("binary", "sphere")
MOST_ENTRIES = 2**30
_BLOCK = 2**22  # entries that are held as float32 at a time


class DenseMemory:
    r"""Stored patterns, which a state recalls by its overlaps with them.

    .. math:: x \leftarrow f\Big(\sum_\mu p_\mu \xi^\mu\Big), \qquad
              p_\mu \propto e^{\lambda \xi^\mu \cdot x},

    with the sign for f if the patterns are of ±1 (a neuron whose sum is zero stays), and otherwise
    with the identity (the attention of transformers).

    Parameters
    ----------
    patterns
        Shape (P, N): entries ±1, kept as int8, or real ones, kept as float32. Read-only.
    sharpness
        :math:`\lambda`, >= 0.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    Examples
    --------
    >>> import networks
    >>> memory = networks.Dense(N=24, alpha=0.4, sharpness=1.5).sample(rng=1)
    >>> memory
    DenseMemory(N=24, P=14765, sharpness=1.5, binary)
    >>> x = memory.patterns[0].copy()
    >>> x[:2] *= -1
    >>> after, weights = memory.update(x)
    >>> bool((after == memory.patterns[0]).all()), round(float(weights[0]), 2)
    (True, 0.91)
    """

    def __init__(self, patterns: npt.ArrayLike, sharpness: float) -> None:
        given = domains.reals("patterns", patterns)
        if given.ndim != 2 or 0 in given.shape:
            raise ValueError(f"patterns must have shape (P, N), got {given.shape}")
        self.binary = bool((np.abs(given) == 1).all())
        kept: Patterns = given.astype(np.int8) if self.binary else given.astype(np.float32)
        self._keep(kept, sharpness)

    def _keep(self, patterns: Patterns, sharpness: float) -> None:
        patterns.flags.writeable = False
        self.patterns = patterns
        self.sharpness = domains.real("sharpness", sharpness, low=0)

    @property
    def P(self) -> int:
        """Number of patterns."""
        return len(self.patterns)

    @property
    def N(self) -> int:
        """Number of neurons."""
        return int(self.patterns.shape[1])

    @property
    def alpha(self) -> float:
        """The load ln(P)/N."""
        return float(np.log(self.P) / self.N)

    def update(self, x: npt.ArrayLike) -> tuple[npt.NDArray[np.float32], Floats]:
        """Return the next state, and the weights that made it.

        Parameters
        ----------
        x
            A state: entries ±1, or real ones on the sphere, shape (N,).

        Returns
        -------
        The state, shape (N,), and the weights of the patterns, shape (P,), of sum 1.

        Raises
        ------
        TypeError, ValueError
            If `x` is outside its documented domain.
        """
        state = checked_state("x", x, self)
        exponents = np.concatenate([block @ state for block in self._blocks()]).astype(float)
        weights = np.exp(self.sharpness * (exponents - exponents.max()))
        weights /= weights.sum()
        mean, first = np.zeros(self.N), 0
        for block in self._blocks():
            mean += weights[first : first + len(block)].astype(np.float32) @ block
            first += len(block)
        if self.binary:
            return np.where(mean == 0, state, np.sign(mean)).astype(np.float32), weights
        return mean.astype(np.float32), weights

    def _blocks(self) -> Iterator[npt.NDArray[np.float32]]:
        """Yield the patterns, some at a time, as float32."""
        rows = max(1, _BLOCK // self.N)
        for first in range(0, self.P, rows):
            yield self.patterns[first : first + rows].astype(np.float32)

    def __repr__(self) -> str:
        kind = "binary" if self.binary else "real"
        return f"DenseMemory(N={self.N}, P={self.P}, sharpness={self.sharpness:g}, {kind})"


@dataclass(frozen=True)
class Dense:
    r"""Exponentially many random patterns in a dense memory.

    Parameters
    ----------
    N
        Number of neurons, >= 1.
    alpha
        The load: there are :math:`e^{\alpha N}` patterns, rounded, and together at most 2^30
        entries; for more, `dynamics.retrieval_probability` draws numbers of patterns instead.
    sharpness
        :math:`\lambda`, >= 0, of the weights.
    patterns
        "binary", entries ±1; or "sphere", uniform on the sphere of radius :math:`\sqrt N`.

    Raises
    ------
    TypeError, ValueError
        If a parameter is outside its documented domain.

    References
    ----------
    `docs/theory/memories.md`; `replica.dense_capacity` tells how many are recalled.

    Examples
    --------
    >>> import networks
    >>> networks.Dense(N=20, alpha=0.3, sharpness=2.0, patterns="sphere").sample(rng=1)
    DenseMemory(N=20, P=403, sharpness=2, real)
    """

    N: int
    alpha: float
    sharpness: float
    patterns: str = "binary"

    def __post_init__(self) -> None:
        object.__setattr__(self, "N", domains.integer("N", self.N))
        object.__setattr__(self, "alpha", domains.real("alpha", self.alpha, low=0))
        object.__setattr__(self, "sharpness", domains.real("sharpness", self.sharpness, low=0))
        domains.choice("patterns", self.patterns, KINDS)
        if self.alpha * self.N > np.log(MOST_ENTRIES / self.N):
            raise ValueError(
                f"alpha must be at most {np.log(MOST_ENTRIES / self.N) / self.N:.3g} for N = "
                f"{self.N}, got {self.alpha:g}: the patterns would fill the memory; "
                "dynamics.retrieval_probability needs none"
            )

    @property
    def P(self) -> int:
        """Number of patterns."""
        return round(exp(self.alpha * self.N))

    def sample(self, rng: int | np.random.Generator | None = None) -> DenseMemory:
        """Draw the patterns.

        Parameters
        ----------
        rng
            A seed, a generator, or None for a fresh seed.

        Returns
        -------
        DenseMemory.

        Raises
        ------
        TypeError, ValueError
            If `rng` is outside its documented domain.
        """
        rng = domains.generator(rng)
        shape = (self.P, self.N)
        drawn: Patterns
        if self.patterns == "binary":
            drawn = rng.integers(0, 2, shape, dtype=np.int8)
            drawn *= 2
            drawn -= 1
        else:
            drawn = rng.standard_normal(shape, dtype=np.float32)
            drawn *= np.float32(sqrt(self.N)) / np.linalg.norm(drawn, axis=1, keepdims=True)
        memory = DenseMemory.__new__(DenseMemory)  # without another pass over what is right
        memory.binary = self.patterns == "binary"
        memory._keep(drawn, self.sharpness)
        return memory


def checked_state(name: str, x: npt.ArrayLike, memory: DenseMemory) -> npt.NDArray[np.float32]:
    """Return a state of ±1, or of real numbers if the patterns are real."""
    if memory.binary:
        return domains.state(name, x, (memory.N,)).astype(np.float32)
    found = domains.reals(name, x)
    if found.shape != (memory.N,):
        raise ValueError(f"{name} must have shape ({memory.N},), got {found.shape}")
    return found.astype(np.float32)
