r"""Message by message: the reference that the dense iteration is tested against.

Every pair of neurons carries two messages: the magnetisation :math:`m_{j \to i}` of neuron j in the
absence of constraint i, and the field :math:`h_{i \to j}` of constraint i on neuron j,

.. math:: h_{i\to j} = \tfrac12 \sum_{s_j} s_j
          \ln Z_i\Big(\sum_{k\ne j} J_{ik} m_{k\to i} + J_{ij} s_j,\;
                      \sum_{k\ne j} J_{ik}^2 (1 - m_{k\to i}^2)\Big) .

Only the sum of the other inputs is taken as Gaussian; single couplings are exact, and so is the
column of a layered network. An iteration costs :math:`L^2 N^2` evaluations of a neuron.
"""

import math

import numba
import numpy as np

from bp.messages.chain import expectations, log_partition, sweep, tables
from bp.messages.neuron import SMALLEST, Array
from bp.messages.normal import focus
from networks import Network


class Cavity:
    """The messages, and what they say of the neurons.

    Attributes
    ----------
    magnetisation, field
        The messages `m[l, i, j]` from neuron j to constraint i, and `h[l, i, j]` back.
    t
        Fields of the neurons' magnetisations, of shape (L, N).
    """

    def __init__(self, network: Network, rng: np.random.Generator, scale: float = 0.01) -> None:
        N = network.N
        self.network = network
        self.couplings = network.couplings.reshape(-1, N, N).astype(np.float64)
        L = len(self.couplings)
        start = scale * rng.standard_normal((L, 1, N))
        self.magnetisation = np.tanh(start) * np.ones((L, N, 1))
        self.field = np.zeros((L, N, N))
        self.t, self.f = start[:, 0].copy(), np.zeros((L, N))

    def step(self, theta: Array, gamma: float, y: float, damping: float) -> float:
        """Iterate once, and return the largest change of a magnetisation."""
        before = np.tanh(self.t)
        J_D, lam = self.network.J_D, self.network.lam
        out = (self.magnetisation, self.field, self.t, self.f)
        _pass(self.couplings, J_D, lam, theta, gamma, y, damping, *out)
        return float(np.abs(np.tanh(self.t) - before).max()) / (1 - damping)

    def inputs(self) -> tuple[Array, Array, Array]:
        """Return fields, means and variances of the neurons, each of shape (L, N)."""
        J, m = self.couplings, self.magnetisation
        return self.field.sum(axis=1), (J * m).sum(axis=2), (J**2 * (1 - m**2)).sum(axis=2)

    def free_entropy(self, theta: Array) -> float:
        r"""Return the Bethe free entropy in nats per neuron.

        .. math:: F = \sum_i \ln Z_i - \sum_{i \ne j} \ln(\cosh h_{i\to j}
                  + m_{j\to i} \sinh h_{i\to j}) .

        With Gaussian inputs it is stationary in the messages only as N grows, unlike that of
        `bp.messages.bethe`.
        """
        h, omega, V = self.inputs()
        columns = sum(
            log_partition(
                h[:, i] + theta[:, i], omega[:, i], V[:, i], self.network.J_D, self.network.lam
            )
            for i in range(h.shape[1])
        )
        m, field = self.magnetisation, self.field
        edges = np.logaddexp(field + np.log1p(m), -field + np.log1p(-m)) - math.log(2)
        edges[:, np.arange(h.shape[1]), np.arange(h.shape[1])] = 0
        return float(columns - edges.sum()) / h.size


@numba.njit(cache=True)
def _pass(
    J: Array,
    J_D: float,
    lam: float,
    theta: Array,
    gamma: float,
    y: float,
    damping: float,
    m: Array,
    field: Array,
    t: Array,
    f: Array,
) -> None:
    """Update all fields from all magnetisations, then the magnetisations."""
    L, N, _ = J.shape
    omega, V = np.zeros((L, N)), np.zeros((L, N))
    h = theta + f
    for l in range(L):
        for i in range(N):
            for j in range(N):
                omega[l, i] += J[l, i, j] * m[l, i, j]
                V[l, i] += J[l, i, j] ** 2 * (1 - m[l, i, j] ** 2)
                h[l, j] += field[l, i, j]
    for l in range(L):
        for i in range(N):
            mean, variance = omega[:, i].copy(), V[:, i].copy()
            for j in range(N):
                if i != j:
                    without = omega[l, i] - J[l, i, j] * m[l, i, j]
                    variance[l] = V[l, i] - J[l, i, j] ** 2 * (1 - m[l, i, j] ** 2)
                    variance[l] = max(variance[l], SMALLEST)
                    mean[l] = without + J[l, i, j]
                    up = log_partition(h[:, i], mean, variance, J_D, lam)
                    mean[l] = without - J[l, i, j]
                    down = log_partition(h[:, i], mean, variance, J_D, lam)
                    field[l, i, j] *= damping
                    field[l, i, j] += (1 - damping) * 0.5 * (up - down)
    h[:] = theta
    for l in range(L):
        for i in range(N):
            for j in range(N):
                h[l, j] += field[l, i, j]
    _magnetisations(omega, V, h, J_D, lam, gamma, y, damping, field, m, t, f)


@numba.njit(cache=True)
def _magnetisations(
    omega: Array,
    V: Array,
    h: Array,
    J_D: float,
    lam: float,
    gamma: float,
    y: float,
    damping: float,
    field: Array,
    m: Array,
    t: Array,
    f: Array,
) -> None:
    """Update the magnetisations of all neurons, and those in the absence of each constraint."""
    L, N = h.shape
    weight, mean, square = np.zeros((L, 2, 3)), np.zeros((L, 2, 3)), np.zeros((L, 2, 3))
    forward, backward = np.empty((L, 2, 2)), np.empty((L, 2, 2))
    for j in range(N):
        tables(omega[:, j], V[:, j], J_D, lam, weight, mean, square)
        others = f[:, j].copy()
        for l in range(L):
            for i in range(N):
                fields = h[:, j] + others
                fields[l] -= others[l]
                if i != j:
                    fields[l] -= field[l, i, j]
                log_Z = sweep(fields, weight, forward, backward)
                u = expectations(l, fields, weight, mean, square, forward, backward, log_Z)[0]
                full = u + focus(gamma, y, u)
                if i == j:
                    t[l, j], f[l, j] = full, full - u
                else:
                    m[l, i, j] = damping * m[l, i, j] + (1 - damping) * math.tanh(full)
