"""Belief propagation: the marginals of one network's fixed points, and how many there are."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from bp import arguments
from bp.marginals.marginals import Marginals
from bp.messages import bethe
from bp.messages.cavity import CavityMessages
from bp.messages.dense import DenseMessages
from bp.messages.one_bit import messages
from foundation import domains
from foundation.errors import ConvergenceError
from networks import Network

METHODS = ("dense", "messages")

Floats = npt.NDArray[np.float64]


def belief_propagation(
    network: Network,
    field: npt.ArrayLike = 0.0,
    *,
    method: str = "dense",
    exact_squares: bool = True,
    damping: float = 0.7,
    tolerance: float = 1e-8,
    max_iterations: int = 2000,
    rng: int | np.random.Generator | None = None,
    throw: bool = True,
) -> Marginals:
    r"""Return the marginals and the entropy of the fixed points of a network.

    The fixed points are weighted with :math:`e^{\sum_i \theta_i s_i}`. Without a field the
    magnetisations vanish by symmetry, if the iteration started from small random ones is stable.

    Parameters
    ----------
    network
        The network; `J_ij` and `J_ji` independent.
    field
        The fields :math:`\theta_i`: a number, or an array of the network's shape.
    method
        "dense", one message per neuron, in the limit of weak couplings; or "messages", one for each
        pair of neurons: single couplings are exact, an iteration costs :math:`N^2` evaluations.
    exact_squares
        Whether the dense iteration uses the squared couplings as they are, or their mean, which
        halves its cost: its magnetisations then differ from those of the messages by terms of
        order :math:`N^{-1/2}` instead of :math:`N^{-1}`.
    damping
        Fraction of the old messages that is kept in an iteration, in [0, 1).
    tolerance
        Of the magnetisations, > 0.
    max_iterations
        Number of iterations after which to give up, >= 1.
    rng
        A seed, a generator, or None for a fresh seed.
    throw
        Whether to raise if the iteration does not converge; otherwise the result says so by
        `converged` and `status`.

    Returns
    -------
    Marginals. Computed in float64: the dense iteration takes 16 N² bytes for a layer, 8 without
    `exact_squares`.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.
    ConvergenceError
        If the iteration does not converge, and `throw`.

    References
    ----------
    `docs/theory/message-passing.md`.

    Examples
    --------
    The entropy of one network is close to that of the mean number of fixed points:

    >>> import bp
    >>> import networks
    >>> import replica
    >>> network = networks.Asymmetric(N=500, J_D=0.2).sample(rng=1)
    >>> round(bp.belief_propagation(network, rng=1).entropy, 4)
    0.1478
    >>> round(float(replica.fixed_point_entropy(J_D=0.2)), 4)
    0.1471

    A field selects fewer of them:

    >>> round(bp.belief_propagation(network, field=0.3, rng=1).entropy, 4)
    0.1132
    """
    network = arguments.network(network)
    theta = arguments.fields("field", field, network)
    method = domains.choice("method", method, METHODS)
    exact_squares = domains.boolean("exact_squares", exact_squares)
    throw = domains.boolean("throw", throw)
    damping = arguments.below_one("damping", damping)
    tolerance = arguments.positive("tolerance", tolerance)
    max_iterations = domains.integer("max_iterations", max_iterations)
    rng = domains.generator(rng)
    state: DenseMessages | CavityMessages
    if method == "dense":
        state = messages(network, 1, dtype=np.float64, exact_squares=exact_squares)
        state.start_at_random(rng)
    else:
        state = CavityMessages(network, rng)
    residual, iterations = np.inf, 0
    while residual > tolerance and iterations < max_iterations:
        residual = _step(state, theta, damping)
        iterations += 1
    marginals = _read_out(state, theta, residual, iterations, residual <= tolerance)
    if throw and not marginals.converged:
        raise ConvergenceError(marginals.status)
    return marginals


def _step(state: DenseMessages | CavityMessages, theta: Floats, damping: float) -> float:
    """Iterate once, and return the largest change of a magnetisation."""
    if isinstance(state, DenseMessages):
        return float(state.step(theta[None], np.zeros(1), np.ones(1), damping)[0])
    return state.step(theta, 0.0, 1.0, damping)


def _read_out(
    state: DenseMessages | CavityMessages,
    theta: Floats,
    residual: float,
    iterations: int,
    converged: bool,
) -> Marginals:
    """Return what the messages say."""
    if isinstance(state, DenseMessages):
        t = state.t[0]
        F = bethe.free_entropy(state, state.h, state.omega, state.m, state.v, theta[None])
        free = float(F[0])
    else:
        t, free = state.t, state.free_entropy(theta)
    m = np.tanh(t)
    return Marginals(
        magnetisations=m.reshape(state.network.shape),
        fields=t.reshape(state.network.shape),
        entropy=free - float((theta * m).mean()),
        free_entropy=free,
        residual=residual,
        iterations=iterations,
        converged=converged,
    )
