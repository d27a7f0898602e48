"""How well the local update points down the gradient."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from contrastive_ode.models.model import Model
from contrastive_ode.supervision.task import Task
from contrastive_ode.supervision.updates import gradient, local_update
from contrastive_ode.training.constraints import Constraints
from foundation import domains


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

    Examples
    --------
    >>> import contrastive_ode as ode
    >>> ode.cosine([1, 0], [0, 2]), ode.cosine([1, 0], [-2, 0])
    (0.0, -1.0)
    """
    u = domains.finite("a", a)
    v = domains.shaped("b", b, u.shape)
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

    Examples
    --------
    >>> import contrastive_ode as ode
    >>> from contrastive_ode import systems
    >>> model = systems.linear_oscillators.on(ode.all_to_all(3), kappa=1.0)
    >>> task = ode.Task([0, 0, 0], outputs=[2], T=5, h=0.1, forces={0: 1.0}, target=0.1)
    >>> w = model.pack(k=0.5)
    >>> 0.5 < ode.alignment(model, task, w) < 1
    True
    >>> ode.alignment(model, task, w, "gradient") > 0.999
    True
    """
    allowed = Constraints.of(model, constraints)
    local = local_update(model, task, w, supervisor, examples=examples, **options).dw
    downhill = -gradient(model, task, w, examples=examples).dw
    return cosine(allowed.project(local), allowed.project(downhill))
