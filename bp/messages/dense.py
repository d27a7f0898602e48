r"""The dense iteration: one mean and one response a neuron, as of an AMP algorithm.

In the notation of `bp.messages.neuron`, for the neurons i of a layer,

.. math::
    \omega_i = \sum_j J_{ij} m_j - g_i V_i, \qquad V_i = \sum_j J_{ij}^2 (1 - m_j^2), \qquad
    h_j = \sum_i J_{ij} g_i - m_j \sum_i J_{ij}^2 g'_i .

The second terms take out what a neuron has sent to itself through its neighbours. They hold for
independent `J_ij` and `J_ji`.
"""

import copy
from typing import Self

import numpy as np
import numpy.typing as npt

from bp.messages.column import update_columns
from bp.messages.neuron import Array, Focusing, Inputs, Outputs, update_neurons
from networks import Network

_NAMES = ("h", "omega", "f", "t", "m", "v", "g", "slope")


class DenseMessages:
    """Several runs of the dense iteration on one network, side by side.

    The runs share each passage over the couplings, which is what the iteration costs. All arrays
    have shape (runs, L, N).

    Attributes
    ----------
    h, omega, V
        Field on a neuron from the constraints of the others; mean and variance of its input.
    f, t, m, v
        Field of focusing; magnetisation, as a field and as such, and its variance.
    g, slope
        Response and its derivative.
    """

    def __init__(
        self,
        network: Network,
        runs: int,
        *,
        dtype: npt.DTypeLike = np.float32,
        exact_squares: bool = False,
    ) -> None:
        N = network.N
        self.network, self.J_D, self.lam = network, network.J_D, network.lam
        self.outgoing = network.outgoing.reshape(-1, N, N).astype(dtype, copy=False)
        self.squares = self.outgoing**2 if exact_squares else None
        self.square = self._mean_square()
        self._make((runs, len(self.outgoing), N), dtype)

    def _make(self, shape: tuple[int, ...], dtype: npt.DTypeLike) -> None:
        """Make the arrays."""
        self.shape = shape
        self.h, self.omega, self.f, self.t, self.m, self.v, self.g, self.slope = (
            np.zeros(self.shape, dtype) for _ in _NAMES
        )
        self.V = self.square_product(self.v)
        out = Outputs(self.f, self.t, self.m, self.v, self.g, self.slope)
        self.fast = self.h.dtype == np.float32 and self.shape[1] == 1
        self.out = Outputs(*(array[:, 0] for array in out)) if self.fast else out

    def only(self, kept: npt.NDArray[np.bool]) -> Self:
        """Return the messages of some of the runs, which go on as if all were there."""
        some = copy.copy(self)
        some._make((int(kept.sum()), *self.shape[1:]), self.h.dtype)
        for name in _NAMES:
            getattr(some, name)[:] = getattr(self, name)[kept]
        some.V = self.V[kept]
        return some

    def start(self, fields: Array) -> None:
        """Start from magnetisations given as fields; at zero fields the iteration would stay."""
        for array in (self.h, self.f, self.g, self.slope):
            array[:] = 0
        self.t[:] = fields
        self.m[:] = np.tanh(self.t)
        self.v[:] = 1 - self.m**2
        self.V = self.square_product(self.v)
        self.omega[:] = self.product(self.m)

    def start_at_random(self, rng: np.random.Generator, scale: float = 0.01) -> None:
        """Start all runs from small random fields."""
        self.start(scale * rng.standard_normal(self.shape))

    def _mean_square(self) -> npt.NDArray[np.float64]:
        """Return the mean of the squared couplings of each layer."""
        N = self.network.N
        rows = np.einsum("lij,lij->li", self.outgoing, self.outgoing)
        return rows.sum(axis=1, dtype=np.float64)[:, None] / max(1, N * (N - 1))

    def overlaps(self) -> Array:
        """Return the mean squared magnetisation of each run."""
        return 1 - self.v.mean(axis=(1, 2), dtype=np.float64)

    def product(self, x: Array) -> Array:
        """Return the sum over j of `J_ij x_j`."""
        return _each_layer(x, self.outgoing)

    def back(self, x: Array) -> Array:
        """Return the sum over i of `J_ij x_i`."""
        return _each_layer(x, self.outgoing.swapaxes(1, 2))

    def square_product(self, x: Array) -> Array:
        """Return the sum over j of `J_ij^2 x_j`; by default with all squares at their mean."""
        return self._mean_field(x) if self.squares is None else _each_layer(x, self.squares)

    def square_back(self, x: Array) -> Array:
        """Return the sum over i of `J_ij^2 x_i`; by default with all squares at their mean."""
        if self.squares is None:
            return self._mean_field(x)
        return _each_layer(x, self.squares.swapaxes(1, 2))

    def _mean_field(self, x: Array) -> Array:
        total = x.sum(axis=2, keepdims=True, dtype=np.float64)
        return (self.square * (total - x)).astype(x.dtype, copy=False)

    def step(
        self, field: Array | float, gamma: Array, y: Array, damping: float
    ) -> npt.NDArray[np.float64]:
        """Iterate once, and return the largest change of a magnetisation in each run.

        `field` is added to the fields on the neurons; `gamma` and `y`, of shape (runs,), set the
        focusing. What is damped are `omega` and `h`.
        """
        before = self.m.copy()
        self.update(field, gamma, y)
        change = np.abs(self.m - before).max(axis=(1, 2)).astype(np.float64)
        self._mix(self.h, self.back(self.g) - self.m * self.square_back(self.slope), damping)
        self.V = self.square_product(self.v)
        self._mix(self.omega, self.product(self.m) - self.g * self.V, damping)
        return change / (1 - damping)

    @staticmethod
    def _mix(old: Array, new: Array, damping: float) -> None:
        old *= damping
        new *= 1 - damping
        old += new

    def update(self, field: Array | float, gamma: Array, y: Array) -> None:
        """Update all neurons at the present `h`, `omega` and variances."""
        h = (self.h + field).astype(self.h.dtype, copy=False)
        if self.fast:
            inputs = Inputs(h[:, 0], self.omega[:, 0], self.V[:, 0])
            update_neurons(inputs, self.J_D, Focusing(gamma, y), self.out)
        else:
            inputs = Inputs(h, self.omega, self.V)
            update_columns(inputs, self.J_D, self.lam, Focusing(gamma, y), self.out)


def _each_layer(x: Array, matrices: Array) -> Array:
    """Return the rows of x times the matrix of their layer."""
    return np.stack([x[:, l] @ matrix for l, matrix in enumerate(matrices)], axis=1)
