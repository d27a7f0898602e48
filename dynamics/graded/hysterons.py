"""Graded neurons whose fields move slowly: each follows its branch, and jumps at its end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from foundation import domains
from foundation.axes import axes_of
from networks import Branches, GradedNetwork

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class Hysterons:
    r"""A network of hysterons, step by step.

    Attributes
    ----------
    state
        Final state x, of shape (N,).
    field_change
        Mean squared change of the fields, :math:`\langle\Delta H^2\rangle`, in each step.
    flips
        Fraction of neurons that changed their branch in each step.
    q
        Mean squared rate after each step.
    converged, status
        Whether no field moves any more; what happened.

    Examples
    --------
    >>> import dynamics
    >>> import networks
    >>> network = networks.Graded(N=400, s=6.0, g=2.0).sample(rng=1)
    >>> run = dynamics.hysterons(network, steps=200, rng=2)
    >>> run
    Hysterons(200 steps, at rest)
    >>> network.is_stable(run.state), run.plot().get_xlabel()
    (True, 'steps')
    """

    state: Floats
    field_change: Floats
    flips: Floats
    q: Floats

    @property
    def converged(self) -> bool:
        """Whether no field moves any more, to the digits of single precision."""
        return bool(self.field_change[-1] < 1e-12)

    @property
    def status(self) -> str:
        """What happened, and what to do about it."""
        steps = len(self.flips)
        if self.converged:
            return f"At rest after {steps} steps."
        return f"Still moving after {steps} steps; raise steps, or s of the network."

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Plot the fraction of neurons that change their branch, against the steps.

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
        ax.plot(self.flips)
        ax.set(xlabel="steps", ylabel="fraction that jumps")
        return ax

    def __repr__(self) -> str:
        end = "at rest" if self.converged else "still moving"
        return f"Hysterons({len(self.flips)} steps, {end})"


def hysterons(
    network: GradedNetwork,
    steps: int = 300,
    *,
    rng: int | np.random.Generator | None = None,
) -> Hysterons:
    r"""Move graded neurons along their branches, in synchronous steps.

    This is their dynamics if fields change slowly: in the fields :math:`H = g J \phi` each neuron
    takes the state of its branch, or of the other one if its own has ended, at
    :math:`\mp h_c`; then come new fields. It has no fast times to resolve, and freezes where the
    motion in time does.

    Parameters
    ----------
    network
        With s > 1.
    steps
        Number of steps, >= 1.
    rng
        A seed, a generator, or None for a fresh seed: of the branches at the start.

    Returns
    -------
    Hysterons.

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
    >>> import networks
    >>> network = networks.Graded(N=400, s=2.0, g=2.0).sample(rng=1)
    >>> bool(dynamics.hysterons(network, steps=50, rng=2).flips[-1] > 0.02)
    True
    """
    network = domains.instance("network", network, GradedNetwork)
    steps = domains.integer("steps", steps)
    rng = domains.generator(rng)
    branches = Branches(network.s)
    sign = rng.choice([-1.0, 1.0], network.N)
    x = sign * branches.upper(0.0)
    H = network._fields(np.tanh(x))
    rows = np.empty((3, steps))
    for k in range(steps):
        ended = sign * H < -branches.h_c
        sign = np.where(ended, -sign, sign)
        x = sign * branches._upper(np.maximum(sign * H + branches.h_c, 0))
        phi = np.tanh(x)
        before, H = H, network._fields(phi)
        rows[:, k] = np.mean((H - before) ** 2), np.mean(ended), np.mean(phi**2)
    return Hysterons(x, *rows)
