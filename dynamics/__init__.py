r"""What a network does: all its fixed points and cycles, and how it settles into one.

The notation is that of `networks`: a neuron is stable when :math:`s_i h_i > 0`, and a state in
which all are is a fixed point.

- `enumerate_fixed_points` goes through all states of a small network, and `pair_distances` counts
  the pairs of fixed points by their Hamming distance: to be held against
  `replica.log_expected_fixed_points` and `replica.log_expected_pairs`.
- `relax` runs the asynchronous zero-temperature dynamics: visit the neurons in some order, and
  align each one with its field,

  .. math:: s_i \leftarrow \mathrm{sign}\Big(\sum_{j \ne i} J_{ij} s_j + J_D s_i\Big),

  until no neuron changes any more; `relax_many` does so from many states at once, and `lifetime`
  measures how long finite networks stay active before they settle.

- `census` finds all attractors of a small network, of the synchronous and the sequential rule, with
  their basins, and `sampled_cycles` follows random states of larger ones to their cycles;
  `log_expected_two_cycles`, `log_expected_reversing_four_cycles` and `annealed_cycles` say how many
  are to be expected.
- `mean_field` is the dynamics of infinitely many neurons, `mean_field_limit` its extrapolation to
  asynchronous updates, and `persistence_threshold` the self-coupling above which activity dies
  (found by the law of its plateaus, with the `boundary_shift` of visits that come late).
- `layered_mean_field` is the same for a chain of layers, column by column.
- `continuous_time` follows binary neurons whose inputs lag behind their fields.
- Of graded neurons, `networks.Graded`: `settle` follows one network in time, and `hysterons` its
  limit of slow fields, which tells where all activity dies, `freezing_threshold`; `graded_zones`
  are the stable fixed points of a small network; `graded_mean_field` follows infinitely many
  neurons in time, `stationary` is their chaos, with its Lyapunov exponent, and `classical_chaos`
  the same without self-excitation, to all digits.
- `glauber` is the dynamics at a temperature, or along a falling one; `energy` is what it lowers
  where couplings are symmetric; `recall` damages stored patterns and counts how many come back;
  `diluted_recall` is the same for infinitely many neurons, asymmetrically diluted.
- `retrieve` updates a state by a dense memory of exponentially many patterns, `networks.Dense`, and
  `retrieval_probability` tells how often the right one comes back, at any number of neurons.

>>> import dynamics
>>> import networks
>>> small = networks.Asymmetric(N=16, J_D=0.5).sample(rng=1)
>>> fixed_points = dynamics.enumerate_fixed_points(small)
>>> bool(small.is_fixed_point(fixed_points).all())
True
>>> large = networks.Asymmetric(N=1000, J_D=0.9).sample(rng=1)
>>> relaxation = dynamics.relax(large, rng=2)
>>> relaxation.converged
True
"""

from dynamics.attractors.annealed_cycles import AnnealedCycles, annealed_cycles
from dynamics.attractors.census import Census, census
from dynamics.attractors.cycle_counts import (
    log_expected_reversing_four_cycles,
    log_expected_two_cycles,
)
from dynamics.attractors.enumeration import enumerate_fixed_points
from dynamics.attractors.pairs import pair_distances
from dynamics.attractors.sampled_cycles import SampledCycles, sampled_cycles
from dynamics.graded.classical import ClassicalChaos, classical_chaos
from dynamics.graded.continuous import ContinuousTime, continuous_time
from dynamics.graded.freezing import FreezingThreshold, freezing_threshold
from dynamics.graded.hysterons import Hysterons, hysterons
from dynamics.graded.mean_field import GradedMeanField, graded_mean_field
from dynamics.graded.settling import Settling, settle
from dynamics.graded.stationary import Stationary, stationary
from dynamics.graded.zones import graded_zones
from dynamics.infinite.boundary_shift import boundary_shift
from dynamics.infinite.extrapolation import mean_field_limit
from dynamics.infinite.mean_field import MeanField
from dynamics.infinite.mean_field_limit import MeanFieldLimit
from dynamics.infinite.simulation import mean_field
from dynamics.layered.layered_mean_field import LayeredMeanField
from dynamics.layered.simulation import layered_mean_field
from dynamics.memories.counted import RetrievalProbability, retrieval_probability
from dynamics.memories.diluted import DilutedRecall, diluted_recall
from dynamics.memories.energy import energy
from dynamics.memories.glauber import glauber
from dynamics.memories.recall import Recall, recall
from dynamics.memories.retrieval import Retrieval, retrieve
from dynamics.memories.thermal import Thermal
from dynamics.plateaus.persistence import persistence_threshold
from dynamics.plateaus.persistence_threshold import PersistenceThreshold
from dynamics.relaxing.active_state import lifetime
from dynamics.relaxing.asynchronous import relax, relax_many
from dynamics.relaxing.lifetime import Lifetime
from dynamics.relaxing.relaxation import Relaxation
from dynamics.relaxing.synchronous import Cycle, synchronous
from foundation import __version__
from foundation.errors import ConvergenceError

__all__ = [
    "AnnealedCycles",
    "Census",
    "ClassicalChaos",
    "ContinuousTime",
    "ConvergenceError",
    "Cycle",
    "DilutedRecall",
    "FreezingThreshold",
    "GradedMeanField",
    "Hysterons",
    "LayeredMeanField",
    "Lifetime",
    "MeanField",
    "MeanFieldLimit",
    "PersistenceThreshold",
    "Recall",
    "Relaxation",
    "Retrieval",
    "RetrievalProbability",
    "SampledCycles",
    "Settling",
    "Stationary",
    "Thermal",
    "__version__",
    "annealed_cycles",
    "boundary_shift",
    "census",
    "classical_chaos",
    "continuous_time",
    "diluted_recall",
    "energy",
    "enumerate_fixed_points",
    "freezing_threshold",
    "glauber",
    "graded_mean_field",
    "graded_zones",
    "hysterons",
    "layered_mean_field",
    "lifetime",
    "log_expected_reversing_four_cycles",
    "log_expected_two_cycles",
    "mean_field",
    "mean_field_limit",
    "pair_distances",
    "persistence_threshold",
    "recall",
    "relax",
    "relax_many",
    "retrieval_probability",
    "retrieve",
    "sampled_cycles",
    "settle",
    "stationary",
    "synchronous",
]
