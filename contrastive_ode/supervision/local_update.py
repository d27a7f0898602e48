"""One update of the parameters: the local rule under each supervisor, and the exact gradient."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from contrastive_ode.errors import BlowUpError
from contrastive_ode.models.model import Model
from contrastive_ode.supervision.bound_rule import BoundRule, Update
from contrastive_ode.supervision.indices import chosen_examples
from contrastive_ode.supervision.rule import Rule
from contrastive_ode.supervision.task import Task
from foundation import domains


def local_update(
    model: Model,
    task: Task,
    w: npt.ArrayLike,
    rule: Rule | str = "forward",
    *,
    examples: Sequence[int] | None = None,
    throw: bool = True,
) -> Update:
    r"""Return the update of the local contrastive rule.

    .. math:: \Delta w_a = \frac1\epsilon \int_0^T [x^C_i(t) - x^F_i(t)]
              \,\frac{\partial F_i}{\partial w_a}\Big|_{x^F(t)} dt

    Parameters
    ----------
    model
        The network.
    task
        Inputs and cost.
    w
        Parameters, of shape (P,).
    rule
        The `Rule`, or the name of its supervisor: "forward", "tangent", "clamp", "echo", "gradient"
        or "descent".
    examples
        Which examples to average over; None for all.
    throw
        Whether to raise if a trajectory blows up; otherwise the update is nan.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain; if a point cost lies at the final time,
        where a supervisor that pushes comes too late; if the echo does not hold for the network.
    BlowUpError
        If a trajectory blows up.

    Examples
    --------
    A change of the parameters along it lowers the cost:

    >>> import contrastive_ode as ode
    >>> from contrastive_ode import systems
    >>> model = systems.linear_oscillators.on(ode.all_to_all(3), kappa=1.0)
    >>> task = ode.Task([0, 0, 0], outputs=[2], T=5, h=0.1, forces={0: 1.0}, target=0.1)
    >>> w = model.pack(k=0.5)
    >>> update = ode.local_update(model, task, w)
    >>> bool(ode.simulate(model, task, w + 0.1 * update.dw).costs[0] < update.costs[0])
    True
    """
    bound = BoundRule(model, task, Rule.of(rule))
    w, chosen = model.vector(w), chosen_examples(examples, task.examples)
    throw = domains.boolean("throw", throw)
    try:
        return bound(w, chosen)
    except BlowUpError as error:
        if throw:
            raise
        nothing = np.full(model.P, np.nan), np.full(len(chosen), np.nan)
        return Update(*nothing, converged=False, status=str(error))


def gradient(
    model: Model,
    task: Task,
    w: npt.ArrayLike,
    *,
    examples: Sequence[int] | None = None,
    throw: bool = True,
) -> Update:
    """Return the exact gradient of the discretised cost: its `dw` is the derivative, uphill.

    The cost is that of `Task`, by the trapezoid rule on the steps; the discrete adjoint of the
    integrator gives its gradient to round-off.

    Parameters
    ----------
    model, task, w, examples, throw
        As in `local_update`.

    Raises
    ------
    TypeError, ValueError, BlowUpError
        As in `local_update`.

    Examples
    --------
    The derivative of the cost, also by differences:

    >>> import numpy as np
    >>> import contrastive_ode as ode
    >>> from contrastive_ode import systems
    >>> model = systems.linear_oscillators.on(ode.all_to_all(3), kappa=1.0)
    >>> task = ode.Task([0, 0, 0], outputs=[2], T=5, h=0.1, forces={0: 1.0}, target=0.1)
    >>> w, step = model.pack(k=0.5), 1e-6 * model.pack(k=1.0)
    >>> low, high = (ode.simulate(model, task, w + sign * step).costs[0] for sign in (-1, 1))
    >>> bool(np.isclose((high - low) / 2, ode.gradient(model, task, w).dw @ step, rtol=1e-6))
    True
    """
    downhill = local_update(model, task, w, "descent", examples=examples, throw=throw)
    uphill = np.negative(downhill.dw, out=downhill.dw)
    return Update(uphill, downhill.costs, downhill.converged, downhill.status)
