r"""Networks that learn by being steered: settle with the label on, then stabilise that state.

A layer of H hidden units :math:`s_i = \pm1` receives, from N inputs x and from itself,

.. math:: f_i = \sum_n W^{in}_{in} x_n + \sum_{j \ne i} J_{ij} s_j + J_D s_i ,
          \qquad s_i \leftarrow \mathrm{sign}(f_i + \text{feedback of the label}),

with couplings that start at random, :math:`J_{ij} \sim \mathcal N(0, 1/H)`: the network of
`networks`, in a field. In training it settles while the label acts on it through the feedback,
and again without it; then every unit with :math:`s_i f_i \le k + J_D` has its couplings changed,
:math:`J_{ij} \mathrel{+}= \eta\, s_i s_j`. No gradient is propagated. In inference the input alone
drives it, and a linear readout :math:`W_f s` decides. The self-coupling `J_D` (or the excitatory
coupling `lam` between layers) makes fixed points that the dynamics finds.

- `SteeredClassifier`: all of it as an estimator of scikit-learn. `recipe` sets everything else, in
  three parts: `Strengths`, `Schedule`, `Rule`.
- `Learner`: the same without scikit-learn, batch by batch.
- `BinarisedMLP`, and `recipe("random_features")`, `recipe("reservoir")`: baselines.
- `HeteroAssociator`: pairs of patterns in a chain of modules; `capacity`: how many.
- Data: `load_digits`, `load_mnist`, `load_fashion_mnist`, `load_animals`, `load_cifar10`, your own
  by `load_arrays`; drawn ones, `prototypes`, `hidden_manifold`, `xor`; `flip`. As signs:
  `EntangledProjection`, `Thermometer`, `PatchProjection`.
- `population`, `collapse_threshold`: the margin rule in theory, and where it merges the states of
  all inputs; `input_overlaps`: what of the inputs decides that.
- What happens inside: `trajectory`, `overlaps`, `similarity`, `symmetricity`, `equilibration`,
  `fixed_point_fraction`.

>>> import learning
>>> data = learning.prototypes(N=50, classes=3, per_class=200, flipped=0.2, rng=1)
>>> data
Split(prototypes with 20% flips: 600 to train on, 300 to test on, 50 inputs, 3 classes)
>>> network = learning.SteeredClassifier(H=100, epochs=2, random_state=1).fit(data.X, data.y)
>>> network.score(data.X_test, data.y_test) > 0.95
True
>>> float(learning.fixed_point_fraction(network.learner_, data.X_test)) > 0.9
True

The equations, what was measured, and what failed: `docs/theory/learning.md`.
"""

import importlib
from typing import TYPE_CHECKING, Any

from foundation import __version__
from foundation.errors import ConvergenceError
from learning.associative.capacity import capacity
from learning.associative.capacity_result import Capacity
from learning.data.animals import load_animals
from learning.data.arrays import load_arrays
from learning.data.cifar import load_cifar10
from learning.data.digits import load_digits
from learning.data.manifold import hidden_manifold
from learning.data.mnist import load_fashion_mnist, load_mnist
from learning.data.parity import xor
from learning.data.prototypes import prototypes
from learning.data.signs import flip
from learning.data.split import Split
from learning.measures.equilibration import Equilibration, equilibration
from learning.measures.fixed_points import fixed_point_fraction
from learning.measures.overlaps import overlaps, similarity, symmetricity
from learning.measures.trajectory import Trajectory, trajectory
from learning.network.couplings import Couplings
from learning.network.error_rule import ErrorRule
from learning.network.recipe import Recipe, recipe
from learning.network.rule import Rule
from learning.network.schedule import Mode, Schedule
from learning.network.strengths import Strengths
from learning.network.training import Training
from learning.steered.history import Epoch, History
from learning.steered.learner import Learner
from learning.theory.collapse import CollapseThreshold, collapse_threshold
from learning.theory.input_overlaps import InputOverlaps, input_overlaps
from learning.theory.population import population
from learning.theory.population_result import Population

if TYPE_CHECKING:
    from learning.associative.associator import HeteroAssociator
    from learning.baselines.binarised import BinarisedMLP
    from learning.data.patches import PatchProjection
    from learning.data.projection import EntangledProjection
    from learning.data.thermometer import Thermometer
    from learning.steered.classifier import SteeredClassifier

__all__ = [
    "BinarisedMLP",
    "Capacity",
    "CollapseThreshold",
    "ConvergenceError",
    "Couplings",
    "EntangledProjection",
    "Epoch",
    "Equilibration",
    "ErrorRule",
    "HeteroAssociator",
    "History",
    "InputOverlaps",
    "Learner",
    "Mode",
    "PatchProjection",
    "Population",
    "Recipe",
    "Rule",
    "Schedule",
    "Split",
    "SteeredClassifier",
    "Strengths",
    "Thermometer",
    "Training",
    "Trajectory",
    "__version__",
    "capacity",
    "collapse_threshold",
    "equilibration",
    "fixed_point_fraction",
    "flip",
    "hidden_manifold",
    "input_overlaps",
    "load_animals",
    "load_arrays",
    "load_cifar10",
    "load_digits",
    "load_fashion_mnist",
    "load_mnist",
    "overlaps",
    "population",
    "prototypes",
    "recipe",
    "similarity",
    "symmetricity",
    "trajectory",
    "xor",
]

_ESTIMATORS = {  # they need scikit-learn, which takes a second to import
    "BinarisedMLP": "learning.baselines.binarised",
    "EntangledProjection": "learning.data.projection",
    "HeteroAssociator": "learning.associative.associator",
    "PatchProjection": "learning.data.patches",
    "SteeredClassifier": "learning.steered.classifier",
    "Thermometer": "learning.data.thermometer",
}


def __getattr__(name: str) -> Any:
    if name not in _ESTIMATORS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_ESTIMATORS[name]), name)
