"""A chain of random networks, held together by excitatory couplings."""

from dataclasses import dataclass

import numpy as np

from foundation import domains
from networks.asymmetric import gaussian_couplings
from networks.network import Network


@dataclass(frozen=True)
class Layered:
    r"""L fully asymmetric networks of N neurons each, in a chain.

    Neuron i of a layer receives :math:`\lambda s_i` from neuron i of each layer next to it.

    Parameters
    ----------
    N
        Number of neurons in a layer, >= 1.
    L
        Number of layers, >= 1.
    J_D
        Self-coupling, in [0, 1e30].
    lam
        Coupling between layers, in [0, 1e30]. (A negative one would be the same network with
        every second layer reversed.)

    Raises
    ------
    TypeError, ValueError
        If a parameter is outside its documented domain.

    Examples
    --------
    >>> import numpy as np
    >>> import networks
    >>> network = networks.Layered(N=100, L=3, J_D=0.3, lam=0.5).sample(rng=1)
    >>> network
    Network(N=100, L=3, J_D=0.3, lam=0.5)

    Reversing the middle layer costs every neuron :math:`2\lambda` for each layer next to it:

    >>> alike = np.ones((3, 100))
    >>> loss = network.stabilities(alike) - network.stabilities(alike * [[1], [-1], [1]])
    >>> loss.mean(axis=1).round(3)
    array([1., 2., 1.], dtype=float32)
    """

    N: int
    L: int
    J_D: float
    lam: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "N", domains.integer("N", self.N))
        object.__setattr__(self, "L", domains.integer("L", self.L))
        object.__setattr__(self, "J_D", domains.coupling("J_D", self.J_D))
        object.__setattr__(self, "lam", domains.coupling("lam", self.lam))

    def sample(self, rng: int | np.random.Generator | None = None) -> Network:
        """Draw a network, stored layer by layer.

        Parameters
        ----------
        rng
            A seed, a generator, or None for a fresh seed.

        Returns
        -------
        Network.

        Raises
        ------
        TypeError, ValueError
            If `rng` is outside its documented domain.
        """
        rng = domains.generator(rng)
        outgoing = np.empty((self.L, self.N, self.N), dtype=np.float32)
        for layer in outgoing:
            layer[:] = gaussian_couplings(self.N, rng)
        outgoing.flags.writeable = False  # handed over, not copied
        return Network(outgoing.swapaxes(-1, -2), self.J_D, self.lam)
