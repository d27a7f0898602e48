"""The course of message passing on infinite networks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from bp.solving.trajectory import SETTLED, said
from foundation.axes import axes_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = npt.NDArray[np.float64]


class Smallest(NamedTuple):
    """The smallest unstable fraction of a run: its mean over the runs, error, and usual step."""

    value: float
    error: float
    step: int


@dataclass(frozen=True, eq=False, repr=False)
class FocusingDynamics:
    r"""Means over runs, each on a network of its own, at the end of each step of a protocol.

    Attributes
    ----------
    J_D, N, runs, kind
        What was simulated.
    gamma, y
        Strength of focusing and mean number of replicas; else the rate and 1.
    overlap, overlap_error
        Mean squared magnetisation, and its standard error.
    unstable_fraction, unstable_fraction_error
        Fraction of unstable neurons in the state of the signs. Its error is at least that of
        counting, also where none is unstable.
    unstable_fraction_runs
        The same of every run, of shape (steps, runs).
    local_entropy, local_entropy_error
        Bethe entropy of the fixed points in the field of the step, in nats per neuron.
    residual
        Largest change of a magnetisation in the last iteration of the step, in any run.

    Examples
    --------
    >>> import bp
    >>> protocol = bp.scoping(steps=8, gamma=(0.25, 0.6))
    >>> dynamics = bp.focusing_dynamics(0.3, protocol, N=1000, rng=1)
    >>> dynamics
    FocusingDynamics(focusing at J_D=0.3, 4 runs of N=1000, 8 steps, overlap up to 0.8...)
    >>> dynamics.smallest_unstable
    Smallest(value=0.0..., error=0.00..., step=7)
    >>> bool(dynamics.converged.all()), str(dynamics.status[0])
    (False, 'Converged.')
    >>> dynamics.plot().get_xlabel()
    '$\\gamma$, or rate'
    """

    J_D: float
    N: int
    runs: int
    kind: str
    gamma: Floats
    y: Floats
    overlap: Floats
    overlap_error: Floats
    unstable_fraction: Floats
    unstable_fraction_error: Floats
    unstable_fraction_runs: Floats
    local_entropy: Floats
    local_entropy_error: Floats
    residual: Floats

    @property
    def smallest_unstable(self) -> Smallest:
        """The smallest unstable fraction along the protocol."""
        smallest = self.unstable_fraction_runs.min(axis=0)
        value, error = mean_and_error(smallest)
        step = int(self.unstable_fraction.argmin())
        return Smallest(
            float(value), float(at_least_counted(value, error, self.N, self.runs)), step
        )

    @property
    def converged(self) -> npt.NDArray[np.bool]:
        """Whether the messages settled in each step, so that its entropy means something."""
        return self.residual < SETTLED

    @property
    def status(self) -> npt.NDArray[np.str_]:
        """What happened in each step, and what to do about it."""
        return said(self.residual)

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Plot overlap and unstable fraction against the strength of focusing, or the rate.

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
        for name in ("overlap", "unstable_fraction"):
            mean, error = getattr(self, name), getattr(self, f"{name}_error")
            (line,) = ax.plot(self.gamma, mean, label=name.replace("_", " "))
            ax.fill_between(
                self.gamma, mean - error, mean + error, color=line.get_color(), alpha=0.3
            )
        ax.set(xlabel=r"$\gamma$, or rate", ylabel="overlap, unstable fraction")
        ax.legend()
        return ax

    def __repr__(self) -> str:
        return (
            f"FocusingDynamics({self.kind} at J_D={self.J_D:g}, {self.runs} runs of N={self.N}, "
            f"{len(self.gamma)} steps, overlap up to {self.overlap.max():.4g})"
        )


def at_least_counted(fraction: Floats, error: Floats, N: int, runs: int) -> Floats:
    """Return an error of a fraction that is no smaller than that of counting neurons."""
    number = N * runs
    return np.maximum(error, np.sqrt(np.maximum(fraction, 1 / number) / number))


def mean_and_error(runs: Floats) -> tuple[Floats, Floats]:
    """Return mean and standard error over the last axis."""
    number = runs.shape[-1]
    return runs.mean(axis=-1), runs.std(axis=-1, ddof=1) / np.sqrt(number)
