"""Focusing belief propagation: look for a fixed point where they lie densest."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from bp import arguments
from bp.solving.kinds import KINDS, plans
from bp.solving.options import SearchOptions, Settings
from bp.solving.protocols import Protocol
from bp.solving.schedule import chosen, settings
from bp.solving.search import search
from bp.solving.solution import Solution
from bp.solving.steps import focused
from bp.solving.trajectory import Trajectory
from foundation import domains
from networks import Network


def focusing(
    network: Network,
    protocol: Protocol | None = None,
    *,
    effort: int | None = None,
    damping: float | None = None,
    iterations: int | None = None,
    runs: int | None = None,
    restarts: int = 0,
    repair_sweeps: int = 0,
    rng: int | np.random.Generator | None = None,
    history: bool = False,
) -> Solution:
    r"""Look for a fixed point by belief propagation on y replicas around a common centre.

    Each neuron feels the other replicas through its centre, with the strength gamma,

    .. math:: f = \mathrm{atanh}\big(\tanh\gamma \tanh[(y-1)\,
              \mathrm{atanh}(\tanh\gamma \tanh u)]\big),

    u being the field on it from everything else. As gamma grows the replicas choose a cluster of
    fixed points, the denser the larger y is, and contract to one of them. The signs of the
    magnetisations are tested after every step of the protocol; it ends where a fixed point is
    found, or where all runs have come near to one and gone away again.

    Parameters
    ----------
    network
        The network; `J_ij` and `J_ji` independent.
    protocol
        Pairs (gamma, y), gamma >= 0 and y >= 1; y may be a function of the run's overlap. See
        `scoping`, `pseudo_reinforcement`, `along_overlap`. None for the best that is known, which
        depends on N, `J_D` and the effort: see `bp.protocol`.
    effort
        Iterations of all runs together, for that protocol; None for what N and `J_D` need. Refused
        with a protocol.
    damping
        Fraction of the old messages that is kept in an iteration, in [0, 1). None: 0.8.
    iterations
        Number of iterations in a step of the protocol, >= 1. None: 10.
    runs
        Number of runs from different starts, side by side, >= 1: they share the passages over the
        couplings, so that several cost little more than one in a large network. None: 1, and as
        many as `bp.protocol` says for its protocols.
    restarts
        Number of further attempts if all runs fail, >= 0.
    repair_sweeps
        Sweeps of Monte Carlo with which to repair the best state of each run, if at most one neuron
        in a hundred is unstable in it; 0 for message passing alone. See `bp.solving.repair`.
    rng
        A seed, a generator, or None for a fresh seed.
    history
        Whether to record the trajectory, with its local entropy.

    Returns
    -------
    Solution. Not to find a fixed point is a result here, not an error: see its `status`.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    References
    ----------
    Baldassi, Borgs, Chayes, Ingrosso, Lucibello, Saglietti and Zecchina, PNAS 113, E7655 (2016);
    `docs/theory/message-passing.md`.

    Examples
    --------
    >>> import bp
    >>> import networks
    >>> network = networks.Asymmetric(N=500, J_D=0.2).sample(rng=1)
    >>> solution = bp.focusing(network, rng=1)
    >>> solution.converged, bool(network.is_fixed_point(solution.state))
    (True, True)

    With a protocol of one's own:

    >>> bp.focusing(network, bp.scoping(steps=60, y=7), runs=4, rng=1)
    Solution(fixed point of 500 neurons, overlap=0.9..., ... iterations)
    """
    network = arguments.network(network)
    protocol = chosen(network, protocol, effort)
    points = arguments.protocol(protocol)
    options = SearchOptions.checked(
        settings(protocol),
        rng,
        damping=damping,
        iterations=iterations,
        runs=runs,
        restarts=restarts,
        repair_sweeps=repair_sweeps,
        history=history,
    )
    advice = "try more effort, runs, restarts or steps, a damping nearer to 1, or a larger J_D"
    return search(network, [focused(gamma, y) for gamma, y in points], options, advice)


def focusing_trajectory(
    network: Network,
    protocol: Iterable[Any],
    *,
    kind: str = "focusing",
    damping: float = 0.8,
    iterations: int = 100,
    rng: int | np.random.Generator | None = None,
) -> Trajectory:
    r"""Follow the clusters of focusing through a protocol, past any fixed point met on the way.

    Each step gives the overlap :math:`q_1` of a cluster and its local entropy, to be held against
    `replica.quenched_local_entropy` at the distance :math:`d = (1 - q_1)/2`, and against its upper
    bound `replica.local_entropy`. It is the Bethe entropy of the fixed points in the field that is
    put on every neuron. Over all directions of that field its largest value is the entropy
    :math:`S_\max(d)` of the densest cluster of that overlap. There the field is linear,

    .. math:: f_i = \lambda m_i, \qquad \lambda = \frac{dS_\max}{dd},

    and a `kind="linear"` protocol that raises :math:`\lambda` slowly looks for it.

    Parameters
    ----------
    network, damping, rng
        As for `focusing`.
    protocol
        For focusing as there; for reinforcement its rates, in [0, 1); for the linear field its
        strengths :math:`\lambda \ge 0`.
    kind
        "focusing", "reinforcement" or "linear".
    iterations
        Number of iterations in a step of the protocol, >= 1: enough for small residuals.

    Returns
    -------
    Trajectory; it ends early if all magnetisations freeze.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    References
    ----------
    `docs/theory/message-passing.md`.

    Examples
    --------
    >>> import numpy as np
    >>> import bp
    >>> import networks
    >>> import replica
    >>> network = networks.Asymmetric(N=500, J_D=0.3).sample(rng=1)
    >>> protocol = bp.scoping(steps=5, gamma=(0.26, 0.4))
    >>> trajectory = bp.focusing_trajectory(network, protocol, rng=1)
    >>> trajectory.overlap.round(2)
    array([0.33, 0.49, 0.59, 0.66, 0.71])
    >>> trajectory.local_entropy.round(2)
    array([0.18, 0.16, 0.14, 0.13, 0.12])
    >>> d = (1 - trajectory.overlap) / 2
    >>> replica.local_entropy(d, J_D=0.3).local_entropy.round(2)
    array([0.18, 0.16, 0.14, 0.13, 0.12])

    The strength of a linear field is the slope of the entropy:

    >>> strengths = [0.4, 0.4, 0.42]
    >>> linear = bp.focusing_trajectory(network, strengths, kind="linear", damping=0.2, rng=1)
    >>> d = (1 - linear.overlap) / 2
    >>> round(float((np.diff(linear.local_entropy) / np.diff(d))[-1]), 2)
    0.41
    """
    network = arguments.network(network)
    kind = domains.choice("kind", kind, KINDS)
    steps = plans(kind, protocol)
    checked = SearchOptions.checked(
        Settings(), rng, damping=damping, iterations=iterations, history=True
    )
    options = replace(checked, stop=False)
    solution = search(network, steps, options, "")
    assert solution.trajectory is not None
    return solution.trajectory
