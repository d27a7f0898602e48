"""A network with couplings of one bit each, stored or regenerated."""

from __future__ import annotations

from math import sqrt

import numpy as np
import numpy.typing as npt

from foundation import domains
from networks.network import Network, Spins

Numbers = npt.NDArray[np.floating]

LARGEST = 2**31 - 1  # neurons whose sums fit into 32 bits
_NOTHING = np.empty((0, 0), dtype=np.uint8)
_NOTHING.flags.writeable = False  # as stored bits: kernels compile once for both
_ALIGN = 64  # bytes: a row of planes starts a cache line


class BinaryNetwork(Network):
    r"""A network with the couplings :math:`J_{ij} = \pm 1/\sqrt N`, made by `Asymmetric.sample`.

    .. math:: h_i = \sum_{j \ne i} J_{ij} s_j + J_D s_i .

    It does what any `Network` does, with less memory: N^2 / 8 bytes if the bits are stored, nothing
    if they are regenerated from a key. All stabilities are sums of integers, so that the test of a
    fixed point is exact. (:math:`1/\sqrt N` stands for that number in float32.) `couplings` and
    `outgoing` are arrays of N^2 numbers that are made anew at each call: for small networks.

    Parameters
    ----------
    N
        Number of neurons, >= 1 and below 2^31.
    J_D
        Self-coupling, in [0, 1e30].
    planes
        The bits by sender, uint8 of shape (N, row_bytes(N)), row-major, see `networks.bits`; zero
        on the diagonal. None to regenerate them. They are not copied.
    key
        What to regenerate them from, a number of 64 bits.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    Examples
    --------
    >>> import numpy as np
    >>> import networks
    >>> network = networks.Asymmetric(N=16, J_D=0.5, couplings="binary").sample(rng=1)
    >>> network
    BinaryNetwork(N=16, J_D=0.5, binary)
    >>> np.unique(network.couplings)
    array([-0.25,  0.  ,  0.25], dtype=float32)
    >>> start = np.ones(16)
    >>> float(network.fields(start)[0] - network.couplings[0] @ start)
    0.5
    >>> bool(network.is_fixed_point(start))
    False
    """

    planes: npt.NDArray[np.uint8] | None
    key: int
    _N: int

    def __init__(
        self, N: int, J_D: float, planes: npt.NDArray[np.uint8] | None = None, key: int = 0
    ) -> None:
        N = domains.integer("N", N, high=LARGEST)
        if planes is not None:
            planes = _checked(planes, N).view()
            planes.flags.writeable = False
        for name, value in {
            "_N": N,
            "J_D": domains.coupling("J_D", J_D),
            "lam": 0.0,
            "planes": planes,
            "key": domains.integer("key", key, low=0, high=2**64 - 1),
        }.items():
            object.__setattr__(self, name, value)

    @property
    def N(self) -> int:
        """Number of neurons."""
        return self._N

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of a state: (N,)."""
        return (self._N,)

    @property
    def scale(self) -> float:
        """Size of a coupling."""
        return float(np.float32(1 / sqrt(self.N)))

    @property
    def stored(self) -> npt.NDArray[np.uint8]:
        """The stored bits; no rows if they are regenerated."""
        return _NOTHING if self.planes is None else self.planes

    @property
    def outgoing(self) -> npt.NDArray[np.float32]:
        """Couplings by sender, as an array of N^2 numbers that is made anew."""
        from networks import bits

        return np.asarray(
            bits.dense(
                self.stored, np.uint64(self.key), self.N, row_bytes(self.N), np.float32(self.scale)
            )
        )

    @property
    def couplings(self) -> npt.NDArray[np.float32]:
        """The matrix `J_ij` as an array of N^2 numbers that is made anew."""
        return self.outgoing.T

    def sums(self, s: npt.ArrayLike) -> npt.NDArray[np.int32]:
        r"""Return the sums :math:`n_i = \sum_j b_{ij} s_j` of `networks.bits` in the one state `s`.

        There are `8 * row_bytes(N)` of them; those beyond the last neuron have no meaning.

        Examples
        --------
        >>> import numpy as np
        >>> import networks
        >>> network = networks.Asymmetric(N=16, J_D=0.0, couplings="binary").sample(rng=1)
        >>> s = np.ones(16)
        >>> inputs = 2 * network.sums(s)[:16] - s.sum() + s
        >>> bool((network.scale * inputs == network.fields(s)).all())
        True
        """
        return self._sums(domains.state("s", s, self.shape))

    # of states and numbers that were checked before: `networks.trusted`

    def _product(self, x: Numbers) -> Numbers:
        """Return the sums over j of `J_ij x_j`, for rows x."""
        from networks import bit_products

        padded = self._padded(x)
        sums = np.empty_like(padded)
        bit_products.to_receivers(self.stored, np.uint64(self.key), self.N, padded, sums)
        return self._signed(sums[:, : self.N], x)

    def _back(self, x: Numbers) -> Numbers:
        """Return the sums over i of `J_ij x_i`, for rows x."""
        from networks import bit_products

        sums = np.empty_like(x)
        bit_products.to_senders(self.stored, np.uint64(self.key), self._padded(x), sums)
        return self._signed(sums, x)

    def _signs(
        self, senders: npt.NDArray[np.int64], receivers: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.float64]:
        """Return the signs of stored couplings, for pairs of neurons."""
        W = row_bytes(self.N)
        bits = self.stored[senders, receivers % W] >> (receivers // W).astype(np.uint8) & 1
        return np.asarray(2.0 * bits - 1, dtype=np.float64)

    def _padded(self, x: Numbers) -> Numbers:
        return np.pad(x, ((0, 0), (0, 8 * row_bytes(self.N) - self.N)))

    def _signed(self, sums: Numbers, x: Numbers) -> Numbers:
        """Return the sums of couplings of both signs from those of bits."""
        total = x.sum(axis=1, keepdims=True, dtype=np.float64)
        return (self.scale * (2 * sums - total + x)).astype(x.dtype)

    def _sums(self, s: Spins) -> npt.NDArray[np.int32]:
        from networks import bits

        return np.asarray(bits.all_sums(self.stored, np.uint64(self.key), s, row_bytes(self.N)))

    def _fields(self, s: Spins) -> npt.NDArray[np.float32]:
        return self._exact_fields(s).astype(np.float32)

    def _is_fixed_point(self, s: Spins) -> np.bool | npt.NDArray[np.bool]:
        return np.all(s * self._exact_fields(s) > 0, axis=-1)

    def _exact_fields(self, s: Spins) -> npt.NDArray[np.float64]:
        h = np.empty(s.shape)
        for state in np.ndindex(s.shape[:-1]):
            one = s[state]
            inputs = 2 * self._sums(one)[: self.N] - one.sum(dtype=np.int64) + one
            h[state] = self.scale * inputs + self.J_D * one
        return h

    def __repr__(self) -> str:
        kind = "procedural" if self.planes is None else "binary"
        return f"BinaryNetwork(N={self.N}, J_D={self.J_D:g}, {kind})"


def row_bytes(N: int) -> int:
    """Return the number of bytes of a row of planes."""
    return -(-N // (8 * _ALIGN)) * _ALIGN


def draw_planes(N: int, rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    """Draw random bits, with none on the diagonal."""
    W = row_bytes(N)
    words = rng.integers(0, 2**64, size=(N, W // 8), dtype=np.uint64)
    planes = words.view(np.uint8)
    j = np.arange(N)
    planes[j, j % W] &= ~_own_bit(j, W)
    return planes


def _own_bit(j: npt.NDArray[np.int64], W: int) -> npt.NDArray[np.uint8]:
    """Return the bit for neuron j in its byte of a row."""
    return (1 << j // W).astype(np.uint8)


def _checked(planes: object, N: int) -> npt.NDArray[np.uint8]:
    """Return the argument `planes` if it is what `BinaryNetwork` asks for."""
    shape = (N, row_bytes(N))
    wanted = f"planes must be uint8 of shape {shape}"
    if not isinstance(planes, np.ndarray):
        raise TypeError(f"{wanted}, got {planes!r}")
    if planes.dtype != np.uint8 or planes.shape != shape:
        raise ValueError(f"{wanted}, got {planes.dtype} of {planes.shape}")
    if not planes.flags.c_contiguous:
        raise ValueError(f"{wanted} and row-major, got strides {planes.strides}")
    j = np.arange(N)
    if (planes[j, j % shape[1]] & _own_bit(j, shape[1])).any():
        raise ValueError("planes must be zero on the diagonal: the self-coupling is J_D")
    return planes
