"""A run at a temperature, as it is returned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from foundation import domains
from foundation.axes import axes_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = npt.NDArray[np.float64]

TRACES = ("overlaps", "energies")
_PARTS = 8  # of a run, whose means give its error
_DRIFT = 4.0  # errors by which the halves of a stationary run may differ


@dataclass(frozen=True, eq=False, repr=False)
class Thermal:
    r"""How a network moved at a temperature.

    Attributes
    ----------
    state
        Final state, of the network's shape.
    mean
        Mean of each spin over the sweeps after `burn_in`.
    overlaps
        Overlap with the start after each sweep.
    energies
        :math:`-\tfrac12 s \cdot h` without self-coupling, per neuron, after each sweep: the energy
        where couplings are symmetric.
    T
        The temperature in each sweep.
    burn_in
        Sweeps that are left out of means.
    flips
        Number of flips.

    Examples
    --------
    >>> import dynamics
    >>> import networks
    >>> network = networks.Hebbian(N=500, P=10).sample(rng=1)
    >>> run = dynamics.glauber(network, T=0.4, start=network.patterns[0], sweeps=200, rng=2)
    >>> run
    Thermal(overlap 0.9... +- 0.0..., energy -0.4... +- 0.0... per neuron, 200 sweeps)
    >>> run.converged, abs(run.overlap - 0.98) < 0.02
    (True, True)
    >>> run.plot("energies").get_xlabel()
    'sweeps'
    """

    state: npt.NDArray[np.int8]
    mean: Floats
    overlaps: Floats
    energies: Floats
    T: Floats
    burn_in: int
    flips: int

    @property
    def overlap(self) -> float:
        """Mean overlap with the start after `burn_in`."""
        return float(self.overlaps[self.burn_in :].mean())

    @property
    def overlap_error(self) -> float:
        """Its standard error, from the means of eight parts of the run; inf for fewer sweeps."""
        return _error(self.overlaps[self.burn_in :])

    @property
    def energy(self) -> float:
        """Mean energy per neuron after `burn_in`."""
        return float(self.energies[self.burn_in :].mean())

    @property
    def energy_error(self) -> float:
        """Its standard error, from the means of eight parts of the run; inf for fewer sweeps."""
        return _error(self.energies[self.burn_in :])

    @property
    def converged(self) -> bool:
        """Whether overlap and energy do not drift after `burn_in`."""
        return all(
            np.isfinite(_error(x)) and _drift(x) <= _DRIFT
            for x in (self.overlaps[self.burn_in :], self.energies[self.burn_in :])
        )

    @property
    def status(self) -> str:
        """What happened, and what to do about it."""
        if self.converged:
            return "Overlap and energy do not drift."
        if len(self.overlaps) - self.burn_in < 2 * _PARTS:
            return (
                f"Fewer than {2 * _PARTS} sweeps after burn_in say nothing of errors: add sweeps."
            )
        return "Overlap or energy drift: raise burn_in and sweeps, or hold T constant."

    def plot(self, quantity: str = "overlaps", *, ax: Axes | None = None) -> Axes:
        """Plot what was recorded after each sweep.

        Parameters
        ----------
        quantity
            `"overlaps"` or `"energies"`.
        ax
            Where to draw; None for a new figure.

        Returns
        -------
        The axes.

        Raises
        ------
        TypeError, ValueError
            If an argument is outside its documented domain.
        """
        quantity = domains.choice("quantity", quantity, TRACES)
        ax = axes_of(ax)
        values = getattr(self, quantity)
        ax.plot(np.arange(1, len(values) + 1), values)
        label = {"overlaps": "overlap with the start", "energies": "energy per neuron"}[quantity]
        ax.set(xlabel="sweeps", ylabel=label)
        return ax

    def __repr__(self) -> str:
        return (
            f"Thermal(overlap {self.overlap:.4g} +- {self.overlap_error:.1g}, "
            f"energy {self.energy:.4g} +- {self.energy_error:.1g} per neuron, "
            f"{len(self.overlaps)} sweeps)"
        )


def _parts(x: Floats) -> Floats:
    """Return the means of parts of equal length, which leave out what is over at the beginning."""
    size = len(x) // _PARTS
    return x[len(x) - size * _PARTS :].reshape(_PARTS, size).mean(axis=1)


def _error(x: Floats) -> float:
    if len(x) < 2 * _PARTS:
        return float("inf")
    return float(_parts(x).std(ddof=1) / np.sqrt(_PARTS))


def _drift(x: Floats) -> float:
    """Return the difference of the halves of a run, in its errors."""
    parts = _parts(x)
    first, second = parts[: _PARTS // 2], parts[_PARTS // 2 :]
    error = np.sqrt((first.var(ddof=1) + second.var(ddof=1)) / (_PARTS // 2))
    rounding = 1e-6 * (1 + abs(x).max())  # of energies in float32
    return float(abs(first.mean() - second.mean()) / max(error, rounding))
