"""Linear environments: what a network sees, moves, and is judged by."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from foundation import domains

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class Environment:
    r"""A linear environment in discrete time.

    .. math::

        x_{t+1} = A x_t + B u_t , \qquad y_t = C x_t , \qquad
        \text{cost } \tfrac12 x_t^T Q x_t , \qquad \langle x_0 x_0^T \rangle = \Sigma .

    Parameters
    ----------
    A
        How it moves by itself, of shape (n, n).
    B
        What the q outputs u of the network do to it, of shape (n, q).
    C
        What the p inputs y of the network are, of shape (p, n).
    Q
        The quadratic form of the cost, symmetric and not negative; None for the identity.
    Sigma
        Covariance of its first state, symmetric and not negative; None for the identity.

    Raises
    ------
    TypeError, ValueError
        If a matrix is none, its shape does not fit, or it is not of the documented kind.

    Examples
    --------
    >>> import learning_dynamics as ld
    >>> spring = ld.Environment(A=[[1, 1], [-0.1, 1]], B=[[0], [1]], C=[[1, 0]])
    >>> spring
    Environment(2 variables, 1 seen, 1 moved)
    """

    A: npt.ArrayLike
    B: npt.ArrayLike
    C: npt.ArrayLike
    Q: npt.ArrayLike | None = None
    Sigma: npt.ArrayLike | None = None

    def __post_init__(self) -> None:
        A, B, C = (_matrix(name, getattr(self, name)) for name in "ABC")
        n = len(A)
        _fits("A", A, (n, n))
        _fits("B", B, (n, B.shape[1]))
        _fits("C", C, (C.shape[0], n))
        given = {"A": A, "B": B, "C": C}
        for name in ("Q", "Sigma"):
            value = getattr(self, name)
            form = np.eye(n) if value is None else _matrix(name, value)
            _fits(name, form, (n, n))
            scale = np.abs(form).max()
            if np.abs(form - form.T).max() > 1e-12 * scale:
                raise ValueError(f"{name} must be symmetric, got {form.tolist()}")
            if (lowest := np.linalg.eigvalsh(form)[0]) < -1e-12 * scale:
                raise ValueError(f"{name} must not be negative, got the eigenvalue {lowest:g}")
            given[name] = form
        for name, matrix in given.items():
            object.__setattr__(self, name, matrix)

    @property
    def inputs(self) -> int:
        """How many numbers the network sees, p."""
        return len(np.asarray(self.C))

    @property
    def outputs(self) -> int:
        """How many numbers the network sends, q."""
        return np.asarray(self.B).shape[1]

    def starts(self) -> Floats:
        """Return as columns the states whose mean is exactly that over all starts.

        Returns
        -------
        A root of `Sigma`, of shape (n, its rank).

        Examples
        --------
        >>> import learning_dynamics as ld
        >>> ld.double_integrator().starts().shape
        (2, 2)
        """
        values, vectors = np.linalg.eigh(np.asarray(self.Sigma))
        kept = values > 1e-12 * values[-1]
        return np.ascontiguousarray(vectors[:, kept] * np.sqrt(values[kept]))

    def reached(self) -> npt.NDArray[np.bool]:
        """Tell which variables the network can move; the others drive it and go their own way.

        Returns
        -------
        Booleans, of shape (n,).

        Examples
        --------
        >>> import learning_dynamics as ld
        >>> ld.tracking([0.1]).reached().tolist()  # a point mass, and a reference
        [True, True, False, False]
        """
        A, B = np.asarray(self.A), np.asarray(self.B)
        found = (B != 0).any(1)
        for _ in range(len(A)):
            found = found | (A[:, found] != 0).any(1)
        return found

    def __repr__(self) -> str:
        n = len(np.asarray(self.A))
        return f"Environment({n} variables, {self.inputs} seen, {self.outputs} moved)"


def _matrix(name: str, value: npt.ArrayLike) -> Floats:
    found = domains.finite(name, value)
    if found.ndim != 2 or not found.size:
        raise ValueError(f"{name} must be a matrix, got an array of shape {found.shape}")
    return np.array(found, order="C")


def _fits(name: str, matrix: Floats, shape: tuple[int, ...]) -> None:
    if matrix.shape != shape:
        raise ValueError(f"{name} must have shape {shape}, got {matrix.shape}")


def double_integrator(dt: float = 1.0) -> Environment:
    r"""Return a point mass: a force changes its velocity, its position is seen.

    .. math:: x_{t+1} = x_t + v_t\, dt , \qquad v_{t+1} = v_t + u_t\, dt , \qquad y_t = x_t .

    The cost is :math:`(x^2 + v^2)/2`, and so is to be brought to rest at the origin; both start as
    independent variables of mean zero and variance one.

    Parameters
    ----------
    dt
        Time of one step, > 0.

    Returns
    -------
    Environment.

    Raises
    ------
    TypeError, ValueError
        If `dt` is not a number > 0.

    Examples
    --------
    >>> import learning_dynamics as ld
    >>> ld.double_integrator().A.tolist()
    [[1.0, 1.0], [0.0, 1.0]]
    """
    dt = domains.real("dt", dt, low=0, high=np.inf, exclusive=True)
    return Environment(A=[[1.0, dt], [0.0, 1.0]], B=[[0.0], [dt]], C=[[1, 0]])


def tracking(
    frequencies: npt.ArrayLike, amplitudes: npt.ArrayLike = 1.0, dt: float = 0.1
) -> Environment:
    r"""Return a point mass that is to follow a reference, a sum of sines of random phases.

    Each frequency f is an oscillator, a rotation by :math:`2\pi f\, dt` a step. The network sees
    the position of the mass and the reference; the cost is half the square of their difference.
    The mass starts at rest at the origin.

    Parameters
    ----------
    frequencies
        One or several, >= 0, in inverse units of time.
    amplitudes
        One, or one for each frequency, >= 0.
    dt
        Time of one step, > 0.

    Returns
    -------
    Environment, of two variables of the mass and two of each oscillator.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    Examples
    --------
    >>> import learning_dynamics as ld
    >>> ld.tracking([0.1, 0.4], amplitudes=[1, 0.5])
    Environment(6 variables, 2 seen, 1 moved)
    """
    frequencies = np.atleast_1d(domains.reals("frequencies", frequencies, low=0))
    frequencies = domains.vector("frequencies", frequencies)
    amplitudes = domains.reals("amplitudes", amplitudes, low=0)
    amplitudes = domains.shaped("amplitudes", amplitudes, frequencies.shape)
    dt = domains.real("dt", dt, low=0, high=np.inf, exclusive=True)
    n = 2 + 2 * len(frequencies)
    A, Sigma = np.eye(n), np.zeros((n, n))
    A[0, 1] = dt
    for i, (f, amplitude) in enumerate(zip(frequencies, amplitudes, strict=True)):
        cos, sin = np.cos(2 * np.pi * f * dt), np.sin(2 * np.pi * f * dt)
        own = slice(2 + 2 * i, 4 + 2 * i)
        A[own, own] = [[cos, -sin], [sin, cos]]
        Sigma[own, own] = amplitude**2 / 2 * np.eye(2)
    B, C, error = np.zeros((n, 1)), np.zeros((2, n)), np.zeros(n)
    B[1, 0] = dt
    C[0, 0] = error[0] = 1
    C[1, 2::2], error[2::2] = 1, -1
    return Environment(A, B, C, np.outer(error, error), Sigma)
