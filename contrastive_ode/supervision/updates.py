"""One update of the parameters: the local rule under each supervisor, and the exact gradient."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from contrastive_ode.errors import BlowUpError
from contrastive_ode.models.model import Model
from contrastive_ode.supervision.indices import indices
from contrastive_ode.supervision.task import Task
from contrastive_ode.supervision.workspace import workspace
from foundation import domains
from foundation.domains import Floats

SUPERVISORS = ("forward", "tangent", "clamp", "gradient", "descent")
NUDGING = ("forward", "tangent", "clamp")


@dataclass(frozen=True, eq=False)
class Update:
    """A change of the parameters, for a rate of 1.

    Attributes
    ----------
    dw
        The change, of shape (P,): the mean over the examples.
    costs
        Cost of the free trajectory of each example.

    Examples
    --------
    >>> import contrastive_ode as ode
    >>> from contrastive_ode import systems
    >>> model = systems.linear_oscillators.on(ode.all_to_all(3), kappa=1.0)
    >>> task = ode.Task([0, 0, 0], outputs=[2], T=5, h=0.1, forces={0: 1.0}, target=0.1)
    >>> update = ode.local_update(model, task, model.pack(k=0.5))
    >>> update.dw.shape, update.costs.shape
    ((9,), (1,))
    >>> downhill = ode.Update(-ode.gradient(model, task, model.pack(k=0.5)).dw, update.costs)
    >>> ode.cosine(update.dw, downhill.dw) > 0.5
    True
    """

    dw: Floats
    costs: Floats


def local_update(
    model: Model,
    task: Task,
    w: npt.ArrayLike,
    supervisor: str = "forward",
    *,
    nudge: float = 1e-3,
    error_on: str = "clamped",
    examples: Sequence[int] | None = None,
) -> Update:
    r"""Return the update of the local contrastive rule.

    .. math:: \Delta w_a = \frac1\epsilon \int_0^T [x^C_i(t) - x^F_i(t)]
              \,\frac{\partial F_i}{\partial w_a}\Big|_{x^F(t)} dt

    The supervisor makes the clamped trajectory :math:`x^C`:

    - "forward": pushes the outputs by the force :math:`-\epsilon\, \partial c/\partial x`, and by a
      jump of the same size at a point cost;
    - "tangent": the same in the limit of an infinitesimal push;
    - "clamp": holds the outputs at :math:`x^F - \epsilon\, \partial c/\partial x`;
    - "gradient": :math:`x^C = x^F - \epsilon \lambda` at all nodes, λ the adjoint: the rule then
      descends the gradient, up to the error of the trapezoid rule;
    - "descent": no supervisor and no rule, minus the exact gradient of the discretised cost.

    Parameters
    ----------
    model
        The network.
    task
        Inputs and cost.
    w
        Parameters, of shape (P,).
    supervisor
        One of the words above.
    nudge
        Size ε of the push, > 0.
    error_on
        Whose error the forward supervisor sees: that of the "clamped" trajectory, or of the "free"
        one.
    examples
        Which examples to average over; None for all.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain; if a point cost lies at the final time,
        where a supervisor that pushes comes too late.
    BlowUpError
        If a trajectory leaves the range of numbers of sense.

    References
    ----------
    `docs/theory/contrastive.md`; Stern et al., arXiv:2603.26969, equations (12), (14), (20).

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
    rule = Rule(model, task, supervisor, nudge, error_on)
    return rule(model.vector(w), _examples(examples, task))


def gradient(
    model: Model, task: Task, w: npt.ArrayLike, examples: Sequence[int] | None = None
) -> Update:
    """Return the exact gradient of the discretised cost: its `dw` is the derivative, uphill.

    The cost is that of `Task`, by the trapezoid rule on the steps; the discrete adjoint of the
    integrator gives its gradient to round-off.

    Parameters
    ----------
    model, task, w, examples
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
    downhill = local_update(model, task, w, "descent", examples=examples)
    return Update(-downhill.dw, downhill.costs)


class Rule:
    """A supervisor, checked once and called often; `w` and the examples are taken as they come."""

    def __init__(
        self, model: Model, task: Task, supervisor: str, nudge: float, error_on: str
    ) -> None:
        self.model = domains.instance("model", model, Model)
        self.task = domains.instance("task", task, Task)
        if task.size != model.size:
            raise ValueError(f"task must have start of shape ({model.size},), got ({task.size},)")
        self.supervisor = domains.choice("supervisor", supervisor, SUPERVISORS)
        self.nudge = domains.real("nudge", nudge, low=0, exclusive=True)
        self.closed = domains.choice("error_on", error_on, ("clamped", "free")) == "clamped"
        late = task.points.size and task.points[-1] == task.steps
        if supervisor in NUDGING and late:
            raise ValueError(
                "points must leave a tail: a push at the final time changes nothing that the rule "
                "sees; make T longer by one or two relaxation times"
            )
        if supervisor == "clamp" and not task.running.any():
            raise ValueError("supervisor clamp needs a running cost, got point costs only")
        self.kernels = model.kernels(task.loss)
        adjoint = supervisor in ("gradient", "descent")
        self.work = workspace(model.size, task.steps if adjoint else 0)

    def __call__(self, w: Floats, examples: npt.NDArray[np.int64]) -> Update:
        """Return the update."""
        dw, costs = np.zeros(self.model.P), np.zeros(len(examples))
        grads, net = self.model.split(dw), self.model.net(w)
        arrays: Any = (examples, self.task.arrays, net, self.work)
        if self.supervisor in ("forward", "clamp"):
            hard = self.supervisor == "clamp"
            end = self.kernels.nudged(*arrays, self.nudge, self.closed, hard, grads, costs)
        elif self.supervisor == "tangent":
            end = self.kernels.tangent(*arrays, grads, costs)
        else:
            exact = self.supervisor == "descent"
            end = self.kernels.adjoint(*arrays, exact, grads, costs)
            if exact:
                np.negative(dw, out=dw)
        BlowUpError.check(end, examples, self.task.h)
        BlowUpError.check_update(dw)
        dw /= len(examples)
        return Update(dw, costs)


def _examples(examples: Sequence[int] | None, task: Task) -> npt.NDArray[np.int64]:
    if examples is None:
        return np.arange(task.examples)
    chosen = indices("examples", examples, task.examples)
    if not chosen.size:
        raise ValueError("examples must not be empty")
    return chosen
