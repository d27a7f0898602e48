"""Zeros of the right-hand side, by Newton's method on the field itself."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from contrastive_ode.attractors.course import Course
from foundation.domains import Floats

ITERATIONS = 300
CONVERGED = 1e-8  # last correction of a variable, in units of it and of its way to it


class Root(NamedTuple):
    """Where Newton's method ended.

    `speed` is the norm of the right-hand side there, seen from a frame that turns all phases with
    `frequency`; `error` is the last correction and what rounding makes of the right-hand side, and
    `reach` how far the start was. `level` tells
    whether the speed is smallest there, be it zero or not.
    """

    x: Floats
    frequency: float
    speed: float
    error: float
    reach: float
    converged: bool
    level: bool


class Spectrum(NamedTuple):
    """Eigenvalues of a Jacobian by falling real part, their errors, and what they say."""

    eigenvalues: npt.NDArray[np.complex128]
    errors: Floats
    stability: str


def root(course: Course, start: Floats, most: int = ITERATIONS) -> Root:
    r"""Return the zero of the right-hand side that Newton's method finds from a state.

    The step solves :math:`J\,\delta = -F`; where the speed would grow, it is that of Levenberg and
    Marquardt, :math:`(J^T J + \lambda)\,\delta = -J^T F`, which ends in a minimum of the speed.
    With phases that may shift together, their common frequency is an unknown too.
    """
    e, N = course.shift, course.model.size
    z = np.append(start, 0.0)
    if e is not None:
        z[N] = float(course.rhs(start) @ e / e.sum())

    def residual(z: Floats) -> Floats:
        f = course.rhs(z[:N])
        return f if e is None else np.append(f - z[N] * e, 0.0)

    g, damp = residual(z), 0.0
    A = _bordered(course, z[:N])
    scale = float(np.linalg.norm(A)) ** 2
    for _ in range(most):
        step = _step(A, g, damp)
        new = z.copy()
        new[: len(step)] -= step
        trial = residual(new)
        reach = np.abs(new[:N]).max() + np.abs(new[:N] - start).max()
        if np.linalg.norm(trial) < np.linalg.norm(g):
            z, g, damp = new, trial, damp / 10 if damp > 1e-9 * scale else 0.0
            A = _bordered(course, z[:N])
        elif np.abs(step).max() <= 1e-14 * reach or damp > 1e8 * scale or not g.any():
            break
        else:
            damp = max(10 * damp, 1e-6 * scale)
    way = np.abs(z[:N] - start)
    reach = float(way.max())
    if not (np.isfinite(A).all() and np.isfinite(g).all()):
        return Root(z[:N], float(z[N]), np.inf, np.inf, reach, False, False)
    step = _step(A, g, 0.0)
    last, speed = np.abs(step[:N]), float(np.linalg.norm(g))
    rounding = 4e-16 * np.abs(A[:N, :N]) @ np.abs(z[:N])
    inverse = np.linalg.pinv(A) if _singular(A) else np.linalg.inv(A)
    blur = np.abs(inverse[:N, :N]) @ rounding
    solved = np.linalg.norm(A @ step - g) <= 0.5 * speed
    level = np.linalg.norm(A.T @ g) <= 1e-6 * np.sqrt(scale) * speed
    near = (last <= CONVERGED * (np.abs(z[:N]) + way) + blur).all()
    zero = (np.abs(g[:N]) <= rounding).all()  # in a family no step can be solved for rounding
    converged = bool(zero or speed == 0 or (solved and near))
    error = float(last.max() + blur.max())
    return Root(z[:N], float(z[N]), speed, error, reach, converged, bool(level))


def spectrum(course: Course, found: Root) -> Spectrum:
    """Return the eigenvalues at a zero, without the one of a common shift of all phases.

    The errors are those of rounding, by the condition of each eigenvalue, and of the error of the
    zero.
    """
    B = course.across
    J = B @ course.jacobian(found.x) @ B.T
    away = found.x + 10 * found.error * np.sign(course.rhs(found.x) + 0.5)
    moved = float(np.linalg.norm(B @ course.jacobian(away) @ B.T - J))
    values, right = np.linalg.eig(J)
    try:  # of each eigenvalue: the norm of its left eigenvector
        condition = np.minimum(np.linalg.norm(np.linalg.inv(right), axis=1), 1e9)
    except np.linalg.LinAlgError:
        condition = np.full(len(values), 1e9)
    errors = condition * (1e-14 * np.linalg.norm(J) + moved)
    order = np.argsort(-values.real, kind="stable")
    values, errors = values[order].astype(complex), errors[order]
    if (values.real > errors).any():
        word = "unstable"
    elif (values.real < -errors).all():
        word = "stable"
    else:
        word = "centre" if np.abs(values[np.abs(values.real) <= errors].imag).min() else "marginal"
    return Spectrum(values, errors, word)


def contracts(course: Course, found: Root, path: Floats) -> bool:
    r"""Return whether a trajectory runs into a stable zero, as a Lyapunov function tells.

    With :math:`J^T P + P J = -1`, the function :math:`V = \delta^T P \delta` of the distance falls
    in the linear regime by :math:`|\delta|^2`. It does if it falls at least half as fast at all
    states of the path: so a spiral that decays slowly is told from a cycle, and need not be waited
    for.
    """
    from scipy.linalg import solve_continuous_lyapunov

    B = course.across
    away = course.space.deviation(path, found.x)
    d = away @ B.T
    J = B @ course.jacobian(found.x) @ B.T
    P = solve_continuous_lyapunov(J.T, -np.eye(len(J)))
    far = (np.abs(away) > nothing(course, found, path[0])).any(axis=1)
    if not far.any():
        return True
    f = np.array([B @ course.rhs(x) for x in path[far]])
    fall = -2 * ((d[far] @ P) * f).sum(axis=1)
    return bool((fall >= 0.5 * (d[far] ** 2).sum(axis=1)).all())


def arrived(course: Course, found: Root, x: Floats, start: Floats) -> bool:
    """Return whether a state is at a zero, coming from another."""
    away = np.abs(course.space.deviation(x, found.x))
    return bool((away <= nothing(course, found, start)).all())


def nothing(course: Course, found: Root, start: Floats) -> Floats:
    """Return the distance to a zero that is none: rounding, and the error of the zero.

    Of each variable by itself: a large one does not make a small cycle a point.
    """
    reach = np.abs(found.x) + np.abs(course.space.deviation(start, found.x))
    return np.asarray(1e-10 * reach + 10 * found.error)


def _bordered(course: Course, x: Floats) -> Floats:
    """Return the Jacobian, with a column for the frequency and a row that holds the phases."""
    J, e = course.jacobian(x), course.shift
    if e is None:
        return J
    return np.block([[J, -e[:, None]], [e[None, :], np.zeros((1, 1))]])


def _step(A: Floats, g: Floats, damp: float) -> Floats:
    if not (np.isfinite(A).all() and np.isfinite(g).all()):
        return np.zeros(A.shape[1])
    if damp:
        return np.asarray(np.linalg.solve(A.T @ A + damp * np.eye(A.shape[1]), A.T @ g))
    if _singular(A):
        return np.asarray(np.linalg.lstsq(A, g, rcond=1e-15)[0])
    return np.asarray(np.linalg.solve(A, g))


def _singular(A: Floats) -> bool:
    """Return whether a matrix is singular up to rounding, as on a line of fixed points."""
    from scipy.linalg.lapack import dgecon, dgetrf

    factors, _, info = dgetrf(A)
    return bool(info) or dgecon(factors, np.abs(A).sum(axis=0).max())[0] < 1e-14
