"""Tori and chaos, told by Lyapunov exponents and their errors."""

from __future__ import annotations

import warnings

import numpy as np

from contrastive_ode.attractors.attractor import Attractor
from contrastive_ode.attractors.course import Course
from contrastive_ode.attractors.exponents import exponents_along
from contrastive_ode.attractors.roots import root, spectrum
from contrastive_ode.attractors.statistics import STILL, average, centred, trend
from contrastive_ode.errors import StepWarning
from foundation.domains import Floats

MOST = 8  # exponents that are computed
FOLDS = 10.0  # e-foldings along a trajectory that chaos makes, and order does not
KNOWN = 6.0  # e-foldings to which an exponent must be known that is said to vanish
SIGMAS = 3.0
KEPT = 4000  # states of the orbit that are kept
LONG = 1e-4  # error of one step, in units of the size of the motion, that is warned of


def moving(course: Course, x: Floats, T: float) -> Attractor:
    """Return the torus or the chaos that a trajectory is on, or why that is not decided."""
    n, h = course.steps(T)
    path = course.path(x, n, h)
    number = min(MOST, course.model.size)
    along = exponents_along(course, path[-1], T, number, np.random.default_rng(0))
    every = number == course.model.size
    volume = along.exponents.sum() if every else _divergence(course, path, h)
    free = (0 if course.period else 1) + (1 if course.space.together else 0)
    kind, reason = decided(along.exponents, along.exponents_error, 0.75 * n * h, free)
    if kind != "undecided":
        _warn_of_step(course, path, h)
        if volume >= -1 / (n * h):
            kind, reason = (
                "undecided",
                (
                    "The volume of phase space does not shrink along the trajectory: it is on no "
                    "attractor, or has not settled; raise T."
                ),
            )
    centre, d = centred(path, course.space)
    if kind == "quasi-periodic" and (fades := _fades(course, centre, d, h)):
        kind, reason = "undecided", fades
    averages = average(d)
    return Attractor(
        kind,
        *(centre + averages.mean, centre + d.min(axis=0), centre + d.max(axis=0)),
        exponents=along.exponents,
        exponents_error=along.exponents_error,
        orbit=path[:: max(1, len(path) // KEPT)],
        mean_error=averages.mean_error,
        reason=reason,
        space=course.space,
    )


def decided(exponents: Floats, errors: Floats, T: float, free: int) -> tuple[str, str]:
    """Return the kind that Lyapunov exponents from a length T tell, and what is undecided.

    `free` of them vanish on a closed orbit, by its symmetries. An exponent is positive or negative
    if it is so by three errors; it vanishes if it is 0 within them, or by less than the two
    e-foldings that bounded quantities make.
    """
    margin = SIGMAS * errors + 2 / T
    zero = (np.abs(exponents) <= margin) & (margin * T < KNOWN)
    if exponents[0] > SIGMAS * errors[0] and exponents[0] * T > FOLDS:
        return "chaotic", ""
    vanish = int(np.argmin(np.append(zero, False)))
    rest = exponents[vanish:]
    if (rest >= -margin[vanish:]).any() or np.isnan(margin).any():
        unclear = exponents[vanish] if len(rest) else exponents[0]
        return "undecided", (
            f"A Lyapunov exponent of {unclear:.2g} is neither zero nor positive nor negative "
            "within its error; raise T."
        )
    if vanish > free:
        return "quasi-periodic", ""
    if vanish == free:
        return "undecided", (
            "The Lyapunov exponents are those of a limit cycle that was not found, of a long "
            "period or not yet approached; raise T or extensions, or declare what is a phase "
            "(System(periods=...))."
        )
    return "undecided", (
        "All Lyapunov exponents are negative, but it still moves; raise T or shorten h."
    )


def _fades(course: Course, centre: Floats, d: Floats, h: float) -> str:
    """Return why motion whose exponents are those of a torus may be a spiral that decays slowly."""
    if course.space.extent(d) <= STILL * np.abs(centre).max():
        return "The trajectory has come to rest, but Newton's method finds no fixed point there."
    if trend(d):
        return (
            "The exponents are those of a torus, or of a spiral that decays slowly: the size of "
            "the motion changes all along the trajectory; raise T or extensions."
        )
    if course.period:
        return ""
    found = root(course, centre)
    away = course.space.deviation(found.x, centre)
    amid = ((away >= d.min(axis=0)) & (away <= d.max(axis=0))).all()
    if not (found.converged and amid):
        return ""
    modes = spectrum(course, found)
    slow = modes.eigenvalues.real[0] * h * len(d) > -KNOWN
    if slow and modes.stability != "unstable":
        return (
            "The exponents are those of a torus, or of a spiral that decays slowly: in its middle "
            "is a fixed point that does not repel; raise T or extensions."
        )
    return ""


def _divergence(course: Course, path: Floats, h: float) -> float:
    """Return the mean divergence of the right-hand side along a path."""
    looks = np.linspace(0, len(path) - 1, min(len(path), 64)).astype(int)
    traces = [np.trace(course.jacobian(path[n], course.t0 + h * n)) for n in looks]
    return float(np.mean(traces))


def _warn_of_step(course: Course, path: Floats, h: float) -> None:
    """Warn if two half steps lead elsewhere."""
    if course.period:
        return
    size = course.space.extent(path)
    looks = path[:: max(1, len(path) // 64)]
    wrong = max(
        float(np.abs(course.path(x, 1, h)[-1] - course.path(x, 2, h / 2)[-1]).max()) for x in looks
    )
    if wrong > LONG * size:
        warnings.warn(
            f"h = {h:g} is long for this motion: one step is wrong by {wrong / size:.1g} of its "
            "size; halve it, and compare what is found",
            StepWarning,
            stacklevel=4,
        )
