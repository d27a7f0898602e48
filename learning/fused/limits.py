"""What the compiled step cannot do, said before any work."""

from learning.network.error_rule import ErrorRule
from learning.network.recipe import Recipe

MOST = 64  # inputs that learn together


def check(engine: str, recipe: Recipe, L: int, batch: int = 1) -> None:
    """Refuse what the compiled engine, if it is that, cannot do.

    Raises
    ------
    ValueError
        With the engine that can.
    """
    if engine != "compiled":
        return
    strengths, schedule, rule = recipe.strengths, recipe.schedule, recipe.rule
    found = {
        f"L = {L} layers": L > 1,
        "lam_io > 0": strengths.lam_io > 0,
        "order='asynchronous'": schedule.order == "asynchronous",
        "p_update < 1": schedule.p_update < 1,
        "noise > 0": schedule.noise > 0,
        "start='input'": schedule.start == "input",
        f"batch > {MOST}, got {batch},": batch > MOST,
    }
    if not isinstance(rule, ErrorRule):
        found |= {
            "hidden_at='first'": rule.hidden_at == "first",
            f"beta={rule.beta}": rule.beta is not None,
            f"symmetry={rule.symmetry!r}": rule.symmetry != "none",
        }
    for word, present in found.items():
        if present:
            raise ValueError(f"engine='compiled' cannot train with {word}: use engine='events'")
