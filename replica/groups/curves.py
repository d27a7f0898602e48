"""Entropies as curves over the distance, or over what varies instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from foundation.axes import axes_of
from replica.gauss.orthant import Floats

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ENTROPIES = {
    "local_entropy": r"local entropy $S_\mathrm{int}$",
    "complexity": r"complexity $\Sigma$",
    "free_entropy": r"entropy of groups $\Phi$",
}


class _Argument(NamedTuple):
    words: str
    symbol: str


_ARGUMENTS = {
    "d": _Argument("distance", "d"),
    "J_D": _Argument("self-coupling", "J_D"),
    "lam": _Argument("coupling between layers", r"\lambda"),
    "eta": _Argument("symmetry", r"\eta"),
    "y": _Argument("number of replicas", "y"),
}


def draw_curves(states: Any, quantity: str, against: tuple[str, ...], ax: Axes | None) -> Axes:
    """Draw a quantity of converged states over the first argument that varies."""
    ax = axes_of(ax)
    value = np.where(states.converged, getattr(states, quantity), np.nan)
    arguments = {name: np.asarray(getattr(states, name)) for name in against}
    abscissa, axis = _varying(arguments)
    lines = {name: _lines(array, axis) for name, array in arguments.items()}
    told_apart = [name for name in against if name != abscissa and _tells_apart(lines[name])]
    for i, line in enumerate(_lines(value, axis)):
        where = [f"${_ARGUMENTS[name].symbol} = {lines[name][i, 0]:.4g}$" for name in told_apart]
        style = "-" if len(line) > 1 else "o"
        ax.plot(lines[abscissa][i], line, style, label=", ".join(where) or None)
    if told_apart:
        ax.legend()
    words, symbol = _ARGUMENTS[abscissa]
    ax.set(xlabel=f"{words} ${symbol}$", ylabel=ENTROPIES[quantity])
    return ax


def _varying(arguments: dict[str, Floats]) -> tuple[str, int]:
    """Return the first argument that varies, and the axis along which it does."""
    for name, array in arguments.items():
        for axis in reversed(range(array.ndim)):
            if array.size and np.ptp(array, axis=axis).any():
                return name, axis
    return next(iter(arguments)), -1


def _lines(array: Floats, axis: int) -> Floats:
    """Return an array as a table, whose rows run along an axis."""
    rows = np.moveaxis(np.atleast_1d(array), axis, -1)
    return rows.reshape(int(np.prod(rows.shape[:-1])), rows.shape[-1])


def _tells_apart(lines: Floats) -> bool:
    """Say whether an argument is constant along each line, but not the same for all."""
    return bool(lines.size) and bool((lines == lines[:, :1]).all() and np.ptp(lines[:, 0]))
