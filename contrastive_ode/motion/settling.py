"""Where a network ends: fixed points, limit cycles, tori, chaos."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from contrastive_ode.models.model import Model
from contrastive_ode.motion.attractor import Attractor, merge
from contrastive_ode.motion.exponent import exponent_along
from contrastive_ode.motion.flow import final, integrated
from foundation import domains
from foundation.domains import Floats

STILL = 1e-6  # largest variation of a fixed point
REPEATS = 5e-3  # distance of a return, in units of the range, below which it is the same point
LONGEST = 8  # returns in the period of a cycle
ORDERED = 1e-3  # Lyapunov exponent below which nothing is chaotic


def settle(
    model: Model,
    w: npt.ArrayLike,
    start: npt.ArrayLike,
    *,
    T: float = 2000.0,
    h: float = 0.2,
    extensions: int = 3,
    first: tuple[float, float] = (20.0, 0.02),
) -> Attractor:
    """Return what a trajectory without inputs settles into.

    It is a fixed point if no variable changes by more than 1e-6 in the last quarter; if not, the
    trajectory is extended: a slow spiral looks like a cycle for long. What still moves after all
    extensions is cut where the variable that varies most rises through its mean: a limit cycle
    returns to the same point after at most 8 cuts; otherwise the largest Lyapunov exponent decides.

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

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.
    BlowUpError
        If the trajectory blows up.

    Examples
    --------
    Three competitors, each beaten by the next one, take turns for ever or find a balance:

    >>> import contrastive_ode as ode
    >>> from contrastive_ode import systems
    >>> model = systems.lotka_volterra.on(ode.all_to_all(3, self_coupling=True), r=1, K=1, D=1e-6)
    >>> for strong in (1.2, 1.6):
    ...     w = model.pack(alpha=[[1, strong, 0.5], [0.5, 1, strong], [strong, 0.5, 1]])
    ...     print(ode.settle(model, w, [0.2, 0.3, 0.4], T=400).kind)
    fixed point
    limit cycle
    """
    w, x = domains.instance("model", model, Model).vector(w), model.state("start", start)
    T, h = domains.real("T", T, low=0, exclusive=True), domains.real("h", h, low=0, exclusive=True)
    extensions = domains.integer("extensions", extensions, 0)
    if len(parts := domains.several("first", first)) != 2:
        raise ValueError(f"first must be (length, step), got {first!r}")
    length, step = (domains.real("first", part, low=0, exclusive=True) for part in parts)
    x = final(model, w, x, length, step)
    for _ in range(extensions + 1):
        x = final(model, w, x, 0.75 * T, h)
        path = integrated(model, w, x, 0.25 * T, h)
        x = path[-1]
        if np.ptp(path, axis=0).max() < STILL:
            return Attractor("fixed point", x, path.min(axis=0), path.max(axis=0))
    return _moving(model, w, integrated(model, w, x, 2 * T, h), h, T)


def catalogue(
    model: Model, w: npt.ArrayLike, starts: npt.ArrayLike, **options: Any
) -> list[Attractor]:
    """Return the attractors that are reached, each with the number of starting points.

    Parameters
    ----------
    model, w
        Network and parameters.
    starts
        Initial states, of shape (n, size).
    **options
        As in `settle`.

    Raises
    ------
    TypeError, ValueError, BlowUpError
        As in `settle`.

    Examples
    --------
    Of two species that compete strongly, the more abundant one at the start survives:

    >>> import contrastive_ode as ode
    >>> from contrastive_ode import systems
    >>> model = systems.lotka_volterra.on(ode.all_to_all(2, self_coupling=True), r=1, K=1, D=1e-6)
    >>> w = model.pack(alpha=[[1, 2], [2, 1]])
    >>> found = ode.catalogue(model, w, [[0.2, 0.1], [0.3, 0.1], [0.1, 0.2]], T=200)
    >>> [(end.kind, end.alive.tolist(), end.count) for end in found]
    [('fixed point', [True, False], 2), ('fixed point', [False, True], 1)]
    """
    domains.instance("model", model, Model)
    states = np.atleast_2d(domains.finite("starts", starts))
    if states.ndim != 2 or states.shape[1] != model.size:
        raise ValueError(f"starts must have shape (n, {model.size}), got {states.shape}")
    return merge(settle(model, w, start, **options) for start in states)


def _moving(model: Model, w: Floats, path: Floats, h: float, T: float) -> Attractor:
    """Tell cycles, tori and chaos from each other."""
    shared = path.mean(axis=0), path.min(axis=0), path.max(axis=0)
    times, points = _returns(path, h)
    size = np.ptp(path, axis=0).max()
    for m in range(1, LONGEST + 1):
        if len(points) < m + 2:
            break
        if np.abs(points[m:] - points[:-m]).max() < REPEATS * size:
            returns = times[m:] - times[:-m]
            period = float(np.mean(returns))
            return Attractor(
                "limit cycle",
                *_over_periods(path, h, period),
                period=period,
                period_error=float(np.std(returns, ddof=1)),
            )
    exponent, error = exponent_along(model, w, path[-1], 2 * T, h, np.random.default_rng(0))
    kind = "quasi-periodic" if abs(exponent) < ORDERED else "unsettled"
    kind = "chaotic" if exponent > ORDERED else kind
    return Attractor(kind, *shared, exponent=exponent, exponent_error=error)


def _returns(path: Floats, h: float) -> tuple[Floats, Floats]:
    """Return when and where the variable that varies most rises through its mean."""
    section = path[:, np.argmax(np.ptp(path, axis=0))]
    level = section.mean()
    before = np.flatnonzero((section[:-1] < level) & (section[1:] >= level))
    part = (level - section[before]) / (section[before + 1] - section[before])
    points = path[before] + part[:, None] * (path[before + 1] - path[before])
    return h * (before + part), points


def _over_periods(path: Floats, h: float, period: float) -> tuple[Floats, Floats, Floats]:
    """Return mean, minimum and maximum over full periods: elsewhere the phase would matter."""
    rows = round(int(len(path) * h / period) * period / h)
    last = path[-max(rows, 1) :]
    return last.mean(axis=0), last.min(axis=0), last.max(axis=0)
