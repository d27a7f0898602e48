"""Patterns stored by the rule of Hebb, in full and in diluted networks."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from foundation import domains
from networks.memories.laws import INDEPENDENT, PatternLaw
from networks.memories.network import MemoryNetwork, checked_patterns
from networks.memories.through_patterns import HebbianNetwork, summed
from networks.network import Spins

if TYPE_CHECKING:
    from scipy.sparse import coo_array

Ints = npt.NDArray[np.int64]

_FEW = 4  # neurons to a pattern, beyond which 2NP operations are few beside N^2
_PAIRS = 2**16  # couplings that are made at a time
_SPARSE = 0.1  # up to this dilution non-zeros are kept: 8 bytes each, not 4 for every pair


@dataclass(frozen=True)
class Hebbian:
    r"""Random patterns stored by the rule of Hebb (the Hopfield network).

    .. math:: J_{ij} = \frac{c_{ij}}{cN} \sum_{\mu=1}^P \xi_i^\mu \xi_j^\mu \quad (i \ne j),

    with :math:`\xi_i^\mu = \pm 1`, and :math:`c_{ij} = 1` with the probability c, otherwise 0. In a
    pattern the signal on each neuron is 1, and the other patterns make a noise of variance
    :math:`\alpha = P/(cN)`, the load. The self-coupling is `J_D`, in the units of that signal: the
    sum over patterns puts nothing on the diagonal.

    Fields are multiples of :math:`1/(cN)`, and may be zero: then the neuron is not stable, and at
    `J_D = 0` flips to and fro for ever. Without dilution there are none for even N and odd P.

    Without dilution and with P < N/4 what is drawn is a `HebbianNetwork`, which applies its
    couplings through its patterns.

    Parameters
    ----------
    N
        Number of neurons, >= 1.
    P
        Number of patterns, >= 1.
    J_D
        Self-coupling, in [0, 1e30].
    dilution
        The probability c that a coupling is there, in (0, 1]. Up to 0.1 a network is made and kept
        by its non-zeros (`Network.is_sparse`).
    symmetric
        Whether :math:`c_{ij} = c_{ji}`; if not, the two are independent. Without dilution the
        couplings are symmetric in any case.
    law
        How `sample` draws patterns: independent, with a bias, or in families. The rule takes no
        notice of it: a bias b adds a noise of the order :math:`\alpha N b^4`, and spoils it.

    Raises
    ------
    TypeError, ValueError
        If a parameter is outside its documented domain.

    References
    ----------
    Hopfield, PNAS 79, 2554 (1982); `docs/theory/memories.md`.

    Examples
    --------
    >>> import networks
    >>> ensemble = networks.Hebbian(N=500, P=40, J_D=0.1, dilution=0.5, symmetric=False)
    >>> ensemble.alpha
    0.16
    >>> network = ensemble.sample(rng=1)
    >>> network
    MemoryNetwork(N=500, P=40, J_D=0.1)
    >>> round(float((network.couplings != 0).mean()), 2)
    0.44

    (Of 40 products of random signs some sums are zero.) Patterns of one's own:

    >>> networks.Hebbian(N=4, P=2).store([[1, 1, 1, 1], [1, -1, 1, -1]]).couplings
    array([[0. , 0. , 0.5, 0. ],
           [0. , 0. , 0. , 0.5],
           [0.5, 0. , 0. , 0. ],
           [0. , 0.5, 0. , 0. ]], dtype=float32)
    """

    N: int
    P: int
    J_D: float = 0.0
    dilution: float = 1.0
    symmetric: bool = True
    law: PatternLaw = INDEPENDENT

    def __post_init__(self) -> None:
        object.__setattr__(self, "N", domains.integer("N", self.N))
        object.__setattr__(self, "P", domains.integer("P", self.P))
        object.__setattr__(self, "J_D", domains.coupling("J_D", self.J_D))
        dilution = domains.real("dilution", self.dilution, low=0, high=1)
        if dilution == 0:
            raise ValueError("dilution must be in (0, 1], got 0: the probability of a coupling")
        object.__setattr__(self, "dilution", dilution)
        object.__setattr__(self, "symmetric", domains.boolean("symmetric", self.symmetric))
        domains.instance("law", self.law, PatternLaw)

    @property
    def alpha(self) -> float:
        """The load P/(cN): patterns per coupling of a neuron."""
        return self.P / (self.dilution * self.N)

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
            If `rng` is outside its documented domain.
        """
        rng = domains.generator(rng)
        return self._stored(self.law.draw(self.N, self.P, rng=rng), rng)

    def store(
        self, patterns: npt.ArrayLike, *, rng: int | np.random.Generator | None = None
    ) -> MemoryNetwork:
        """Store given patterns.

        Parameters
        ----------
        patterns
            Entries ±1, shape (P, N).
        rng
            A seed, a generator, or None for a fresh seed: for a diluted network.

        Returns
        -------
        MemoryNetwork.

        Raises
        ------
        TypeError, ValueError
            If an argument is outside its documented domain.
        """
        rng = domains.generator(rng)
        return self._stored(checked_patterns(patterns, self.N, self.P), rng)

    def _stored(self, patterns: Spins, rng: np.random.Generator) -> MemoryNetwork:
        if self.dilution <= _SPARSE:
            pairs = _pairs(self.N, self.dilution, self.symmetric, rng)
            J_few = _sparse(patterns, pairs, self.dilution * self.N)
            return MemoryNetwork(patterns, J_few, self.J_D)
        if self.dilution == 1 and self.P < self.N / _FEW:
            return HebbianNetwork(patterns, self.J_D)
        J = summed(patterns)
        J /= np.float32(self.dilution * self.N)
        if self.dilution < 1:
            J *= _present(self.N, self.dilution, self.symmetric, rng)
        J.flags.writeable = False  # handed over, not copied
        return MemoryNetwork(patterns, J, self.J_D)


def _present(
    N: int, dilution: float, symmetric: bool, rng: np.random.Generator
) -> npt.NDArray[np.bool]:
    """Return which couplings there are."""
    present = rng.random((N, N), dtype=np.float32) < dilution
    if not symmetric:
        return present
    upper = np.triu(present)
    return upper | upper.T


def _pairs(N: int, dilution: float, symmetric: bool, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Return receivers and senders of the couplings that are there.

    The gaps between those that are, in a row of all pairs, are independent and geometric.
    """
    most, parts, last = N * (N - 1), [], -1
    while last < most:
        gaps = rng.geometric(dilution, size=int(1.1 * dilution * (most - last)) + 10)
        parts.append(last + np.cumsum(gaps))
        last = int(parts[-1][-1])
    places = np.concatenate(parts)
    i, j = np.divmod(places[places < most], max(1, N - 1))
    j += j >= i
    if not symmetric:
        return i, j
    upper = i < j
    return np.concatenate([i[upper], j[upper]]), np.concatenate([j[upper], i[upper]])


def _sparse(patterns: Spins, pairs: tuple[Ints, Ints], inputs: float) -> "coo_array":
    """Return the couplings of pairs of neurons."""
    from scipy.sparse import coo_array

    i, j = pairs
    by_neuron = np.ascontiguousarray(patterns.T)
    J = np.empty(len(i))
    for first in range(0, len(i), _PAIRS):
        part = slice(first, first + _PAIRS)
        J[part] = (by_neuron[i[part]] * by_neuron[j[part]]).sum(axis=1, dtype=np.int64)
    N = len(by_neuron)
    return coo_array(((J.astype(np.float32) / np.float32(inputs)), (i, j)), shape=(N, N))
