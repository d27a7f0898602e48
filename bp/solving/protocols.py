r"""Protocols of focusing: plain iterables of pairs (gamma, y), of any length.

gamma >= 0 is the strength of the coupling to the centre, y >= 1 the number of replicas around it; y
may also be a function of the overlap of the run. Any list or generator will do; these are the three
of the literature.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

from bp import arguments
from bp.arguments import Replicas
from foundation import domains

Protocol = Iterable[tuple[float, Replicas]]


def scoping(
    steps: int = 150, y: float = 7.0, gamma: tuple[float, float] = (0.15, 0.7)
) -> Iterator[tuple[float, Replicas]]:
    """Return a protocol that raises gamma at a fixed number of replicas.

    Parameters
    ----------
    steps
        Number of values of gamma, >= 1.
    y
        Number of replicas, >= 1.
    gamma
        The first value and the last one, >= 0.

    Returns
    -------
    Iterator of pairs (gamma, y).

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    Examples
    --------
    >>> import bp
    >>> [(round(gamma, 3), y) for gamma, y in bp.scoping(steps=3)]
    [(0.15, 7.0), (0.425, 7.0), (0.7, 7.0)]
    """
    steps = domains.integer("steps", steps)
    y = domains.real("y", y, low=1)
    first, last = (domains.real("gamma", value, low=0) for value in arguments.ends("gamma", gamma))
    return ((float(g), y) for g in np.linspace(first, last, steps))


def pseudo_reinforcement(
    steps: int = 150, rate: tuple[float, float] = (0.1, 0.75)
) -> Iterator[tuple[float, Replicas]]:
    r"""Return a protocol that raises gamma and y together, like a rate r of reinforcement.

    .. math:: \gamma = \mathrm{atanh} \sqrt r, \qquad y = 1 + \frac{1}{1 - r} :

    for a weak field u the focusing field is :math:`u\, r / (1 - r)`, as reinforcement at rate r
    makes it.

    Parameters
    ----------
    steps
        Number of values of r, >= 1.
    rate
        The first value of r and the last one, in [0, 1).

    Returns
    -------
    Iterator of pairs (gamma, y).

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    Examples
    --------
    >>> import bp
    >>> [(round(gamma, 3), round(y, 3)) for gamma, y in bp.pseudo_reinforcement(steps=3)]
    [(0.327, 2.111), (0.779, 2.739), (1.317, 5.0)]
    """
    steps = domains.integer("steps", steps)
    first, last = (arguments.below_one("rate", value) for value in arguments.ends("rate", rate))
    rates = np.linspace(first, last, steps)
    return ((float(np.arctanh(np.sqrt(r))), 1 + 1 / (1 - r)) for r in map(float, rates))


def along_overlap(
    gammas: npt.ArrayLike, overlaps: npt.ArrayLike, y: npt.ArrayLike
) -> Iterator[tuple[float, Replicas]]:
    r"""Return a protocol whose y follows a table in the overlap of the run.

    With the :math:`y^*(q_1)` at which the complexity of the replica theory vanishes it stays with
    the densest clusters that exist.

    Parameters
    ----------
    gammas
        Values of gamma, >= 0, one a step.
    overlaps, y
        The table: increasing overlaps, and numbers of replicas >= 1. It is interpolated, and
        constant beyond its ends.

    Returns
    -------
    Iterator of pairs (gamma, y).

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    Examples
    --------
    >>> import numpy as np
    >>> import bp
    >>> import replica
    >>> d = np.array([0.2, 0.1, 0.05])
    >>> densest = replica.local_entropy(d, J_D=0.2)
    >>> protocol = bp.along_overlap([0.2, 0.3, 0.4], overlaps=1 - 2 * d, y=densest.y)
    >>> gamma, y = next(protocol)
    >>> gamma, round(y(0.8), 2), round(y(0.9), 2)
    (0.2, 11.62, 12.43)
    """
    strengths = domains.reals("gammas", gammas, low=0)
    q, replicas = domains.reals("overlaps", overlaps), domains.reals("y", y, low=1)
    if q.ndim != 1 or q.shape != replicas.shape or q.size == 0 or (np.diff(q) <= 0).any():
        raise ValueError(
            "overlaps must be an increasing sequence as long as y, got shapes "
            f"{q.shape} and {replicas.shape}"
        )

    def at(overlap: float) -> float:
        return float(np.interp(overlap, q, replicas))

    return ((float(g), at) for g in strengths.ravel())
