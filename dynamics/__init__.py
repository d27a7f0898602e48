r"""What one drawn network does: all its fixed points, and how it settles into one.

The notation is that of `networks`: a neuron is stable when :math:`s_i h_i > 0`, and a state in
which all are is a fixed point.

- `enumerate_fixed_points` goes through all states of a small network, and `pair_distances` counts
  the pairs of fixed points by their Hamming distance: to be held against
  `replica.log_expected_fixed_points` and `replica.log_expected_pairs`.
- `relax` runs the asynchronous zero-temperature dynamics: visit the neurons in some order, and
  align each one with its field,

  .. math:: s_i \leftarrow \mathrm{sign}\Big(\sum_{j \ne i} J_{ij} s_j + J_D s_i\Big),

  until no neuron changes any more.

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

from dynamics.enumeration import enumerate_fixed_points, pair_distances
from dynamics.relaxation import Relaxation, relax

__all__ = ["Relaxation", "enumerate_fixed_points", "pair_distances", "relax"]
