"""The weights of a network of low rank."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from foundation import domains
from learning_dynamics.control.loop import Loop

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class Weights:
    r"""Weights of a linear network of N neurons, whose recurrent matrix is :math:`W = U V^T`.

    Parameters
    ----------
    Z
        Outputs, of shape (N, outputs).
    V, U
        Of the recurrent matrix, of shape (N, rank).
    M
        Inputs, of shape (N, inputs).

    Raises
    ------
    TypeError, ValueError
        If they are not finite matrices of these shapes.

    Examples
    --------
    >>> import learning_dynamics as ld
    >>> weights = ld.Weights.draw(N=100, rank=2, inputs=1, outputs=1, rng=1)
    >>> weights
    Weights(N=100, rank=2, 1 inputs, 1 outputs)
    >>> weights.gram.shape, weights.overlaps.shape
    ((6, 6), (3, 3))
    """

    Z: npt.ArrayLike
    V: npt.ArrayLike
    M: npt.ArrayLike
    U: npt.ArrayLike

    def __post_init__(self) -> None:
        N = len(np.atleast_1d(domains.finite("Z", self.Z)))
        for name in "ZVMU":
            value = domains.finite(name, getattr(self, name))
            if value.ndim != 2 or len(value) != N or (name in "ZM" and not value.size):
                raise ValueError(f"{name} must have shape (N, columns), got {value.shape}")
            object.__setattr__(self, name, np.array(value, order="C"))
        if np.shape(self.U) != np.shape(self.V):
            raise ValueError(f"U must have shape {np.shape(self.V)} as V, got {np.shape(self.U)}")

    @classmethod
    def draw(
        cls,
        N: int,
        rank: int = 1,
        inputs: int = 1,
        outputs: int = 1,
        *,
        rng: int | np.random.Generator | None = None,
    ) -> Weights:
        """Draw all entries independently, of mean zero and variance 1/N.

        Parameters
        ----------
        N
            Number of neurons.
        rank
            Rank of the recurrent matrix, >= 0.
        inputs, outputs
            How many inputs and outputs the network has.
        rng
            A seed, a generator, or None for a fresh seed.

        Returns
        -------
        Weights.

        Raises
        ------
        TypeError, ValueError
            If an argument is outside its documented domain.

        Examples
        --------
        >>> import learning_dynamics as ld
        >>> ld.Weights.draw(N=50, rng=1).Z.shape
        (50, 1)
        """
        N, *sizes = checked_sizes(N, rank, inputs, outputs)
        rng = domains.generator(rng)
        return cls(*(rng.normal(0, N**-0.5, size=(N, size)) for size in sizes))

    @property
    def rank(self) -> int:
        """Rank of the recurrent matrix, at most."""
        return np.shape(self.V)[1]

    @property
    def gram(self) -> Floats:
        """Products of all vectors [Z V M U]."""
        vectors = np.hstack([np.asarray(getattr(self, name)) for name in "ZVMU"])
        return vectors.T @ vectors

    def rows(self) -> Floats:
        """Return all vectors as rows.

        Returns
        -------
        [Z V M U]^T, of shape (d, N).

        Examples
        --------
        >>> import learning_dynamics as ld
        >>> ld.Weights.draw(N=50, rank=2, rng=1).rows().shape
        (6, 50)
        """
        rows = np.vstack([np.asarray(getattr(self, name)).T for name in "ZVMU"])
        return np.ascontiguousarray(rows)  # one layout, for which kernels are compiled

    @property
    def overlaps(self) -> Floats:
        """Products of [Z V] with [M U], all that the loss depends on."""
        rows = np.shape(self.Z)[1] + self.rank
        return self.gram[:rows, rows:]

    def __repr__(self) -> str:
        (N, outputs), inputs = np.shape(self.Z), np.shape(self.M)[1]
        return f"Weights(N={N}, rank={self.rank}, {inputs} inputs, {outputs} outputs)"


def checked_sizes(N: int, rank: int, inputs: int, outputs: int) -> tuple[int, int, int, int, int]:
    """Return N, and the numbers of vectors Z, V, M, U."""
    N, rank = domains.integer("N", N), domains.integer("rank", rank, low=0)
    inputs, outputs = domains.integer("inputs", inputs), domains.integer("outputs", outputs)
    return N, outputs, rank, inputs, rank


def fitting(loop: Loop, weights: Weights) -> Weights:
    """Return weights that have the inputs and outputs of the environment of a loop."""
    domains.instance("weights", weights, Weights)
    wanted = (loop.environment.outputs, loop.environment.inputs)
    came = (np.shape(weights.Z)[1], np.shape(weights.M)[1])
    if came != wanted:
        raise ValueError(
            f"weights must have {wanted[0]} outputs and {wanted[1]} inputs, as the environment of "
            f"the loop, got {came[0]} and {came[1]}"
        )
    return weights


def parted(rows: Floats, like: Weights) -> list[Floats]:
    """Return Z, V, M, U out of rows."""
    sizes = np.shape(like.Z)[1], like.rank, np.shape(like.M)[1]
    return [part.T for part in np.split(rows, np.cumsum(sizes))]
