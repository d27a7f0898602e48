"""A network whose motion is followed: its parameters, step and time, and which variables turn."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from math import ceil
from typing import Any

import numpy as np
import numpy.typing as npt

from contrastive_ode.attractors.space import Space
from contrastive_ode.engine.arguments import NetArrays, undriven, workspace
from contrastive_ode.errors import BlowUpError
from contrastive_ode.models.model import Model, without_events
from contrastive_ode.motion.flow import ONE
from foundation import domains
from foundation.domains import Floats

EQUAL = 1e-7  # relative difference of right-hand sides that are the same
ROUNDED = 1e-14  # the same, in units of the largest variable
LOOKS = np.array(
    [0.0, 0.1180, 0.3007, 0.4561, 0.7123]
)  # of a period, no fractions of small numbers


@dataclass(frozen=True, eq=False)
class Course:
    """A network in motion.

    Where the right-hand side depends on time, all lengths are full periods of it, so that every
    part of a trajectory starts at the same phase, `t0`.

    Attributes
    ----------
    model, w
        The network.
    h
        Longest step.
    t0
        Time at the start.
    period
        Of the explicit time; 0 for a network without.
    """

    model: Model
    w: Floats
    h: float
    t0: float = 0.0
    period: float = 0.0

    @classmethod
    def of(
        cls, model: Any, w: npt.ArrayLike, h: object, *, t0: object = 0.0, period: object = None
    ) -> Course:
        """Return the course of a network whose arguments come from a user."""
        w = without_events(domains.instance("model", model, Model)).vector(w)
        timed = depends_on_time(model)
        if timed and period is None:
            raise ValueError("period must be given: the right-hand side depends on the time t")
        long = domains.real("period", period, low=0, exclusive=True) if timed else 0.0
        h = domains.real("h", h, low=0, exclusive=True)
        course = cls(model, w, h, domains.real("t0", t0), long)
        course.check_periods(np.random.default_rng(0).uniform(0.1, 1, course.model.size))
        return course

    def check_periods(self, x: Floats) -> None:
        """Refuse periods, of time or of phases, after which the right-hand side is another."""
        f = self.rhs(x)
        times = self.t0 + self.period * LOOKS
        if self.period and not all(
            _equal(self.rhs(x, t + self.period), self.rhs(x, t)) for t in times
        ):
            raise ValueError(
                f"period must be that of the right-hand side, got {self.period:g}, after which it "
                "is another"
            )
        if not _equal(self.rhs(x + self.space.turns), f):
            raise ValueError(
                "periods must be those of phases: the right-hand side is another one, one period on"
            )

    @cached_property
    def net(self) -> NetArrays:
        """What the kernels are given."""
        return self.model.net(self.w)

    @cached_property
    def space(self) -> Space:
        """Which variables are phases, and whether they may shift together."""
        names = self.model.system.states
        known = dict(self.model.system.periods)
        turns = np.repeat([known.get(name, 0.0) for name in names], self.model.N)
        phases = turns > 0
        if not phases.any() or np.ptp(turns[phases]) > 0:
            return Space(turns)
        x = np.random.default_rng(0).uniform(0.1, 1, self.model.size)
        f = self.rhs(x)
        return Space(turns, all(_equal(self.rhs(x + part * turns), f) for part in LOOKS))

    @property
    def shift(self) -> Floats | None:
        """1 for phases, 0 for others, if the equations stay the same when all phases shift."""
        return (self.space.turns > 0).astype(float) if self.space.together else None

    @cached_property
    def across(self) -> Floats:
        """Orthonormal rows of what is left of a state when all phases may shift."""
        if self.shift is None:
            return np.eye(self.model.size)
        return np.asarray(np.linalg.svd(self.shift[None, :])[2][1:])

    def rhs(self, x: Floats, t: float | None = None) -> Floats:
        """Return the right-hand side."""
        out = np.empty(self.model.size)
        self.model.kernels().rhs(self.t0 if t is None else t, x, self.net, out)
        return out

    def jacobian(self, x: Floats, t: float | None = None) -> Floats:
        """Return its derivative by the state."""
        rows = np.empty((self.model.size, self.model.size))
        jvp, t = self.model.kernels().jvp, self.t0 if t is None else t
        for row, unit in zip(rows, np.eye(self.model.size), strict=True):
            jvp(t, x, unit, self.net, row)
        return rows.T

    def steps(self, T: float, least: int = 1) -> tuple[int, float]:
        """Return number and length of the steps of a time: full periods, if time has one."""
        if not self.period:
            return max(least, round(T / self.h)), self.h
        each = max(least, ceil(self.period / self.h))
        return max(1, round(T / self.period)) * each, self.period / each

    def path(self, x: Floats, n: int, h: float, stride: int = 1) -> Floats:
        """Return the states 0, stride, 2 stride, ..., n steps after x."""
        path, work = np.empty((n // stride + 1, self.model.size)), workspace(self.model.size)
        work.x[:] = x
        end = self.model.kernels().flow(self.t0, h, stride, undriven(), self.net, work, path)
        BlowUpError.check(end, ONE, h, self.model.variable, self.t0)
        return path

    def after(self, x: Floats, T: float, h: float | None = None) -> Floats:
        """Return the state after a time, in steps of at most h."""
        n, h = (self if h is None else replace(self, h=h)).steps(T)
        return self.path(x, n, h, stride=n)[-1]

    def carried(
        self, x: Floats, vectors: Floats, n: int, h: float, later: float = 0.0
    ) -> tuple[Floats, Floats]:
        """Return the state after n steps, and tangent vectors (rows) carried along."""
        return self.carrier()(x, vectors, n, h, later)

    def carrier(self) -> Callable[[Floats, Floats, int, float, float], tuple[Floats, Floats]]:
        """Return `carried`, for many short ways: what it needs is found and allocated once."""
        kernel, drive, work = self.model.kernels().tangents, undriven(), workspace(self.model.size)

        def carried(
            x: Floats, vectors: Floats, n: int, h: float, later: float
        ) -> tuple[Floats, Floats]:
            vectors, t = np.array(vectors, order="C"), self.t0 + later
            work.x[:] = x
            end = kernel(t, h, n, drive, self.net, work, vectors)
            BlowUpError.check(end, ONE, h, self.model.variable, t)
            return work.x.copy(), vectors

        return carried


def depends_on_time(model: Model) -> bool:
    """Return whether the time t is in the right-hand side."""
    system = model.system
    texts = [text for _, rates in (*system.terms, ("", system.totals)) for _, text in rates]
    return any(re.search(r"\bt\b", text) for text in texts)


def _equal(a: Floats, b: Floats) -> bool:
    size = np.abs(a) + np.abs(b)  # each variable's own: a large one hides no other
    return bool((np.abs(a - b) <= EQUAL * size + ROUNDED * size.max()).all())
