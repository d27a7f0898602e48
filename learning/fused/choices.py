"""What a rule does, as compiled functions ask for it."""

from typing import NamedTuple

from learning.network.error_rule import ErrorRule
from learning.network.rule import FEEDBACKS
from learning.plasticity.steps import Steps
from learning.relaxation.segments import ERROR

_, TIED, WEAKLY, NORMALISED, SIGN, LEARNED = range(len(FEEDBACKS))


class Choices(NamedTuple):
    """What a rule does.

    Attributes
    ----------
    follows
        Whether units follow the error inside a window, instead of stabilising their state.
    softmax, agreeing, centred
        As in `Rule`.
    error
        Whether the readout sends its error.
    feedback
        What becomes of the couplings back, a place in `FEEDBACKS`.
    """

    follows: bool
    softmax: bool
    agreeing: bool
    centred: bool
    error: bool
    feedback: int


def choices(steps: Steps) -> Choices:
    """Return what the rule of some steps does."""
    recipe, rule = steps.recipe, steps.recipe.rule
    centred, error = rule.presynaptic == "centred", recipe.wanted == ERROR
    if isinstance(rule, ErrorRule):
        return Choices(True, True, False, centred, error, LEARNED)
    kind = FEEDBACKS.index(rule.feedback)
    return Choices(False, rule.readout == "softmax", rule.agreeing, centred, error, kind)
