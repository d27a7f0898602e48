r"""The continuous-time limit of the dynamics of infinitely many neurons.

The unstable fraction in steps of dt deviates from that of asynchronous updates by

.. math:: u(t; dt) = u(t) + c(t)\, dt + O(dt^2),

so a straight line through several steps, weighted by their errors, ends at :math:`u(t)`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dynamics.mean_field import MeanField, mean_field
from networks import domains

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class MeanFieldLimit:
    """The asynchronous dynamics of infinitely many neurons, extrapolated to steps of no length.

    Attributes
    ----------
    t
        Times: whole sweeps, from 0.
    unstable_fraction, unstable_error
        Fraction of unstable neurons, and its standard error.
    chi_squared, dof
        Of the straight lines in dt, at each time: `dof` is the number of steps less two.
    runs
        The simulations, by decreasing dt.
    """

    t: Floats
    unstable_fraction: Floats
    unstable_error: Floats
    chi_squared: Floats
    dof: int
    runs: tuple[MeanField, ...]

    def __repr__(self) -> str:
        steps = ", ".join(f"{run.dt:g}" for run in self.runs)
        return (
            f"MeanFieldLimit(t <= {self.t[-1]:g} from dt = {steps}, "
            f"ends at {self.unstable_fraction[-1]:.3g} +- {self.unstable_error[-1]:.1g})"
        )


def mean_field_limit(
    J_D: float,
    t_max: int,
    samples: int = 100000,
    rng: int | np.random.Generator | None = None,
    eta: float = 0.0,
    order: str = "random",
    steps: Sequence[float] = (0.2, 0.1, 0.05),
) -> MeanFieldLimit:
    r"""Extrapolate the unstable fraction of infinitely many neurons to continuous time.

    Parameters
    ----------
    J_D
        Self-coupling, >= 0.
    t_max
        Duration in whole sweeps, >= 1.
    samples
        Number of histories at each step, >= 800; see `mean_field` for the bias of few.
    rng
        A seed, a generator, or None for a fresh seed.
    eta
        Symmetry of the couplings, in [-1, 1].
    order
        "random" or "permutation".
    steps
        At least two different lengths of a step; each must be 1 / a whole number.

    Returns
    -------
    MeanFieldLimit. The error is that of the straight line, scaled up where it does not fit.

    Raises
    ------
    TypeError, ValueError
        If an argument is not as said.
    """
    t_max = domains.integer("t_max", t_max)
    order = domains.choice("order", order, ("random", "permutation"))
    lengths = np.unique(domains.reals("steps", steps, low=0, high=1))[::-1]
    if (
        lengths.size < 2
        or (np.abs(np.round(1 / np.maximum(lengths, 1e-9)) * lengths - 1) > 1e-9).any()
    ):
        raise ValueError(f"steps must be at least two, each 1 / a whole number, got {steps}")
    rng = domains.generator(rng)
    runs = tuple(mean_field(J_D, t_max, float(dt), samples, rng, eta, order) for dt in lengths)
    whole = [slice(None, None, round(1 / run.dt)) for run in runs]
    values = np.array([run.unstable_fraction[i] for run, i in zip(runs, whole, strict=True)])
    errors = np.array([run.unstable_error[i] for run, i in zip(runs, whole, strict=True)])
    # 8 groups tell an error to a quarter only: one scale for all times and steps is smoother
    limit, error, chi_squared = _lines(lengths, values, _smooth(values, errors, samples))
    dof = len(lengths) - 2
    return MeanFieldLimit(
        t=np.arange(t_max + 1.0),
        unstable_fraction=limit,
        unstable_error=error * np.sqrt(np.maximum(1, chi_squared / max(dof, 1))),
        chi_squared=chi_squared,
        dof=dof,
        runs=runs,
    )


def _smooth(values: Floats, errors: Floats, samples: int) -> Floats:
    r"""Return errors of the binomial form, :math:`\sqrt{f u(1-u)/n}` with one f for all points."""
    u = np.clip(values, 1 / samples, 1 - 1 / samples)
    binomial = np.sqrt(u * (1 - u) / samples)
    excess = float(np.mean((errors / binomial) ** 2))
    return np.asarray(binomial * np.sqrt(max(1.0, excess)))


def _lines(x: Floats, y: Floats, sigma: Floats) -> tuple[Floats, Floats, Floats]:
    """Return intercepts, their errors and chi-squared of straight lines, one for each column."""
    w = sigma**-2.0
    S, Sx, Sy = w.sum(axis=0), x @ w, (w * y).sum(axis=0)
    Sxx, Sxy = x**2 @ w, x @ (w * y)
    D = S * Sxx - Sx**2
    intercept, slope = (Sxx * Sy - Sx * Sxy) / D, (S * Sxy - Sx * Sy) / D
    residuals = y - intercept - slope * x[:, None]
    return intercept, np.sqrt(Sxx / D), (w * residuals**2).sum(axis=0)
