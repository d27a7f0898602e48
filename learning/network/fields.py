r"""The fields of a steered network, each computed anew by matrix products.

States and fields of the hidden units have the shape (L, B, H), for a batch of B inputs.
"""

import numpy as np

from learning.network.couplings import Array, Couplings


def drive(couplings: Couplings, x: Array) -> Array:
    r"""Return the constant part of the fields, :math:`x W_{in} + b`."""
    constant = np.zeros((couplings.L, len(x), couplings.H), dtype=np.float32)
    for l, W in enumerate(couplings.W_in):
        np.matmul(x, W, out=constant[l])
    if np.count_nonzero(couplings.bias):
        constant += couplings.bias[:, None]
    return constant


def forward(couplings: Couplings, constant: Array, s: Array, f: Array) -> None:
    """Write to `f` the fields of inference: of the input, the own layer and the previous layer."""
    for l, J in enumerate(couplings.J):
        np.matmul(s[l], J, out=f[l])
    f += constant
    if couplings.L > 1:
        f[1:] += np.float32(couplings.lam) * s[:-1]
        for l, W in enumerate(couplings.forward):
            f[l + 1] += s[l] @ W


def backward(
    couplings: Couplings, right: bool, feedback: bool, s: Array, back: Array, g: Array
) -> None:
    """Write to `g` the fields of the next layer and those of the readout, `back`, if they act."""
    g[:] = back if feedback else 0
    if right:
        add_backward(couplings, s, g)


def add_backward(couplings: Couplings, s: Array, g: Array) -> None:
    """Add the fields of the next layer."""
    if couplings.L > 1:
        g[:-1] += np.float32(couplings.lam) * s[1:]
        for l, W in enumerate(couplings.backward):
            g[l] += s[l + 1] @ W


def feedback(couplings: Couplings, sent: Array) -> Array:
    """Return the fields of what the readout sends back, of shape (B, C)."""
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


def missed(y: Array, u: Array, temperature: float) -> Array:
    r"""Return the error of the readout, :math:`e = (y + 1)/2 - \mathrm{softmax}(u/T)`, (B, C)."""
    p = np.exp((u - u.max(axis=1, keepdims=True)) / np.float32(temperature))
    return (y + np.float32(1)) / np.float32(2) - p / p.sum(axis=1, keepdims=True)
