"""How well the local update points down the gradient."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from contrastive_ode.models.model import Model
from contrastive_ode.supervision.bound_rule import BoundRule
from contrastive_ode.supervision.indices import chosen_examples
from contrastive_ode.supervision.rule import Rule
from contrastive_ode.supervision.task import Task
from contrastive_ode.training.constraints import Constraints
from foundation import domains
from foundation.domains import Floats


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
    u, v = _of_order_one(u), _of_order_one(v)
    norm = float(np.linalg.norm(u) * np.linalg.norm(v))
    return float(np.vdot(u, v)) / norm if norm else float("nan")


def _of_order_one(x: Floats) -> Floats:
    """Divide by a power of two, exactly: squares of what diverges would overflow."""
    return np.ldexp(x, -np.frexp(np.abs(x).max(initial=0))[1])


def alignment(
    model: Model,
    task: Task,
    w: npt.ArrayLike,
    rule: Rule | str = "forward",
    *,
    constraints: Constraints | None = None,
    examples: Sequence[int] | None = None,
) -> float:
    r"""Return the cosine of the angle between the local update and minus the exact gradient.

    .. math:: \cos\phi = \frac{\Delta w^{loc} \cdot \Delta w^{GD}}
              {\|\Delta w^{loc}\|\, \|\Delta w^{GD}\|}

    Under constraints a penalty is added to both, and both are projected: onto the parameters that
    may change, and onto reciprocal ones.

    Parameters
    ----------
    model, task, w, rule, examples
        As in `local_update`.
    constraints
        Which parameters may change, and what they cost; None for no limits.

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
    local, exact = (BoundRule(model, task, Rule.of(r)) for r in (rule, "descent"))
    w, chosen = model.vector(w), chosen_examples(examples, task.examples)
    decay = allowed.penalty.downhill(w, task.T)
    return cosine(*(allowed.project(bound(w, chosen).dw + decay) for bound in (local, exact)))
