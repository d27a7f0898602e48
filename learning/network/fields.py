r"""The fields of a steered network, each computed anew by matrix products.

States and fields of the hidden units have the shape (L, B, H), for a batch of B inputs.
"""

import numpy as np

from learning.network.couplings import Array, Couplings


def drive(couplings: Couplings, x: Array) -> Array:
    r"""Return the constant part of the fields, :math:`x W_{in} + b`."""
    fixed = np.zeros((couplings.L, len(x), couplings.H), dtype=np.float32)
    for l, W in enumerate(couplings.W_in):
        np.matmul(x, W, out=fixed[l])
    if np.count_nonzero(couplings.bias):
        fixed += couplings.bias[:, None]
    return fixed


def left(couplings: Couplings, fixed: Array, s: Array, f: Array) -> None:
    """Write the fields from the input, the own layer and the layer before to `f`."""
    for l, J in enumerate(couplings.J):
        np.matmul(s[l], J, out=f[l])
    f += fixed
    if couplings.L > 1:
        f[1:] += np.float32(couplings.lam) * s[:-1]
        for l, A in enumerate(couplings.A):
            f[l + 1] += s[l] @ A


def add_right(couplings: Couplings, s: Array, g: Array) -> None:
    """Add the fields from the layer behind."""
    if couplings.L > 1:
        g[:-1] += np.float32(couplings.lam) * s[1:]
        for l, R in enumerate(couplings.R):
            g[l] += s[l + 1] @ R


def feedback(couplings: Couplings, sent: Array) -> Array:
    """Return the fields from what the readout sends back, of shape (B, C)."""
    back = np.zeros((couplings.L, len(sent), couplings.H), dtype=np.float32)
    for l, W in enumerate(couplings.W_b[::-1], start=1):
        np.matmul(sent, W, out=back[-l])
    return back


def readout(couplings: Couplings, x: Array, s: Array) -> Array:
    """Return the fields of the readout, of shape (B, C)."""
    first = couplings.L - len(couplings.W_f)
    u = s[first] @ couplings.W_f[0]
    for l, W in enumerate(couplings.W_f[1:], start=first + 1):
        u += s[l] @ W
    if len(couplings.W_io):
        u += x @ couplings.W_io
    return u
