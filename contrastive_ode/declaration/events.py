"""Events: a node that reaches a threshold is reset."""

from collections.abc import Mapping
from typing import Any

from contrastive_ode.declaration.declaration import DECLARE, Declaration, index_of, without_index
from contrastive_ode.declaration.expressions import check_expression, names_in
from foundation import domains


def event_of(
    system: Declaration, threshold: Any, reset: Mapping[str, Any] | None
) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Return a threshold and resets as a declaration keeps them, once they can be read."""
    if threshold is None and reset is None:
        return "", ()
    if threshold is None or reset is None:
        raise ValueError(f"{system.name} must have a threshold and a reset, or neither")
    targets = [f"{state}_i" for state in system.states]
    given = domains.mapping("reset", reset)
    if not given:
        raise ValueError("reset must say what becomes of a state: {'x_i': '0'}")
    known = system.symbols("node") - {f"{name}_i" for name, _ in system.totals}
    for target, text in given.items():
        if target not in targets:
            raise ValueError(f"reset must change one of {sorted(targets)}, got {target!r}")
        check_expression(f"{system.name}: reset of {target}", str(text), known, DECLARE)
    check_expression(f"{system.name}: threshold", str(threshold), known, DECLARE)
    if not names_in(str(threshold)) & set(targets):
        raise ValueError(
            f"{system.name}: threshold must be an expression of the node's state that reaches 0 "
            f"when it fires, such as x_i - 1, got {threshold!r}"
        )
    return str(threshold), tuple((without_index(s), str(text)) for s, text in given.items())


def learned_in_events(system: Declaration) -> list[str]:
    """Return the parameters in a threshold or a reset.

    Examples
    --------
    >>> import contrastive_ode as ode
    >>> from contrastive_ode.declaration.events import learned_in_events
    >>> adaptive = ode.System(
    ...     "adaptive",
    ...     node="b_i",
    ...     threshold="x_i - a_i",
    ...     reset={"x_i": "0"},
    ...     parameters=["a_i", "b_i"],
    ... )
    >>> learned_in_events(adaptive)
    ['a']
    """
    texts = [system.threshold, *(text for _, text in system.resets)] if system.threshold else []
    used = {name for text in texts for name in names_in(text)}
    return [
        without_index(name)
        for name in system.parameters
        if (f"{without_index(name)}_i" if index_of(name) else name) in used
    ]
