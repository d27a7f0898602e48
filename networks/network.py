"""One drawn network: its couplings, its fields, its fixed-point test."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import numpy.typing as npt

from foundation import domains
from networks import sparse

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Spins = npt.NDArray[np.int8]

_LARGEST = float(np.finfo(np.float32).max)


@dataclass(frozen=True, eq=False, repr=False)
class Network:
    r"""A network with given couplings.

    .. math:: h_i = \sum_{j \ne i} J_{ij} s_j + J_D s_i, \qquad
              h^l_i = \sum_{j \ne i} J^l_{ij} s^l_j + J_D s^l_i + \lambda (s^{l-1}_i + s^{l+1}_i).

    The second form is that of a chain of L layers; the end layers have one neighbour.

    Parameters
    ----------
    couplings
        The matrix `J_ij` from neuron j to neuron i, of shape (N, N), or (L, N, N) for a chain of
        layers: finite, with zeros on the diagonal. Kept as float32, column-major: the column that a
        flip of neuron j adds to all fields is contiguous. A writable array is copied. Or a sparse
        (N, N) array of `scipy.sparse`, kept as a read-only `csc_array`: memory, fields and flips
        then go with the number of non-zeros.
    J_D
        Self-coupling, in [0, 1e30].
    lam
        Excitatory coupling between neighbouring layers, in [0, 1e30].

    Attributes
    ----------
    is_sparse
        Whether the couplings are kept by their non-zeros.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    Examples
    --------
    Of two neurons, one follows the other, which opposes it: nothing is stable, unless their
    self-couplings are larger.

    >>> import networks
    >>> J = [[0, 1], [-1, 0]]
    >>> states = [[1, 1], [1, -1]]
    >>> networks.Network(J, J_D=0.5).is_fixed_point(states)
    array([False, False])
    >>> frozen = networks.Network(J, J_D=1.5)
    >>> frozen.is_fixed_point(states)
    array([ True,  True])
    >>> frozen.fields(states)
    array([[ 2.5,  0.5],
           [ 0.5, -2.5]], dtype=float32)
    >>> frozen.stabilities(states)
    array([[2.5, 0.5],
           [0.5, 2.5]], dtype=float32)

    A million neurons with three inputs each:

    >>> import numpy as np
    >>> import scipy.sparse
    >>> N, rng = 1_000_000, np.random.default_rng(1)
    >>> senders = (np.arange(N)[:, None] + rng.integers(1, N, (N, 3))) % N
    >>> entries = rng.standard_normal(3 * N), (np.repeat(np.arange(N), 3), senders.ravel())
    >>> networks.Network(scipy.sparse.coo_array(entries, shape=(N, N)), J_D=2.0)
    Network(N=1000000, J_D=2, 3 inputs each)
    """

    couplings: npt.NDArray[np.float32]
    J_D: float
    lam: float = 0.0
    is_sparse: bool = field(init=False, default=False)
    _largest: float = field(init=False)

    def __post_init__(self) -> None:
        kept: Any
        object.__setattr__(self, "is_sparse", sparse.is_sparse(self.couplings))
        if self.is_sparse:
            kept, largest = sparse.checked(self.couplings)
        else:
            kept, largest = _checked(self.couplings)
        object.__setattr__(self, "couplings", kept)
        object.__setattr__(self, "_largest", largest)
        object.__setattr__(self, "J_D", domains.coupling("J_D", self.J_D))
        object.__setattr__(self, "lam", domains.coupling("lam", self.lam))

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of a state: (N,), or (L, N) for a chain of layers."""
        return self.couplings.shape[:-1]

    @property
    def N(self) -> int:
        """Number of neurons, in one layer."""
        return int(self.couplings.shape[-1])

    @property
    def outgoing(self) -> npt.NDArray[np.float32]:
        """Couplings by sender: the contiguous row `outgoing[..., j, :]` is what neuron j sends.

        A `csr_array` if they are sparse.
        """
        return self.couplings.T if self.is_sparse else self.couplings.swapaxes(-1, -2)

    def fields(self, s: npt.ArrayLike) -> npt.NDArray[np.float32]:
        """Return the field on every neuron, self-coupling included.

        Parameters
        ----------
        s
            One state, or a stack of states: entries ±1, last dimensions `shape`.

        Returns
        -------
        Array of the shape of `s`, in float32.

        Raises
        ------
        TypeError, ValueError
            If `s` is outside its documented domain.
        """
        return self._fields(domains.spins("s", s, self.shape))

    def stabilities(self, s: npt.ArrayLike) -> npt.NDArray[np.float32]:
        """Return `s * fields(s)`: a neuron is stable where it is positive.

        Parameters, shapes and errors are those of `fields`.
        """
        return self._stabilities(domains.spins("s", s, self.shape))

    def is_fixed_point(self, s: npt.ArrayLike) -> np.bool | npt.NDArray[np.bool]:
        """Return whether all neurons are stable, for each state of the stack `s`.

        A stability that float32 cannot tell from zero is computed again in float64.
        Parameters and errors are those of `fields`.

        Returns
        -------
        Booleans of the shape of the stack; a single one for a single state.
        """
        return self._is_fixed_point(domains.spins("s", s, self.shape))

    # the same of states that were checked before: `networks.trusted`

    def _fields(self, s: Spins) -> npt.NDArray[np.float32]:
        if self.is_sparse:
            return self._sparse_fields(s).astype(np.float32)
        spins = s.astype(np.float32)
        outgoing = self.outgoing.reshape(-1, self.N, self.N)
        layers = spins.reshape(-1, len(outgoing), self.N)
        h = np.float32(self.J_D) * layers
        for l in range(len(outgoing)):
            h[:, l] += layers[:, l] @ outgoing[l]
        h[:, 1:] += np.float32(self.lam) * layers[:, :-1]
        h[:, :-1] += np.float32(self.lam) * layers[:, 1:]
        return h.reshape(spins.shape)

    def _sparse_fields(self, s: Spins) -> npt.NDArray[np.float64]:
        return sparse.inputs(cast("csr_array", self.outgoing), s) + self.J_D * s

    def _stabilities(self, s: Spins) -> npt.NDArray[np.float32]:
        return self._fields(s) * s

    def _is_fixed_point(self, s: Spins) -> np.bool | npt.NDArray[np.bool]:
        if self.is_sparse:
            return np.all(s * self._sparse_fields(s) > 0, axis=-1)
        stabilities = self._stabilities(s).astype(np.float64)
        for where in np.argwhere(np.abs(stabilities) <= self._rounding):
            state, neuron = np.split(where, [s.ndim - len(self.shape)])
            stabilities[*where] = self._stability(s[*state], *neuron)
        stable = stabilities > 0
        return stable.all(axis=tuple(range(-len(self.shape), 0)))

    @property
    def _rounding(self) -> float:
        r"""Bound of the float32 error of a field, for rounding errors of random signs.

        It is :math:`\sqrt N \epsilon \sum_j |J_{ij}|`, and the sum is estimated by :math:`\sqrt N`
        times the root of the summed squares, which is at most :math:`\sqrt N` times the largest.
        """
        norm = self._largest * math.sqrt(self.N) + self.J_D + 2 * self.lam
        return self.N * float(np.finfo(np.float32).eps) * norm

    def _stability(self, s: Spins, *neuron: int) -> float:
        """Return the stability of one neuron of one state in float64."""
        *layer, i = neuron
        row = self.couplings[*neuron].astype(np.float64)
        h = row @ s[*layer]
        if layer:
            l = layer[0]
            h += self.lam * s[max(l - 1, 0) : l + 2, i].sum() - self.lam * s[l, i]
        return float(s[*neuron] * h + self.J_D)

    def __repr__(self) -> str:
        layers = f", L={len(self.couplings)}" if len(self.shape) == 2 else ""
        lam = f", lam={self.lam:g}" if layers else ""
        return f"Network(N={self.N}{layers}, J_D={self.J_D:g}{lam}{self._inputs_each})"

    @property
    def _inputs_each(self) -> str:
        if not self.is_sparse:
            return ""
        return f", {cast('csr_array', self.outgoing).nnz / self.N:.3g} inputs each"


def _checked(given: object) -> tuple[npt.NDArray[np.float32], float]:
    """Return dense couplings as they are kept, and the largest entry."""
    couplings = domains.array("couplings", given, "a matrix of real numbers")
    if couplings.dtype.kind not in "iuf":
        raise TypeError(
            f"couplings must be an array of real numbers, dense or of scipy.sparse, got "
            f"{type(given)} of dtype {couplings.dtype}"
        )
    if couplings.ndim not in (2, 3) or couplings.shape[-1] != couplings.shape[-2]:
        raise ValueError(
            f"couplings must be square, (N, N) or (L, N, N), got shape {couplings.shape}"
        )
    if couplings.size == 0:
        raise ValueError(f"couplings must not be empty, got shape {couplings.shape}")
    # is finite only if all entries are, and makes no temporary array
    largest = max(float(couplings.max()), -float(couplings.min()))
    if not largest <= _LARGEST:
        raise ValueError(f"couplings must be finite as float32, got an entry of size {largest}")
    if np.diagonal(couplings, axis1=-2, axis2=-1).any():
        raise ValueError(
            "couplings must have a zero diagonal: the self-coupling is J_D; "
            "np.fill_diagonal(couplings, 0) takes out what is there"
        )
    if couplings.flags.writeable:  # nobody is to change them from outside
        couplings = couplings.astype(np.float32, order="K")
    outgoing = np.ascontiguousarray(couplings.swapaxes(-1, -2), dtype=np.float32).view()
    outgoing.flags.writeable = False
    return outgoing.swapaxes(-1, -2), largest


def checked(network: object) -> Network:
    """Return the argument `network` if it is one."""
    if not isinstance(network, Network):
        raise TypeError(f"network must be a networks.Network, got {network!r}")
    return network


def dense(network: Network, why: str) -> Network:
    """Return the argument `network` if its couplings are a full matrix, which is needed because."""
    if network.is_sparse:
        raise ValueError(
            f"network must have dense couplings, since {why}, got {network!r}; "
            "Network(network.couplings.toarray(), network.J_D) has them"
        )
    return network
