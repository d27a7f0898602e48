r"""The theory of fixed points for many neurons: how many there are, and how they lie.

All entropies are natural logarithms per neuron, of the mean number of fixed points of the networks
of `networks`: couplings of variance 1/N and symmetry :math:`\eta`, self-coupling :math:`J_D`. A
distance `d` is the fraction of neurons in which two states differ; :math:`q = 1 - 2d` is their
overlap; :math:`H(x) = \tfrac12 \mathrm{erfc}(x/\sqrt2)` is the Gaussian tail. The starting point is

.. math:: \Phi(J_D) = \lim_{N\to\infty} \frac1N \ln E[\#] = \ln 2 H(-J_D):

each of the :math:`2^N` states has N independent Gaussian stabilities, and all must be positive.

- `fixed_point_entropy`, `layered_entropy`: how many fixed points there are, for any symmetry of the
  couplings, and in a chain of layers;
- `pair_entropy`, `franz_parisi`: how many pairs at distance d, and how many fixed points around a
  typical one; `small_distance_expansion`: why it has no neighbours;
- `clusters`: groups of y fixed points at mutual distance d, for real y: free entropy, local entropy
  and complexity (one step of replica symmetry breaking); `local_entropy`: an upper bound of the
  entropy of the densest clusters that exist; `reference_clusters`, `reference_local_entropy`,
  `densest_reference`: the same around a free reference state;
- `quenched_local_entropy`: the densest clusters of a typical network; `quenched_clusters`,
  `condensation`, `cross_overlap_potential`: its groups, the y beyond which they lie in few
  clusters, and why; `cluster_stability_limit`: where independent groups are unstable;
- `overlap_gap_threshold`, `zero_complexity_gap_threshold`, `merging_threshold`: the self-couplings
  at which clusters exist at all distances, and at which they merge;
- `integer_clusters`: groups of an integer number y of fixed points for any symmetry of the
  couplings; `rarest_groups`, `symmetric_overlap_gap_threshold`: the distance at which there are
  fewest, and the self-coupling below which there are none;
- `layered_pair_entropy`, `total_distance_pair_entropy`, `layered_overlap_gap_threshold`: pairs in a
  chain of layers, and the coupling between layers above which there are pairs at every distance;
- `two_layer_clusters`, `two_layer_local_entropy`: dense clusters of fixed points of two layers;
- `log_expected_fixed_points`, `log_expected_layered_fixed_points`, `log_expected_pairs`,
  `log_expected_layered_pairs`: counts without the limit, exact for any number of neurons;
  `log_expected_symmetric_pairs`: pairs in small networks of positive symmetry;
- `graded_fixed_point_entropy`, `graded_pair_entropy`, `graded_existence_threshold`,
  `log_expected_graded_fixed_points`: the fixed points of graded neurons (`networks.Graded`), all
  or the stable ones, their pairs, from which self-excitation on there are any, and their exact
  mean number at finite N;
- `memory_retrieval`, `memory_spin_glass`, `memory_phase`, `memory_capacity`: how well stored
  patterns (`networks.Hebbian`, `PseudoInverse`) are recalled at a load and a temperature;
  `memory_fixed_point_entropy`, `memory_gap_threshold`: the fixed points around a pattern, with
  self-coupling; `gardner_capacity`: how many patterns any couplings can store;
- `dense_capacity`, `dense_basin`, `dense_free_energy`: how many patterns a dense memory
  (`networks.Dense`) holds, as a random energy model, and from how far they are recalled.

All functions broadcast over arrays, but for `rarest_groups`, the thresholds, and the counts of
graded neurons and of pairs in finite networks of layers or with symmetry; they keep their digits
in the tails. `replica.high_precision` computes those of binary neurons again, by other formulas and
to any number of digits.

What has a closed form, or nearly so, is returned as plain numbers. Groups of fixed points are
returned as states, which say whether they are solutions (`converged`, `status`) and how exact
(`error`), and draw themselves (`plot`); with `throw=False` the solvers return those that failed,
too. All else raises a `ConvergenceError` where it fails.

>>> import replica
>>> round(float(replica.fixed_point_entropy(J_D=0.5)), 4)
0.3242
>>> round(float(replica.fixed_point_entropy(J_D=0.0, eta=1.0)), 4)
0.1992
>>> replica.franz_parisi([0.001, 0.1, 0.5], J_D=0.5).round(4)
array([-0.0056,  0.1422,  0.3242])
"""

from foundation import __version__
from foundation.errors import ConvergenceError
from replica.counts.finite_size import (
    log_expected_fixed_points,
    log_expected_layered_fixed_points,
)
from replica.counts.fixed_points import fixed_point_entropy
from replica.counts.layers import layered_entropy
from replica.graded.entropy import GradedEntropy, graded_fixed_point_entropy
from replica.graded.finite_size import GradedMean, log_expected_graded_fixed_points
from replica.graded.pairs import GradedPairs, graded_pair_entropy
from replica.graded.thresholds import GradedThreshold, graded_existence_threshold
from replica.groups.cluster_state import ClusterState
from replica.groups.clusters import clusters
from replica.groups.integer_clusters import IntegerClusters, integer_clusters
from replica.groups.local_entropy import local_entropy
from replica.groups.rarest import rarest_groups
from replica.memories.dense import (
    DenseFreeEnergy,
    dense_basin,
    dense_capacity,
    dense_free_energy,
)
from replica.memories.fixed_points import memory_fixed_point_entropy, memory_gap_threshold
from replica.memories.gardner import gardner_capacity
from replica.memories.retrieval import (
    memory_capacity,
    memory_phase,
    memory_retrieval,
    memory_spin_glass,
)
from replica.memories.state import MemoryCapacity, MemoryState
from replica.pairs.entropy import franz_parisi, pair_entropy
from replica.pairs.expansion import small_distance_expansion
from replica.pairs.finite_size import log_expected_pairs
from replica.pairs.layered_finite_size import log_expected_layered_pairs
from replica.pairs.layered_pairs import layered_pair_entropy
from replica.pairs.symmetric_finite_size import log_expected_symmetric_pairs
from replica.pairs.total_distance import total_distance_pair_entropy
from replica.quenched.clusters import quenched_clusters
from replica.quenched.condensation import condensation
from replica.quenched.densest_state import DensestState
from replica.quenched.local_entropy import quenched_local_entropy
from replica.quenched.potential import cross_overlap_potential
from replica.quenched.quenched_state import QuenchedState
from replica.quenched.stability_limit import StabilityLimit, cluster_stability_limit
from replica.reference.clusters import ReferenceState, reference_clusters
from replica.reference.local_entropy import reference_local_entropy
from replica.reference.many_replicas import densest_reference
from replica.thresholds.layered import layered_overlap_gap_threshold
from replica.thresholds.merging import merging_threshold
from replica.thresholds.overlap_gap import overlap_gap_threshold, zero_complexity_gap_threshold
from replica.thresholds.symmetric import symmetric_overlap_gap_threshold
from replica.thresholds.transition import LayeredTransition, Transition
from replica.two_layers.clusters import TwoLayerState, two_layer_clusters
from replica.two_layers.local_entropy import two_layer_local_entropy

__all__ = [
    "ClusterState",
    "ConvergenceError",
    "DenseFreeEnergy",
    "DensestState",
    "GradedEntropy",
    "GradedMean",
    "GradedPairs",
    "GradedThreshold",
    "IntegerClusters",
    "LayeredTransition",
    "MemoryCapacity",
    "MemoryState",
    "QuenchedState",
    "ReferenceState",
    "StabilityLimit",
    "Transition",
    "TwoLayerState",
    "__version__",
    "cluster_stability_limit",
    "clusters",
    "condensation",
    "cross_overlap_potential",
    "dense_basin",
    "dense_capacity",
    "dense_free_energy",
    "densest_reference",
    "fixed_point_entropy",
    "franz_parisi",
    "gardner_capacity",
    "graded_existence_threshold",
    "graded_fixed_point_entropy",
    "graded_pair_entropy",
    "integer_clusters",
    "layered_entropy",
    "layered_overlap_gap_threshold",
    "layered_pair_entropy",
    "local_entropy",
    "log_expected_fixed_points",
    "log_expected_graded_fixed_points",
    "log_expected_layered_fixed_points",
    "log_expected_layered_pairs",
    "log_expected_pairs",
    "log_expected_symmetric_pairs",
    "memory_capacity",
    "memory_fixed_point_entropy",
    "memory_gap_threshold",
    "memory_phase",
    "memory_retrieval",
    "memory_spin_glass",
    "merging_threshold",
    "overlap_gap_threshold",
    "pair_entropy",
    "quenched_clusters",
    "quenched_local_entropy",
    "rarest_groups",
    "reference_clusters",
    "reference_local_entropy",
    "small_distance_expansion",
    "symmetric_overlap_gap_threshold",
    "total_distance_pair_entropy",
    "two_layer_clusters",
    "two_layer_local_entropy",
    "zero_complexity_gap_threshold",
]
