"""Whether the step of the integrator is short enough."""

import warnings
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from contrastive_ode.engine.arguments import NetArrays
from contrastive_ode.errors import StepWarning
from contrastive_ode.models.model import Model
from contrastive_ode.supervision.task import Task
from foundation.domains import Floats

LOOKS = 5  # states along the trajectory
PRODUCTS = 40  # of a vector with the Jacobian, at each of them
RESIDUAL = 0.05  # relative, below which a mode counts as found


def warn_of_step(
    model: Model, task: Task, w: Floats, path: Floats | None = None, net: NetArrays | None = None
) -> None:
    r"""Warn if the integrator makes a decaying mode of the Jacobian grow.

    A step multiplies a mode of eigenvalue λ by :math:`1 + z + z^2/2 + z^3/6 + z^4/24`, z = hλ. The
    largest ones are found by Arnoldi's method from products with the Jacobian, at states along the
    free trajectory of the first example; unless few products tell that all are slow. `path` is that
    trajectory, and `net` the network of `w`, where they are known.
    """
    net = model.net(w) if net is None else net
    if path is None:
        whole = np.full((1, task.steps + 1, model.size), np.nan)
        arrays, work = task.started(model, w).arrays, model.workspace()
        model.kernels(task.loss).free(np.arange(1), arrays, net, work, whole, np.zeros(1))
        path = whole[0]
    looks = np.array(sorted({task.steps * m // (LOOKS - 1) for m in range(LOOKS)}))
    looks = looks[np.isfinite(path[looks]).all(axis=1)]
    given = path, task.imposed, net, _direction(model.size), np.empty((2, model.size))
    if model.kernels(task.loss).slow(looks, task.h, *given):
        return
    fastest, when = 0.0, 0
    for n in looks:
        z = task.h * largest_modes(model, w, path[n], n * task.h, task.imposed)
        with np.errstate(over="ignore", invalid="ignore"):
            grows = np.abs(1 + z + z**2 / 2 + z**3 / 6 + z**4 / 24) > 1
        rates = np.abs(z[grows & (z.real < -1e-6)]) / task.h
        # what is hardly faster than at the start is called by the start
        if rates.size and rates.max() > 1.001 * fastest:
            fastest, when = float(rates.max()), n
    if fastest:
        at = f"t = {when * task.h:g}" if when else "the start"
        warnings.warn(
            f"h = {task.h:g} is too long for the fastest mode at {at}, of rate {fastest:.3g}: "
            f"take h < {2.5 / fastest:.2g}",
            StepWarning,
            stacklevel=3,
        )


@lru_cache(maxsize=4)
def _direction(size: int) -> Floats:
    """Return the random vector that is multiplied: the same each time, and not to be changed."""
    return np.random.default_rng(0).normal(size=size)


def largest_modes(
    model: Model, w: Floats, x: Floats, t: float, imposed: npt.NDArray[np.int64]
) -> npt.NDArray[np.complex128]:
    """Return the eigenvalues of the Jacobian that Arnoldi's method finds, the largest for sure.

    All of them, if the network is small; none where the state or the Jacobian is not finite.
    """
    none = np.zeros(0, dtype=complex)
    free = np.ones(model.size)
    free[imposed] = 0.0
    most = min(PRODUCTS, int(free.sum()))
    if not np.isfinite(x).all() or not most:
        return none
    x, product, net = x.copy(), np.empty(model.size), model.net(w)
    basis, H = np.zeros((most + 1, model.size)), np.zeros((most + 1, most))
    basis[0] = free * np.random.default_rng(0).normal(size=model.size)
    basis[0] /= np.linalg.norm(basis[0])
    m = 0
    while m < most:
        model.kernels().jvp(t, x, basis[m], net, product)
        v = free * product
        size = np.linalg.norm(v)
        if not np.isfinite(size):
            return none
        for _ in range(2):  # once leaves the vectors oblique
            along = basis[: m + 1] @ v
            H[: m + 1, m] += along
            v -= along @ basis[: m + 1]
        rest = np.linalg.norm(v)
        m += 1
        if rest <= 1e-12 * size:  # an invariant subspace
            break
        H[m, m - 1] = rest
        basis[m] = v / rest
    values, vectors = np.linalg.eig(H[:m, :m])
    # the last vector is needless where the space is whole
    residual = 0.0 if m == int(free.sum()) else H[m, m - 1]
    found = np.abs(residual * vectors[-1]) <= RESIDUAL * np.abs(values)
    return np.asarray(values[found], dtype=complex)
