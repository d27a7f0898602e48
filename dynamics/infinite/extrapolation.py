r"""The limits of short steps and many neurons of the dynamics of infinitely many neurons.

What is measured in steps of dt deviates from asynchronous updates by a term of order dt; with
partial symmetry, networks of m neurons deviate from infinite ones by a term of order 1/m
(`dynamics.mean_field`),

.. math:: u(t; dt, m) = u(t) + c(t)\, dt + b(t)\, \frac1m + \ldots

A straight line, or with partial symmetry a plane, through several simulations ends at :math:`u(t)`.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from dynamics.infinite.linear_fit import linear_fit
from dynamics.infinite.mean_field import GROUPS, MeanField
from dynamics.infinite.mean_field_limit import MeanFieldLimit
from dynamics.infinite.simulation import (
    MOST_SAMPLES,
    MOST_STEPS,
    ORDERS,
    simulated,
    whole_steps,
)
from foundation import domains

Floats = npt.NDArray[np.float64]

STEPS = (0.2, 0.1, 0.05)
FEWER = (1, 2, 4)  # times fewer trajectories for each step, with partial symmetry
SMALLEST = 1e-3  # variance a trajectory, where nobody flips in any simulation


def mean_field_limit(
    J_D: float,
    t_max: int,
    samples: int = 100000,
    *,
    eta: float = 0.0,
    order: str = "random",
    steps: Sequence[float] | None = None,
    forget: float = 0.0,
    rng: int | np.random.Generator | None = None,
) -> MeanFieldLimit:
    r"""Extrapolate the dynamics of infinitely many neurons to continuous time.

    Parameters
    ----------
    J_D
        Self-coupling, in [0, 1e30].
    t_max
        Duration in whole sweeps, from 1 to 10,000, and at most 10,000 of the shortest steps.
    samples
        Number of trajectories at each step, from 800 to 10^9. For `eta != 0` there are further
        simulations with a half and a quarter of them, to extrapolate: >= 3200. With too few of
        them the terms do not fit (`converged`).
    eta
        Symmetry of the couplings, in [-1, 1].
    order
        "random", "permutation", or "synchronous", which is extrapolated in the number of neurons
        alone.
    steps
        At least two different lengths of a step; each must be 1 / a whole number. None for 0.2, 0.1
        and 0.05; synchronous updates have the step 1.
    forget
        As in `mean_field`.
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
    J_D = domains.coupling("J_D", J_D)
    t_max = domains.integer("t_max", t_max, high=MOST_STEPS)
    order = domains.choice("order", order, ORDERS)
    lengths = _lengths(steps, order)
    rng = domains.generator(rng)
    eta = domains.real("eta", eta, low=-1, high=1)
    forget = domains.real("forget", forget, low=0, high=0.1)
    fewer = FEWER if eta else (1,)
    samples = domains.integer("samples", samples, low=100 * GROUPS * fewer[-1], high=MOST_SAMPLES)
    whole_steps(t_max, float(lengths[-1]))
    runs = tuple(
        simulated(J_D, whole_steps(t_max, dt), dt, samples // times, eta, order, rng, forget)
        for dt in map(float, lengths)
        for times in fewer
    )
    return _limit(runs, t_max)


def _lengths(steps: Sequence[float] | None, order: str) -> Floats:
    """Return the lengths of steps, the shortest at last."""
    if steps is None:
        steps = STEPS if order != "synchronous" else (1.0,)
    lengths = np.unique(domains.reals("steps", steps, low=0, high=1))[::-1]
    if order == "synchronous":
        if lengths.tolist() != [1]:
            raise ValueError(f"steps must be (1,) for synchronous updates, got {steps}")
        return lengths
    whole = np.abs(np.round(1 / np.maximum(lengths, 1e-9)) * lengths - 1) < 1e-9
    if lengths.size < 2 or not whole.all():
        raise ValueError(f"steps must be at least two, each 1 / a whole number, got {steps}")
    return lengths


def _limit(runs: tuple[MeanField, ...], t_max: int) -> MeanFieldLimit:
    """Fit what the runs have in common, at whole sweeps."""
    terms = _terms(runs)
    u = linear_fit(terms, *_unstable(runs))
    limit: dict[str, Floats] = {}
    for name in ("correlation", "integrated_response") if runs[0].eta else ("correlation",):
        value, error, chi_squared = np.zeros((3, t_max + 1, t_max + 1))
        for t in range(1, t_max + 1):
            fit = linear_fit(terms, *_row(runs, name, t))
            value[t, :t], error[t, :t], chi_squared[t, :t] = fit.value, fit.error, fit.chi_squared
        limit |= {name: value, f"{name}_error": error, f"{name}_chi_squared": chi_squared}
    for kept in ("correlation", "correlation_error", "correlation_chi_squared"):
        limit[kept] += limit[kept].T
    limit["correlation"] += np.eye(t_max + 1)
    return MeanFieldLimit(
        t=np.arange(t_max + 1.0),
        unstable_fraction=u.value,
        unstable_fraction_error=u.error,
        chi_squared=u.chi_squared,
        correlation=limit["correlation"],
        correlation_error=limit["correlation_error"],
        correlation_chi_squared=limit["correlation_chi_squared"],
        integrated_response=limit.get("integrated_response"),
        integrated_response_error=limit.get("integrated_response_error"),
        dof=u.dof,
        runs=runs,
    )


def _terms(runs: tuple[MeanField, ...]) -> Floats:
    """Return what the deviations of each simulation are proportional to, of order 1."""
    columns = [np.ones(len(runs))]
    if runs[0].order != "synchronous":
        columns.append(np.array([run.dt for run in runs]))
    if runs[0].eta:
        columns.append(np.array([1 / run.samples for run in runs]))
    return np.stack([column / column.max() for column in columns], axis=1)


def _unstable(runs: tuple[MeanField, ...]) -> tuple[Floats, Floats]:
    r"""Return values, and errors of the binomial form, :math:`\sqrt{f u(1-u)/n}`, one f a time.

    Eight groups determine an error to a quarter only; all simulations together do better.
    """
    whole = [slice(None, None, round(1 / run.dt)) for run in runs]
    values = np.array([run.unstable_fraction[i] for run, i in zip(runs, whole, strict=True)])
    errors = np.array([run.unstable_fraction_error[i] for run, i in zip(runs, whole, strict=True)])
    samples = np.array([[run.samples] for run in runs])
    u = np.clip(values, 1 / samples, 1 - 1 / samples)
    binomial = np.sqrt(u * (1 - u) / samples)
    excess = np.mean((errors / binomial) ** 2, axis=0)
    return values, np.asarray(binomial * np.sqrt(np.maximum(1.0, excess)))


def _row(runs: tuple[MeanField, ...], name: str, t: int) -> tuple[Floats, Floats]:
    """Return a matrix at sweep t and all earlier ones, and errors that fall as 1/sqrt(samples)."""
    values, errors = [], []
    for run in runs:
        whole = round(1 / run.dt)
        earlier = slice(0, t * whole, whole)
        values.append(getattr(run, name)[t * whole, earlier])
        errors.append(getattr(run, f"{name}_error")[t * whole, earlier])
    samples = np.array([[run.samples] for run in runs])
    variance = np.mean(np.array(errors) ** 2 * samples, axis=0)
    return np.array(values), np.sqrt(np.maximum(variance, SMALLEST) / samples)
