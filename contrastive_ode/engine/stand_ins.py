"""What the text of the engine finds in a generated module, for a reader and a type checker."""

from collections.abc import Callable
from typing import Any, TypeVar

from contrastive_ode.engine.arguments import Batch, Drive, Floats, NetArrays

F = TypeVar("F", bound=Callable[..., Any])


def njit(function: F) -> F:
    """Stand in for numba's decorator.

    Python does not call what is `inside`, nor what is `inner`, of which each call is a copy.
    """
    return function


inner = inside = kernel = njit


def rhs(t: float, x: Floats, net: NetArrays, out: Floats) -> None:
    """Stand in for the generated kernel: F."""


def tell(t: float, drive: Drive, net: NetArrays) -> None:
    """Stand in for what tells a network when a trajectory begins, and what drives it."""


def runge_kutta(n: int, h: float, x: Floats, X: Floats, K: Floats, net: NetArrays) -> None:
    """Stand in for the generated kernel: a whole step, and its stages."""


def jvp(t: float, x: Floats, v: Floats, net: NetArrays, out: Floats) -> None:
    """Stand in for the generated kernel: J v."""


def vjp(t: float, x: Floats, v: Floats, net: NetArrays, out: Floats) -> None:
    """Stand in for the generated kernel: the transpose of J, times v."""


def sensitivity(t: float, x: Floats, v: Floats, net: NetArrays, grads: Any) -> None:
    """Stand in for the generated kernel: adds the transpose of G, times v."""


def pullback(t: float, x: Floats, v: Floats, net: NetArrays, out: Floats, grads: Any) -> None:
    """Stand in for the generated kernel: `vjp` and `sensitivity` at once."""


def loss(x: float, y: float) -> float:
    """Stand in for the generated kernel: cost of an output x with the target y."""
    return 0.5 * (x - y) ** 2


def loss_slope(x: float, y: float) -> float:
    """Stand in for the generated kernel: derivative of the cost by x."""
    return x - y


def rhs_batch(t: float, x: Floats, net: NetArrays, batch: Batch, out: Floats) -> None:
    """Stand in for the generated kernel: F of all rows of x."""


def jvp_batch(t: float, x: Floats, v: Floats, net: NetArrays, batch: Batch, out: Floats) -> None:
    """Stand in for the generated kernel: J v, row by row."""


def vjp_batch(t: float, x: Floats, v: Floats, net: NetArrays, batch: Batch, out: Floats) -> None:
    """Stand in for the generated kernel: the transpose of J, times v, row by row."""


def sensitivity_batch(
    t: float, x: Floats, v: Floats, net: NetArrays, batch: Batch, grads: Any
) -> None:
    """Stand in for the generated kernel: adds the transpose of G, times v, or gathers it."""


def flush(batch: Batch, grads: Any) -> None:
    """Stand in for the generated kernel: adds what was gathered."""
