"""The third stage of learning: where it ends, and what no controller can beat."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from foundation import domains
from foundation.domains import Floats
from learning_dynamics.control.loop import Loop


@dataclass(frozen=True)
class GoldenEnd:
    """The best network of rank one for the double integrator and a long horizon.

    Attributes
    ----------
    k, a, b
        Its overlaps: k of Z and M, a of V and U, b the product of the two others.
    radius
        Spectral radius of the loop, a double eigenvalue.
    cost
        The mean of the sum of x^2 + v^2 over all steps, 2 T L.

    Examples
    --------
    >>> import learning_dynamics as ld
    >>> end = ld.golden_end()
    >>> end
    GoldenEnd(k=-1.618..., a=-1.236..., b=3.236..., radius=0.3819..., cost=17.326...)
    >>> end.a < -1  # without its loop, the network is unstable
    True
    """

    k: float
    a: float
    b: float
    radius: float
    cost: float


def golden_end() -> GoldenEnd:
    r"""Return where learning of rank one ends: in golden ratios :math:`\varphi = (1+\sqrt5)/2`.

    .. math:: k = -\varphi , \quad a = -2/\varphi , \quad b = 2 \varphi , \quad
        \lambda = \{0, 0, \varphi^{-2}, \varphi^{-2}\} , \quad
        \sum_t \langle x_t^2 + v_t^2 \rangle = \tfrac12 (19 + 7 \sqrt 5) .

    Returns
    -------
    GoldenEnd.

    References
    ----------
    `docs/theory/closed-loop.md`.

    Examples
    --------
    >>> import learning_dynamics as ld
    >>> end = ld.golden_end()
    >>> loop = ld.Loop(ld.double_integrator(), steps=None)
    >>> bool(abs(2 * loop.loss([[end.k, end.b], [1, end.a]]) - end.cost) < 1e-9)
    True
    """
    root = float(np.sqrt(5))
    phi = (1 + root) / 2
    return GoldenEnd(-phi, -2 / phi, 2 * phi, phi**-2, (19 + 7 * root) / 2)


def is_stable(k: npt.ArrayLike, a: npt.ArrayLike, b: npt.ArrayLike) -> npt.NDArray[np.bool]:
    r"""Tell whether a network of rank one makes the double integrator stable (Jury).

    The eigenvalues of the loop are 0 and the roots of

    .. math:: (\lambda - 1)^2 = k + \frac{b}{\lambda - a} .

    Parameters
    ----------
    k, a, b
        Overlaps of Z and M, of V and U, and the product of the two others; they broadcast.

    Returns
    -------
    Booleans.

    Raises
    ------
    TypeError, ValueError
        If they are not finite numbers, or do not broadcast.

    Examples
    --------
    >>> import learning_dynamics as ld
    >>> ld.is_stable(k=-0.5, a=0.0, b=[0.0, 0.3]).tolist()  # not without memory
    [False, True]
    """
    k, a, b = np.broadcast_arrays(
        *(domains.reals(n, x) for n, x in zip("kab", (k, a, b), strict=True))
    )
    c2, c1, c0 = -(a + 2), 2 * a - k + 1, a * k - a - b
    return (
        (1 + c2 + c1 + c0 > 0)
        & (1 - c2 + c1 - c0 > 0)
        & (abs(c0) < 1)
        & (abs(c0**2 - 1) > abs(c0 * c2 - c1))
    )


def lqg_bound(loop: Loop) -> float:
    r"""Return the loss that no controller can beat which sees what the network sees.

    It is that of the linear-quadratic-Gaussian regulator, whose forces cost nothing: with P
    backwards (Riccati) and the covariance S of what is not yet known forwards (Kalman, no noise),

    .. math:: 2 T L = \operatorname{tr} P_0 \Sigma
        + \sum_t \operatorname{tr} K_t^T (B^T P_{t+1} B) K_t S_t .

    As the network, it acts for the first time on what it sees at t = 1.

    Parameters
    ----------
    loop
        A loop with a horizon.

    Returns
    -------
    The bound of the loss.

    Raises
    ------
    TypeError, ValueError
        If `loop` is not one with a horizon.

    Examples
    --------
    >>> import learning_dynamics as ld
    >>> loop = ld.Loop(ld.double_integrator(), steps=50)
    >>> round(ld.lqg_bound(loop), 5)  # rank one comes within 5 %
    0.16517
    """
    domains.instance("loop", loop, Loop)
    if loop.steps is None:
        raise ValueError("loop must have a horizon: Loop(environment, steps=...)")
    environment = loop.environment
    A, B, C, Q, Sigma = (np.asarray(getattr(environment, n)) for n in ("A", "B", "C", "Q", "Sigma"))
    P, feedback = Q, []
    for _ in range(loop.steps - 1):
        weight = B.T @ P @ B
        K = np.linalg.pinv(weight, hermitian=True) @ B.T @ P @ A
        feedback.append(K.T @ weight @ K)
        P = Q + A.T @ P @ A - feedback[-1]
    cost, S = float(np.vdot(P, Sigma)), Sigma
    for penalty in reversed(feedback):
        cost += float(np.vdot(penalty, S))
        S = _seen(A @ S @ A.T, C)
    return cost / (2 * loop.steps)


def _seen(S: Floats, C: Floats) -> Floats:
    """Return the covariance of what is not known after C x was seen."""
    gain = S @ C.T @ np.linalg.pinv(C @ S @ C.T, rcond=1e-12, hermitian=True)
    return S - gain @ C @ S
