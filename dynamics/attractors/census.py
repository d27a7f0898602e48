"""All attractors of a small network, with their basins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from dynamics.attractors.state_graph import Codes, attractors, successors
from foundation import domains
from foundation.axes import axes_of
from networks import Network
from networks.network import checked

if TYPE_CHECKING:
    from matplotlib.axes import Axes

RULES = ("synchronous", "sequential")
LARGEST = 26  # neurons: 0.8 GB


@dataclass(frozen=True, eq=False, repr=False)
class Census:
    """The attractors of a network, in the lexicographic order of their first states.

    Attributes
    ----------
    lengths
        Number of steps around each cycle; 1 for a fixed point.
    basins
        Number of states that end in each, its own included; they sum to `2**n`.
    reversing
        Whether a cycle contains the reverse of its states (then its length is even).
    transients
        Number of states at every distance from their attractor, from 0 on.
    codes
        The first state of each cycle as a number: its binary digits, the highest one for the first
        neuron, tell which neurons are up.
    shape
        Shape of a state.

    Examples
    --------
    >>> import dynamics
    >>> import networks
    >>> found = dynamics.census(networks.Asymmetric(N=12, J_D=0.0).sample(rng=3))
    >>> found
    Census(5 attractors, 2 of them fixed points with 0.0859 of all 2^12 states, longest cycle 30)
    >>> found.lengths, found.basins
    (array([ 2, 30,  2,  1,  1]), array([   2, 3462,  280,  176,  176]))
    >>> found.reversing
    array([ True,  True,  True, False, False])
    >>> found.fixed_points.shape
    (2, 12)
    >>> round(found.mean_length, 2), round(found.mean_transient, 2)
    (25.58, 5.87)
    >>> found.plot().get_xlabel()
    'length of the cycle'
    """

    lengths: npt.NDArray[np.int64]
    basins: npt.NDArray[np.int64]
    reversing: npt.NDArray[np.bool]
    transients: npt.NDArray[np.int64]
    codes: Codes
    shape: tuple[int, ...]

    @property
    def states(self) -> npt.NDArray[np.int8]:
        """The first state of each cycle, of shape `(number of attractors, *shape)`."""
        n = int(np.prod(self.shape))
        digits = self.codes[:, None] >> np.arange(n - 1, -1, -1, dtype=np.uint32) & np.uint32(1)
        return (2 * digits.astype(np.int8) - 1).reshape(-1, *self.shape)

    @property
    def fixed_points(self) -> npt.NDArray[np.int8]:
        """All fixed points, as `enumerate_fixed_points` returns them."""
        return self.states[self.lengths == 1]

    @property
    def mean_length(self) -> float:
        """Length of the cycle that a random state falls into, on average."""
        return float(self.lengths @ self.basins / self.basins.sum())

    @property
    def mean_transient(self) -> float:
        """Number of steps of a random state to its attractor, on average."""
        return float(np.arange(len(self.transients)) @ self.transients / self.transients.sum())

    @property
    def converged(self) -> bool:
        """Always True: every state is followed to its attractor."""
        return True

    @property
    def status(self) -> str:
        """What happened."""
        return f"All {self.basins.sum()} states were followed to their attractors."

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Plot the fraction of all states in each basin against the length of its cycle.

        Parameters
        ----------
        ax
            Where to draw; None for a new figure.

        Returns
        -------
        The axes.

        Raises
        ------
        TypeError
            If `ax` is neither axes nor None.
        """
        ax = axes_of(ax)
        ax.loglog(self.lengths, self.basins / self.basins.sum(), "o", alpha=0.5)
        ax.set(xlabel="length of the cycle", ylabel="fraction of all states in its basin")
        return ax

    def __repr__(self) -> str:
        fixed = self.lengths == 1
        return (
            f"Census({len(self.lengths)} attractors, {fixed.sum()} of them fixed points with "
            f"{self.basins[fixed].sum() / self.basins.sum():.3g} of all "
            f"2^{int(np.prod(self.shape))} states, "
            f"longest cycle {self.lengths.max()})"
        )


def census(network: Network, rule: str = "synchronous") -> Census:
    r"""Find all attractors of a network, and their basins.

    Parameters
    ----------
    network
        A network of at most 26 neurons, all layers together. The time is proportional to
        :math:`2^n`, and so is the memory, 12 bytes a state.
    rule
        "synchronous": all unstable neurons flip at once. "sequential": one step is a sweep through
        the neurons in their order, each of which flips if it is unstable when its turn comes, as
        in `relax(..., order="fixed")`.

    Returns
    -------
    Census.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    References
    ----------
    `docs/theory/dynamics.md`.

    Examples
    --------
    A self-coupling replaces the cycles by fixed points:

    >>> import dynamics
    >>> import networks
    >>> dynamics.census(networks.Asymmetric(N=12, J_D=0.0).sample(rng=2))
    Census(4 attractors, 0 of them fixed points with 0 of all 2^12 states, longest cycle 22)
    >>> dynamics.census(networks.Asymmetric(N=12, J_D=0.3).sample(rng=2))
    Census(18 attractors, 18 of them fixed points with 1 of all 2^12 states, longest cycle 1)

    The basins, but not the fixed points, depend on the rule:

    >>> dynamics.census(networks.Asymmetric(N=12, J_D=0.3).sample(rng=2), rule="sequential")
    Census(18 attractors, 18 of them fixed points with 1 of all 2^12 states, longest cycle 1)
    """
    network = checked(network)
    rule = domains.choice("rule", rule, RULES)
    n = int(np.prod(network.shape))
    if n > LARGEST:
        raise ValueError(f"network must have at most {LARGEST} neurons for a census, got {n}")
    found = attractors(successors(network, rule))
    order = np.argsort(found.codes)
    return Census(
        lengths=found.lengths[order],
        basins=found.basins[order],
        reversing=found.reversing[order],
        transients=found.transients,
        codes=found.codes[order],
        shape=network.shape,
    )
