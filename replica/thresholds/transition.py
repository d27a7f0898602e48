"""A threshold, as it is returned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from foundation.axes import axes_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_FOUND = "The threshold was found."


@dataclass(frozen=True, repr=False)
class Transition:
    """A threshold in the self-coupling.

    Attributes
    ----------
    J_D
        The threshold.
    J_D_error
        Estimate of its absolute error.
    d
        Mutual distance at which it is reached.
    y
        Number of fixed points in a group there.
    eta
        Symmetry of the couplings.
    converged, status
        True, and a sentence that says so: the functions that return it raise where they fail.

    Examples
    --------
    >>> import replica
    >>> threshold = replica.overlap_gap_threshold(y=2)
    >>> threshold
    Transition(J_D=0.0427228 +- ... at d=0.026, y=2, eta=0)
    >>> threshold.J_D_error < 1e-10
    True
    """

    J_D: float
    J_D_error: float
    d: float
    y: float
    eta: float = 0.0
    converged: bool = True
    status: str = _FOUND

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Draw the threshold, with its error, and the distance at which it is reached.

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
            If an argument is outside its documented domain.

        Examples
        --------
        >>> import matplotlib
        >>> matplotlib.use("agg")
        >>> import replica
        >>> ax = replica.overlap_gap_threshold(y=2).plot()
        >>> replica.overlap_gap_threshold(y=4).plot(ax=ax).get_xlabel()
        'self-coupling $J_D$'
        """
        return _draw(ax, self.J_D, self.J_D_error, self.d, "self-coupling $J_D$")

    def __repr__(self) -> str:
        return (
            f"Transition(J_D={self.J_D:.6g} +- {self.J_D_error:.1g} at d={self.d:.4g}, "
            f"y={self.y:.4g}, eta={self.eta:.4g})"
        )


@dataclass(frozen=True, repr=False)
class LayeredTransition:
    """A threshold in the coupling between layers.

    Attributes
    ----------
    lam
        The threshold.
    lam_error
        Estimate of its absolute error.
    d
        Distance per neuron at which it is reached.
    J_D
        Self-coupling.
    L
        Number of layers; None for an infinite chain.
    converged, status
        True, and a sentence that says so: the function that returns it raises where it fails.

    Examples
    --------
    >>> import replica
    >>> replica.layered_overlap_gap_threshold(J_D=0.02, L=2)
    LayeredTransition(lam=0.252888 +- ... at d=0.02705, J_D=0.02, L=2)
    """

    lam: float
    lam_error: float
    d: float
    J_D: float
    L: int | None
    converged: bool = True
    status: str = _FOUND

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Draw the threshold, with its error, and the distance at which it is reached.

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
            If an argument is outside its documented domain.

        Examples
        --------
        >>> import matplotlib
        >>> matplotlib.use("agg")
        >>> import replica
        >>> ax = replica.layered_overlap_gap_threshold(J_D=0.02, L=2).plot()
        >>> ax.get_ylabel()
        'distance $d$'
        """
        return _draw(ax, self.lam, self.lam_error, self.d, r"coupling between layers $\lambda$")

    def __repr__(self) -> str:
        layers = "an infinite chain" if self.L is None else f"L={self.L}"
        return (
            f"LayeredTransition(lam={self.lam:.6g} +- {self.lam_error:.1g} at d={self.d:.4g}, "
            f"J_D={self.J_D:.4g}, {layers})"
        )


def _draw(ax: Axes | None, threshold: float, error: float, d: float, label: str) -> Axes:
    """Draw the point of a threshold."""
    ax = axes_of(ax)
    ax.errorbar(threshold, d, xerr=error, fmt="o")
    ax.set(xlabel=label, ylabel="distance $d$")
    return ax
