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
"""

from foundation import __version__
from foundation.errors import ConvergenceError
from learning_dynamics.control.environment import Environment, double_integrator, tracking
from learning_dynamics.control.loop import Loop
from learning_dynamics.control.open_loop import imitation
from learning_dynamics.descent.background import train_on_background
from learning_dynamics.descent.full_matrix import full_matrix_flow, train_full_matrix
from learning_dynamics.descent.gaussian import gaussian_flow
from learning_dynamics.descent.gram import initial_gram, overlap_flow
from learning_dynamics.descent.learning import Learning, first_stable
from learning_dynamics.descent.network import train
from learning_dynamics.descent.weights import Weights
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
    "ConvergenceError",
    "Environment",
    "GoldenEnd",
    "Learning",
    "Loop",
    "PlateauLimits",
    "Plateaus",
    "StabilityTimes",
    "Weights",
    "__version__",
    "double_integrator",
    "escape_rate",
    "first_stable",
    "full_matrix_flow",
    "gaussian_flow",
    "golden_end",
    "gradient_cosine",
    "imitation",
    "initial_gram",
    "is_stable",
    "lqg_bound",
    "memoryless_loss",
    "overlap_flow",
    "plateau_limits",
    "plateau_loss",
    "plateaus",
    "stability_slope",
    "time_to_stability",
    "tracking",
    "train",
    "train_full_matrix",
    "train_on_background",
]
