"""How many pairs of fixed points a chain of layers has, at given distances."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import special

from foundation import domains
from foundation.errors import ConvergenceError
from replica.counts.layers import layered_entropy
from replica.gauss.orthant import Floats
from replica.pairs.entropy import pair_entropy
from replica.pairs.pair_chain import PairChain, top_state


def layered_pair_entropy(
    d: npt.ArrayLike, J_D: npt.ArrayLike, lam: npt.ArrayLike, L: int | None = None
) -> Floats:
    r"""Return the entropy of pairs of fixed points at distance d in each layer of a chain.

    With the weights :math:`w_l` of `replica.pairs.pair_chain`, :math:`q = 1 - 2d`,

    .. math:: \Phi_2(d) = \frac1L \Big[ \ln 2 + \min_{\mu_1 \dots \mu_L} \Big( -q \sum_l \mu_l +
              \ln \sum_{a, \tau} \prod_l e^{\mu_l a_l} w_l \Big) \Big]:

    each layer needs a conjugate field of its own to hold all overlaps equal. In an infinite chain
    they are the same, and the sum is the largest eigenvalue of an 8 x 8 matrix. It is symmetric
    under :math:`d \to 1-d`; at d = 1/2 it is twice the entropy of single fixed points.

    Parameters
    ----------
    d
        Hamming distance per neuron in every layer, in [0, 1]; any shape.
    J_D
        Self-coupling, >= 0; broadcast against `d`.
    lam
        Coupling between neighbouring layers, >= 0; broadcast against `d`.
    L
        Number of layers, >= 1; None for an infinite chain.

    Returns
    -------
    Nats per neuron, of the common shape (a float for single numbers).

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.
    ConvergenceError
        If the minimum is not found.

    References
    ----------
    `docs/theory/layered.md`.

    Examples
    --------
    >>> import replica
    >>> replica.layered_pair_entropy([0.01, 0.1, 0.5], J_D=0.0, lam=0.3, L=2).round(4)
    array([-0.0046,  0.0022,  0.0541])
    >>> replica.layered_pair_entropy([0.01, 0.1, 0.5], J_D=0.0, lam=0.3).round(4)
    array([0.0194, 0.0334, 0.0949])
    """
    d, J_D, lam = np.broadcast_arrays(
        domains.reals("d", d, low=0, high=1),
        domains.reals("J_D", J_D, low=0),
        domains.reals("lam", lam, low=0),
    )
    if L is not None:
        L = domains.integer("L", L)
    if L == 1:
        return pair_entropy(d, J_D)
    near = np.minimum(d, 1 - d)
    entropy = np.array(layered_entropy(J_D, lam, L))
    apart = near > 1e-34  # below, a term in sqrt(d) is all there is
    near, J, coupling = near[apart], J_D[apart], lam[apart]
    if not apart.any():
        return entropy[()]
    if L is None:
        entropy[apart] = _infinite_chain(near, J, coupling)
    else:
        entropy[apart] = entropy_at_distances(np.repeat(near[:, None], L, axis=1), J, coupling)
    return entropy[()]


def entropy_at_distances(d: Floats, J_D: Floats, lam: Floats) -> Floats:
    """Return the entropy of pairs at the distances `d`, of shape (n, L >= 2), in [0, 1).

    In a layer at distance 0 the two states agree. `J_D` and `lam` have the shape (n,).
    """
    chain = pair_chain(d, J_D, lam)
    log_x = log_fugacities(chain, d)
    # ln sum e^(mu a) ... - mu q = ln sum x^[a = -1] ... - d ln x, with x = e^(-2 mu)
    cost = np.where(d > 0, d * np.where(d > 0, log_x, 0), 0).sum(axis=1)
    return (np.log(2) + chain.moments(log_x).log_sum - cost) / d.shape[1]


def pair_chain(d: Floats, J_D: Floats, lam: Floats) -> PairChain:
    """Return the chain in which the overlaps of the two states are 1 - 2 d."""
    if (d == d[:, :1]).all():
        d = d[:, :1]  # all layers are alike
    delta = np.stack([d, 1 - d], axis=-1)
    return PairChain(J_D, lam, delta, delta[..., ::-1])


def log_fugacities(chain: PairChain, d: Floats) -> Floats:
    """Return `ln x = -2 mu` of each layer, at which layer l differs with probability `d[:, l]`.

    Newton's method, in the logits of the probabilities: they are linear in `ln x` where the layers
    are independent.
    """
    free = d > 0
    logit = special.logit(np.where(free, d, 0.5))
    log_x = np.where(free, logit, -np.inf)
    chain.moments(log_x)  # computes the weights, once for all
    active = np.arange(len(d))
    for _ in range(100):
        moments = chain[active].moments(log_x[active])
        P = np.where(free[active], moments.P, 0.5)
        error = special.logit(P) - logit[active]
        error[~free[active]] = 0
        far = np.abs(error).max(axis=1) > 1e-9
        if not far.any():
            return log_x
        active = active[far]
        log_x[active] -= _newton_step(moments.covariance[far], error[far])
    raise ConvergenceError(
        f"No minimum was found in 100 steps at d={d[active[0]]}; try larger distances."
    )


def _newton_step(covariance: Floats, error: Floats) -> Floats:
    variance = np.einsum("nll->nl", covariance)
    root = np.sqrt(variance)
    inverse = np.where(root > 0, 1 / np.where(root > 0, root, 1), 0)
    correlation = covariance * inverse[:, :, None] * inverse[:, None]
    # layers that always differ together leave the differences of their fields free
    pseudo_inverse = np.linalg.pinv(correlation, rcond=1e-13, hermitian=True)
    step = inverse * np.matmul(pseudo_inverse, (root * error)[..., None])[..., 0]
    return step / np.maximum(1, np.abs(step).max(axis=1, keepdims=True) / 4)


def _infinite_chain(d: Floats, J_D: Floats, lam: Floats) -> Floats:
    from scipy.optimize import elementwise

    bulk = pair_chain(d[:, None], J_D, lam).bulk[:, 0]
    logit = special.logit(d)

    def excess(log_x: Floats, i: npt.NDArray[np.int64]) -> Floats:
        return special.logit(top_state(log_x, bulk[i]).P) - logit[i]

    index = np.arange(len(d))
    bracket = elementwise.bracket_root(excess, logit - 1, logit + 1, args=(index,))
    root = elementwise.find_root(excess, bracket.bracket, args=(index,))
    if not (bracket.success & root.success).all():
        i = np.argmin(bracket.success & root.success)
        raise ConvergenceError(
            f"No minimum was found at d={d[i]}, J_D={J_D[i]}, lam={lam[i]}; try a larger d."
        )
    return top_state(root.x, bulk).log_value - d * root.x
