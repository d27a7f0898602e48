"""How many pairs of patterns a chain of modules holds: the result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from foundation.axes import axes_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Fractions = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class Capacity:
    r"""The load at which the recall of random pairs falls below a level.

    Attributes
    ----------
    P, error
        Largest number of pairs above the level, interpolated between the last number that is and
        the first that is not; nan if there is none. Its standard error: from the scatter of the
        samples at these two, and from the distance between them, over which the recall need not
        fall linearly; nan for a single sample.
    tried
        Numbers of pairs that were tried, in rising order.
    bit, exact
        Fractions of right bits and of right patterns at each, best over the epochs, means over the
        samples.
    bit_last, exact_last
        The same after the last epoch.
    bit_error, exact_error, bit_last_error, exact_last_error
        Their standard errors; nan for a single sample.
    N
        Units in a module.
    score, level
        Which of "bit" and "exact" had to reach which level.
    converged, status
        Whether the level was crossed, and in words what happened.

    Examples
    --------
    >>> from learning import capacity
    >>> found = capacity(20, 2, level=0.9, epochs=40, step=0.25, samples=2, rng=1)
    >>> bool(found.P == found.alpha * found.N), bool(found.error == found.alpha_error * found.N)
    (True, True)
    >>> bool((found.bit >= found.bit_last).all())  # `bit` is the best of the epochs
    True
    >>> found
    Capacity(...(...) pairs, ... N, tried [...])
    >>> axes = found.plot()
    >>> axes.get_xlabel()
    'pairs $P$'
    """

    P: float
    error: float
    tried: npt.NDArray[np.int64]
    bit: Fractions
    exact: Fractions
    bit_last: Fractions
    exact_last: Fractions
    bit_error: Fractions
    exact_error: Fractions
    bit_last_error: Fractions
    exact_last_error: Fractions
    N: int
    score: str
    level: float
    converged: bool
    status: str

    @property
    def alpha(self) -> float:
        """Capacity per unit of a module, P / N."""
        return self.P / self.N

    @property
    def alpha_error(self) -> float:
        """Standard error of the capacity per unit."""
        return self.error / self.N

    def __repr__(self) -> str:
        error = "" if np.isnan(self.error) else f"({self.error:.1f})"
        return (
            f"Capacity({self.P:.1f}{error} pairs, {self.alpha:.3f} N, tried {self.tried.tolist()})"
        )

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Draw the recall against the number of pairs, and where it crosses the level.

        Parameters
        ----------
        ax
            Where to draw; None for a new figure.
        """
        axes = axes_of(ax)
        words = {"bit": "bits", "exact": "patterns"}[self.score]
        for name, label, style in (
            (self.score, f"right {words}, best epoch", "o"),
            (f"{self.score}_last", f"right {words}, last epoch", "x"),
        ):
            error = np.nan_to_num(getattr(self, f"{name}_error"))
            axes.errorbar(self.tried, getattr(self, name), error, fmt=style, mfc="w", label=label)
        axes.axhline(self.level, color="0.5", ls="--", label=f"level {self.level:g}")
        if self.converged:
            error = float(np.nan_to_num(self.error))
            axes.errorbar(self.P, self.level, xerr=error, fmt="k|", ms=12, label="capacity")
        axes.set(xlabel="pairs $P$", ylabel="fraction recalled")
        axes.legend()
        return axes
