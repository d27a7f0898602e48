"""Groups of y fixed points at mutual distance d, as the solvers return them."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from foundation import domains
from replica.groups.curves import ENTROPIES, draw_curves
from replica.groups.pointwise import at, described

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Number = Any  # a float, or an array of the common shape of the arguments


@dataclass(frozen=True, eq=False, repr=False)
class ClusterState:
    r"""Groups of y fixed points at mutual distance d: how many, and how dense.

    Entropies are in nats per neuron; each attribute is a number, or an array of the common shape of
    the arguments.

    Attributes
    ----------
    y
        Number of fixed points in a group, any real number >= 1.
    d
        Mutual distance; the overlap is :math:`q_1 = 1 - 2d`.
    J_D
        Self-coupling.
    free_entropy
        :math:`\Phi(y, d)`, the entropy of groups.
    local_entropy
        :math:`S_\mathrm{int} = \partial\Phi/\partial y`, the entropy of one cluster.
    complexity
        :math:`\Sigma = \Phi - y S_\mathrm{int}`, the entropy of clusters.
    q_hat
        Conjugate of the overlap.
    inner_stability, outer_stability
        :math:`\lambda_\mathrm{in}, \lambda_\mathrm{out}`: below one where replicas of one group,
        and groups among each other, have no reason to differ; to eight digits. They are necessary
        for a typical network to have what is counted here, and not sufficient
        (`docs/theory/typical.md`). nan where they are not known: in layers, around a reference.
    residual
        Overlap at the extremum minus :math:`q_1`.
    error
        Estimate of the absolute error: one bound for all three entropies.
    converged
        Whether what was asked for was found.
    status
        What happened; on failure, also what to do about it.

    Examples
    --------
    `clusters` and `local_entropy` return one, for all points that they are asked for:

    >>> import replica
    >>> states = replica.clusters(y=[2, 4, 8], d=0.02, J_D=0.06)
    >>> states
    ClusterState(shape (3,), converged)
    >>> states.complexity.round(4)
    array([ 0.0539,  0.0077, -0.0371])
    >>> bool((states.error < 1e-11).all())
    True
    >>> states.outer_stability.round(3)
    array([0.697, 0.848, 0.968])
    >>> str(states.status[0])
    'The extremum was found.'
    """

    # what an entropy is drawn against: the first of these that varies
    _against: ClassVar[tuple[str, ...]] = ("d", "J_D", "y")

    _arguments: ClassVar[tuple[str, ...]] = ("y", "d", "J_D")

    y: Number
    d: Number
    J_D: Number
    free_entropy: Number
    local_entropy: Number
    complexity: Number
    q_hat: Number
    residual: Number
    error: Number
    converged: Any
    status: Any
    inner_stability: Number = field(default=math.nan, kw_only=True)
    outer_stability: Number = field(default=math.nan, kw_only=True)

    def plot(self, quantity: str = "local_entropy", *, ax: Axes | None = None) -> Axes:
        """Draw an entropy against the distance, or against what varies instead.

        Where d varies there is a line over d for each value of the other arguments; otherwise the
        lines are over the self-coupling, or over y. A single point is a marker. A line breaks where
        no solution was found.

        Parameters
        ----------
        quantity
            `"local_entropy"`, `"complexity"` or `"free_entropy"`.
        ax
            Axes to draw in; None for those of a new figure.

        Returns
        -------
        The axes.

        Raises
        ------
        TypeError, ValueError
            If an argument is outside its documented domain.

        Examples
        --------
        >>> import matplotlib
        >>> matplotlib.use("agg")
        >>> import replica
        >>> ax = replica.clusters(y=[2, 4, 8], d=0.02, J_D=0.06).plot("complexity")
        >>> ax.get_xlabel()
        'number of replicas $y$'
        """
        quantity = domains.choice("quantity", quantity, ENTROPIES)
        return draw_curves(self, quantity, self._against, ax)

    @property
    def location(self) -> str:
        """The point of a single solution, in words."""
        return at(**{name: getattr(self, name) for name in self._arguments})

    def __repr__(self) -> str:
        entropies = ["free_entropy", "local_entropy", "complexity"]
        return described(self, entropies, *self._arguments)


State = TypeVar("State", bound=ClusterState)
