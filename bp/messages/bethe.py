r"""The Bethe free entropy of the dense iteration.

.. math:: F(h, \omega, m) = \sum_i \ln Z_i(h_i + \theta_i, \omega_i, V_i) - \sum_i h_i m_i
          + \sum_i \frac{\big(\omega_i - \sum_j J_{ij} m_j\big)^2}{2 V_i}, \qquad
          V_i = \sum_j J_{ij}^2 (1 - m_j^2)

is stationary, in all its arguments, at the fixed points of the iteration: there
:math:`\omega_i - \sum_j J_{ij} m_j = -g_i V_i`, and because a Gaussian input obeys
:math:`\partial_V Z = \tfrac12 \partial_\omega^2 Z`, the derivative in m gives h with its second
term. It is the logarithm of the sum of :math:`e^{\sum_i \theta_i s_i}` over the fixed points; the
entropy is :math:`F - \sum_i \theta_i m_i`.
"""

import numpy as np

from bp.messages.column import constrain, empty_tables, transfer
from bp.messages.dense import DenseMessages
from bp.messages.neuron import SMALLEST, Array
from foundation.compiled import compiled


def free_entropy(
    state: DenseMessages, h: Array, omega: Array, m: Array, v: Array, field: Array | float
) -> Array:
    """Return F of every run, in nats per neuron; `v` is 1 - m^2, which m may have lost."""
    h, omega, m, v = (np.asarray(a, np.float64) for a in (h, omega, m, v))
    V = np.maximum(state.square_product(v), SMALLEST)
    mean = state.product(m)
    log_Z = _log_partitions(h + field, omega, V, state.J_D, state.lam)
    terms = log_Z - h * m + (omega - mean) ** 2 / (2 * V)
    return terms.mean(axis=(1, 2))


def entropy(state: DenseMessages, field: Array | float) -> Array:
    """Return the entropy of every run at its present messages, in nats per neuron.

    `field` is all that was added to the fields, focusing included.
    """
    F = free_entropy(state, state.h, state.omega, state.m, state.v, field)
    return F - (field * state.m).mean(axis=(1, 2), dtype=np.float64)


def _log_partitions(h: Array, omega: Array, V: Array, J_D: float, lam: float) -> Array:
    """Return ln Z of every column of every run, spread evenly over its layers."""
    return _columns(h, omega, V, J_D, lam)[:, None, :] / h.shape[1]


@compiled
def _columns(h: Array, omega: Array, V: Array, J_D: float, lam: float) -> Array:
    runs, L, N = h.shape
    log_Z, space, fields = np.empty((runs, N)), empty_tables(L), np.empty(L)
    for run in range(runs):
        for i in range(N):
            constrain(omega[run, :, i], V[run, :, i], J_D, lam, space)
            for l in range(L):
                fields[l] = h[run, l, i]
            log_Z[run, i] = transfer(fields, space)
    return log_Z
