"""What can be asked of a network whose nodes reset."""

from contrastive_ode.declaration.events import learned_in_events
from contrastive_ode.models.model import Model
from contrastive_ode.supervision.rule import Rule
from contrastive_ode.supervision.task import Task

SUPERVISORS = ("forward", "tangent", "gradient", "descent")
CAUSAL = ("forward", "tangent")


def check_cost(model: Model, task: Task) -> None:
    """Raise a ValueError if the cost is one that does not know of events."""
    if model.system.threshold and task.cost:
        raise ValueError(
            "loss must be an expression in x and y where nodes reset, as a Cost or a Frequency "
            "would miss the events within steps: give a state that follows what it is about (a "
            "trace that a reset raises and that decays, or the time 't' of the last reset)"
        )


def check_rule(model: Model, task: Task, rule: Rule) -> None:
    """Raise a ValueError if the rule does not hold for a system with events."""
    if not model.system.threshold:
        return
    check_cost(model, task)
    if rule.supervisor not in SUPERVISORS:
        raise ValueError(
            f"the supervisor {rule.supervisor} does not hold where nodes reset: take one of "
            f"{', '.join(SUPERVISORS)}"
        )
    if rule.order > 2:
        raise ValueError(
            "order must be 1 or 2 where nodes reset: the time of an event is no analytic function"
        )
    if rule.error_on == "free":
        raise ValueError(
            "error_on must be clamped where nodes reset, as the two trajectories do so at "
            "different times"
        )
    learned = learned_in_events(model.system)
    if rule.supervisor in CAUSAL and learned:
        raise ValueError(
            f"{', '.join(learned)} must be constant under the supervisor {rule.supervisor}, as it "
            "is part of a threshold or a reset, of which the rule (12) knows nothing: declare it "
            "in constants, or take gradient or descent"
        )
