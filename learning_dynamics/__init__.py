r"""Learning dynamics, exactly: a network that learns inside the loop it controls.

A linear network of N neurons, with the weights [Z V] and [M U], sees and moves an environment:

.. math::

    x_{t+1} = A x_t + B u_t , \quad y_t = C x_t , \quad
    h_{t+1} = (1-a) h_t + a (U V^T h_t + M y_{t+1}) , \quad u_t = Z^T h_t .

Its loss :math:`L = \frac{1}{2T} \sum_t \langle x_t^T Q x_t \rangle` depends on a few overlaps
:math:`O = [Z\ V]^T [M\ U]` alone, and gradient descent on all weights maps their Gram matrix onto
itself, at any number of neurons.

- Where it learns: an `Environment`, as `double_integrator` and `tracking`; or `imitation` of a
  teacher, which does not answer. A `Loop` closes it: loss, gradient and spectrum at some overlaps.
- How it learns: `overlap_flow` of a Gram matrix (`initial_gram`), and `train` of a network of N
  neurons (`Weights`), the same numbers; `full_matrix_flow` and `train_full_matrix` with all
  recurrent weights. All return `Learning`; `first_stable` tells when its loop holds. Neurons that
  saturate: `train` with an amplitude, and the theory of their gains, `gaussian_flow`. Some
  recurrent weights that do not learn: `train_on_background`.
- What is to be expected, of the double integrator: a ladder of `plateaus` (`memoryless_loss`,
  `plateau_loss`, `plateau_limits`); the `escape_rate` of memory, and `stability_slope`, by which
  larger networks are later (`time_to_stability`); the `golden_end`, with `is_stable`; of any
  environment the `lqg_bound`, and the `gradient_cosine` of short and long horizons.

Its kin, in which the same can be seen without a loop:

- Deep linear networks, the same descent on the landscape of a `Regression`: two layers of any width
  (`regression_flow`, and `wide_two_layer` from rich to lazy), any number of layers
  (`aligned_layers`, `train_layers`, `mode_recursion`, `mode_time`).
- Plasticity with the wrong sign at some neurons, `Flips`, which descends no loss: where learning
  leaves its solutions (`flip_edge`, `flip_threshold`), and where it goes (`flipped_flow`,
  `flipped_lyapunov`, and `wide_flipped` for many neurons).
- Which features emerge in `ModularAddition`: the `fourier_energy` that a node climbs (`ascend`),
  the `winning_frequency` by `blow_up_times` of its `fourier_powers`; the `ridge_signal` that
  reaches it; and training (`train_addition`).

>>> import learning_dynamics as ld
>>> loop = ld.Loop(ld.double_integrator(), steps=20)
>>> weights = ld.Weights.draw(N=100, rng=1)
>>> theory = ld.overlap_flow(loop, weights.gram, rate=2e-5, steps=800, clip=200)
>>> network = ld.train(loop, weights, rate=2e-5, steps=800, clip=200)
>>> network.deviation(theory) < 1e-10
True
>>> ld.plateaus(steps=20).k.round(3).tolist()  # where it stays before it has a memory
[-0.047, -0.121]
>>> round(ld.golden_end().k, 6)
-1.618034
>>> ld.wide_two_layer(s=[3, 1], c0=0.01, t=1.5).round(2).tolist()  # modes are learned one by one
[2.79, 0.09]
>>> ld.flip_threshold(ratio=4, gain=1).round(4).tolist()  # flipped signs that learning endures
0.1563
"""

from foundation import __version__
from foundation.errors import ConvergenceError
from learning_dynamics.control.environment import Environment, double_integrator, tracking
from learning_dynamics.control.loop import Loop
from learning_dynamics.control.open_loop import imitation
from learning_dynamics.curl.edges import flip_edge, flip_threshold
from learning_dynamics.curl.flips import Flips
from learning_dynamics.curl.flow import FlippedCourse, flipped_flow
from learning_dynamics.curl.lyapunov import FlippedLyapunov, flipped_lyapunov
from learning_dynamics.curl.wide import wide_flipped
from learning_dynamics.deep_linear.course import RegressionCourse
from learning_dynamics.deep_linear.depth import mode_recursion, mode_time
from learning_dynamics.deep_linear.flow import regression_flow
from learning_dynamics.deep_linear.layers import aligned_layers, train_layers
from learning_dynamics.deep_linear.regression import Regression
from learning_dynamics.deep_linear.wide import wide_two_layer
from learning_dynamics.descent.background import train_on_background
from learning_dynamics.descent.full_matrix import full_matrix_flow, train_full_matrix
from learning_dynamics.descent.gaussian import gaussian_flow
from learning_dynamics.descent.gram import initial_gram, overlap_flow
from learning_dynamics.descent.learning import Learning, first_stable
from learning_dynamics.descent.network import train
from learning_dynamics.descent.weights import Weights
from learning_dynamics.features.ascent import Ascent, ascend
from learning_dynamics.features.fourier import (
    blow_up_times,
    fourier_energy,
    fourier_powers,
    winning_frequency,
)
from learning_dynamics.features.ridge import ridge_signal
from learning_dynamics.features.table import ModularAddition
from learning_dynamics.features.training import Grokking, train_addition
from learning_dynamics.laws.end import GoldenEnd, golden_end, is_stable, lqg_bound
from learning_dynamics.laws.escape import (
    StabilityTimes,
    escape_rate,
    stability_slope,
    time_to_stability,
)
from learning_dynamics.laws.horizons import gradient_cosine
from learning_dynamics.laws.ladder import (
    PlateauLimits,
    Plateaus,
    memoryless_loss,
    plateau_limits,
    plateau_loss,
    plateaus,
)

__all__ = [
    "Ascent",
    "ConvergenceError",
    "Environment",
    "FlippedCourse",
    "FlippedLyapunov",
    "Flips",
    "GoldenEnd",
    "Grokking",
    "Learning",
    "Loop",
    "ModularAddition",
    "PlateauLimits",
    "Plateaus",
    "Regression",
    "RegressionCourse",
    "StabilityTimes",
    "Weights",
    "__version__",
    "aligned_layers",
    "ascend",
    "blow_up_times",
    "double_integrator",
    "escape_rate",
    "first_stable",
    "flip_edge",
    "flip_threshold",
    "flipped_flow",
    "flipped_lyapunov",
    "fourier_energy",
    "fourier_powers",
    "full_matrix_flow",
    "gaussian_flow",
    "golden_end",
    "gradient_cosine",
    "imitation",
    "initial_gram",
    "is_stable",
    "lqg_bound",
    "memoryless_loss",
    "mode_recursion",
    "mode_time",
    "overlap_flow",
    "plateau_limits",
    "plateau_loss",
    "plateaus",
    "regression_flow",
    "ridge_signal",
    "stability_slope",
    "time_to_stability",
    "tracking",
    "train",
    "train_addition",
    "train_full_matrix",
    "train_layers",
    "train_on_background",
    "wide_flipped",
    "wide_two_layer",
    "winning_frequency",
]
