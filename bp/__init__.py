r"""Message passing on one drawn network: how many fixed points it has, and how to find one.

The notation is that of `networks`: in a fixed point s every neuron is stable,
:math:`s_i \sum_j J_{ij} s_j + J_D > 0`. A neuron and its own constraint are one node; its input
from the others is Gaussian, of mean :math:`\omega_i` and variance :math:`V_i`. With the field
:math:`h_i` on it from the constraints of the others,

.. math:: Z_i = \sum_{s=\pm1} e^{h_i s}\, \Phi\big((J_D + s\,\omega_i)/\sqrt{V_i}\big), \qquad
          m_i = \partial_h \ln Z_i, \quad g_i = \partial_\omega \ln Z_i,

are its magnetisation and its response, and an iteration of the algorithm is

.. math:: \omega = J m - g V, \qquad h = J^T g - m \sum_i J_{ij}^2 g'_i .

The same holds for layered networks, where the node is a column of neurons.

- `belief_propagation`: magnetisations and Bethe entropy of the fixed points, in any field; densely
  or message by message.
- `focusing`: find a fixed point, by replicas that contract to where fixed points lie densest.
  `reinforcement` is the simpler algorithm. Both return a `Solution`. Without a protocol they take
  the best that is known for the network, `protocol`, a `Schedule`; others are iterables of pairs
  (gamma, y), such as `scoping`, `pseudo_reinforcement` and `along_overlap`.
- `focusing_dynamics`: the same algorithms on networks of any size, without couplings, exactly in
  law; `onset`: where they begin to choose a cluster; `unstable_left`: how many unstable neurons
  their runs leave; `success_probability`, `success_threshold`: when they find a fixed point in N
  neurons.
- `local_entropy`: how many fixed points lie at a distance from a given one; `focusing_trajectory`:
  how many lie in the clusters that focusing contracts to, or in the densest that a linear field
  leads to.

>>> import bp
>>> import networks
>>> network = networks.Asymmetric(N=500, J_D=0.2).sample(rng=1)
>>> solution = bp.focusing(network, rng=1)
>>> bool(network.is_fixed_point(solution.state))
True
>>> round(bp.belief_propagation(network, rng=1).entropy, 3)
0.148
>>> around = bp.local_entropy(network, solution.state, fields=[1.5, 0.7])
>>> bool((around.distance < 0.1).all() and (around.entropy > 0).all())
True

The equations, and what is approximate in them: `docs/theory/message-passing.md`.
"""

from bp.infinite.dynamics import FocusingDynamics
from bp.infinite.focusing_dynamics import focusing_dynamics
from bp.infinite.onset import Onset, onset
from bp.infinite.success import success_probability, success_threshold
from bp.infinite.unstable_left import unstable_left
from bp.marginals.belief_propagation import belief_propagation
from bp.marginals.local_entropy import LocalEntropy, local_entropy
from bp.marginals.marginals import Marginals
from bp.solving.focusing import focusing, focusing_trajectory
from bp.solving.protocols import along_overlap, pseudo_reinforcement, scoping
from bp.solving.reinforcement import reinforcement
from bp.solving.schedule import Schedule, protocol
from bp.solving.solution import Solution
from bp.solving.trajectory import Trajectory
from foundation import __version__
from foundation.errors import ConvergenceError

__all__ = [
    "ConvergenceError",
    "FocusingDynamics",
    "LocalEntropy",
    "Marginals",
    "Onset",
    "Schedule",
    "Solution",
    "Trajectory",
    "__version__",
    "along_overlap",
    "belief_propagation",
    "focusing",
    "focusing_dynamics",
    "focusing_trajectory",
    "local_entropy",
    "onset",
    "protocol",
    "pseudo_reinforcement",
    "reinforcement",
    "scoping",
    "success_probability",
    "success_threshold",
    "unstable_left",
]
