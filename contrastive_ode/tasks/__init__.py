r"""The demonstrations of the paper: networks, tasks, and settings under which they learn.

Each is a `Demonstration`: its method `train` repeats the contrastive rule,

.. math:: \Delta w_a = \frac\alpha\epsilon \int_0^T (x^C_i - x^F_i)
          \,\partial F_i / \partial w_a \, dt,

its `assess` measures what counts in the end, and its `passes` says whether it succeeded.

- Linear oscillators: `amplitude` (A1), `lag` (A2), `two_lags` (A3).
- Kuramoto oscillators: `allostery` (B1), `synchronisation` (B2; reciprocal, B3).
- Leaky integrate-and-fire neurons: `timed_targets` (C1); `recognition` of spoken digits (C2), which
  are `recorded` or `synthetic` `Utterances`, gives a `Recognition`.
- Michaelis-Menten reactions: `gate` (D).
- Lotka-Volterra communities: `revival` of a species (E) in a `community`.
- `demonstration` gives any of them by name; `python -m contrastive_ode.tasks NAME` trains it.

>>> from contrastive_ode import tasks
>>> demonstration = tasks.lag(rng=1)
>>> training = demonstration.train(iterations=200)
>>> bool(training.best_cost < 0.1 * training.loss[0])
True
"""

from contrastive_ode.tasks.by_name import demonstration
from contrastive_ode.tasks.demonstration import Demonstration
from contrastive_ode.tasks.ecology import community, revival
from contrastive_ode.tasks.frequency import amplitude, lag, two_lags
from contrastive_ode.tasks.gates import gate
from contrastive_ode.tasks.neurons import timed_targets
from contrastive_ode.tasks.phases import allostery, synchronisation
from contrastive_ode.tasks.speech import Recognition, recognition
from contrastive_ode.tasks.utterances import Utterances, recorded, synthetic

__all__ = [
    "Demonstration",
    "Recognition",
    "Utterances",
    "allostery",
    "amplitude",
    "community",
    "demonstration",
    "gate",
    "lag",
    "recognition",
    "recorded",
    "revival",
    "synchronisation",
    "synthetic",
    "timed_targets",
    "two_lags",
]
