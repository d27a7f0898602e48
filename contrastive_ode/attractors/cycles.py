"""Closed orbits, by Newton's method on a return map, and their Floquet multipliers."""

from __future__ import annotations

from math import ceil
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from contrastive_ode.attractors.course import Course
from contrastive_ode.errors import BlowUpError
from foundation.domains import Floats

LONGEST = 16  # returns of a driven network in the period of its cycle
TRIALS = 4  # candidates for the period that are tried
NEAR = 0.3  # distance of a return, in units of the range, above which it is none
LEAST = 256  # steps of a period
HALVINGS = 4  # of the step
ACCURATE = 1e-8  # relative error of the period at which steps are short enough


class Cycle(NamedTuple):
    """A closed orbit.

    `orbit` has one state a step, and its first state also as the last, phases running on; its error
    is that of the first state, three times what shorter steps suggest.
    Where phases may shift together it closes up to such a shift, in a time of the period.
    `multipliers` are those of Floquet, by falling modulus, without the trivial ones; their error
    and that of the period come from steps of twice the length, and from how far the trivial
    multiplier is from 1.
    """

    orbit: Floats
    orbit_error: float
    period: float
    period_error: float
    multipliers: npt.NDArray[np.complex128]
    multipliers_error: float

    @property
    def stability(self) -> str:
        """What the multipliers say: stable, unstable or marginal."""
        margin = 3 * self.multipliers_error + 1e-9
        size = np.abs(self.multipliers)
        if (size > 1 + margin).any():
            return "unstable"
        return "stable" if (size < 1 - margin).all() else "marginal"


def guesses(course: Course, path: Floats, h: float) -> list[float]:
    """Return periods after which a trajectory was nearly where it is at its end, short ones first.

    The section goes through the last state, across the motion; of a driven network it is its
    stroboscopic map.
    """
    size = course.space.extent(path) + 1e-12
    if course.period:
        each = round(course.period / h)
        back = path[::-1][each::each][:LONGEST]
        distance = np.linalg.norm(course.space.deviation(back, path[-1]), axis=1)
        times = course.period * np.arange(1, len(back) + 1)
    else:
        d = course.space.deviation(path, path[-1])
        height = d @ course.rhs(path[-1])
        near = np.linalg.norm(d, axis=1) < 0.5 * size + np.linalg.norm(np.diff(path[-2:], axis=0))
        cuts = np.flatnonzero((height[:-1] < 0) & (height[1:] >= 0) & near[:-1])
        cuts = cuts[cuts < len(path) - 2][::-1]
        part = -height[cuts] / (height[cuts + 1] - height[cuts])
        points = d[cuts] + part[:, None] * (d[cuts + 1] - d[cuts])
        distance = np.linalg.norm(points, axis=1)
        times = h * (len(path) - 1 - cuts - part)
    if not len(distance) or distance.min() > NEAR * size:
        return []
    close = distance <= max(3 * distance.min(), 0.02 * size)
    return [*map(float, times[close][:TRIALS])]


def shoot(course: Course, x: Floats, T: float, size: float) -> Cycle | None:
    """Return the closed orbit near a state, of about this period; None if there is none.

    Newton's method on the map of a period, with an unknown period unless time has one. Steps are
    halved until the period, extrapolated in them, is accurate to 1e-8, at most four times.
    """
    each = 1 if course.period else LEAST
    n = max(LEAST, each * ceil(T / course.h / each))
    if course.period:
        k = round(T / course.period)
        n = k * max(ceil(LEAST / k), ceil(course.period / course.h))
    coarse = _solved(course, x, T, n, size)
    free = (0 if course.period else 1) + (0 if course.shift is None else 1)
    for _ in range(HALVINGS):
        n *= 2
        fine = None if coarse is None else _solved(course, *coarse[:2], n, size)
        if coarse is None or fine is None:
            return None
        (before, longer, old), (x, T, new) = coarse, fine
        trivial, multipliers = _multipliers(new, free)
        change = np.abs(np.abs(_multipliers(old, free)[1]) - np.abs(multipliers)).max(initial=0.0)
        if abs(T - longer) <= 15 * ACCURATE * T and change <= 1e-6:
            break
        coarse = fine
    error = 0.0 if course.period else abs(T - longer) / 15 + 1e-15 * n * T
    wrong = change / 15 + np.abs(trivial - 1).max(initial=0.0)
    off = float(np.abs(x - before).max()) / 5 + 1e-14 * float(np.abs(x).max())
    return Cycle(
        course.path(x, n, T / n), off, T + (T - longer) / 15, error, multipliers, float(wrong)
    )


def primitive(course: Course, cycle: Cycle, size: float) -> float:
    """Return the shortest period of an orbit that was found with a multiple of it.

    Looked at where it moves fastest: near a saddle it is at nearly the same place for long.
    """
    n, x, T = len(cycle.orbit) - 1, cycle.orbit[0], cycle.period
    if not course.period:
        x = cycle.orbit[np.argmax(np.linalg.norm(np.diff(cycle.orbit, axis=0), axis=1))]
    for parts in range(LONGEST, 1, -1):
        if course.period and round(T / course.period) % parts:
            continue
        steps, h = (n // parts, T / n) if course.period else (n, T / parts / n)
        end = course.path(x, steps, h, stride=steps)[-1]
        if np.linalg.norm(course.space.deviation(end, x)) < 1e-5 * size:
            return T / parts
    return T


def _solved(
    course: Course, x: Floats, T: float, n: int, size: float
) -> tuple[Floats, float, Floats] | None:
    """Return state, period and the derivative of the return map."""
    N, first, x = len(x), T, x.copy()
    unit = np.eye(N)
    for _ in range(20):
        try:
            end, rows = course.carried(x, unit, n, T / n)
        except BlowUpError:
            return None
        M, r = rows.T, course.space.deviation(end, x)
        if not np.isfinite(M).all():
            return None
        across, free = [], []  # directions in which x is held, and what is unknown instead
        if not course.period:
            f = course.rhs(x)
            scale = np.linalg.norm(f)
            if not scale > 1e-12 * size / T:
                return None
            across, free = [f / scale], [course.rhs(end)]
        if course.shift is not None:
            across, free = [*across, course.shift], [*free, course.shift]
        A, b = np.zeros((N + len(free), N + len(free))), np.zeros(N + len(free))
        A[:N, :N], b[:N] = M - unit, -r
        for m, (held, unknown) in enumerate(zip(across, free, strict=True), N):
            A[m, :N], A[:N, m] = held, unknown
        step = np.linalg.lstsq(A, b, rcond=1e-14)[0]
        x += step[:N]
        T += 0.0 if course.period else float(step[N])
        if not 0.7 * first < T < 1.4 * first or np.abs(step[:N]).max() > 2 * size:
            return None
        still = np.abs(step[:N]).max() <= 1e-9 * size + 1e-13 * np.abs(x).max()
        # where no orbit closes, least squares may stand still too
        if still and np.abs(r).max() <= 1e-8 * size + 1e-12 * np.abs(x).max():
            return x, T, M
    return None


def _multipliers(
    M: Floats, free: int
) -> tuple[npt.NDArray[np.complex128], npt.NDArray[np.complex128]]:
    """Return the trivial multipliers, nearest to 1, and the others by falling modulus."""
    values = np.linalg.eigvals(M).astype(complex)
    order = np.argsort(np.abs(values - 1), kind="stable")
    others = values[np.sort(order[free:])]
    return values[order[:free]], others[np.argsort(-np.abs(others), kind="stable")]
