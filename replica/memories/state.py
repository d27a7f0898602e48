"""States of networks with stored patterns, as they are returned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from foundation.axes import axes_of
from replica.groups.pointwise import described

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Number = Any  # a float, or an array of the common shape of the arguments


@dataclass(frozen=True, eq=False, repr=False)
class MemoryState:
    r"""A state of infinitely many neurons that store patterns.

    Each attribute is a number, or an array of the common shape of the arguments.

    Attributes
    ----------
    alpha, T
        Load and temperature.
    overlap
        Overlap m with one pattern; 0 beyond capacity, and in a spin glass.
    q
        Overlap of two copies of the network in this state.
    noise
        Width of the fields, without the part of the pattern.
    response
        :math:`\chi = (1 - q)/T`, with its limit at T = 0.
    energy, free_energy, entropy
        Per neuron, of :math:`-\frac12 \sum_{i \ne j} J_{ij} s_i s_j`; nan without an equilibrium.
    stability
        Slack of de Almeida and Thouless. Where it is negative replica symmetry is broken, and this
        state an approximation; nan where no replicas are used.
    error
        Estimate of the absolute error of `overlap` (of q in a spin glass), of its computation.
    converged, status
        Whether the state was found; what it is.

    Examples
    --------
    >>> import replica
    >>> state = replica.memory_retrieval(alpha=0.1, T=[0.1, 0.2, 0.5])
    >>> state
    MemoryState(shape (3,), converged)
    >>> state.overlap.round(4)
    array([0.9968, 0.9891, 0.    ])
    >>> str(state.status[2])
    'No pattern is recalled: the load is above the capacity 0.0588 at this temperature.'
    >>> state.plot().get_ylabel()
    'overlap $m$'
    """

    alpha: Number
    T: Number
    overlap: Number
    q: Number
    noise: Number
    response: Number
    energy: Number
    free_energy: Number
    entropy: Number
    stability: Number
    error: Number
    converged: Any
    status: Any

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Draw the overlap against what varies, the load or the temperature.

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
        alpha, T = np.atleast_1d(self.alpha), np.atleast_1d(self.T)
        warmer = np.ptp(alpha) == 0 and np.ptp(T) > 0
        values = np.atleast_1d(self.overlap)
        ax.plot(T if warmer else alpha, values, "." if values.size == 1 else "-")
        ax.set(xlabel="temperature $T$" if warmer else r"load $\alpha$", ylabel="overlap $m$")
        return ax

    def __repr__(self) -> str:
        return described(self, ["overlap"], "alpha", "T")


@dataclass(frozen=True, repr=False)
class MemoryCapacity:
    """The largest load at which patterns are recalled.

    Attributes
    ----------
    T, rule
        Temperature, and the rule by which patterns are stored.
    alpha
        The capacity.
    alpha_error
        Estimate of the absolute error of its computation.
    overlap
        Overlap with the pattern there: the lowest that is recalled.
    stability
        As in `MemoryState`: negative where replica symmetry is broken.
    converged, status
        True, and a sentence that says so: the function that returns it raises where it fails.

    Examples
    --------
    >>> import replica
    >>> replica.memory_capacity()
    MemoryCapacity(alpha=0.137906 +- ... at T=0, overlap 0.9674, hebbian)
    """

    T: float
    rule: str
    alpha: float
    alpha_error: float
    overlap: float
    stability: float
    converged: bool = True
    status: str = "The capacity was found."

    def __repr__(self) -> str:
        return (
            f"MemoryCapacity(alpha={self.alpha:.6g} +- {self.alpha_error:.1g} at T={self.T:g}, "
            f"overlap {self.overlap:.4g}, {self.rule})"
        )
