"""Drawings of comparisons, extrapolations and thresholds; nothing is computed here."""

import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from sweeps.comparison import Comparison
from sweeps.extrapolation import Extrapolation
from sweeps.thresholds import Threshold

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes


def plot_comparison(
    comparison: Comparison, *, x: str | None = None, ax: "Axes | None" = None
) -> "Axes":
    """Draw theory as a line and data as markers with error bars (one standard error).

    Parameters
    ----------
    comparison
        What `sweeps.compare` returned.
    x
        Dimension of the horizontal axis; default: the longest one. Each combination of the others
        has its own colour.
    ax
        Where to draw; default: a new figure.

    Returns
    -------
    The axes that were drawn in.

    Raises
    ------
    TypeError, ValueError
        If there is no comparison, or no such dimension.

    Examples
    --------
    >>> import sweeps
    >>> import xarray
    >>> means = xarray.DataArray([0.11, 0.04], {"N": [10, 20]}, dims="N")
    >>> found = sweeps.compare(lambda N: 1 / N, means, errors=[0.01, 0.01])
    >>> sweeps.plot_comparison(found).get_xlabel()
    'N'
    """
    _expect("comparison", comparison, Comparison)
    points = comparison.points
    if x is None:
        x = str(max(points.sizes, key=lambda name: points.sizes[name])) if points.sizes else "point"
    if points.sizes and (not isinstance(x, str) or x not in points.dims):
        raise ValueError(f"x must be one of {', '.join(map(str, points.dims))}, got {x!r}")
    axes = _axes(ax)
    if not points.sizes:
        points = points.expand_dims(x)
    for label, line in _lines(points, x):
        drawn = axes.errorbar(
            line[x], line["data"], line["error"].fillna(0), fmt="o", capsize=2, label=label
        )
        colour = drawn.lines[0].get_color()
        axes.plot(line[x], line["theory"], color=colour)
    if len(points.sizes) > 1:
        axes.legend()
    axes.set_xlabel(x)
    axes.set_title(comparison.verdict.split(", largest")[0], fontsize="small")
    return axes


def plot_extrapolation(extrapolation: Extrapolation, *, ax: "Axes | None" = None) -> "Axes":
    """Draw the values against 1/N to the first power of the fit, with the line to its limit.

    Parameters
    ----------
    extrapolation
        What `sweeps.extrapolate` returned.
    ax
        Where to draw; default: a new figure.

    Returns
    -------
    The axes that were drawn in.

    Raises
    ------
    TypeError
        If there is no extrapolation.

    Examples
    --------
    >>> import sweeps
    >>> found = sweeps.extrapolate([10, 20, 40], [1.3, 1.15, 1.075], [0.01, 0.01, 0.01])
    >>> sweeps.plot_extrapolation(found).get_xlabel()
    '1/N'
    """
    _expect("extrapolation", extrapolation, Extrapolation)
    axes = _axes(ax)
    power = extrapolation.powers[0]
    axes.errorbar(
        extrapolation.N**-power, extrapolation.values, extrapolation.errors, fmt="o", capsize=2
    )
    inverse = np.linspace(0, 1.05 * float((extrapolation.N**-power).max()), 200)
    axes.plot(inverse, extrapolation.at(inverse ** (1 / power)))
    axes.errorbar(0, extrapolation.limit, extrapolation.error, fmt="s", capsize=2)
    axes.set_xlabel("1/N" if power == 1 else f"1/N^{power:g}")
    axes.set_title(repr(extrapolation), fontsize="small")
    return axes


def plot_threshold(threshold: Threshold, *, ax: "Axes | None" = None) -> "Axes":
    """Draw the fractions of successes, the logistic fit, and the threshold with its interval.

    Parameters
    ----------
    threshold
        What `sweeps.threshold` returned.
    ax
        Where to draw; default: a new figure.

    Returns
    -------
    The axes that were drawn in.

    Raises
    ------
    TypeError
        If there is no threshold.

    Examples
    --------
    >>> import sweeps
    >>> found = sweeps.threshold([1, 2, 3, 4, 5], [0, 2, 9, 18, 20], trials=20, rng=1)
    >>> sweeps.plot_threshold(found).get_ylabel()
    'fraction of successes'
    """
    _expect("threshold", threshold, Threshold)
    axes = _axes(ax)
    n = threshold.trials
    fraction = threshold.successes / n
    axes.errorbar(threshold.x, fraction, np.sqrt(fraction * (1 - fraction) / n), fmt="o", capsize=2)
    x = np.linspace(threshold.x.min(), threshold.x.max(), 200)
    axes.plot(x, threshold.at(x))
    if np.isfinite(threshold.value):
        low, high = np.clip(threshold.interval, x[0], x[-1])
        axes.axvspan(low, high, alpha=0.2)
        axes.axvline(threshold.value, linestyle="--")
    axes.set_ylabel("fraction of successes")
    axes.set_title(repr(threshold), fontsize="small")
    return axes


def _expect(name: str, value: object, kind: type) -> None:
    if not isinstance(value, kind):
        raise TypeError(f"{name} must be of the type {kind.__name__}, got {value!r}")


def _axes(ax: "Axes | None") -> "Axes":
    import matplotlib.pyplot as plt
    from matplotlib.axes import Axes

    if ax is not None:
        _expect("ax", ax, Axes)
        return ax
    return plt.subplots()[1]


def _lines(points: "xarray.Dataset", x: str) -> "Iterator[tuple[str, xarray.Dataset]]":
    """Yield the points along `x` for each combination of the other dimensions, with a label."""
    others = [name for name in points.dims if name != x]
    for choice in itertools.product(*(range(points.sizes[name]) for name in others)):
        line = points.isel(dict(zip(others, choice, strict=True)))
        yield ", ".join(f"{name} = {line[name].item()}" for name in others), line
