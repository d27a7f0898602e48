r"""One neuron together with its own constraint: the node of the message passing.

With the field h on it from the constraints of the other neurons, and a Gaussian input of mean
:math:`\omega` and variance V from them,

.. math:: Z(h, \omega, V) = \sum_{s=\pm1} e^{hs}\, \Phi\big((J_D + s\omega)/\sqrt V\big), \qquad
          m = \partial_h \ln Z, \quad g = \partial_\omega \ln Z, \quad g' = \partial_\omega g .

The magnetisation is kept as its field :math:`t = \mathrm{atanh}\, m`.
"""

import math

import numba
import numpy as np
import numpy.typing as npt

from bp.normal import focus, log_cdf

SMALLEST = 1e-12  # variances are kept above it, so that frozen neurons stay finite

Floats = npt.NDArray[np.floating]


@numba.njit(cache=True, error_model="numpy")
def update_neurons(
    h: Floats,
    omega: Floats,
    V: Floats,
    J_D: float,
    gamma: npt.NDArray[np.float64],
    y: npt.NDArray[np.float64],
    f: Floats,
    t: Floats,
    m: Floats,
    v: Floats,
    g: Floats,
    slope: Floats,
) -> None:
    """Write field of focusing, magnetisation, its variance, response and slope of all neurons.

    All arrays have shape (N, starts), but `gamma` and `y` (starts,).
    """
    for i in range(h.shape[0]):
        for s in range(h.shape[1]):
            root = 1 / math.sqrt(max(V[i, s], SMALLEST))
            up, down = (J_D + omega[i, s]) * root, (J_D - omega[i, s]) * root
            log_up, mills_up = log_cdf(up)
            log_down, mills_down = log_cdf(down)
            field = h[i, s] + 0.5 * (log_up - log_down)
            f[i, s] = focus(gamma[s], y[s], field)
            field += f[i, s]
            t[i, s] = field
            m[i, s] = math.tanh(field)
            decay = math.exp(-2 * abs(field))
            v[i, s] = 4 * decay / (1 + decay) ** 2
            p = 1 / (1 + math.exp(-2 * field))
            a_up, a_down = mills_up * root, -mills_down * root
            g[i, s] = p * a_up + (1 - p) * a_down
            curvature = p * mills_up * (up + mills_up) + (1 - p) * mills_down * (down + mills_down)
            slope[i, s] = 0.25 * v[i, s] * (a_up - a_down) ** 2 - curvature * root**2
