r"""Tunable dynamical systems, and how they learn from two of their own trajectories.

A network ODE with tunable parameters w and a cost of its outputs,

.. math:: \dot x_i = F_i(x, w, t), \qquad
          C = \int_0^T c(x(t), t)\, dt + \sum_p c_p(x(t_p)),

runs twice: *free*, and *clamped*, with its outputs pushed a little towards their targets. The
contrastive rule needs, at every parameter, only what happens at the nodes that feel it:

.. math:: \Delta w_a = \frac\alpha\epsilon \int_0^T [x^C_i(t) - x^F_i(t)]\,
          \frac{\partial F_i}{\partial w_a}\Big|_{x^F(t), t} dt .

Under the right supervisor it descends the gradient exactly; under the causal one, which only
pushes the outputs as time goes by, it does so approximately, and `alignment` says how well.

- A system is written once, as expressions: `System`; on a topology (`all_to_all`, `graph`,
  `random_graph`, `three_body`, `jammed_packing`) it is a `Model`. All derivatives are derived by
  sympy and compiled by numba, and both are kept on disk. Nodes may have a threshold and a reset.
  `contrastive_ode.systems` has the five systems of the paper, and four more.
- A `Task` says what goes in, what should come out, and what an error costs (a `Cost`, if it is one
  of velocities, or of several outputs, or that of a `Frequency`). `simulate` gives its free
  trajectories (`Trajectory`), `flow` those without inputs. Arguments come in the order
  network, (task,) parameters, state: `model, w, x`.
- `local_update` is one update by a `Rule`, under any supervisor, `gradient` the exact gradient;
  `train` repeats them for a number of `Iterations`, with a `Checkpoint` if need be, under
  `Constraints` and a `Penalty`, at a rate or by `Momentum` or `Adam`, and returns a `Training`.
- `misalignment` and `linear_misalignment` expand 1 - cos φ for short times.
- `settle` finds where a trajectory ends (`Attractor`): a fixed point with its eigenvalues, a limit
  cycle with its Floquet multipliers, a torus or chaos with its exponents, or undecided. `catalogue`
  lists the ends of many (`Catalogue`), with the fractions of their basins, and `merge` those of
  several lists; `follow` keeps their labels along a parameter (`Continuation`). `fixed_points`
  also finds what repels (`FixedPoints`, each a `FixedPoint`), `lyapunov_spectrum` and
  `lyapunov_exponent` tell chaos from order (`LyapunovSpectrum`).
- `contrastive_ode.tasks` has the demonstrations, from frequency response to ecology.

A network that learns to pass on a sine at half its amplitude:

>>> import contrastive_ode as ode
>>> import numpy as np
>>> neurons = ode.System(
...     "rate neurons", node="-x_i", pair="W_ij * tanh(x_j)", parameters=["W_ij"]
... )
>>> model = neurons.on(ode.all_to_all(4))
>>> w = model.pack(W=np.random.default_rng(1).normal(0, 0.5, (4, 4)))
>>> task = ode.Task(
...     np.zeros(4),
...     outputs=[3],
...     T=20,
...     h=0.1,
...     imposed={0: lambda t: np.sin(0.3 * t)},
...     target=lambda t: 0.5 * np.sin(0.3 * t),
... )
>>> training = ode.train(model, task, w, rate=0.1, iterations=300)
>>> bool(training.best_cost < 0.1 * training.loss[0])
True
>>> bool(ode.alignment(model, task, w) > 0.5)
True

The equations, what works and what does not: `docs/theory/contrastive.md`.
"""

from contrastive_ode.attractors.attractor import Attractor, merge
from contrastive_ode.attractors.basins import Catalogue, catalogue
from contrastive_ode.attractors.continuation import Continuation, follow
from contrastive_ode.attractors.exponents import (
    LyapunovSpectrum,
    lyapunov_exponent,
    lyapunov_spectrum,
)
from contrastive_ode.attractors.fixed_points import FixedPoint, FixedPoints, fixed_points
from contrastive_ode.attractors.settling import settle
from contrastive_ode.errors import BlowUpError, EventError, StepWarning
from contrastive_ode.models.model import Model
from contrastive_ode.models.packing import Packing, jammed_packing
from contrastive_ode.models.system import System
from contrastive_ode.models.topology import Topology, all_to_all, graph, random_graph, three_body
from contrastive_ode.motion.flow import flow
from contrastive_ode.motion.simulation import Trajectory, simulate
from contrastive_ode.supervision.bound_rule import Update
from contrastive_ode.supervision.cost import Cost
from contrastive_ode.supervision.frequency import Frequency
from contrastive_ode.supervision.local_update import gradient, local_update
from contrastive_ode.supervision.rule import Rule
from contrastive_ode.supervision.task import Task
from contrastive_ode.training.alignment import alignment, cosine
from contrastive_ode.training.checkpoint import Checkpoint
from contrastive_ode.training.constraints import Constraints
from contrastive_ode.training.iterations import Iterations
from contrastive_ode.training.pace import Adam, Momentum
from contrastive_ode.training.penalty import Penalty
from contrastive_ode.training.result import Training
from contrastive_ode.training.short_time_expansion import linear_misalignment, misalignment
from contrastive_ode.training.train import train
from foundation import __version__
from foundation.errors import ConvergenceError

__all__ = [
    "Adam",
    "Attractor",
    "BlowUpError",
    "Catalogue",
    "Checkpoint",
    "Constraints",
    "Continuation",
    "ConvergenceError",
    "Cost",
    "EventError",
    "FixedPoint",
    "FixedPoints",
    "Frequency",
    "Iterations",
    "LyapunovSpectrum",
    "Model",
    "Momentum",
    "Packing",
    "Penalty",
    "Rule",
    "StepWarning",
    "System",
    "Task",
    "Topology",
    "Training",
    "Trajectory",
    "Update",
    "__version__",
    "alignment",
    "all_to_all",
    "catalogue",
    "cosine",
    "fixed_points",
    "flow",
    "follow",
    "gradient",
    "graph",
    "jammed_packing",
    "linear_misalignment",
    "local_update",
    "lyapunov_exponent",
    "lyapunov_spectrum",
    "merge",
    "misalignment",
    "random_graph",
    "settle",
    "simulate",
    "three_body",
    "train",
]
