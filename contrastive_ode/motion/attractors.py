"""Where a network ends: fixed points, limit cycles, tori, chaos."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from contrastive_ode.errors import ADVICE, BlowUpError
from contrastive_ode.models.model import Model
from contrastive_ode.motion.simulation import flow, undriven
from contrastive_ode.supervision.workspace import workspace
from foundation import domains
from foundation.domains import Floats

STILL = 1e-6  # largest variation of a fixed point
REPEATS = 5e-3  # distance of a return, in units of the range, below which it is the same point
LONGEST = 8  # returns in the period of a cycle
ORDERED = 1e-3  # Lyapunov exponent below which nothing is chaotic
ALIVE = 1e-3  # maximum above which a variable counts as present


@dataclass(frozen=True, eq=False, repr=False)
class Attractor:
    """What a trajectory settled into.

    Attributes
    ----------
    kind
        "fixed point", "limit cycle", "quasi-periodic", "chaotic", or "unsettled": still moving,
        but contracting.
    mean, low, high
        Mean, minimum and maximum of each variable on it; of shape (size,).
    period
        Of a limit cycle; nan otherwise.
    exponent
        Largest Lyapunov exponent, where it had to decide; nan otherwise.
    count
        How many starting points led there.

    Examples
    --------
    >>> import contrastive_ode as ode
    >>> from contrastive_ode import systems
    >>> clock = systems.kuramoto.on(ode.all_to_all(2), omega=0.0)
    >>> end = ode.settle(clock, clock.pack(K=1.0), [0.5, 1.5], T=100)
    >>> end.kind, end.mean.round(6).tolist()
    ('fixed point', [1.0, 1.0])
    >>> end
    Attractor(fixed point, 2 alive x 1)
    >>> end.is_same(ode.settle(clock, clock.pack(K=2.0), [0.5, 1.5], T=100))
    True
    """

    kind: str
    mean: Floats
    low: Floats
    high: Floats
    period: float = float("nan")
    exponent: float = float("nan")
    count: int = 1

    @property
    def alive(self) -> npt.NDArray[np.bool]:
        """Which variables rise above 0.001."""
        return self.high > ALIVE

    def is_same(self, other: "Attractor") -> bool:
        """Return whether two trajectories settled into the same one."""
        if self.kind != other.kind or not np.array_equal(self.alive, other.alive):
            return False
        if self.kind == "fixed point":
            return bool(np.abs(self.mean - other.mean).max() < 1e-3)
        close = all(
            np.allclose(a, b, rtol=0.01, atol=1e-3)
            for a, b in ((self.mean, other.mean), (self.high, other.high))
        )
        if self.kind == "limit cycle":
            return close and bool(np.isclose(self.period, other.period, rtol=0.01))
        # a torus or chaos is not covered evenly in a finite time
        return bool(np.allclose(self.mean, other.mean, rtol=0.1, atol=0.01))

    def __repr__(self) -> str:
        period = f", period={self.period:.4g}" if np.isfinite(self.period) else ""
        exponent = f", exponent={self.exponent:.2g}" if np.isfinite(self.exponent) else ""
        return f"Attractor({self.kind}, {self.alive.sum()} alive{period}{exponent} x {self.count})"


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
    extensions is cut where its most variable variable rises through its mean: a limit cycle returns
    to the same point after at most 8 cuts; otherwise the largest Lyapunov exponent decides.

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
        If the trajectory leaves the range of numbers of sense.

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
    domains.instance("model", model, Model)
    x = domains.shaped("start", start, (model.size,))
    T, h = domains.real("T", T, low=0, exclusive=True), domains.real("h", h, low=0, exclusive=True)
    extensions = domains.integer("extensions", extensions, 0)
    if len(parts := domains.several("first", first)) != 2:
        raise ValueError(f"first must be (length, step), got {first!r}")
    length, step = (domains.real("first", part, low=0, exclusive=True) for part in parts)
    x = flow(model, x, w, length, step, stride=max(1, round(length / step)))[-1]
    for _ in range(extensions + 1):
        x = flow(model, x, w, 0.75 * T, h, stride=max(1, round(0.75 * T / h)))[-1]
        path = flow(model, x, w, 0.25 * T, h)
        x = path[-1]
        if np.ptp(path, axis=0).max() < STILL:
            return Attractor("fixed point", x, path.min(axis=0), path.max(axis=0))
    return _moving(model, w, flow(model, x, w, 2 * T, h), h, T)


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


def merge(found: Iterable[Attractor]) -> list[Attractor]:
    """Return the different ones of some attractors, most frequent first, with summed counts.

    Parameters
    ----------
    found
        Attractors.

    Raises
    ------
    TypeError
        If something else is among them.

    Examples
    --------
    >>> import contrastive_ode as ode
    >>> from contrastive_ode import systems
    >>> model = systems.lotka_volterra.on(ode.all_to_all(2, self_coupling=True), r=1, K=1, D=1e-6)
    >>> w = model.pack(alpha=[[1, 0.5], [0.5, 1]])
    >>> ends = [ode.settle(model, w, start, T=200) for start in ([0.2, 0.1], [0.1, 0.2])]
    >>> ode.merge(ends)
    [Attractor(fixed point, 2 alive x 2)]
    """
    different: list[Attractor] = []
    if not isinstance(found, Iterable):
        raise TypeError(f"found must be attractors, got {found!r}")
    for attractor in found:
        domains.instance("found", attractor, Attractor)
        for m, known in enumerate(different):
            if known.is_same(attractor):
                different[m] = replace(known, count=known.count + attractor.count)
                break
        else:
            different.append(attractor)
    return sorted(different, key=lambda attractor: -attractor.count)


def lyapunov_exponent(
    model: Model,
    w: npt.ArrayLike,
    start: npt.ArrayLike,
    T: float,
    h: float,
    rng: int | np.random.Generator | None = 0,
) -> float:
    """Return the largest Lyapunov exponent along a trajectory, by its tangent dynamics.

    Parameters
    ----------
    model, w
        Network and parameters.
    start
        State on the attractor, of shape (size,).
    T, h
        Length, of which the first quarter only turns the tangent vector, and step.
    rng
        A seed or a generator for the first tangent vector.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.
    BlowUpError
        If the trajectory leaves the range of numbers of sense.

    Examples
    --------
    A linear network forgets at the rate of its slowest mode:

    >>> import contrastive_ode as ode
    >>> from contrastive_ode import systems
    >>> model = systems.linear_network.on(ode.all_to_all(3), kappa=1.0)
    >>> exponent = ode.lyapunov_exponent(model, model.pack(A=0.2), [0, 0, 0], T=200, h=0.1)
    >>> round(exponent, 4)  # -1 + 2 * 0.2
    -0.6
    """
    T, h = domains.real("T", T, low=0, exclusive=True), domains.real("h", h, low=0, exclusive=True)
    turning, steps = round(0.25 * T / h), round(0.75 * T / h)
    if not steps:
        raise ValueError(f"T must be at least one step h = {h:g}, got {T:g}")
    work = workspace(domains.instance("model", model, Model).size)
    work[0][:] = domains.shaped("start", start, (model.size,))
    direction = domains.generator(rng).normal(size=model.size)
    work[3][:] = direction / np.linalg.norm(direction)
    net, kernel = model.net(model.vector(w)), model.kernels().growth
    kernel(h, turning, undriven(), net, work)
    exponent = float(kernel(h, steps, undriven(), net, work)) / (steps * h)
    if not np.isfinite(exponent):
        raise BlowUpError(f"the trajectory or its tangent vector blew up: {ADVICE}")
    return exponent


def _moving(model: Model, w: npt.ArrayLike, path: Floats, h: float, T: float) -> Attractor:
    """Tell cycles, tori and chaos from each other."""
    shared = path.mean(axis=0), path.min(axis=0), path.max(axis=0)
    times, points = _returns(path, h)
    size = np.ptp(path, axis=0).max()
    for m in range(1, LONGEST + 1):
        if len(points) < m + 2:
            break
        if np.abs(points[m:] - points[:-m]).max() < REPEATS * size:
            period = float(np.mean(times[m:] - times[:-m]))
            return Attractor("limit cycle", *_over_periods(path, h, period), period=period)
    exponent = lyapunov_exponent(model, w, path[-1], 2 * T, h)
    kind = "quasi-periodic" if abs(exponent) < ORDERED else "unsettled"
    return Attractor("chaotic" if exponent > ORDERED else kind, *shared, exponent=exponent)


def _returns(path: Floats, h: float) -> tuple[Floats, Floats]:
    """Return when and where the most variable variable rises through its mean."""
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
