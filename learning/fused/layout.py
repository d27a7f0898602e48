"""Couplings by receiver, padded with zeros: how they are stored while they learn."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from learning.network.couplings import Array, Couplings

_UNITS, _CLASSES = 32, 16  # sizes are padded to multiples of these
_LINE = 64  # bytes: rows begin where lines of the cache do, or every second load takes two


class Weights(NamedTuple):
    """Couplings of one layer, each row all that a unit receives; and their sizes.

    `bias` is empty if there is none; from unit `driven` on, none has a coupling from the input.
    """

    J: Array
    W_in: Array
    W_f: Array
    W_b: Array
    bias: Array
    N: int
    H: int
    C: int
    driven: int


def padded(size: int, whole: int = _UNITS) -> int:
    """Return a size that whole tiles fit in."""
    return -(-size // whole) * whole


def zeros(*shape: int) -> Array:
    """Return zeros in float32 that begin with a line of the cache."""
    raw: npt.NDArray[np.uint8] = np.zeros(4 * int(np.prod(shape)) + _LINE, dtype=np.uint8)
    start = -raw.ctypes.data % _LINE
    return raw[start : start + 4 * int(np.prod(shape))].view(np.float32).reshape(shape)


def by_receiver(couplings: Couplings, learned: bool) -> Weights:
    """Return the couplings of one layer in this order; those from the input may be learned."""
    W = couplings
    driven = np.flatnonzero(W.W_in[0].any(axis=0)).max(initial=-1) + 1
    N, H, C = padded(W.N), padded(W.H), padded(W.C, _CLASSES)
    return Weights(
        _transposed(W.J[0], H, H),
        _transposed(W.W_in[0], H, N),
        _transposed(W.W_f[0], C, H),
        _transposed(W.W_b[0], H, C),
        W.bias[0].copy() if W.bias.any() else zeros(0),
        W.N,
        W.H,
        W.C,
        W.H if learned else int(driven),
    )


def write_back(weights: Weights, couplings: Couplings) -> None:
    """Write these couplings into those they were made from."""
    for name in ("J", "W_in", "W_f", "W_b"):
        array = couplings.arrays[name][0]
        array[:] = getattr(weights, name)[: array.shape[1], : array.shape[0]].T
    couplings.reset_diagonals()


def _transposed(matrix: Array, receivers: int, senders: int) -> Array:
    found = zeros(receivers, senders)
    found[: matrix.shape[1], : matrix.shape[0]] = matrix.T
    return found
