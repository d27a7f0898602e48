r"""The limits of short steps and many trajectories of the dynamics of infinitely many neurons.

The unstable fraction in steps of dt deviates from that of asynchronous updates by a term of order
dt; with partial symmetry, the m trajectories of a group also respond too strongly to themselves, by
a term of order k/m after :math:`k = t/dt` steps (`dynamics.mean_field`),

.. math:: u(t; dt, m) = u(t) + c(t)\, dt + b(t)\, \frac{1}{m\, dt} + \ldots

A straight line, or with partial symmetry a plane, through several simulations ends at :math:`u(t)`.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from dynamics.infinite.linear_fit import linear_fit
from dynamics.infinite.mean_field import MeanField
from dynamics.infinite.mean_field_limit import MeanFieldLimit
from dynamics.infinite.simulation import MOST_SAMPLES, MOST_STEPS, mean_field, whole_steps
from foundation import domains

Floats = npt.NDArray[np.float64]

FEWER = 4  # times fewer trajectories in the second simulation of a step, with partial symmetry


def mean_field_limit(
    J_D: float,
    t_max: int,
    samples: int = 100000,
    *,
    eta: float = 0.0,
    order: str = "random",
    steps: Sequence[float] = (0.2, 0.1, 0.05),
    rng: int | np.random.Generator | None = None,
) -> MeanFieldLimit:
    r"""Extrapolate the unstable fraction of infinitely many neurons to continuous time.

    Parameters
    ----------
    J_D
        Self-coupling, in [0, 1e30].
    t_max
        Duration in whole sweeps, from 1 to 10,000, and at most 10,000 of the shortest steps.
    samples
        Number of trajectories at each step, from 800 to 10^9. For `eta != 0` there are further
        simulations with a quarter of them, to extrapolate: >= 3200, and 100 for each step and more
        where the result is to be trusted to a percent.
    eta
        Symmetry of the couplings, in [-1, 1].
    order
        "random" or "permutation".
    steps
        At least two different lengths of a step; each must be 1 / a whole number.
    rng
        A seed, a generator, or None for a fresh seed.

    Returns
    -------
    MeanFieldLimit. The error is that of the line or plane, scaled up where it does not fit: a
    result here (see `converged`), not an error.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    Examples
    --------
    At first a neuron is unstable with the probability :math:`\Phi(-J_D) = 0.382`:

    >>> import dynamics
    >>> limit = dynamics.mean_field_limit(J_D=0.3, t_max=5, samples=8000, rng=1)
    >>> bool(abs(limit.unstable_fraction[0] - 0.382) < 4 * limit.unstable_fraction_error[0])
    True
    """
    t_max = domains.integer("t_max", t_max, high=MOST_STEPS)
    order = domains.choice("order", order, ("random", "permutation"))
    lengths = np.unique(domains.reals("steps", steps, low=0, high=1))[::-1]
    if (
        lengths.size < 2
        or (np.abs(np.round(1 / np.maximum(lengths, 1e-9)) * lengths - 1) > 1e-9).any()
    ):
        raise ValueError(f"steps must be at least two, each 1 / a whole number, got {steps}")
    rng = domains.generator(rng)
    eta = domains.real("eta", eta, low=-1, high=1)
    fewest = 800 * (FEWER if eta else 1)
    samples = domains.integer("samples", samples, low=fewest, high=MOST_SAMPLES)
    whole_steps(t_max, float(lengths[-1]))
    sizes = (samples, samples // FEWER) if eta else (samples,)
    runs = tuple(
        mean_field(J_D, t_max, float(dt), size, eta=eta, order=order, rng=rng)
        for dt in lengths
        for size in sizes
    )
    whole = [slice(None, None, round(1 / run.dt)) for run in runs]
    values = np.array([run.unstable_fraction[i] for run, i in zip(runs, whole, strict=True)])
    errors = np.array([run.unstable_fraction_error[i] for run, i in zip(runs, whole, strict=True)])
    fit = linear_fit(_terms(runs, eta), values, _smooth(values, errors, runs))
    return MeanFieldLimit(
        t=np.arange(t_max + 1.0),
        unstable_fraction=fit.value,
        unstable_fraction_error=fit.error,
        chi_squared=fit.chi_squared,
        dof=fit.dof,
        runs=runs,
    )


def _terms(runs: tuple[MeanField, ...], eta: float) -> Floats:
    """Return what the deviations of each simulation are proportional to, of order 1."""
    columns = [np.ones(len(runs)), np.array([run.dt for run in runs])]
    if eta:
        columns.append(np.array([1 / (run.dt * run.samples) for run in runs]))
    return np.stack([column / column.max() for column in columns], axis=1)


def _smooth(values: Floats, errors: Floats, runs: tuple[MeanField, ...]) -> Floats:
    r"""Return errors of the binomial form, :math:`\sqrt{f u(1-u)/n}` with one f for each time.

    Eight groups determine an error to a quarter only; all simulations together do better.
    """
    samples = np.array([[run.samples] for run in runs])
    u = np.clip(values, 1 / samples, 1 - 1 / samples)
    binomial = np.sqrt(u * (1 - u) / samples)
    excess = np.mean((errors / binomial) ** 2, axis=0)
    return np.asarray(binomial * np.sqrt(np.maximum(1.0, excess)))
