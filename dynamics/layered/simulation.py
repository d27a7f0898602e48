r"""The dynamics of a chain of layers of infinitely many neurons, by the process of one column.

Neuron i of layer l is held by its neighbours in the column and feels the field of its own layer,

.. math:: s^l(t) \to -s^l(t) \quad\text{if awake and}\quad
          s^l h^l + J_D + \lambda s^l (s^{l-1} + s^{l+1}) \le 0, \qquad
          \langle h^l(t) h^k(t') \rangle = \delta_{lk}\, C^l(t, t') = \delta_{lk}
          \langle s^l(t) s^l(t') \rangle .

The couplings of a layer are fully asymmetric: no neuron feels its own response, and a column is all
that has to be followed.
"""

import numpy as np

from dynamics.infinite.mean_field import GROUPS
from dynamics.infinite.scatter import Scatter, standard_error
from dynamics.infinite.simulation import MOST_SAMPLES, checked_order, whole_steps
from dynamics.layered.columns import Columns
from dynamics.layered.layered_mean_field import LayeredMeanField
from foundation import domains

MOST_LAYERS = 1000
ORDERS = ("random", "permutation")


def layered_mean_field(
    L: int,
    J_D: float,
    lam: float,
    t_max: float,
    dt: float = 0.1,
    samples: int = 20000,
    *,
    order: str = "random",
    rng: int | np.random.Generator | None = None,
) -> LayeredMeanField:
    r"""Simulate the dynamics of `networks.Layered` with N → ∞, from a random state.

    In each step some of the neurons wake, and those of them that are unstable flip, all at once:
    exact for chains that are updated in this way, and the asynchronous dynamics as
    :math:`dt \to 0`.

    Parameters
    ----------
    L
        Number of layers, from 1 to 1000.
    J_D
        Self-coupling, in [0, 1e30].
    lam
        Coupling between layers, in [0, 1e30].
    t_max
        Duration in sweeps, > 0; rounded up to whole steps, at most 10,000.
    dt
        Step in sweeps, in (0, 1].
    samples
        Number of columns, from 800 to 10^9: of 8 independent chains, whose scatter is the error.
        They are chains of finite layers; the deviation is of order `8 / samples`.
    order
        Which neurons wake: "random", each one with the probability :math:`1 - e^{-dt}`;
        "permutation", each one in one step of every sweep (1/dt must be whole). (In synchronous
        updates neighbours that disagree could swap for ever.)
    rng
        A seed, a generator, or None for a fresh seed.

    Returns
    -------
    LayeredMeanField. The work grows as `L * samples * steps**2`.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    References
    ----------
    `docs/theory/dynamics.md`.

    Examples
    --------
    Neighbours come to agree, and hold each other:

    >>> import dynamics
    >>> free, held = (
    ...     dynamics.layered_mean_field(2, 0.0, lam, t_max=10, dt=0.5, samples=8000, rng=1)
    ...     for lam in (0.0, 1.0)
    ... )
    >>> bool(abs(free.agreement[0, -1]) < 0.1), bool(held.agreement[0, -1] > 0.7)
    (True, True)
    >>> bool(held.unstable_fraction[-1] < 0.5 * free.unstable_fraction[-1])
    True
    """
    L = domains.integer("L", L, high=MOST_LAYERS)
    J_D, lam = domains.coupling("J_D", J_D), domains.coupling("lam", lam)
    t_max = domains.real("t_max", t_max, low=0)
    dt = domains.real("dt", dt, low=0, high=1)
    samples = domains.integer("samples", samples, low=100 * GROUPS, high=MOST_SAMPLES)
    order = domains.choice("order", order, ORDERS)
    rng = domains.generator(rng)
    steps = whole_steps(t_max, dt)
    checked_order(order, dt)
    unstable, activity, agreement = [], [], []
    correlation = Scatter()
    for _ in range(GROUPS):
        averages = Columns(L, samples // GROUPS, steps, rng).run(J_D, lam, dt, order)
        unstable.append(averages.unstable)
        activity.append(averages.flips.mean(axis=0) / dt)
        agreement.append(averages.agreement)
        correlation.add(averages.correlation)
    whole = np.mean(unstable, axis=1)
    return LayeredMeanField(
        L=L,
        J_D=J_D,
        lam=lam,
        order=order,
        dt=dt,
        samples=samples // GROUPS * GROUPS,
        t=dt * np.arange(steps + 1.0),
        unstable_fraction=whole.mean(axis=0),
        unstable_fraction_error=standard_error(whole),
        unstable_fraction_groups=whole,
        unstable_fraction_layers=np.mean(unstable, axis=0),
        unstable_fraction_layers_error=standard_error(unstable),
        activity=np.mean(activity, axis=0),
        activity_error=standard_error(activity),
        agreement=np.mean(agreement, axis=0),
        agreement_error=standard_error(agreement),
        correlation=correlation.mean,
        correlation_error=correlation.error,
    )
