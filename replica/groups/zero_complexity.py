"""The number of replicas at which the complexity of clusters is zero."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from scipy import optimize

from foundation.errors import ConvergenceError
from replica.groups.states import ClusterState, State


def demand(found: Sequence[ClusterState], y_max: float) -> None:
    """Raise if one of the solutions is not at zero complexity."""
    for state in found:
        if not state.converged:
            raise ConvergenceError(
                f"no y in [1, {y_max:g}] has zero complexity: the search ended at {state}; "
                "throw=False goes on"
            )


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
    there is none in [1, y_max], the solution at that end is returned as one that is not converged.
    `solve` takes y and the solutions so far, in the order of the first visits to their y, for its
    first guess.
    """
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
                return replace(solutions[high], converged=False)
            low = high
    else:
        while complexity(low := max(0.0, high - stride)) < 0:
            if low == 0:
                return replace(solutions[low], converged=False)
            high = low
    root = optimize.brentq(complexity, low, high, xtol=xtol, rtol=1e-14)
    if root not in solutions:  # the result is kept as evaluated at the root itself
        complexity(root)
    return solutions[root]
