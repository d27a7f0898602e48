"""A solver for one point, made one for arrays: broadcast, solve point by point, raise, gather."""

from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import Any, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from foundation import domains
from foundation.errors import ConvergenceError


class Solution(Protocol):
    """A dataclass that says whether it is a solution, of one point or of many."""

    @property
    def converged(self) -> Any:
        """Whether it is one."""

    @property
    def status(self) -> Any:
        """What happened, and on failure, what to do."""


Found = TypeVar("Found", bound=Solution)


def pointwise(
    kind: type[Found], solve: Callable[..., Solution], *arguments: npt.NDArray[Any], throw: bool
) -> Found:
    """Return the solutions at all points of the broadcast `arguments`, as one of type `kind`.

    Raises
    ------
    ConvergenceError
        If there is none at some point, and `throw`.
    """
    throw = domains.boolean("throw", throw)
    arrays = np.broadcast_arrays(*arguments)
    points = zip(*(array.ravel().tolist() for array in arrays), strict=True)
    found = [solve(*point) for point in points]
    if throw:
        for state in found:
            demand(state)
    return gather(kind, found, arrays[0].shape)


def demand(state: Found) -> Found:
    """Return what was found at a point.

    Raises
    ------
    ConvergenceError
        If it is no solution.
    """
    if not state.converged:
        raise ConvergenceError(state.status)
    return state


def gather(kind: type[Found], points: Sequence[Solution], shape: tuple[int, ...]) -> Found:
    """Return solutions at single points as one of arrays (of plain numbers, for a single point)."""
    kinds = {"converged": bool, "status": str}
    columns = {
        field.name: np.array(
            [getattr(point, field.name) for point in points], dtype=kinds.get(field.name)
        ).reshape(shape)
        for field in fields(kind)  # type: ignore[arg-type]
    }
    return kind(**{name: column if shape else column.item() for name, column in columns.items()})


def at(**numbers: float) -> str:
    """Say where a solver was, for its status: `y=3, d=0.1`."""
    return ", ".join(f"{name}={number:.6g}" for name, number in numbers.items())


def described(states: Any, entropies: Sequence[str], *arguments: str) -> str:
    """Return how solutions print: a single one with its arguments, entropies and their error."""
    name, found = type(states).__name__, summary(states)
    if shape := np.shape(states.converged):
        return f"{name}(shape {shape}, {found})"
    where = at(**{argument: getattr(states, argument) for argument in arguments})
    numbers = [f"{entropy}={getattr(states, entropy):.6g}" for entropy in entropies]
    return f"{name}({where}: {', '.join(numbers)}, error={states.error:.1g}, {found})"


def summary(states: Solution) -> str:
    """Say in a word or in a sentence whether all points have a solution."""
    found = np.asarray(states.converged)
    if found.all():
        return "converged"
    if not found.ndim:
        return str(states.status)
    return f"{found.size - found.sum()} of {found.size} not converged: see status"
