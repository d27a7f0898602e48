"""When the local update is the gradient: expansions for short times."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from contrastive_ode.models.model import Model
from foundation import domains


def misalignment(
    model: Model,
    w: npt.ArrayLike,
    x: npt.ArrayLike,
    error: npt.ArrayLike,
    tau_e: float,
    tau_m: float,
    t: float = 0.0,
    velocity: npt.ArrayLike | None = None,
) -> float:
    r"""Return 1 - cos φ for a pulse of error, to second order in the two times.

    .. math:: 1 - \cos\phi \simeq \frac18 \left[ \frac{\|d\|^2}{\|u\|^2}
              - \frac{(u \cdot d)^2}{\|u\|^4} \right], \qquad u = G^T e, \quad
              d = G^T (\tau_m J - \tau_e J^T) e + (\tau_m + \tau_e)\, \dot G^T e .

    The error e arrives at one time; the gradient looks back from it by `tau_e`, to the initial
    condition, and the local rule sums over the time `tau_m` after it.

    Parameters
    ----------
    model
        The network.
    w
        Parameters, of shape (P,).
    x
        State when the error arrives, of shape (size,).
    error
        Derivative of the cost by the state, of the same shape.
    tau_e, tau_m
        The two times, >= 0.
    t
        Time when the error arrives.
    velocity
        Derivative of the state then; None for F, of a network without inputs.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain, or no parameter feels the error.

    References
    ----------
    Stern et al., arXiv:2603.26969, equation (42).

    Examples
    --------
    >>> import numpy as np
    >>> import contrastive_ode as ode
    >>> from contrastive_ode import systems
    >>> A = np.array([[0.0, 0.5], [-0.3, 0.0]])
    >>> model = systems.linear_network.on(ode.all_to_all(2, self_coupling=True), kappa=1.0)
    >>> found = ode.misalignment(model, model.pack(A=A), [1, 2], [0, 1], tau_e=0.1, tau_m=0.2)
    >>> same = ode.linear_misalignment(A - np.eye(2), [1, 2], [0, 1], tau_e=0.1, tau_m=0.2)
    >>> bool(np.isclose(found, same)), 0 < found < 0.01
    (True, True)
    """
    tau_e, tau_m = _times(tau_e, tau_m)
    w = domains.instance("model", model, Model).vector(w)
    e = model.state("error", error)
    J = model.jacobian(w, x, t)
    u = model.sensitivity(w, x, e, t)
    d = model.sensitivity(w, x, (tau_m * J - tau_e * J.T) @ e, t)
    d += (tau_m + tau_e) * model.sensitivity_rate(w, x, e, t, velocity)
    squared = u @ u
    if squared == 0:
        raise ValueError("error must be felt by some parameter, got one that none of them feels")
    return float((d @ d / squared - (u @ d / squared) ** 2) / 8)


def linear_misalignment(
    A: npt.ArrayLike, x: npt.ArrayLike, error: npt.ArrayLike, tau_e: float, tau_m: float
) -> float:
    r"""Return 1 - cos φ for :math:`\dot x = A x` with all entries of A tunable, to second order.

    .. math:: 1 - \cos\phi \simeq \tfrac18 \Big\{ (\tau_m - \tau_e)^2
              [\hat e^T A_s^2 \hat e - (\hat e^T A_s \hat e)^2]
              + (\tau_m + \tau_e)^2 \|A_a \hat e\|^2
              + 2 (\tau_m^2 - \tau_e^2)\, \hat e^T A_s A_a \hat e
              + (\tau_m + \tau_e)^2 [\|A \hat x\|^2 - (\hat x^T A \hat x)^2] \Big\}

    with the symmetric and antisymmetric parts of A. The third, mixed term is absent from the
    paper's description; it vanishes where the two times are equal.

    Parameters
    ----------
    A
        Matrix of shape (N, N).
    x, error
        State when the error arrives and the derivative of the cost by it, of shape (N,), not zero.
    tau_e, tau_m
        As in `misalignment`.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    References
    ----------
    Stern et al., arXiv:2603.26969, equation (43), with the mixed term of our own.

    Examples
    --------
    >>> import numpy as np
    >>> from contrastive_ode import linear_misalignment
    >>> A = np.diag([-1.0, -2.0])
    >>> linear_misalignment(A, x=[1, 0], error=[1, 0], tau_e=0.1, tau_m=0.1)  # along an eigenvector
    0.0
    >>> round(linear_misalignment(A, x=[1, 1], error=[1, 0], tau_e=0.1, tau_m=0.1), 6)
    0.00125
    """
    tau_e, tau_m = _times(tau_e, tau_m)
    A = domains.finite("A", A)
    if A.ndim != 2 or A.shape[0] != A.shape[1]:
        raise ValueError(f"A must be a square matrix, got shape {A.shape}")
    e, x = (_direction(name, v, len(A)) for name, v in (("error", error), ("x", x)))
    symmetric, antisymmetric = (A + A.T) / 2, (A - A.T) / 2
    along, across = symmetric @ e, antisymmetric @ e
    total = (tau_m - tau_e) ** 2 * (along @ along - (e @ along) ** 2)
    total += (tau_m + tau_e) ** 2 * (across @ across)
    total += 2 * (tau_m**2 - tau_e**2) * (along @ across)
    total += (tau_m + tau_e) ** 2 * (A @ x @ (A @ x) - (x @ A @ x) ** 2)
    return float(total / 8)


def _times(tau_e: float, tau_m: float) -> tuple[float, float]:
    return domains.real("tau_e", tau_e, low=0), domains.real("tau_m", tau_m, low=0)


def _direction(name: str, vector: npt.ArrayLike, size: int) -> npt.NDArray[np.float64]:
    v = domains.shaped(name, vector, (size,))
    norm = np.linalg.norm(v)
    if norm == 0:
        raise ValueError(f"{name} must not be zero")
    return v / norm
