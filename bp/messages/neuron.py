r"""One neuron together with its own constraint: the node of the message passing.

With the field h on it from the constraints of the other neurons, and a Gaussian input of mean
:math:`\omega` and variance V from them,

.. math:: Z(h, \omega, V) = \sum_{s=\pm1} e^{hs}\, \Phi\big((J_D + s\omega)/\sqrt V\big), \qquad
          m = \partial_h \ln Z, \quad g = \partial_\omega \ln Z, \quad g' = \partial_\omega g .

The magnetisation is kept as its field :math:`t = \mathrm{atanh}\, m`. `bp.messages.column`
does the same in double precision, and for columns of several layers.
"""

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from bp.messages.single_precision import exp, log_cdf, through
from foundation.compiled import compiled

SMALLEST = 1e-6  # variances are kept above it, so that frozen neurons stay finite

Array = npt.NDArray[Any]  # float32 or float64


class Inputs(NamedTuple):
    """What a node is given: field, and mean and variance of the Gaussian input of its neurons."""

    h: Array
    omega: Array
    V: Array


class Focusing(NamedTuple):
    """Strength of focusing and number of replicas of each run, of shape (runs,)."""

    gamma: Array
    y: Array


class Outputs(NamedTuple):
    """What a node writes for its neurons.

    The field of focusing, the magnetisation as a field and as such, its variance, the response and
    its slope.
    """

    f: Array
    t: Array
    m: Array
    v: Array
    g: Array
    slope: Array


_ONE, _TWO, _HALF = np.float32(1), np.float32(2), np.float32(0.5)


@compiled(error_model="numpy")
def update_neurons(inputs: Inputs, J_D: float, focusing: Focusing, out: Outputs) -> None:
    """Write what the nodes of all neurons say, in single precision; arrays of shape (runs, N)."""
    h, omega, V = inputs
    gamma, y = focusing
    f, t, m, v, g, slope = out
    N = h.shape[1]
    root, up, down = np.empty(N, np.float32), np.empty(N, np.float32), np.empty(N, np.float32)
    log_up, log_down = np.empty(N, np.float32), np.empty(N, np.float32)
    for run in range(len(h)):
        for i in range(N):
            root[i] = _ONE / np.float32(math.sqrt(max(V[run, i], np.float32(SMALLEST))))
        _constraint(omega[run], root, np.float32(J_D), _ONE, log_up, up)
        _constraint(omega[run], root, np.float32(J_D), -_ONE, log_down, down)
        for i in range(N):
            t[run, i] = h[run, i] + _HALF * (log_up[i] - log_down[i])
        _focus(np.float32(gamma[run]), np.float32(y[run]), t[run], f[run])
        _magnetise(t[run], m[run], v[run])
        _respond(t[run], root, up, down, g[run])
        _bend(t[run], omega[run], root, np.float32(J_D), up, down, slope[run])


# One short loop each: more arrays in one, and the compiler no longer checks whether they overlap.


@compiled(error_model="numpy")
def _constraint(
    omega: Array, root: Array, J_D: np.float32, s: np.float32, log: Array, mills: Array
) -> None:
    r"""Write :math:`\ln\Phi` and :math:`\varphi/\Phi` of the stability in state s."""
    for i in range(len(omega)):
        log[i], mills[i] = log_cdf((J_D + s * omega[i]) * root[i])


@compiled(error_model="numpy")
def _focus(gamma: np.float32, y: np.float32, t: Array, f: Array) -> None:
    """Write the field of focusing, and add it to t."""
    if gamma == 0:
        f[:] = 0
        return
    for i in range(len(t)):
        f[i] = through(gamma, (y - _ONE) * through(gamma, t[i]))
        t[i] += f[i]


@compiled(error_model="numpy")
def _magnetise(t: Array, m: Array, v: Array) -> None:
    """Write tanh t and 1 - tanh^2 t."""
    for i in range(len(t)):
        decay = exp(-_TWO * abs(t[i]))
        large = (_ONE - decay) / (_ONE + decay)
        square = t[i] * t[i]
        small = t[i] * (_ONE - square * (np.float32(1 / 3) - square * np.float32(2 / 15)))
        m[i] = small if square < np.float32(0.01) else (large if t[i] > 0 else -large)
        v[i] = np.float32(4) * decay / ((_ONE + decay) * (_ONE + decay))


@compiled(error_model="numpy")
def _respond(t: Array, root: Array, up: Array, down: Array, g: Array) -> None:
    """Write the response; `up` and `down` are the slopes of the two states."""
    for i in range(len(t)):
        decay = exp(-_TWO * abs(t[i]))
        p = (_ONE if t[i] > 0 else decay) / (_ONE + decay)
        other = (decay if t[i] > 0 else _ONE) / (_ONE + decay)
        g[i] = (p * up[i] - other * down[i]) * root[i]


@compiled(error_model="numpy")
def _bend(
    t: Array, omega: Array, root: Array, J_D: np.float32, up: Array, down: Array, slope: Array
) -> None:
    """Write the slope of the response."""
    for i in range(len(t)):
        decay = exp(-_TWO * abs(t[i]))
        p = (_ONE if t[i] > 0 else decay) / (_ONE + decay)
        other = (decay if t[i] > 0 else _ONE) / (_ONE + decay)
        curvature = p * up[i] * ((J_D + omega[i]) * root[i] + up[i])
        curvature += other * down[i] * ((J_D - omega[i]) * root[i] + down[i])
        both = up[i] + down[i]
        slope[i] = (p * other * both * both - curvature) * root[i] * root[i]
