"""The table of modular addition, or a part of it, and the energy of a hidden node on it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from foundation import domains
from foundation.domains import Floats


@dataclass(frozen=True, eq=False, repr=False)
class ModularAddition:
    r"""The task x + y mod M, for all pairs (x, y) or some of them.

    A hidden node with weights w = (a, b) and a quadratic response sees :math:`(a_x + b_y)^2`. Its
    energy is how much of the (centred) targets Y it explains,

    .. math:: E(w) = \tfrac12 |\tilde Y^T (a_x + b_y)^2|^2 ,

    which it climbs while the readout is random and small.

    Parameters
    ----------
    M
        The modulus, >= 2.
    pairs
        Pairs (x, y), of shape (number, 2), with entries from 0 to M - 1; None for all of them.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    Examples
    --------
    >>> import numpy as np
    >>> import learning_dynamics as ld
    >>> table = ld.ModularAddition(M=7)
    >>> table, ld.ModularAddition.draw(M=7, pairs=20, rng=1)
    (ModularAddition(M=7, all 49 pairs), ModularAddition(M=7, 20 of 49 pairs))
    >>> wave = np.cos(2 * np.pi * 3 * np.arange(7) / 7)
    >>> w = np.append(wave, wave) / np.sqrt(7)
    >>> float(table.energy(w).round(6))  # M/4, the largest
    1.75
    >>> bool(abs(table.gradient(w) - 4 * table.energy(w) * w).max() < 1e-12)  # a stationary point
    True
    """

    M: int
    pairs: npt.ArrayLike | None = None
    inputs: Any = field(init=False)  # sparse, one-hot
    targets: Any = field(init=False)

    def __post_init__(self) -> None:
        from scipy.sparse import csr_array

        M = domains.integer("M", self.M, low=2)
        if self.pairs is None:
            pairs = np.indices((M, M)).reshape(2, -1).T
        else:
            pairs = domains.integers("pairs", self.pairs, low=0, high=M - 1)
            if pairs.ndim != 2 or pairs.shape[1] != 2 or not len(pairs):
                raise ValueError(f"pairs must have shape (number, 2), got {pairs.shape}")
        n = len(pairs)
        rows, one = np.arange(n), np.ones(n)
        x, y = pairs.T
        places = (np.append(rows, rows), np.append(x, y + M))
        inputs = csr_array((np.append(one, one), places), shape=(n, 2 * M))
        targets = csr_array((one, (rows, (x + y) % M)), shape=(n, M))
        found = {"M": M, "pairs": pairs, "inputs": inputs, "targets": targets}
        for name, value in found.items():
            object.__setattr__(self, name, value)

    @classmethod
    def draw(
        cls, M: int, pairs: int, *, rng: int | np.random.Generator | None = None
    ) -> ModularAddition:
        """Draw a part of the table.

        Parameters
        ----------
        M
            The modulus, >= 2.
        pairs
            How many pairs, from 1 to M^2.
        rng
            A seed, a generator, or None for a fresh seed.

        Returns
        -------
        ModularAddition.

        Raises
        ------
        TypeError, ValueError
            If an argument is outside its documented domain.

        Examples
        --------
        >>> import learning_dynamics as ld
        >>> len(ld.ModularAddition.draw(M=11, pairs=30, rng=1).pairs)
        30
        """
        M = domains.integer("M", M, low=2)
        pairs = domains.integer("pairs", pairs, high=M * M)
        chosen = domains.generator(rng).permutation(M * M)[:pairs]
        return cls(M, np.stack(np.divmod(chosen, M), axis=1))

    def energy(self, weights: npt.ArrayLike) -> Floats:
        """Return the energy of nodes.

        Parameters
        ----------
        weights
            (a, b) of each node, of shape (2 M,) or (2 M, nodes).

        Returns
        -------
        The energy, of shape () or (nodes,).

        Raises
        ------
        TypeError, ValueError
            If `weights` are not finite numbers of such a shape.
        """
        return climbed(self, nodes_of(self, weights))[0]

    def gradient(self, weights: npt.ArrayLike) -> Floats:
        """Return the derivative of the energy by the weights.

        Parameters
        ----------
        weights
            (a, b) of each node, of shape (2 M,) or (2 M, nodes).

        Returns
        -------
        Of the same shape.

        Raises
        ------
        TypeError, ValueError
            If `weights` are not finite numbers of such a shape.
        """
        return climbed(self, nodes_of(self, weights))[1]

    def __repr__(self) -> str:
        n, every = len(np.asarray(self.pairs)), self.M**2
        return f"ModularAddition(M={self.M}, {f'{n} of' if n != every else 'all'} {every} pairs)"


def nodes_of(table: ModularAddition, weights: npt.ArrayLike) -> Floats:
    """Return the weights of nodes, checked."""
    found = domains.finite("weights", weights)
    if found.ndim not in (1, 2) or len(found) != 2 * table.M:
        raise ValueError(
            f"weights must have shape ({2 * table.M}, nodes) or ({2 * table.M},), got {found.shape}"
        )
    return found


def climbed(table: ModularAddition, w: Floats) -> tuple[Floats, Floats]:
    """Return the energy of nodes and its derivative by their weights."""
    pre = table.inputs @ w
    response = pre**2
    signal = table.targets.T @ (response - response.mean(0))
    signal = signal - signal.mean(0)
    back = table.targets @ signal
    return np.sum(signal**2, axis=0) / 2, table.inputs.T @ (2 * pre * (back - back.mean(0)))
