"""Whether the step of the integrator is short enough."""

import warnings

import numpy as np

from contrastive_ode.errors import StepWarning
from contrastive_ode.models.model import Model
from contrastive_ode.supervision.task import Task
from foundation.domains import Floats


def warn_of_step(model: Model, task: Task, w: Floats) -> None:
    r"""Warn if the integrator makes a decaying mode of the Jacobian at the start grow.

    A step multiplies a mode of eigenvalue λ by
    :math:`1 + z + z^2/2 + z^3/6 + z^4/24`, z = hλ.
    """
    free = np.ones(model.size, dtype=bool)
    free[task.imposed] = False
    x = task.starts[0].copy()
    x[task.imposed] = task.values[0, 0]
    z = task.h * np.linalg.eigvals(model.jacobian(w, x)[np.ix_(free, free)])
    grows = np.abs(1 + z + z**2 / 2 + z**3 / 6 + z**4 / 24) > 1
    worst = z[grows & (z.real < -1e-6)]
    if worst.size:
        rate = np.abs(worst).max() / task.h
        warnings.warn(
            f"h = {task.h:g} is too long for the fastest mode at the start, of rate {rate:.3g}: "
            f"take h < {2.5 / rate:.2g}",
            StepWarning,
            stacklevel=3,
        )
