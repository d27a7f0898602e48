"""What a figure draws, held against what it should be: the material of its verdict."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import xarray

    from foundation.domains import Floats

ROUNDING = 1e-9  # of solvers, at the least
SEEN = 1.645  # errors more make a deviation that is seen with a probability of 95 %


@dataclass(frozen=True)
class Compared:
    """Numbers of a figure and their deviation from what they should be.

    Attributes
    ----------
    kind
        `"z"` (theory and simulation), `"bound"` (a bound of theory, which data may not exceed),
        `"expansion"` (a theory that claims an error, and an integration), `"twin"` (two
        simulations), `"deviation"` or `"mismatch"` (two computations), see
        `figures.gallery.verdict`.
    what
        What is compared, in words.
    off
        The deviations: in standard errors, in claimed errors, or as numbers of differences; nan
        is not judged. If all are nan, the verdict says that nothing was.
    drawn
        The variable of the data that is drawn and deviates; empty if what is compared is not drawn.
    error
        One unit of `off`, in the units of the plot; None if nothing is drawn of it.
    unit
        What is plotted, in words.
    shared
        Whether the points belong to the same networks, with a covariance that is not known: then
        the largest deviation alone is judged.
    because
        Why they disagree, if they do.
    noticed
        The deviation in the units of the plot that is so many units of `off`, if that is not a
        multiple of `error`.
    """

    kind: str
    what: str
    off: "xarray.DataArray"
    drawn: str = ""
    error: "xarray.DataArray | float | None" = None
    unit: str = ""
    shared: bool = False
    because: str = ""
    noticed: "Callable[[float], xarray.DataArray] | None" = None

    def deviation(self, units: float) -> "xarray.DataArray | None":
        """Return the deviation of each point that is so many units, in those of the plot."""
        if self.noticed is not None:
            return self.noticed(units)
        if self.error is None:
            return None
        judged = self.off.notnull() & np.isfinite(self.off.fillna(0))
        return (units * self.error * self.off.notnull()).where(judged)


Comparisons = Iterable[Compared]


def student(
    off: "xarray.DataArray", replicas: "int | np.typing.NDArray[np.int_]"
) -> "xarray.DataArray":
    """Return deviations in errors from few replicas as those of a normal variable."""
    from scipy.special import ndtri_exp, stdtr  # not scipy.stats, which takes a second to import

    with np.errstate(divide="ignore"):
        size = -ndtri_exp(np.log(stdtr(replicas - 1, -np.abs(off.values))))
    return off.copy(data=np.sign(off.values) * size)


def untransformed(units: float, replicas: int) -> float:
    """Return the deviation, in errors from few replicas, that is so many units with 95 %."""
    from scipy.special import ndtr, stdtrit

    critical = -stdtrit(replicas - 1, ndtr(SEEN - units))
    return float(critical + SEEN * np.sqrt(1 + critical**2 / (2 * replicas - 2)))


def interpolated(
    x: "np.typing.ArrayLike", y: "np.typing.ArrayLike", at: "np.typing.ArrayLike"
) -> tuple["Floats", "Floats"]:
    """Return a curve between its points, with an error: that of every second point is larger.

    The two cross between points: their largest difference between two of the second ones counts.
    """
    from scipy.interpolate import CubicSpline

    x, y, at = (np.asarray(values, float) for values in (x, y, at))
    fine, coarse = (CubicSpline(x[::k], y[..., ::k], axis=-1) for k in (1, 2))
    knots = x[::2]
    left = np.clip(np.searchsorted(knots, at, side="right") - 1, 0, len(knots) - 2)
    between = knots[left, None] + np.diff(knots)[left, None] * np.linspace(0, 1, 17)
    return fine(at), abs(fine(between) - coarse(between)).max(axis=-1) + ROUNDING


def counted(
    data: "xarray.Dataset",
    panel: str,
    neurons: "xarray.DataArray | int",
    what: str,
    line: "xarray.DataArray",
    shared: bool = True,
) -> Compared:
    """Compare means of counts, drawn as entropies `..._entropy`, with a line of exact ones.

    Those are judged that have a number in `..._z`. Means of counts are normal, their logarithms
    less so: it is the counts that are judged.
    """
    x, error = data[f"{panel}entropy"], data[f"{panel}error"]
    relative = neurons * error
    off = neurons * (x - line)
    z = (off.copy(data=-np.expm1(-off.values)) / relative).transpose(*x.dims)
    z = z.where(data[f"{panel}z"].notnull())  # pairs at k and N - k are the same ones

    def noticed(units: float) -> "xarray.DataArray":
        left = 1 - units * relative
        with np.errstate(invalid="ignore"):
            seen = left.copy(data=-np.log(left.where(left > 0).values)) / neurons
        return seen.fillna(np.inf).where(z.notnull())

    unit = "of the entropy per neuron"
    return Compared("z", what, z, f"{panel}entropy", error, unit, shared, noticed=noticed)
