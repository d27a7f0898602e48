"""What the text for events finds in a generated module, for a reader and a type checker."""

from collections.abc import Callable
from typing import Any, TypeVar

from contrastive_ode.engine.arguments import Floats, NetArrays

F = TypeVar("F", bound=Callable[..., Any])


def outlined(function: F) -> F:
    """Stand in for numba's decorator of what is long and called from several places."""
    return function


def clock(t: float, x: Floats, net: NetArrays, out: Floats) -> None:
    """Stand in for the generated kernel: the derivative of F by the time."""


def level(i: int, t: float, x: Floats, net: NetArrays) -> float:
    """Stand in for the generated kernel: how far node i is above its threshold."""
    return 0.0


def level_along(i: int, t: float, x: Floats, v: Floats, u: float, net: NetArrays) -> float:
    """Stand in for the generated kernel: its derivative in the direction v, and u in time."""
    return 0.0


def level_back(
    i: int, t: float, x: Floats, v: float, net: NetArrays, out: Floats, grads: Any
) -> float:
    """Stand in for the generated kernel: adds v times its derivatives; returns that by time."""
    return 0.0


def reset(i: int, t: float, x: Floats, net: NetArrays) -> None:
    """Stand in for the generated kernel: the state after node i has fired."""


def reset_along(i: int, t: float, x: Floats, v: Floats, u: float, net: NetArrays) -> None:
    """Stand in for the generated kernel: what becomes of a direction v, and u in time."""


def reset_back(i: int, t: float, x: Floats, v: Floats, net: NetArrays, grads: Any) -> float:
    """Stand in for the generated kernel: what v is by the state before; returns that by time."""
    return 0.0


def loss_by_target(x: float, y: float) -> float:
    """Stand in for the generated kernel: derivative of the cost by the target."""
    return y - x
