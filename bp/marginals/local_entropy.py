"""How many fixed points lie around a given state of one network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from bp import arguments
from bp.messages import bethe, one_bit
from foundation import domains
from foundation.axes import axes_of
from foundation.errors import ConvergenceError
from networks import Network

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class LocalEntropy:
    """The fixed points around a state; every attribute has one entry for each field.

    Attributes
    ----------
    field
        Strength of the field towards the state.
    distance
        Hamming distance per neuron of the fixed points from the state.
    entropy
        Their Bethe entropy in nats per neuron.
    overlap
        Their overlap with one another, the mean squared magnetisation.
    residual
        Largest change of a magnetisation in the last iteration. The error of the free entropy that
        comes from stopping there is of second order in it; that of the Bethe approximation itself
        is not known for one network.
    converged
        Whether the residual fell below the tolerance, at an entropy that states can have: at most
        ln 2. Above it the iteration has left the branch around the state, and its Bethe entropy
        means nothing.
    iterations
        How many were made, for all fields together.

    Examples
    --------
    >>> import numpy as np
    >>> import bp
    >>> import networks
    >>> network = networks.Asymmetric(N=500, J_D=0.2).sample(rng=1)
    >>> solution = bp.reinforcement(network, np.linspace(0.1, 0.75, 150), rng=1)
    >>> around = bp.local_entropy(network, solution.state, fields=[1.5, 0.7])
    >>> around
    LocalEntropy(entropy=0.003... to 0.020... at distance=0.001... to 0.009...)
    >>> print(around.status[0])
    Converged.
    >>> around.plot().get_ylabel()
    'entropy per neuron'
    """

    field: Floats
    distance: Floats
    entropy: Floats
    overlap: Floats
    residual: Floats
    converged: npt.NDArray[np.bool]
    iterations: int

    @property
    def status(self) -> npt.NDArray[np.str_]:
        """What happened at each field, and what to do about it."""
        ends = zip(self.converged, self.residual, self.entropy, strict=True)
        return np.array([self._end(*end) for end in ends])

    def _end(self, converged: bool, residual: float, entropy: float) -> str:
        if converged:
            return "Converged."
        if not entropy <= np.log(2):
            return (
                f"The entropy of {entropy:.3g} is above ln 2: no branch of fixed points around the "
                "state is left at this field; start from a fixed point, or lower this field."
            )
        return (
            f"The residual is {residual:.1g} after {self.iterations} iterations, the maximum; "
            "raise max_iterations, damping or this field."
        )

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Plot the entropy against the distance, where it converged.

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
        ax.plot(self.distance[self.converged], self.entropy[self.converged], "o")
        ax.set(xlabel="distance per neuron", ylabel="entropy per neuron")
        return ax

    def __repr__(self) -> str:
        order = np.argsort(self.distance)[[0, -1]]
        near, far = self.distance[order]
        first, last = self.entropy[order]
        failed = int((~self.converged).sum())
        end = f", {failed} of {self.converged.size} not converged" if failed else ""
        return (
            f"LocalEntropy(entropy={first:.3g} to {last:.3g} at distance={near:.3g} to {far:.3g}"
            f"{end})"
        )


def local_entropy(
    network: Network,
    state: npt.ArrayLike,
    fields: npt.ArrayLike,
    *,
    damping: float = 0.7,
    tolerance: float = 1e-4,
    max_iterations: int = 2000,
    throw: bool = True,
) -> LocalEntropy:
    r"""Return the entropy of fixed points against their distance from a state.

    Belief propagation in a field :math:`\theta s^*_i` towards the state gives the free entropy
    :math:`F(\theta)` of the fixed points weighted with :math:`e^{\theta s \cdot s^*}`, and by a
    Legendre transform

    .. math:: d = \tfrac12 (1 - F'(\theta)), \qquad S(d) = F(\theta) - (1 - 2d)\,\theta, \qquad
              S'(d) = 2\theta .

    It starts at the state, all fields side by side, and follows the fixed points around it as long
    as that branch exists. In single precision.

    Parameters
    ----------
    network
        The network; `J_ij` and `J_ji` independent.
    state
        The state :math:`s^*`, of entries ±1 and the network's shape: usually a fixed point.
    fields
        The strengths :math:`\theta`, >= 0: the larger, the nearer.
    damping
        Fraction of the old messages that is kept in an iteration, in [0, 1).
    tolerance
        Of the magnetisations, > 0; below 1e-5 single precision does not reach it.
    max_iterations
        Number of iterations after which to give up, >= 1.
    throw
        Whether to raise if a field does not converge; otherwise the result says so by `converged`
        and `status`.

    Returns
    -------
    LocalEntropy.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.
    ConvergenceError
        If a field does not converge, and `throw`.

    References
    ----------
    `docs/theory/message-passing.md`.

    Examples
    --------
    Around a fixed point that message passing finds there are many others, at all distances:

    >>> import numpy as np
    >>> import bp
    >>> import networks
    >>> network = networks.Asymmetric(N=500, J_D=0.2).sample(rng=1)
    >>> solution = bp.reinforcement(network, np.linspace(0.1, 0.75, 150), rng=1)
    >>> around = bp.local_entropy(network, solution.state, fields=[1.5, 1.0, 0.7])
    >>> around.distance.round(3)
    array([0.001, 0.005, 0.01 ])
    >>> around.entropy.round(3)
    array([0.004, 0.014, 0.021])
    """
    network = arguments.network(network)
    spins = domains.state("state", state, network.shape).reshape(1, -1, network.N)
    theta = np.atleast_1d(domains.reals("fields", fields, low=0))
    if theta.ndim > 1 or theta.size == 0:
        raise ValueError(f"fields must be a sequence of numbers, got shape {theta.shape}")
    damping = arguments.below_one("damping", damping)
    tolerance = arguments.positive("tolerance", tolerance)
    max_iterations = domains.integer("max_iterations", max_iterations)
    throw = domains.boolean("throw", throw)

    field = (theta[:, None, None] * spins).astype(np.float32)
    messages = one_bit.messages(network, len(theta))
    messages.start(field + spins)
    none, one = np.zeros(len(theta)), np.ones(len(theta))
    residual, iteration = np.full(len(theta), np.inf), 0
    while residual.max() > tolerance and iteration < max_iterations:
        residual = messages.step(field, none, one, damping)
        iteration += 1
    entropy = bethe.entropy(messages, field)
    result = LocalEntropy(
        field=theta,
        distance=(1 - (spins * messages.m).mean(axis=(1, 2), dtype=np.float64)) / 2,
        entropy=entropy,
        overlap=(messages.m**2).mean(axis=(1, 2), dtype=np.float64),
        residual=residual,
        converged=(residual <= tolerance) & (entropy <= np.log(2)),
        iterations=iteration,
    )
    if throw and not result.converged.all():
        failed = int(np.argmin(result.converged))
        raise ConvergenceError(f"At field = {theta[failed]:g}: {result.status[failed]}")
    return result
