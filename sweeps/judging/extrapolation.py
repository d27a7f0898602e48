"""The limit of large N from finite sizes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from foundation import domains
from foundation.axes import axes_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = npt.NDArray[np.float64]

_POOR = 0.001
_GOOD = "The values follow the fit."


@dataclass(frozen=True, eq=False, repr=False)
class Extrapolation:
    """A fit in powers of 1/N and its limit.

    Attributes
    ----------
    limit, error
        The value at 1/N = 0 and its standard error.
    coefficients, covariance
        Of the constant and of the powers of 1/N, in the order of `powers`.
    chi_squared, dof, p_value
        Of the fit; the p-value is nan if there are no more sizes than coefficients.
    converged
        Whether the values follow the fit: False if p < 0.001, and then the limit and its error are
        not to be trusted.
    status
        What happened, and what to do about it.
    N, values, errors, powers
        What was fitted.

    Examples
    --------
    >>> import sweeps
    >>> found = sweeps.extrapolate([10, 20, 40], [1.3, 1.15, 1.075], [0.01, 0.01, 0.01])
    >>> found
    Extrapolation(limit=1 +- 0.012, powers 1 of 1/N, chi-squared ... for 1)
    >>> found.converged, found.status
    (True, 'The values follow the fit.')
    >>> low, high = found.interval(0.95)
    >>> round(low, 3), round(high, 3), found.at(0.1).round(3).item()
    (0.976, 1.024, 1.3)
    >>> found.plot().get_xlabel()
    '1/N'
    """

    limit: float
    error: float
    coefficients: Floats
    covariance: Floats
    chi_squared: float
    dof: int
    p_value: float
    converged: bool
    status: str
    N: Floats
    values: Floats
    errors: Floats
    powers: tuple[float, ...]

    def interval(self, confidence: float = 0.95) -> tuple[float, float]:
        """Return the interval that holds the limit with the probability `confidence`."""
        from scipy.special import ndtri

        width = (
            ndtri((1 + domains.real("confidence", confidence, 0, 1, exclusive=True)) / 2)
            * self.error
        )
        return float(self.limit - width), float(self.limit + width)

    def at(self, inverse: npt.ArrayLike) -> Floats:
        """Return the fit at values >= 0 of 1/N."""
        return _design(domains.numbers("inverse", inverse), self.powers) @ self.coefficients

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Draw values and fit, see `plot_extrapolation`."""
        return plot_extrapolation(self, ax=ax)

    def __repr__(self) -> str:
        powers = ", ".join(f"{power:g}" for power in self.powers)
        remark = "" if self.status == _GOOD else f": {self.status}"
        return (
            f"Extrapolation(limit={self.limit:.6g} +- {self.error:.2g}, powers {powers} of 1/N, "
            f"chi-squared {self.chi_squared:.3g} for {self.dof}{remark})"
        )


def extrapolate(
    N: npt.ArrayLike,
    values: npt.ArrayLike,
    errors: npt.ArrayLike,
    power: float | Sequence[float] = 1.0,
) -> Extrapolation:
    r"""Extrapolate finite-size values to N → ∞ by weighted least squares.

    .. math:: v(N) = v_\infty + \sum_k c_k N^{-p_k}, \qquad
              \chi^2 = \sum_i \left(\frac{v_i - v(N_i)}{\mathrm{error}_i}\right)^2.

    Parameters
    ----------
    N
        Sizes, > 0, at least as many different ones as there are coefficients.
    values, errors
        Values at these sizes, and their standard errors, > 0, taken as exact.
    power
        The power :math:`p > 0` of 1/N by which the limit is approached, or several of them.

    Returns
    -------
    Extrapolation.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    Examples
    --------
    >>> import sweeps
    >>> N = [50, 100, 200, 400]
    >>> values = [0.5 + 3 / n + 20 / n**2 for n in N]
    >>> found = sweeps.extrapolate(N, values, [1e-3] * 4, power=[1, 2])
    >>> found.coefficients.round(6).tolist()
    [0.5, 3.0, 20.0]
    >>> found.dof, found.converged
    (1, True)
    """
    sizes = domains.vector("N", N)
    v = domains.vector("values", values)
    sigma = domains.vector("errors", errors)
    exponents = np.atleast_1d(domains.numbers("power", power))
    powers = tuple(sorted(domains.vector("power", exponents).tolist()))
    _check(sizes, v, sigma, powers)
    design = _design(1 / sizes, powers)
    q, r = np.linalg.qr(design / sigma[:, None])
    coefficients = np.linalg.solve(r, q.T @ (v / sigma))
    inverse = np.linalg.inv(r)
    covariance = inverse @ inverse.T
    chi_squared = float((((v - design @ coefficients) / sigma) ** 2).sum())
    dof = len(v) - len(coefficients)
    p_value = _tail(chi_squared, dof)
    return Extrapolation(
        limit=float(coefficients[0]),
        error=float(np.sqrt(covariance[0, 0])),
        coefficients=coefficients,
        covariance=covariance,
        chi_squared=chi_squared,
        dof=dof,
        p_value=p_value,
        converged=not p_value < _POOR,
        status=_status(p_value),
        N=sizes,
        values=v,
        errors=sigma,
        powers=powers,
    )


def _check(N: Floats, values: Floats, errors: Floats, powers: tuple[float, ...]) -> None:
    if not N.shape == values.shape == errors.shape:
        raise ValueError(
            f"N, values and errors must have one length, got {len(N)}, {len(values)}, {len(errors)}"
        )
    for name, numbers in (("N", N), ("errors", errors), ("power", np.array(powers))):
        if (numbers <= 0).any():
            raise ValueError(f"{name} must be > 0, got {numbers[numbers <= 0][0]:g}")
    if len(set(powers)) < len(powers):
        raise ValueError(f"power must have distinct values, got {powers}")
    if len(set(N.tolist())) <= len(powers):
        raise ValueError(
            f"N must have at least {len(powers) + 1} different sizes for {len(powers)} powers, "
            f"got {len(set(N.tolist()))}"
        )


def _design(inverse: Floats, powers: tuple[float, ...]) -> Floats:
    """Return the columns 1, N^-p1, N^-p2..."""
    return np.stack([np.ones_like(inverse), *(inverse**power for power in powers)], axis=-1)


def _tail(chi_squared: float, dof: int) -> float:
    from scipy.special import gammaincc

    return float(gammaincc(dof / 2, chi_squared / 2)) if dof else float("nan")


def _status(p_value: float) -> str:
    if np.isnan(p_value):
        return "There are no more sizes than coefficients, so the fit is not tested; add sizes."
    if p_value < _POOR:
        return (
            f"The values do not follow the fit (p = {p_value:.1g}); give another power, add one, "
            "leave out the smallest sizes, or check the errors."
        )
    return _GOOD


def plot_extrapolation(extrapolation: Extrapolation, *, ax: Axes | None = None) -> Axes:
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
    domains.instance("extrapolation", extrapolation, Extrapolation)
    axes = axes_of(ax)
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
