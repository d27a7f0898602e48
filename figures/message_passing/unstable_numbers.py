"""Numbers of unstable neurons that runs leave, against Poisson numbers."""

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

if TYPE_CHECKING:
    import xarray

    from figures.message_passing.success_theory import Left

Floats = npt.NDArray[np.float64]


def table(left: "Left") -> "xarray.Dataset":
    """Return sums, variances and numbers of zeros for each size, algorithm and self-coupling."""
    import xarray

    rows = [
        (N, one.sizes["replica"], int(row.sum()), int((row == 0).sum()), row.var(ddof=1))
        for (N, _), one in left.items()
        for row in one.values.reshape(-1, one.sizes["replica"])
    ]
    names = ("sample_N", "sample_runs", "total", "none", "variance")
    columns = zip(names, zip(*rows, strict=True), strict=True)
    return xarray.Dataset({name: ("sample", list(column)) for name, column in columns})


@cache
def _empty(boxes: int, balls: int) -> Floats:
    """Return the distribution of the number of empty boxes."""
    k = np.arange(boxes + 1)
    p = np.zeros(boxes + 1)
    p[boxes] = 1
    for _ in range(balls):
        p = p * (boxes - k) / boxes + np.append(p[1:] * k[1:] / boxes, 0)
    return p


def z_score(none: int, total: int, runs: int) -> float:
    """Return the z-score of the number of zeros among Poisson numbers of a known sum.

    Given their sum the numbers are those of balls thrown into boxes, whatever their mean. The
    z-score is that of the probability of fewer zeros, and of half of that of as many.
    """
    p = _empty(runs, total)
    low = p[:none].sum() + p[none] / 2
    high = p[none + 1 :].sum() + p[none] / 2
    return float(ndtri(low) if low < high else -ndtri(high))
