"""The fully connected random network, with any degree of symmetry."""

from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt

from foundation import domains
from networks.binary import LARGEST, BinaryNetwork, draw_planes
from networks.network import Network

COUPLINGS = ("gaussian", "binary", "procedural")
_BLOCK = 1024  # two blocks of couplings stay in cache while they are mixed


@dataclass(frozen=True)
class Asymmetric:
    r"""Random couplings :math:`J_{ij} \sim \mathcal N(0, 1/N)` with a self-coupling.

    Parameters
    ----------
    N
        Number of neurons, >= 1; below 2^31 for couplings of one bit.
    J_D
        Self-coupling, in [0, 1e30].
    eta
        Correlation of `J_ij` and `J_ji`, in [-1, 1]: 0 fully asymmetric, 1 symmetric, -1
        antisymmetric.
    couplings
        How they are drawn and kept: "gaussian", float32 numbers; "binary", :math:`\pm 1/\sqrt N` of
        one bit each, 32 times smaller; "procedural", the same kind, regenerated from a key whenever
        they are needed, for networks that no memory holds. Variance and independence are all that
        matters for :math:`N \to \infty`: the three have the same limit. The bits are fully
        asymmetric, so the last two are refused for `eta != 0`.

    Raises
    ------
    TypeError, ValueError
        If a parameter is outside its documented domain.

    Examples
    --------
    >>> import numpy as np
    >>> import networks
    >>> network = networks.Asymmetric(N=500, J_D=0.8, eta=0.5).sample(rng=1)
    >>> network
    Network(N=500, J_D=0.8)
    >>> J = network.couplings
    >>> round(500 * float(np.mean(J**2)), 1), round(500 * float(np.mean(J * J.T)), 1)
    (1.0, 0.5)

    One of 100,000 neurons, whose couplings take no memory:

    >>> networks.Asymmetric(N=100_000, J_D=0.8, couplings="procedural").sample(rng=1)
    BinaryNetwork(N=100000, J_D=0.8, procedural)
    """

    N: int
    J_D: float
    eta: float = 0.0
    couplings: str = "gaussian"

    def __post_init__(self) -> None:
        domains.choice("couplings", self.couplings, COUPLINGS)
        largest = None if self.couplings == "gaussian" else LARGEST
        object.__setattr__(self, "N", domains.integer("N", self.N, high=largest))
        object.__setattr__(self, "J_D", domains.coupling("J_D", self.J_D))
        object.__setattr__(self, "eta", domains.real("eta", self.eta, low=-1, high=1))
        if self.eta and self.couplings != "gaussian":
            raise ValueError(f"eta must be 0 for {self.couplings} couplings, got {self.eta:g}")

    def sample(self, rng: int | np.random.Generator | None = None) -> Network:
        """Draw a network, a `BinaryNetwork` if the couplings are binary or procedural.

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
        if self.couplings == "binary":
            return BinaryNetwork(self.N, self.J_D, draw_planes(self.N, rng))
        if self.couplings == "procedural":
            key = int(rng.integers(0, 2**64, dtype=np.uint64))
            return BinaryNetwork(self.N, self.J_D, key=key)
        outgoing = gaussian_couplings(self.N, rng)
        if self.eta:
            correlate(outgoing, self.eta)
        outgoing.flags.writeable = False  # handed over, not copied
        return Network(outgoing.T, self.J_D)


def gaussian_couplings(N: int, rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """Return independent couplings of variance 1/N, with a zero diagonal."""
    G = rng.standard_normal((N, N), dtype=np.float32)
    G *= np.float32(1 / sqrt(N))
    np.fill_diagonal(G, 0)
    return G


def correlate(G: npt.NDArray[np.float32], eta: float) -> None:
    r"""Give `G_ij` and `G_ji` the correlation `eta`, in place.

    .. math:: J = a G + b G^T, \quad a, b = \tfrac12 (\sqrt{1+\eta} \pm \sqrt{1-\eta}),
              \quad a^2 + b^2 = 1, \quad 2ab = \eta.
    """
    a = np.float32((sqrt(1 + eta) + sqrt(1 - eta)) / 2)
    b = np.float32((sqrt(1 + eta) - sqrt(1 - eta)) / 2)
    starts = range(0, len(G), _BLOCK)
    for i in starts:
        for j in starts[i // _BLOCK :]:
            upper = G[i : i + _BLOCK, j : j + _BLOCK]
            lower = G[j : j + _BLOCK, i : i + _BLOCK]
            upper[:], lower[:] = a * upper + b * lower.T, a * lower + b * upper.T
