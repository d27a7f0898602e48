"""Where a trajectory ends, each kind of end by its own test."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from contrastive_ode.attractors.attractor import POINT, Attractor
from contrastive_ode.attractors.course import Course
from contrastive_ode.attractors.cycles import Cycle, guesses, primitive, shoot
from contrastive_ode.attractors.moving import moving
from contrastive_ode.attractors.roots import Root, Spectrum, arrived, contracts, root, spectrum
from contrastive_ode.errors import BlowUpError
from contrastive_ode.models.model import Model
from foundation import domains
from foundation.domains import Floats
from foundation.errors import ConvergenceError

ON = 1e-3  # distance from an orbit, in units of its size, of a trajectory that is on it
NEARBY = 0.1  # the same, of one that may come nearer
MOST = 500  # periods for which it is followed then
LOOKS = 128  # states of a path at which a Lyapunov function must fall
FAMILY = (
    "The trajectory is on a closed orbit whose Floquet multipliers are 1 within their errors: one "
    "of a family, as around a centre, or a bifurcation; change a parameter."
)

UNSTABLE = (
    "The trajectory rests at an unstable fixed point; start elsewhere, or shorten h, as long steps "
    "damp what turns fast."
)
CENTRE = (
    "The trajectory rests at a centre, where the equations damp nothing: long steps did; shorten h."
)


class Plan(NamedTuple):
    """How long to integrate: length of an extension, their number, a first part and its step."""

    T: float
    extensions: int
    length: float
    step: float


def settle(
    model: Model,
    w: npt.ArrayLike,
    start: npt.ArrayLike,
    *,
    T: float = 2000.0,
    h: float = 0.2,
    extensions: int = 3,
    first: tuple[float, float] = (20.0, 0.02),
    t0: float = 0.0,
    period: float | None = None,
    throw: bool = True,
) -> Attractor:
    """Return what a trajectory without inputs settles into.

    After a time T, and after each extension by T, the end is compared with what it may be:

    - a fixed point, if Newton's method on the right-hand side finds one whose eigenvalues are all
      negative by more than their errors, and a Lyapunov function of its linearisation falls all
      along the last part of the trajectory. A spiral need not be waited for;
    - a rotating fixed point: the same for phases (`System(periods=...)`) that may shift together,
      in a frame that turns with their common frequency;
    - a limit cycle, if Newton's method on a return map finds a closed orbit whose Floquet
      multipliers are inside the unit circle by more than their errors, and the trajectory comes
      near to it. With explicit time, the map is that of a number of its periods; a rotating cycle
      closes up to a common shift of all phases.

    What still moves after all extensions is told by its Lyapunov exponents: chaos has a positive
    one, a torus more vanishing ones than a cycle, both where volumes shrink. What their errors do
    not tell is "undecided".

    Fixed points are those of the equations, whatever the step. Orbits are computed with shorter and
    shorter steps, until the error of the period is below 1e-8. Tori and chaos are those of the
    integrator with step h: a warning tells if one step is wrong by more than 1e-4 of their size.

    Parameters
    ----------
    model, w
        Network and parameters.
    start
        Initial state, of shape (size,).
    T, h
        Length of one extension, and step.
    extensions
        How often to extend, >= 0.
    first
        Length and step of a first part, where the network may be fast.
    t0
        Time at the start, for systems that depend on it.
    period
        Period of the explicit time t; needed if the right-hand side depends on it. All lengths are
        rounded to full periods, and the steps shortened to parts of one.
    throw
        Whether to raise if the trajectory blows up or nothing is decided; otherwise the kind is
        "diverged" or "undecided", and `status` says what to do.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.
    BlowUpError
        If the trajectory blows up.
    ConvergenceError
        If it is not decided what it settles into.

    Examples
    --------
    Three species that displace each other in a circle go round, if they compete strongly enough:

    >>> import contrastive_ode as ode
    >>> from contrastive_ode import systems
    >>> model = systems.lotka_volterra.on(ode.all_to_all(3, self_coupling=True), r=1, K=1, D=1e-6)
    >>> for strong in (1.2, 1.6):
    ...     w = model.pack(alpha=[[1, strong, 0.5], [0.5, 1, strong], [strong, 0.5, 1]])
    ...     print(ode.settle(model, w, [0.2, 0.3, 0.4], T=400).kind)
    fixed point
    limit cycle

    References
    ----------
    Parker and Chua, Practical Numerical Algorithms for Chaotic Systems (1989), chapters 3 to 5.
    """
    course, plan = prepared(
        model, w, {"T": T, "h": h, "extensions": extensions, "first": first}, t0, period
    )
    x, throw = model.state("start", start), domains.boolean("throw", throw)
    try:
        found = settled(course, x, plan, ())
    except BlowUpError as error:
        if throw:
            raise
        return diverged(course, x, error)
    if throw and not found.converged:
        raise ConvergenceError(found.status)
    return found


def prepared(
    model: Model, w: npt.ArrayLike, how: dict[str, Any], t0: object, period: object
) -> tuple[Course, Plan]:
    """Return course and plan, for arguments that come from a user."""
    course = Course.of(model, w, how["h"], t0=t0, period=period)
    T = domains.real("T", how["T"], low=0, exclusive=True)
    if len(parts := domains.several("first", how["first"])) != 2:
        raise ValueError(f"first must be (length, step), got {how['first']!r}")
    length, step = (domains.real("first", part, low=0, exclusive=True) for part in parts)
    return course, Plan(T, domains.integer("extensions", how["extensions"], 0), length, step)


def diverged(course: Course, x: Floats, error: BlowUpError) -> Attractor:
    """Return what is known of a trajectory that blew up."""
    unknown = np.full(len(x), np.nan)
    return Attractor("diverged", unknown, unknown, unknown, reason=str(error), space=course.space)


def settled(course: Course, x: Floats, plan: Plan, known: Sequence[Attractor]) -> Attractor:
    """Return what `settle` returns, sooner where it is one of the known limit cycles."""
    start, reason = x, ""
    x = course.after(x, plan.length, plan.step)
    for _ in range(plan.extensions + 1):
        x = course.after(x, 0.75 * plan.T)
        n, h = course.steps(0.25 * plan.T)
        path = course.path(x, n, h)
        x = path[-1]
        if course.period:  # a drive need not act everywhere
            course.check_periods(x)
        for cycle in known:
            if cycle.kind.endswith("limit cycle") and _is_on(course, x, cycle):
                return cycle
        found = _at_rest(course, path, start) or _on_cycle(course, path, h)
        if isinstance(found, Attractor):
            return found
        reason = found
    if reason:
        means = path.mean(axis=0), path.min(axis=0), path.max(axis=0)
        return Attractor("undecided", *means, reason=reason, space=course.space)
    return moving(course, x, 2 * plan.T)


def _at_rest(course: Course, path: Floats, start: Floats) -> Attractor | str:
    """Return the fixed point that a trajectory runs into, or why there is none."""
    if course.period:
        return ""
    found = root(course, path[-1], most=50)
    if not found.converged:
        return ""
    modes = spectrum(course, found)
    rests = arrived(course, found, path[-1], start)
    if modes.stability == "unstable":
        return UNSTABLE if rests else ""
    if modes.stability == "centre" and rests and not arrived(course, found, start, start):
        return CENTRE
    late = path[len(path) // 2 :]
    late = late[:: max(1, len(late) // LOOKS)]
    if rests or (modes.stability == "stable" and contracts(course, found, late)):
        return at_rest(course, found, modes)
    return ""


def at_rest(course: Course, found: Root, modes: Spectrum) -> Attractor:
    """Return a fixed point as an attractor."""
    x, scale = found.x, np.linalg.norm(course.jacobian(found.x))
    turns = course.shift is not None and abs(found.frequency) > 1e-9 * scale
    if turns:  # the state at one moment: when the first phase is 0
        first = int(np.argmax(course.space.turns > 0))
        x = x - x[first] * (course.space.turns > 0)
    x = course.space.wrapped(x)
    reason = "" if modes.stability == "stable" else f"{modes.stability}: neighbours need not return"
    reach = np.abs(found.x).max() + found.reach
    return Attractor(
        "rotating fixed point" if turns else "fixed point",
        *(x, x, x),
        eigenvalues=modes.eigenvalues,
        exponents=modes.eigenvalues.real,
        exponents_error=modes.errors,
        frequency=found.frequency if turns else 0.0,
        orbit=x[None, :],
        mean_error=np.full(len(x), found.error + 1e-14 * reach),
        reason=reason,
        space=course.space,
    )


def _on_cycle(course: Course, path: Floats, h: float) -> Attractor | str:
    """Return the limit cycle that a trajectory runs into, or why there is none."""
    size, reason = course.space.extent(path), ""
    if course.period:  # a drive may also leave the network at rest
        size = max(size, 1e-6 * float(np.abs(path[-1]).max()) + 1e-12)
    for T in guesses(course, path, h):
        cycle = shoot(course, path[-1], T, size)
        if cycle is not None and (shorter := primitive(course, cycle, size)) < cycle.period:
            cycle = shoot(course, cycle.orbit[0], shorter, size) or cycle
        collapsed = cycle is None or course.space.extent(cycle.orbit) < ON * size
        if cycle is None or (collapsed and not course.period):
            continue
        strobes = round(cycle.period / course.period) if course.period else 0
        if cycle.stability == "stable" and _runs_into(course, path[-1], cycle, strobes):
            return on_cycle(course, cycle, strobes)
        near = course.space.away(path[-1], cycle.orbit, strobes) <= ON * size
        if cycle.stability == "marginal" and near:
            reason = FAMILY
    return reason


def on_cycle(course: Course, cycle: Cycle, strobes: int) -> Attractor:
    """Return a closed orbit as an attractor."""
    orbit, space = cycle.orbit, course.space
    points = orbit[:-1]
    winding = (space.turns > 0) & (np.abs(orbit[-1] - orbit[0]) > 0.5 * space.turns)
    mean = np.where(winding, 0.0, points.mean(axis=0))
    low = np.where(winding, 0.0, points.min(axis=0))
    high = np.where(winding, space.turns, points.max(axis=0))
    turned = space.wrapped(mean) - mean
    size = np.maximum(np.abs(cycle.multipliers), 1e-300)
    free = len(mean) - len(size)
    exponents = np.append(np.zeros(free), np.log(size) / cycle.period)
    rests = bool(strobes) and space.extent(orbit) <= 1e-9 * (np.abs(mean).max() + 1e-3)
    shift = space.shift(orbit[-1], orbit[0]) if space.together else 0.0
    turns = abs(shift) > 1e-6 * space.turns.max()
    kind = "rotating limit cycle" if turns else "limit cycle"
    return Attractor(
        "fixed point" if rests else kind,
        *(mean + turned, low + turned, high + turned),
        period=cycle.period,
        period_error=cycle.period_error,
        multipliers=cycle.multipliers,
        multipliers_error=cycle.multipliers_error,
        exponents=exponents,
        frequency=shift / cycle.period if turns else 0.0,
        exponents_error=cycle.multipliers_error / cycle.period / np.append(np.ones(free), size),
        orbit=orbit,
        mean_error=np.full(len(mean), cycle.orbit_error),
        space=space,
        strobes=strobes,
    )


def _is_on(course: Course, x: Floats, cycle: Attractor) -> bool:
    """Return whether a state is on a cycle that is known, each variable in units of its range."""
    away = np.abs(course.space.beside(x, cycle.orbit, cycle.strobes))
    error = POINT * np.abs(cycle.orbit).max(axis=0) + 10 * cycle.mean_error
    return bool((away <= ON * np.ptp(cycle.orbit, axis=0) + error).all())


def _runs_into(course: Course, x: Floats, cycle: Cycle, strobes: int) -> bool:
    """Return whether a state is on a stable orbit, or comes nearer as its multipliers say.

    It is followed with the short steps of the orbit, as the orbit of long ones is another.
    """
    size = course.space.extent(cycle.orbit)
    away = course.space.away(x, cycle.orbit, strobes)
    if away <= ON * size + 1e-12:
        return True
    largest = float(np.abs(cycle.multipliers).max(initial=1e-3))
    if away > NEARBY * size or largest >= 1:
        return False
    n = len(cycle.orbit) - 1
    turns = min(MOST, ceil(np.log(0.5) / np.log(largest)))
    end = course.path(x, n * turns, cycle.period / n, stride=n * turns)[-1]
    return bool(course.space.away(end, cycle.orbit, strobes) <= 0.75 * away)
