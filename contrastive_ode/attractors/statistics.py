"""What a long trajectory tells of a torus or of chaos: averages, with errors from its parts."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from contrastive_ode.attractors.space import Space
from foundation.domains import Floats

PARTS = 8  # of a trajectory, whose scatter gives the errors
SIGMAS = 5.0
STILL = 1e-9  # of the size, by which spreads may change by rounding
PART = 0.01  # of the size, by which averages may differ beyond their errors


class Average(NamedTuple):
    """Mean and standard deviation, and their standard errors."""

    mean: Floats
    mean_error: Floats
    spread: Floats
    spread_error: Floats


def average(path: Floats) -> Average:
    """Return the averages of a path, of which each variable is a column."""
    d = path - path.mean(axis=0)
    blocks = np.array_split(d, PARTS)
    means = np.array([block.mean(axis=0) for block in blocks])
    spreads = np.array([np.sqrt((block**2).mean(axis=0)) for block in blocks])
    root = np.sqrt(PARTS)
    return Average(
        path.mean(axis=0),
        means.std(axis=0, ddof=1) / root,
        d.std(axis=0),
        spreads.std(axis=0, ddof=1) / root,
    )


def alike(a: Floats, b: Floats, space: Space) -> bool:
    """Return whether two paths may be of one attractor: by the averages of all variables.

    Of phases they are those of sine and cosine, relative to the first phase where all may shift.
    """
    one, other = average(_plain(a, space)), average(_plain(b, space))
    size = max(float(np.max(one.spread)), float(np.max(other.spread)))
    means = np.hypot(one.mean_error, other.mean_error)
    spreads = np.hypot(one.spread_error, other.spread_error)
    return bool(
        (np.abs(one.mean - other.mean) <= SIGMAS * means + PART * size).all()
        and (np.abs(one.spread - other.spread) <= SIGMAS * spreads + PART * size).all()
    )


def trend(d: Floats) -> bool:
    """Return whether the spread of a variable falls, or rises, from each part to the next.

    Weights that vanish at both ends of a part leave a torus no preference: chance makes eight
    spreads so in one of 20,000. A spiral has no other way.
    """
    spreads = []
    for block in np.array_split(d, PARTS):
        weight = np.sin(np.pi * (np.arange(len(block)) + 0.5) / max(1, len(block)))[:, None] ** 2
        weight = weight / weight.sum()
        mean = (weight * block).sum(axis=0)
        spreads.append(np.sqrt((weight * (block - mean) ** 2).sum(axis=0)))
    steps = np.diff(spreads, axis=0)
    least = STILL * np.max(spreads)
    return bool(((steps > least).all(axis=0) | (steps < -least).all(axis=0)).any())


def centred(path: Floats, space: Space) -> tuple[Floats, Floats]:
    """Return a state in the middle of a path, and the path seen from there."""
    turns = np.where(space.turns > 0, space.turns, 1.0)
    around = np.angle(np.exp(2j * np.pi / turns * path).sum(axis=0)) * turns / (2 * np.pi)
    centre = np.where(space.turns > 0, np.mod(around, turns), path.mean(axis=0))
    return centre, space.difference(path, centre)


def _plain(path: Floats, space: Space) -> Floats:
    """Return a path with sine and cosine instead of each phase."""
    phases = space.turns > 0
    if not phases.any():
        return path
    angles = 2 * np.pi / space.turns[phases] * path[:, phases]
    if space.together:
        angles = angles - angles[:, :1]
    return np.hstack([path[:, ~phases], np.cos(angles), np.sin(angles)])
