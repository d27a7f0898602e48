"""Networks of graded neurons, that excite themselves and each other at random."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt

from foundation import domains
from networks.revealed import Revealed

Floats = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.float32]

COUPLINGS = ("gaussian", "deferred")
_TOLERANCE = 1e-3  # of deferred couplings
_MOST = 1e4  # of s and g


@dataclass(frozen=True)
class Graded:
    r"""Graded neurons with random couplings.

    .. math:: \dot x_i = -x_i + s\, \phi(x_i) + g \sum_j J_{ij}\, \phi(x_j), \qquad
              \phi = \tanh, \quad J_{ij} \sim \mathcal N(0, 1/N),

    all independent, those with i = j too (so that counts of fixed points are exact at any N).

    Parameters
    ----------
    N
        Number of neurons, >= 1.
    s
        Self-excitation, in [0, 1e4].
    g
        Strength of the couplings, in [0, 1e4].
    couplings
        "gaussian", a matrix; or "deferred", drawn as far as the dynamics sees them: the same in
        law, at a cost that grows with the number of directions in which the rates have been
        (`Revealed`), for networks whose matrix no memory holds.

    Raises
    ------
    TypeError, ValueError
        If a parameter is outside its documented domain.

    Examples
    --------
    >>> import networks
    >>> networks.Graded(N=500, s=1.5, g=2.0).sample(rng=1)
    GradedNetwork(N=500, s=1.5, g=2)
    >>> networks.Graded(N=100_000, s=1.5, g=2.0, couplings="deferred").sample(rng=1)
    GradedNetwork(N=100000, s=1.5, g=2, deferred)
    """

    N: int
    s: float
    g: float
    couplings: str = "gaussian"

    def __post_init__(self) -> None:
        object.__setattr__(self, "N", domains.integer("N", self.N, high=10**9))
        object.__setattr__(self, "s", domains.real("s", self.s, low=0, high=_MOST))
        object.__setattr__(self, "g", domains.real("g", self.g, low=0, high=_MOST))
        domains.choice("couplings", self.couplings, COUPLINGS)

    def sample(self, rng: int | np.random.Generator | None = None) -> GradedNetwork:
        """Draw a network.

        Parameters
        ----------
        rng
            A seed, a generator, or None for a fresh seed. Deferred couplings go on to draw from it.

        Returns
        -------
        GradedNetwork.

        Raises
        ------
        TypeError, ValueError
            If `rng` is outside its documented domain.
        """
        rng = domains.generator(rng)
        if self.couplings == "deferred":
            J = Revealed(self.N, dtype="float32", tolerance=_TOLERANCE, rng=rng)
            return GradedNetwork(J, self.s, self.g)
        matrix = rng.standard_normal((self.N, self.N), dtype=np.float32)
        matrix *= np.float32(1 / sqrt(self.N))
        matrix.flags.writeable = False  # handed over, not copied
        return GradedNetwork(matrix, self.s, self.g)


class GradedNetwork:
    """A network of graded neurons with given couplings.

    Parameters
    ----------
    couplings
        The matrix `J_ij` from neuron j to neuron i, of shape (N, N), kept as float32 (a writable
        array is copied); or a `Revealed` one, of which only products are known.
    s
        Self-excitation, in [0, 1e4].
    g
        Strength of the couplings, in [0, 1e4].

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    Examples
    --------
    Two neurons that inhibit each other, and hold different signs:

    >>> import networks
    >>> network = networks.GradedNetwork([[0, -1], [-1, 0]], s=1.5, g=1.0)
    >>> x = [2.464, -2.464]
    >>> network.fields(x).round(3), network.velocities(x).round(3)
    (array([ 0.986, -0.986]), array([ 0., -0.]))
    >>> network.jacobian(x).round(3)
    array([[-0.957, -0.029],
           [-0.029, -0.957]])
    >>> network.is_stable(x), network.is_stable([0, 0])
    (True, False)
    """

    def __init__(self, couplings: npt.ArrayLike | Revealed, s: float, g: float) -> None:
        self.couplings = couplings if isinstance(couplings, Revealed) else _matrix(couplings)
        self.s = domains.real("s", s, low=0, high=_MOST)
        self.g = domains.real("g", g, low=0, high=_MOST)

    @property
    def N(self) -> int:
        """Number of neurons."""
        return self.couplings.N if isinstance(self.couplings, Revealed) else len(self.couplings)

    def fields(self, x: npt.ArrayLike) -> Floats:
        r"""Return what each neuron receives, :math:`g \sum_j J_{ij} \tanh x_j`.

        Parameters
        ----------
        x
            A state of shape (N,).

        Returns
        -------
        Array of shape (N,).

        Raises
        ------
        TypeError, ValueError
            If `x` is outside its documented domain.
        """
        return self._fields(np.tanh(self._state(x)))

    def velocities(self, x: npt.ArrayLike) -> Floats:
        r"""Return :math:`\dot x`; parameters, shapes and errors are those of `fields`."""
        state = self._state(x)
        phi = np.tanh(state)
        return self.s * phi - state + self._fields(phi)

    def jacobian(self, x: npt.ArrayLike) -> Floats:
        """Return the derivatives of the velocities by the states, of shape (N, N).

        Parameters and errors are those of `fields`; deferred couplings, which have no matrix, are
        refused.
        """
        state = self._state(x)
        if isinstance(self.couplings, Revealed):
            raise ValueError("couplings must be a matrix for a Jacobian, got deferred ones")
        slope = 1 - np.tanh(state) ** 2
        jacobian = self.g * self.couplings.astype(float) * slope
        jacobian[np.diag_indices(self.N)] += self.s * slope - 1
        return jacobian

    def is_stable(self, x: npt.ArrayLike) -> bool:
        """Return whether all eigenvalues of the Jacobian have a negative real part.

        Parameters and errors are those of `jacobian`; that `x` is a fixed point is not asked.
        """
        return bool(np.linalg.eigvals(self.jacobian(x)).real.max() < 0)

    def _fields(self, phi: Floats) -> Floats:
        """Return the fields of rates that were checked."""
        if isinstance(self.couplings, Revealed):
            return self.g * self.couplings.product(phi).astype(float)
        return self.g * (self.couplings @ phi.astype(np.float32)).astype(float)

    def _state(self, x: npt.ArrayLike) -> Floats:
        state = domains.vector("x", x)
        if state.shape != (self.N,):
            raise ValueError(f"x must have shape ({self.N},), got shape {state.shape}")
        return state

    def __repr__(self) -> str:
        deferred = ", deferred" * isinstance(self.couplings, Revealed)
        return f"GradedNetwork(N={self.N}, s={self.s:g}, g={self.g:g}{deferred})"


def _matrix(couplings: npt.ArrayLike) -> Matrix:
    """Return a square matrix of finite numbers that nobody changes."""
    came = domains.array("couplings", couplings, "a matrix of real numbers")
    if came.dtype == np.float32 and not came.flags.writeable:
        matrix = came
    else:
        matrix = domains.finite("couplings", came).astype(np.float32)
        matrix.flags.writeable = False
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or not matrix.size:
        raise ValueError(f"couplings must be square, (N, N), got shape {matrix.shape}")
    if not np.isfinite(matrix.sum()):
        raise ValueError("couplings must be finite as float32")
    return matrix
