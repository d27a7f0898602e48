"""Infinitely many graded neurons in time, from a random state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from dynamics.graded.settling import MOST_STEPS, motion, step_of
from dynamics.infinite.mean_field import GROUPS
from dynamics.infinite.scatter import standard_error
from foundation import domains
from foundation.axes import axes_of
from networks import Graded

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class GradedMeanField:
    r"""Infinitely many graded neurons in time.

    Attributes
    ----------
    s, g, dt, samples
        What was simulated.
    t
        Times, of shape (steps + 1,).
    q, q_error
        Mean squared rate at each time, and its standard error.
    activity, activity_error
        Mean squared velocity at each time.
    times
        Times of the correlation, a few from 0 to the end.
    correlation, correlation_error
        :math:`\langle\phi(t)\phi(t')\rangle` at these, a square array.
    converged, status
        True, and a sentence that says so: nothing is iterated.

    Examples
    --------
    >>> import dynamics
    >>> run = dynamics.graded_mean_field(1.5, 2.5, t_max=4.0, samples=4000, rng=1)
    >>> run
    GradedMeanField(s=1.5, g=2.5, t <= 4 in steps of 0.1, 4000 trajectories, ends at q=0.8...)
    >>> run.correlation.shape, run.plot().get_xlabel()
    ((9, 9), 'time')
    """

    s: float
    g: float
    dt: float
    samples: int
    t: Floats
    q: Floats
    q_error: Floats
    activity: Floats
    activity_error: Floats
    times: Floats
    correlation: Floats
    correlation_error: Floats
    converged: bool = True
    status: str = "All steps were simulated."

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Plot the mean squared rate against time, with a band of one standard error.

        Parameters
        ----------
        ax
            Where to draw; None for a new figure.

        Returns
        -------
        The axes.

        Raises
        ------
        TypeError
            If `ax` is neither axes nor None.
        """
        ax = axes_of(ax)
        (line,) = ax.plot(self.t, self.q)
        low, high = self.q - self.q_error, self.q + self.q_error
        ax.fill_between(self.t, low, high, color=line.get_color(), alpha=0.3)
        ax.set(xlabel="time", ylabel="mean squared rate")
        return ax

    def __repr__(self) -> str:
        return (
            f"GradedMeanField(s={self.s:g}, g={self.g:g}, t <= {self.t[-1]:g} in steps of "
            f"{self.dt:g}, {self.samples} trajectories, ends at q={self.q[-1]:.3g})"
        )


def graded_mean_field(
    s: float,
    g: float,
    t_max: float,
    dt: float | None = None,
    samples: int = 40_000,
    *,
    snapshots: int = 9,
    rng: int | np.random.Generator | None = None,
) -> GradedMeanField:
    r"""Simulate infinitely many graded neurons, from inputs that are normal of variance one.

    Eight networks whose couplings are drawn when the dynamics sees them
    (`networks.Graded(..., couplings="deferred")`), with the steps of `settle`. They follow the law
    of networks of samples / 8 neurons to the letter, and deviate from infinitely many by terms of
    order 8 / samples; with the same `dt` there is no other error.

    Parameters
    ----------
    s
        Self-excitation, in [0, 1e4].
    g
        Coupling, in [0, 1e4].
    t_max
        Duration, > 0.
    dt
        Step, as in `settle`.
    samples
        Number of trajectories, >= 800.
    snapshots
        Number of times, in [2, 100], between which correlations are taken.
    rng
        A seed, a generator, or None for a fresh seed.

    Returns
    -------
    GradedMeanField. The work grows as the samples times steps times the number of directions in
    which the rates have been, which grows with the time, not with the steps.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    References
    ----------
    `docs/theory/graded-neurons.md`.

    Examples
    --------
    >>> import dynamics
    >>> run = dynamics.graded_mean_field(0.0, 2.0, t_max=10.0, samples=8000, rng=1)
    >>> bool(abs(run.q[-1] - dynamics.classical_chaos(2.0).q) < 0.05)
    True
    """
    ensemble = Graded(N=1, s=s, g=g)
    t_max = domains.real("t_max", t_max, low=0)
    dt = step_of(ensemble.s, ensemble.g, dt)
    if not dt <= t_max <= MOST_STEPS * dt:
        raise ValueError(f"t_max must be one to a million steps {dt:g}, got {t_max:g}")
    samples = domains.integer("samples", samples, low=100 * GROUPS)
    snapshots = domains.integer("snapshots", snapshots, low=2, high=100)
    rng = domains.generator(rng)
    steps = round(t_max / dt)
    chosen = np.unique(np.linspace(0, steps, snapshots).round().astype(int))
    ensemble = Graded(samples // GROUPS, s, g, couplings="deferred")
    courses, correlations = [], []
    for _ in range(GROUPS):
        course, seen = np.empty((steps + 1, 2)), []
        start = rng.standard_normal(ensemble.N)
        for k, moment in enumerate(motion(ensemble.sample(rng), start, steps * dt, dt)):
            course[k] = np.mean(moment.phi**2), np.mean(moment.velocity**2)
            if k in chosen:
                seen.append(moment.phi)
        courses.append(course)
        correlations.append(np.array(seen) @ np.transpose(seen) / ensemble.N)
    mean, error = np.mean(courses, axis=0), standard_error(courses)
    return GradedMeanField(
        s=ensemble.s,
        g=ensemble.g,
        dt=dt,
        samples=GROUPS * ensemble.N,
        t=dt * np.arange(steps + 1.0),
        q=mean[:, 0],
        q_error=error[:, 0],
        activity=mean[:, 1],
        activity_error=error[:, 1],
        times=dt * chosen.astype(np.float64),
        correlation=np.mean(correlations, axis=0),
        correlation_error=standard_error(correlations),
    )
