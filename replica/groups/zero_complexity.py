"""The number of replicas at which the complexity of clusters is zero."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from replica.groups.cluster_state import State


def found(root: State) -> State:
    """Return the state at a zero of the complexity, as one that was asked for."""
    if not root.converged:
        return _failed(root)
    return replace(root, status="The number of replicas of zero complexity was found.")


def missing(end: State, y_max: float) -> State:
    """Return the state at which a search ended without a zero, as one that failed."""
    if not end.converged:
        return _failed(end)
    advice = (
        "a smaller self-coupling, or at a distance less close to 0 or 1/2"
        if end.complexity > 0
        else "a larger self-coupling or distance"
    )
    status = (
        f"No number of replicas y in [1, {y_max:g}] has zero complexity: the search ended at "
        f"{end.location}, where it is {end.complexity:.3g}; there may be one at {advice}."
    )
    return replace(end, converged=False, status=status)


def _failed(state: State) -> State:
    status = f"The search for zero complexity ended where a solution is missing. {state.status}"
    return replace(state, status=status)


def zero_complexity(
    solve: Callable[[float, Sequence[State]], State],
    d: float,
    y_max: float,
    *,
    factor: float = 3.0,
    xtol: float = 1e-13,
) -> State:
    """Return the solution at the y of zero complexity.

    It is bracketed by steps of a `factor` in y, then found by Brent's method to `xtol` in ln y. If
    there is none in [1, y_max], the solution at that end is returned as one that failed.
    `solve` takes y and, for its first guess, the solutions so far, in the order in which their y
    were first visited.
    """
    from scipy import optimize

    solutions: dict[float, State] = {}
    last, stride = float(np.log(y_max)), float(np.log(factor))

    def complexity(log_y: float) -> float:
        y = min(float(np.exp(log_y)), y_max)
        solutions[log_y] = solve(y, list(solutions.values()))
        return float(solutions[log_y].complexity)

    low = high = float(np.log(3 + 0.7 / (1 - 2 * d)))
    if complexity(low) > 0:
        while complexity(high := min(low + stride, last)) > 0:
            if high >= last:
                return missing(solutions[high], y_max)
            low = high
    else:
        while complexity(low := max(0.0, high - stride)) < 0:
            if low == 0:
                return missing(solutions[low], y_max)
            high = low
    root = optimize.brentq(complexity, low, high, xtol=xtol, rtol=1e-14)
    if root not in solutions:  # the result is kept as evaluated at the root itself
        complexity(root)
    return found(solutions[root])
