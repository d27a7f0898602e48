"""The energy of states of a symmetric network."""

import numpy as np
import numpy.typing as npt

from foundation import domains
from networks import HebbianNetwork, Network, trusted
from networks.network import Spins, checked

_BLOCK = 1024  # rows that are compared at a time


def energy(network: Network, s: npt.ArrayLike) -> npt.NDArray[np.float64]:
    r"""Return the energy of states of a network with symmetric couplings.

    .. math:: E(s) = -\tfrac12 \sum_{i \ne j} J_{ij} s_i s_j - \lambda \sum_{l,i} s_i^l s_i^{l+1} .

    The self-coupling has no part in it: :math:`J_D s_i^2` is the same in all states. A flip of
    neuron i raises E by :math:`2 s_i \sum_{j \ne i} J_{ij} s_j`; `relax` flips it only if that is
    at most :math:`-2 J_D`, so E never rises, and there is a last flip.

    Parameters
    ----------
    network
        A network with :math:`J_{ij} = J_{ji}` to the last bit.
    s
        One state, or a stack of states: entries ±1, last dimensions `network.shape`.

    Returns
    -------
    The energy of the whole network, of the shape of the stack, to the precision of float32.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain: the couplings of most networks are not
        symmetric.

    Examples
    --------
    A stored pattern has an energy near -N/2:

    >>> import dynamics
    >>> import networks
    >>> network = networks.Hebbian(N=500, P=20).sample(rng=1)
    >>> bool(abs(dynamics.energy(network, network.patterns[0]) / 500 + 0.5) < 0.02)
    True
    """
    network = checked(network)
    if not is_symmetric(network):
        raise ValueError(
            "network must have symmetric couplings, J_ij = J_ji: it has no energy otherwise; got "
            f"{network!r}"
        )
    return energies(network, domains.spins("s", s, network.shape))


def energies(network: Network, s: Spins) -> npt.NDArray[np.float64]:
    """Return the energies of states that were checked, for symmetric couplings."""
    h = trusted.fields(network, s).astype(np.float64) - network.J_D * s
    return np.asarray(-0.5 * np.sum(s * h, axis=tuple(range(-len(network.shape), 0))))


def is_symmetric(network: Network) -> bool:
    """Return whether `J_ij = J_ji`, to the last bit, in all layers."""
    if isinstance(network, HebbianNetwork):
        return True
    if network.is_sparse:
        return bool((network.outgoing != network.outgoing.T).nnz == 0)
    for J in network.outgoing.reshape(-1, network.N, network.N):
        for first in range(0, network.N, _BLOCK):
            rows = slice(first, first + _BLOCK)
            if not np.array_equal(J[rows], J[:, rows].T):
                return False
    return True
