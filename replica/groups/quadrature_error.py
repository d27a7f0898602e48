"""How wrong the averages over a site are: by rounding, and by the grid."""

import numpy as np

from replica.gauss.orthant import Floats
from replica.groups.site import Site


def rounding(site: Site) -> Floats:
    """Return the rounding errors of the three entropies, from the exponents of the integrand."""
    y = site.y
    exponent = 1 + y * (1 + y * site.q_hat + site.mean(site.terms))
    return 2 * np.finfo(float).eps * exponent * np.array([1, 1 / np.sqrt(y), np.sqrt(y)])


def extrapolated(fine: Floats, half: Floats, quarter: Floats) -> Floats:
    """Return the errors of `fine`, from its coarser grids.

    Where the error falls from grid to grid by a factor, it falls by the square of it next; but a
    small part may be left that falls more slowly, so that only the root is counted on.
    """
    last, before = np.abs(fine - half), np.abs(half - quarter)
    ratio = np.divide(last, before, out=np.ones_like(last), where=before > last)
    return last * np.minimum(1, 10 * np.sqrt(ratio))
