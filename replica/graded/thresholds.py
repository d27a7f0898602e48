"""From which self-excitation on there are stable fixed points of graded neurons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import optimize

from foundation import domains
from foundation.axes import axes_of
from foundation.errors import ConvergenceError
from replica.graded import stable
from replica.graded.units import Units, outer

if TYPE_CHECKING:
    from matplotlib.axes import Axes

G_MIN, G_MAX = 0.1, 50.0
WHICH = ("typical", "aligned")


@dataclass(frozen=True, repr=False)
class GradedThreshold:
    """A threshold in the self-excitation.

    Attributes
    ----------
    g
        Coupling.
    s
        The threshold.
    s_error
        Estimate of its absolute error.
    which
        Of "typical" stable fixed points, or of the "aligned" one.
    converged, status
        True, and a sentence that says so: the function that returns it raises where it fails.

    Examples
    --------
    >>> import replica
    >>> threshold = replica.graded_existence_threshold(g=2.0)
    >>> threshold
    GradedThreshold(s=1.08318 +- ... at g=2, typical)
    >>> threshold.plot().get_xlabel()
    'coupling $g$'
    """

    g: float
    s: float
    s_error: float
    which: str
    converged: bool = True
    status: str = "The threshold was found."

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Draw the threshold, with its error, in the plane of coupling and self-excitation.

        Parameters
        ----------
        ax
            Axes to draw in; None for those of a new figure.

        Returns
        -------
        The axes.

        Raises
        ------
        TypeError
            If `ax` is neither axes nor None.
        """
        ax = axes_of(ax)
        ax.errorbar(self.g, self.s, self.s_error, fmt="o")
        ax.set(xlabel="coupling $g$", ylabel="self-excitation $s$")
        return ax

    def __repr__(self) -> str:
        return (
            f"GradedThreshold(s={self.s:.6g} +- {self.s_error:.1g} at g={self.g:g}, {self.which})"
        )


def graded_existence_threshold(g: float, which: str = "typical") -> GradedThreshold:
    r"""Return the self-excitation above which graded neurons have stable fixed points.

    Parameters
    ----------
    g
        Coupling, in [0.1, 50].
    which
        "typical": where the entropy of stable fixed points is zero (an upper bound of the number of
        those that typical networks have). "aligned": where the fixed point in which each neuron
        with two states is on the side of its field becomes marginal,
        :math:`g^2 \langle\chi^2\rangle = 1`; it is the most stable one, and alone.

    Returns
    -------
    The threshold. It raises where it fails, and has no `throw`.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.
    ConvergenceError
        If the threshold is not found.

    References
    ----------
    `docs/theory/graded-neurons.md`; Stern, Sompolinsky and Abbott, Phys. Rev. E 90, 062710 (2014).

    Examples
    --------
    >>> import replica
    >>> [round(replica.graded_existence_threshold(g).s, 4) for g in (0.5, 2.0, 10.0)]
    [1.0254, 1.0832, 1.2283]
    >>> round(replica.graded_existence_threshold(2.0, "aligned").s, 4)
    1.0999
    """
    g = domains.real("g", g, low=G_MIN, high=G_MAX)
    which = domains.choice("which", which, WHICH)
    rest = _entropy if which == "typical" else _slack
    low, high = 1 + 0.004 * g, 1 + 0.08 * g
    try:
        s = optimize.brentq(rest, low, high, args=(g, False), xtol=1e-10)
    except ValueError as error:
        raise ConvergenceError(
            f"No threshold was found between s = {low:g} and {high:g} at g = {g:g} ({error}): "
            "try another g"
        ) from error
    step = 1e-3 * (s - 1)
    slope = (rest(s + step, g, False) - rest(s, g, False)) / step
    return GradedThreshold(g, s, abs(rest(s, g, True) / slope) + 1e-10, which)


def _entropy(s: float, g: float, coarse: bool) -> float:
    units = outer(s, g)
    found = stable.solve(units.every_second() if coarse else units, g, branches=True)
    return np.nan if found is None else found.entropy


def _slack(s: float, g: float, coarse: bool) -> float:
    """Return by how much the response of the aligned fixed point is below marginal."""
    units = aligned(s, g)
    units = units.every_second() if coarse else units
    measure = units.stiffness * units.dx  # dH

    def mean(values: np.ndarray, q: float) -> float:
        variance = g**2 * q
        weights = measure * np.exp(-(units.field**2) / (2 * variance))
        return float(weights @ values / weights.sum())

    q = optimize.brentq(lambda q: mean(units.phi**2, q) - q, 0.1 * (1 - 1 / s), 1, xtol=1e-14)
    return 1 - g**2 * mean((units.slope / units.stiffness) ** 2, q)


def aligned(s: float, g: float) -> Units:
    """Return the states whose field has their sign."""
    start = optimize.brentq(lambda x: x - s * np.tanh(x), np.arccosh(np.sqrt(s)), s + 1)
    return outer(s, g, start=start)
