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
from typing import NamedTuple

import numpy as np

from bp.messages.column import constrain, empty_tables, expectations, log_partition, transfer
from bp.messages.neuron import SMALLEST, Array, Inputs
from bp.messages.normal import focus
from foundation.compiled import compiled
from networks import Network


class Couplings(NamedTuple):
    """Couplings by receiver, of shape (L, N, N), to itself, and between neighbouring layers."""

    J: Array
    J_D: float
    lam: float


class Messages(NamedTuple):
    """Messages of shape (L, N, N) and fields of shape (L, N), which an iteration updates.

    `m[l, i, j]` is the magnetisation from neuron j to constraint i, `field[l, i, j]` the field
    back; `t` are the fields of the magnetisations of neurons, `f` those of focusing.
    """

    m: Array
    field: Array
    t: Array
    f: Array


class Update(NamedTuple):
    """External fields of shape (L, N), strength and replicas of focusing, and the damping."""

    theta: Array
    gamma: float
    y: float
    damping: float


class CavityMessages:
    """The messages, and what they say of the neurons.

    Attributes
    ----------
    messages
        As they are after the last iteration.
    """

    def __init__(self, network: Network, rng: np.random.Generator, scale: float = 0.01) -> None:
        N = network.N
        self.network = network
        J = network.couplings.reshape(-1, N, N).astype(np.float64, order="C")
        self.couplings = Couplings(J, network.J_D, network.lam)
        L = len(J)
        start = scale * rng.standard_normal((L, 1, N))
        self.messages = Messages(
            m=np.tanh(start) * np.ones((L, N, 1)),
            field=np.zeros((L, N, N)),
            t=start[:, 0].copy(),
            f=np.zeros((L, N)),
        )

    @property
    def t(self) -> Array:
        """Fields of the neurons' magnetisations, of shape (L, N)."""
        return self.messages.t

    def step(self, theta: Array, gamma: float, y: float, damping: float) -> float:
        """Iterate once, and return the largest change of a magnetisation."""
        before = np.tanh(self.t)
        _iterate(self.couplings, self.messages, Update(theta, gamma, y, damping))
        return float(np.abs(np.tanh(self.t) - before).max()) / (1 - damping)

    def inputs(self) -> tuple[Array, Array, Array]:
        """Return fields, means and variances of the neurons, each of shape (L, N)."""
        J, m = self.couplings.J, self.messages.m
        return self.messages.field.sum(axis=1), (J * m).sum(axis=2), (J**2 * (1 - m**2)).sum(axis=2)

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
        m, field = self.messages.m, self.messages.field
        edges = np.logaddexp(field + np.log1p(m), -field + np.log1p(-m)) - math.log(2)
        edges[:, np.arange(h.shape[1]), np.arange(h.shape[1])] = 0
        return float(columns - edges.sum()) / h.size


@compiled
def _iterate(couplings: Couplings, messages: Messages, update: Update) -> None:
    """Update all fields from all magnetisations, then the magnetisations."""
    J, m, field = couplings.J, messages.m, messages.field
    L, N, _ = J.shape
    omega, V = np.zeros((L, N)), np.zeros((L, N))
    h = update.theta + messages.f
    for l in range(L):
        for i in range(N):
            for j in range(N):
                omega[l, i] += J[l, i, j] * m[l, i, j]
                V[l, i] += J[l, i, j] ** 2 * (1 - m[l, i, j] ** 2)
                h[l, j] += field[l, i, j]
    _update_fields(couplings, messages, Inputs(h, omega, V), update.damping)
    h = update.theta.copy()
    for l in range(L):
        for i in range(N):
            for j in range(N):
                h[l, j] += field[l, i, j]
    _update_magnetisations(couplings, messages, Inputs(h, omega, V), update)


@compiled
def _update_fields(
    couplings: Couplings, messages: Messages, inputs: Inputs, damping: float
) -> None:
    """Update the fields of all constraints, each in the absence of the neuron it acts on."""
    J, J_D, lam = couplings
    m, field = messages.m, messages.field
    h, omega, V = inputs
    L, N, _ = J.shape
    space = empty_tables(L)
    for l in range(L):
        for i in range(N):
            fields, mean, variance = h[:, i].copy(), omega[:, i].copy(), V[:, i].copy()
            for j in range(N):
                if i != j:
                    without = omega[l, i] - J[l, i, j] * m[l, i, j]
                    variance[l] = V[l, i] - J[l, i, j] ** 2 * (1 - m[l, i, j] ** 2)
                    variance[l] = max(variance[l], SMALLEST)
                    mean[l] = without + J[l, i, j]
                    constrain(mean, variance, J_D, lam, space)
                    up = transfer(fields, space)
                    mean[l] = without - J[l, i, j]
                    constrain(mean, variance, J_D, lam, space)
                    down = transfer(fields, space)
                    field[l, i, j] *= damping
                    field[l, i, j] += (1 - damping) * 0.5 * (up - down)


@compiled
def _update_magnetisations(
    couplings: Couplings, messages: Messages, inputs: Inputs, update: Update
) -> None:
    """Update the magnetisations of all neurons, and those in the absence of each constraint."""
    _, J_D, lam = couplings
    m, field, t, f = messages
    h, omega, V = inputs
    _, gamma, y, damping = update
    L, N = h.shape
    space = empty_tables(L)
    for j in range(N):
        constrain(omega[:, j], V[:, j], J_D, lam, space)
        others = f[:, j].copy()
        for l in range(L):
            for i in range(N):
                fields = h[:, j] + others
                fields[l] -= others[l]
                if i != j:
                    fields[l] -= field[l, i, j]
                log_Z = transfer(fields, space)
                u = expectations(l, fields, space, log_Z)[0]
                full = u + focus(gamma, y, u)
                if i == j:
                    t[l, j], f[l, j] = full, full - u
                else:
                    m[l, i, j] = damping * m[l, i, j] + (1 - damping) * math.tanh(full)
