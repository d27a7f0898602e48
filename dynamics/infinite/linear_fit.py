"""Weighted least squares of the same terms to many columns of numbers."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class LinearFit:
    """A fit of each column.

    Attributes
    ----------
    coefficients
        Of shape (columns, terms).
    error
        Standard error of the first coefficient, scaled up where the terms do not fit.
    chi_squared, dof
        Of the fits.
    """

    coefficients: Floats
    error: Floats
    chi_squared: Floats
    dof: int

    @property
    def value(self) -> Floats:
        """The first coefficient of each column."""
        return self.coefficients[:, 0]


def linear_fit(terms: Floats, y: Floats, sigma: Floats) -> LinearFit:
    """Fit `terms`, of shape (points, coefficients), to each column of `y`, of errors `sigma`."""
    w = sigma**-2.0
    covariance = np.linalg.inv(np.einsum("pi,pc,pj->cij", terms, w, terms))
    coefficients = np.einsum("cij,pj,pc->ci", covariance, terms, w * y)
    chi_squared = (w * (y - terms @ coefficients.T) ** 2).sum(axis=0)
    dof = terms.shape[0] - terms.shape[1]
    excess = np.maximum(1, chi_squared / max(dof, 1))
    return LinearFit(coefficients, np.sqrt(covariance[:, 0, 0] * excess), chi_squared, dof)
