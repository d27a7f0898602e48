r"""Which random network is meant, and how one of them is drawn.

`N` binary neurons :math:`s_i = \pm 1` receive the fields

.. math:: h_i = \sum_{j \ne i} J_{ij} s_j + J_D s_i

with random couplings :math:`J_{ij} \sim \mathcal N(0, 1/N)` and a self-coupling
:math:`J_D \ge 0` that is the same for all. The correlation of :math:`J_{ij}` and :math:`J_{ji}` is
`eta`: 0 for a fully asymmetric network, 1 for a symmetric one, -1 for an antisymmetric one. A
neuron is *stable* when

.. math:: s_i h_i = s_i \sum_{j \ne i} J_{ij} s_j + J_D > 0,

and a state is a *fixed point* when all its neurons are. If `s` is one, so is `-s`.

In a layered network, L such networks stand in a chain, and neuron i of a layer also receives
:math:`\lambda s_i` from neuron i of the layers next to it.

An ensemble (`Asymmetric`, `Layered`) is a frozen set of parameters that theory and simulation
share; its method `sample` draws a `Network`. For large networks, `Asymmetric(...,
couplings="binary")` draws couplings :math:`\pm 1/\sqrt N` of one bit each, as a `BinaryNetwork`;
"procedural" ones take no memory at all. `Revealed` is a matrix of which only products are drawn.

`Graded` neurons have rates :math:`\tanh x_i` instead of signs,
:math:`\dot x_i = -x_i + s \tanh x_i + g \sum_j J_{ij} \tanh x_j`; `Branches` says between which
states one of them chooses, for s > 1.

`Hebbian`, `PseudoInverse` and `Perceptron` store patterns, which a `PatternLaw` draws: the result
is a `MemoryNetwork`, or a `LearnedNetwork`, which says whether it has them all. `Dense`
stores exponentially many, which a `DenseMemory` weighs by their overlaps with the state.

>>> import numpy as np
>>> import networks
>>> network = networks.Asymmetric(N=500, J_D=0.8).sample(rng=1)
>>> network
Network(N=500, J_D=0.8)
>>> start = np.ones(500)
>>> float(np.mean(network.stabilities(start) > 0))
0.788
>>> bool(network.is_fixed_point(start))
False
"""

from foundation import __version__
from networks.asymmetric import Asymmetric
from networks.binary import BinaryNetwork
from networks.branches import Branches
from networks.graded import Graded, GradedNetwork
from networks.layered import Layered
from networks.memories.dense import Dense, DenseMemory
from networks.memories.hebbian import Hebbian
from networks.memories.laws import PatternLaw
from networks.memories.learned import LearnedNetwork
from networks.memories.network import MemoryNetwork
from networks.memories.perceptron import Perceptron
from networks.memories.pseudo_inverse import PseudoInverse
from networks.memories.through_patterns import HebbianNetwork
from networks.network import Network
from networks.revealed import Revealed

__all__ = [
    "Asymmetric",
    "BinaryNetwork",
    "Branches",
    "Dense",
    "DenseMemory",
    "Graded",
    "GradedNetwork",
    "Hebbian",
    "HebbianNetwork",
    "Layered",
    "LearnedNetwork",
    "MemoryNetwork",
    "Network",
    "PatternLaw",
    "Perceptron",
    "PseudoInverse",
    "Revealed",
    "__version__",
]
