"""A network in the loop with its environment, as its overlaps see it."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from foundation import domains
from foundation.domains import Floats
from learning_dynamics.control.adjoint import FOR_EVER, loss_and_derivative
from learning_dynamics.control.environment import Environment
from learning_dynamics.control.overlaps import matrix_of_overlaps


class Landscape(NamedTuple):
    r"""The loss as a function of the overlaps O of one rank, :math:`\Phi = \Phi_0 + H O J`.

    J takes the last variables, those of the network.
    """

    Phi: Floats  # Phi_0
    H: Floats
    Q: Floats
    X0: Floats  # a start in each column
    T: int  # steps, or FOR_EVER


@dataclass(frozen=True, eq=False)
class Loop:
    r"""A linear recurrent network in the loop with an environment.

    .. math::

        h_{t+1} = (1-a) h_t + a (U V^T h_t + M y_{t+1}) , \quad u_t = Z^T h_t , \quad h_0 = 0 ,
        \qquad L = \frac{1}{2T} \sum_{t<T} \langle x_t^T Q x_t \rangle .

    It depends on the network through the overlaps
    :math:`O = [Z\ V]^T [M\ U]` alone, whose shape
    (outputs + rank, inputs + rank) says the rank of the network.

    Parameters
    ----------
    environment
        What is to be controlled.
    steps
        Horizon T, >= 2. None for no horizon, where L is half the sum of the cost over all steps:
        infinite, unless the loop is stable.
    leak
        Leak a of the neurons, in (0, 1].

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    Examples
    --------
    >>> import learning_dynamics as ld
    >>> loop = ld.Loop(ld.double_integrator(), steps=50)
    >>> overlaps = [[-0.1, 0.2], [0.3, -0.4]]  # rank one: zm, zu; vm, vu
    >>> loop.loss(overlaps) < loop.loss([[0.0]])  # rank zero, no force
    True
    >>> loop.gradient(overlaps).shape
    (2, 2)
    >>> loop.spectrum(overlaps).shape, loop.spectral_radius(overlaps) < 1
    ((4,), False)
    """

    environment: Environment
    steps: int | None = 50
    leak: float = 1.0

    def __post_init__(self) -> None:
        domains.instance("environment", self.environment, Environment)
        if self.steps is not None:
            object.__setattr__(self, "steps", domains.integer("steps", self.steps, low=2))
        object.__setattr__(self, "leak", domains.real("leak", self.leak, low=1e-9, high=1))

    def loss(self, overlaps: npt.ArrayLike) -> float:
        """Return the loss L.

        Parameters
        ----------
        overlaps
            Of shape (outputs + rank, inputs + rank).

        Returns
        -------
        The loss; inf where there is no horizon and the loop is unstable.

        Raises
        ------
        TypeError, ValueError
            If `overlaps` are not finite numbers, or of another shape.
        """
        return self._evaluated(overlaps)[0]

    def gradient(self, overlaps: npt.ArrayLike) -> Floats:
        """Return the derivative D = dL/dO, by the adjoint.

        Parameters
        ----------
        overlaps
            Of shape (outputs + rank, inputs + rank).

        Returns
        -------
        Of the same shape; nan where there is no horizon and the loop is unstable.

        Raises
        ------
        TypeError, ValueError
            If `overlaps` are not finite numbers, or of another shape.
        """
        return self._evaluated(overlaps)[1]

    def spectrum(self, overlaps: npt.ArrayLike) -> npt.NDArray[np.complex128]:
        """Return the eigenvalues of the closed loop, without what it cannot move.

        Those are a reference, a teacher, the pulse of `imitation`, whose loop is the network alone.

        Parameters
        ----------
        overlaps
            Of shape (..., outputs + rank, inputs + rank).

        Returns
        -------
        Eigenvalues, of shape (..., variables moved + inputs + rank), the largest last.

        Raises
        ------
        TypeError, ValueError
            If `overlaps` are not finite numbers, or of another shape.
        """
        environment = self.environment
        O, rank = matrix_of_overlaps("overlaps", overlaps, environment.inputs, environment.outputs)
        part = self.landscape(rank)
        Phi = part.Phi + np.pad(part.H @ O, [*[(0, 0)] * (O.ndim - 1), (len(part.Q), 0)])
        own = np.append(environment.reached(), np.ones(O.shape[-1], bool))
        values = np.linalg.eigvals(Phi[..., own, :][..., own]).astype(complex)
        order = np.argsort(np.abs(values), axis=-1)
        return np.take_along_axis(values, order, axis=-1)

    def spectral_radius(self, overlaps: npt.ArrayLike) -> float | Floats:
        """Return the largest modulus of `spectrum`; the loop is stable below 1.

        Parameters
        ----------
        overlaps
            Of shape (..., outputs + rank, inputs + rank).

        Returns
        -------
        A number, or an array of shape (...).

        Raises
        ------
        TypeError, ValueError
            If `overlaps` are not finite numbers, or of another shape.
        """
        radius = np.abs(self.spectrum(overlaps)[..., -1])
        return radius if radius.ndim else float(radius)

    def landscape(self, rank: int) -> Landscape:
        """Return the matrices of the loss as a function of overlaps of this rank.

        Parameters
        ----------
        rank
            Rank of the recurrent matrix, >= 0.

        Returns
        -------
        What the compiled functions take.

        Raises
        ------
        TypeError, ValueError
            If `rank` is not an integer >= 0.

        Examples
        --------
        >>> import learning_dynamics as ld
        >>> ld.Loop(ld.double_integrator()).landscape(rank=1).H.shape
        (4, 2)
        """
        rank = domains.integer("rank", rank, low=0)
        environment, a = self.environment, self.leak
        A, B, C = (np.asarray(getattr(environment, name)) for name in "ABC")
        n, p = len(A), len(C)
        k, starts = p + rank, environment.starts()
        E, F = np.eye(k)[:, :p], np.eye(k)[:, p:]
        Phi = np.block([[A, np.zeros((n, k))], [a * E @ C @ A, (1 - a) * np.eye(k)]])
        H = np.block([[B, np.zeros((n, rank))], [a * E @ C @ B, a * F]])
        X0 = np.vstack([starts, np.zeros((k, starts.shape[1]))])
        return Landscape(Phi, H, np.asarray(environment.Q), X0, self.steps or FOR_EVER)

    def _evaluated(self, overlaps: npt.ArrayLike) -> tuple[float, Floats]:
        environment = self.environment
        O, rank = matrix_of_overlaps("overlaps", overlaps, environment.inputs, environment.outputs)
        if O.ndim != 2:
            raise ValueError(f"overlaps must be one matrix, got an array of shape {O.shape}")
        part = self.landscape(rank)
        Phi, n = part.Phi.copy(), len(part.Q)
        Phi[:, n:] += part.H @ O
        L, derivative = loss_and_derivative(Phi, part.Q, part.X0, part.T)
        return L, part.H.T @ derivative[:, n:]
