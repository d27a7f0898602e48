"""Theory held against data, and its plot."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from foundation import domains
from foundation.axes import axes_of

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes


@dataclass(frozen=True, eq=False, repr=False)
class Comparison:
    r"""Whether data agree with a theory.

    Attributes
    ----------
    points
        Dataset of `theory`, `data` (means), `error` (standard errors; of fractions of successes,
        half of the interval of one standard deviation), `z` and `power` at every point: the
        deviation of that point alone that would have been a disagreement, with a probability of
        95 %.
    chi_squared, dof
        Sum of the squares of `z`, and the number of points in it minus that of fitted parameters.
    p_value
        Probability of a larger chi-squared if the theory holds.
    chance
        Bound on the probability that chi-squared, the largest \|z\| or the number of them beyond 2
        deviates as much if the theory holds: three times the smallest of their probabilities.
    status
        "agree" (chance >= 0.05), "doubtful", "disagree" (chance < 0.003: one of the three tests
        finds what chance does less than once in a thousand), or "unknown": no point has an error,
        or the others agree where all replicas of a point are equal and differ from the theory.
    verdict
        The status and its reasons in a sentence.

    Examples
    --------
    >>> import sweeps
    >>> found = sweeps.compare([1.0, 2.0], data=[1.1, 1.9], errors=[0.1, 0.1])
    >>> found.z.values.round(6).tolist(), found.dof, found.status
    ([1.0, -1.0], 2, 'agree')
    >>> round(found.power, 2)  # a deviation of this size would have been seen
    0.51
    >>> found
    Comparison(agree: chi-squared 2 for 2 degrees of freedom (p = 0.37), largest |z| 1)
    >>> found.plot().get_title()
    'agree: chi-squared 2 for 2 degrees of freedom (p = 0.37)'
    """

    points: xarray.Dataset
    chi_squared: float
    dof: int
    p_value: float
    chance: float
    status: str
    verdict: str

    @property
    def z(self) -> xarray.DataArray:
        """Deviation of the data from the theory in standard errors; nan without an error."""
        return self.points["z"]

    @property
    def power(self) -> float:
        """The deviation, in the units of the data, that would have been seen at any point."""
        return float(self.points["power"].max())

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Draw theory as a line and data with error bars, see `plot_comparison`."""
        return plot_comparison(self, ax=ax)

    def __repr__(self) -> str:
        return f"Comparison({self.verdict})"


def plot_comparison(
    comparison: Comparison, *, x: str | None = None, ax: Axes | None = None
) -> Axes:
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
    domains.instance("comparison", comparison, Comparison)
    points = comparison.points
    if x is None:
        x = str(max(points.sizes, key=lambda name: points.sizes[name])) if points.sizes else "point"
    if points.sizes and (not isinstance(x, str) or x not in points.dims):
        raise ValueError(f"x must be one of {', '.join(map(str, points.dims))}, got {x!r}")
    axes = axes_of(ax)
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


def _lines(points: xarray.Dataset, x: str) -> Iterator[tuple[str, xarray.Dataset]]:
    """Yield the points along `x` for each combination of the other dimensions, with a label."""
    others = [name for name in points.dims if name != x]
    for choice in itertools.product(*(range(points.sizes[name]) for name in others)):
        line = points.isel(dict(zip(others, choice, strict=True)))
        yield ", ".join(f"{name} = {line[name].item()}" for name in others), line
