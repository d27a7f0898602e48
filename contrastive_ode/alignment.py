"""How well the local update points down the gradient."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from contrastive_ode import checks
from contrastive_ode.constraints import Constraints
from contrastive_ode.model import Model
from contrastive_ode.task import Task
from contrastive_ode.updates import gradient, local_update


def cosine(a: npt.ArrayLike, b: npt.ArrayLike) -> float:
    """Return the cosine of the angle between two vectors; nan if one of them is zero.

    Parameters
    ----------
    a, b
        Vectors of the same shape.

    Raises
    ------
    TypeError, ValueError
        If they are not.
    """
    u = checks.floats("a", a)
    v = checks.shaped("b", b, u.shape)
    norm = float(np.linalg.norm(u) * np.linalg.norm(v))
    return float(np.vdot(u, v)) / norm if norm else float("nan")


def alignment(
    model: Model,
    task: Task,
    w: npt.ArrayLike,
    supervisor: str = "forward",
    *,
    constraints: Constraints | None = None,
    examples: Sequence[int] | None = None,
    **options: Any,
) -> float:
    r"""Return the cosine of the angle between the local update and minus the exact gradient.

    .. math:: \cos\phi = \frac{\Delta w^{loc} \cdot \Delta w^{GD}}
              {\|\Delta w^{loc}\|\, \|\Delta w^{GD}\|}

    Under constraints both are projected first: onto the parameters that may change, and onto
    reciprocal ones.

    Parameters
    ----------
    model, task, w, supervisor, examples
        As in `local_update`.
    constraints
        Which parameters may change; None for all.
    **options
        `nudge` and `error_on`, as in `local_update`.

    Raises
    ------
    TypeError, ValueError, BlowUpError
        As in `local_update`.
    """
    allowed = Constraints(model) if constraints is None else constraints
    local = local_update(model, task, w, supervisor, examples=examples, **options).dw
    downhill = -gradient(model, task, w, examples=examples).dw
    return cosine(allowed.project(local), allowed.project(downhill))
