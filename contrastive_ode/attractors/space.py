"""Distances of states, some of whose variables are phases."""

from __future__ import annotations

from dataclasses import dataclass
from math import pi

import numpy as np

from foundation.domains import Floats


@dataclass(frozen=True, eq=False)
class Space:
    """The space of the states of a network.

    Attributes
    ----------
    turns
        Period of each variable that is a phase, 0 for others; of shape (size,).
    together
        Whether the equations stay the same when all phases shift by the same: states that differ
        by such a shift are then one.
    """

    turns: Floats
    together: bool = False

    def difference(self, a: Floats, b: Floats) -> Floats:
        """Return a - b, where phases differ by at most half a period."""
        return self._least(np.asarray(a - b))

    def deviation(self, a: Floats, b: Floats) -> Floats:
        """Return a - b, without a common shift of all phases if the equations do not see it."""
        d = self.difference(a, b)
        if not self.together:
            return d
        phases = self.turns > 0
        turn = self.turns[phases][0]
        angle = np.angle(np.exp(2j * pi / turn * d[..., phases]).sum(axis=-1))
        d = self._least(d - (turn / (2 * pi)) * angle[..., None] * phases)
        return d - d[..., phases].mean(axis=-1)[..., None] * phases

    def shift(self, a: Floats, b: Floats) -> float:
        """Return the common shift of all phases from b to a, in half a period around 0."""
        d = self.difference(a, b) - self.deviation(a, b)
        turn = float(self.turns.max())
        shifts = d[self.turns > 0]
        return float(np.median(shifts - turn * np.round(shifts / turn))) if len(shifts) else 0.0

    def wrapped(self, x: Floats) -> Floats:
        """Return states with phases in [0, period)."""
        turns = np.where(self.turns > 0, self.turns, 1.0)
        return np.where(self.turns > 0, x - turns * np.floor(x / turns), x)

    def extent(self, path: Floats) -> float:
        """Return the largest range of a variable on a path, at most a period for a phase."""
        found = np.ptp(path, axis=0)
        return float(np.where(self.turns > 0, np.minimum(found, self.turns), found).max())

    def away(self, x: Floats, orbit: Floats, strobes: int) -> float:
        """Return the distance of a state from a closed orbit, whose last state is its first."""
        return float(np.linalg.norm(self.beside(x, orbit, strobes)))

    def beside(self, x: Floats, orbit: Floats, strobes: int) -> Floats:
        """Return the way from a state to the nearest of a closed orbit.

        With explicit time, an orbit of that many periods of it starts at the phase of the state.
        """
        if strobes:
            each = (len(orbit) - 1) // strobes
            return _shortest(self.deviation(orbit[:-1:each], x))
        a, along = self.deviation(orbit[:-1], x), np.diff(orbit, axis=0)
        size = np.maximum((along**2).sum(axis=1), 1e-300)
        part = np.clip(-(a * along).sum(axis=1) / size, 0, 1)
        return _shortest(a + part[:, None] * along)

    def _least(self, d: Floats) -> Floats:
        turns = np.where(self.turns > 0, self.turns, 1.0)
        return d - np.where(self.turns > 0, turns * np.round(d / turns), 0.0)


def _shortest(ways: Floats) -> Floats:
    return np.asarray(ways[np.argmin((ways**2).sum(axis=1))])
