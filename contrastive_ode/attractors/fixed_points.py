"""All fixed points that Newton's method finds, stable or not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from contrastive_ode.attractors.attractor import POINT
from contrastive_ode.attractors.course import Course, depends_on_time
from contrastive_ode.attractors.roots import Root, root, spectrum
from contrastive_ode.models.model import Model
from foundation import domains
from foundation.axes import axes_of
from foundation.domains import Floats
from foundation.errors import ConvergenceError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SAME = 1e-6  # relative distance of minima of the speed that are one


@dataclass(frozen=True, eq=False, repr=False)
class FixedPoint:
    """A zero of the right-hand side, or a minimum of the speed.

    Attributes
    ----------
    x, x_error
        State, and the size of the last correction of Newton's method.
    speed
        Norm of the right-hand side there; with phases that turn, in their frame.
    eigenvalues, eigenvalues_error
        Of the Jacobian, by falling real part.
    stability
        "stable", "unstable"; "centre" or "marginal" if the largest real part is 0 within its error,
        with an imaginary part or without; "slow" if it is no zero, but a minimum of the speed.
    frequency
        With which all phases turn there; 0 for a point at rest.
    count
        How many starts led there.

    Examples
    --------
    >>> import contrastive_ode as ode
    >>> from contrastive_ode import systems
    >>> model = systems.lotka_volterra.on(ode.all_to_all(2, self_coupling=True), r=1, K=1, D=0)
    >>> found = ode.fixed_points(model, model.pack(alpha=[[1, 2], [2, 1]]), [[0.4, 0.3]])
    >>> found[0]
    FixedPoint(unstable, 1 of 2 eigenvalues positive, speed ...)
    >>> isinstance(found[0], ode.FixedPoint), found[0].unstable
    (True, 1)
    """

    x: Floats
    x_error: float
    speed: float
    eigenvalues: npt.NDArray[np.complex128]
    eigenvalues_error: Floats
    stability: str
    frequency: float = 0.0
    count: int = 1

    @property
    def unstable(self) -> int:
        """Number of eigenvalues with a real part that is positive by more than its error."""
        return int((self.eigenvalues.real > self.eigenvalues_error).sum())

    def __repr__(self) -> str:
        number = f"{self.unstable} of {len(self.eigenvalues)} eigenvalues positive"
        return f"FixedPoint({self.stability}, {number}, speed {self.speed:.1g})"


@dataclass(frozen=True, eq=False, repr=False)
class FixedPoints:
    """Fixed points that were found, the most frequent first; a sequence of `FixedPoint`.

    Attributes
    ----------
    points
        They.
    starts, failed
        Number of starts, and of those from which Newton's method did not converge.
    converged, status
        Whether one was found; if not, what to do.

    Examples
    --------
    >>> import contrastive_ode as ode
    >>> from contrastive_ode import systems
    >>> model = systems.linear_network.on(ode.all_to_all(2), kappa=1.0)
    >>> found = ode.fixed_points(model, model.pack(A=0.2), [[1.0, 2.0], [0.5, 0.0]])
    >>> found
    FixedPoints(1 stable; 0 of 2 starts failed)
    >>> [point.count for point in found], len(found), isinstance(found, ode.FixedPoints)
    ([2], 1, True)
    >>> found.plot().get_xlabel()
    'real part'
    """

    points: tuple[FixedPoint, ...]
    starts: int
    failed: int
    converged: bool
    status: str

    def __len__(self) -> int:
        return len(self.points)

    def __iter__(self) -> Iterator[FixedPoint]:
        return iter(self.points)

    def __getitem__(self, index: int) -> FixedPoint:
        return self.points[index]

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Draw the eigenvalues of all points in the complex plane.

        Parameters
        ----------
        ax
            Where to draw; None for a new figure.
        """
        ax = axes_of(ax)
        for m, point in enumerate(self.points):
            label = f"{point.stability}, {point.count} of {self.starts}"
            ax.plot(point.eigenvalues.real, point.eigenvalues.imag, "o", label=label, color=f"C{m}")
        ax.axvline(0, color="0.5", lw=0.5)
        ax.set(xlabel="real part", ylabel="imaginary part")
        if self.points:
            ax.legend()
        return ax

    def __repr__(self) -> str:
        words = [point.stability for point in self.points]
        kinds = ", ".join(f"{words.count(word)} {word}" for word in dict.fromkeys(words))
        return f"FixedPoints({kinds or 'none'}; {self.failed} of {self.starts} starts failed)"


def fixed_points(
    model: Model,
    w: npt.ArrayLike,
    starts: npt.ArrayLike,
    *,
    slow: float = 0.0,
    throw: bool = True,
) -> FixedPoints:
    r"""Return the fixed points, stable or not, that Newton's method finds from some states.

    It solves :math:`F(x, w) = 0` from each start, with the steps of Levenberg and Marquardt where
    the speed would grow. States of a trajectory are good starts. Solutions that differ by rounding,
    or by periods of phases, are one. Where the equations do not change when all phases shift
    together, they are solved in a frame that turns with them, :math:`F = \Omega e`.

    Parameters
    ----------
    model, w
        Network and parameters; the right-hand side must not depend on time.
    starts
        States, of shape (n, size).
    slow
        Minima of the speed up to this value are returned too, with the stability "slow": ghosts of
        fixed points, where trajectories linger.
    throw
        Whether to raise if no start leads to a fixed point; otherwise none is returned.

    Returns
    -------
    Those found, the most frequent first, each with its eigenvalues.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.
    ConvergenceError
        If no start leads to a fixed point.

    References
    ----------
    D. Sussillo, O. Barak, Neural Computation 25, 626 (2013), who minimise the speed.

    Examples
    --------
    Two species that compete strongly: one or the other survives, and between them is a saddle:

    >>> import contrastive_ode as ode
    >>> import numpy as np
    >>> from contrastive_ode import systems
    >>> model = systems.lotka_volterra.on(ode.all_to_all(2, self_coupling=True), r=1, K=1, D=0)
    >>> starts = np.random.default_rng(1).random((40, 2))
    >>> found = ode.fixed_points(model, model.pack(alpha=[[1, 2], [2, 1]]), starts)
    >>> sorted((abs(point.x).round(3).tolist(), point.stability) for point in found)[1:]
    [([0.0, 1.0], 'stable'), ([0.333, 0.333], 'unstable'), ([1.0, 0.0], 'stable')]
    """
    if depends_on_time(domains.instance("model", model, Model)):
        raise ValueError("model must not depend on time: take settle with a period")
    course = Course.of(model, w, 1.0)
    slow, throw = domains.real("slow", slow, low=0), domains.boolean("throw", throw)
    found: list[FixedPoint] = []
    failed = 0
    states = states_of(model, starts)
    for start in states:
        end = root(course, start)
        if not end.converged and not (end.level and end.speed <= slow):
            failed += 1
            continue
        point = _described(course, end)
        for m, known in enumerate(found):
            if _same(course, known, point):
                found[m] = replace(known, count=known.count + 1)
                break
        else:
            found.append(point)
    found.sort(key=lambda point: -point.count)
    status = f"From {len(states) - failed} of {len(states)} starts a fixed point was found."
    if not found:
        status = "No start leads to a fixed point; take more, or states of a trajectory."
        if throw:
            raise ConvergenceError(status)
    return FixedPoints(tuple(found), len(states), failed, bool(found), status)


def states_of(model: Model, starts: npt.ArrayLike) -> Floats:
    """Return initial states, of shape (n, size)."""
    states = np.atleast_2d(domains.finite("starts", starts))
    if states.ndim != 2 or states.shape[1] != model.size:
        raise ValueError(f"starts must have shape (n, {model.size}), got {states.shape}")
    return states


def _described(course: Course, end: Root) -> FixedPoint:
    modes = spectrum(course, end)
    scale = np.linalg.norm(course.jacobian(end.x))
    turns = course.shift is not None and abs(end.frequency) > 1e-9 * scale
    error = end.error + 1e-14 * (np.abs(end.x).max() + end.reach)
    return FixedPoint(
        course.space.wrapped(end.x),
        float(error),
        end.speed,
        modes.eigenvalues,
        modes.errors,
        modes.stability if end.converged else "slow",
        end.frequency if turns else 0.0,
    )


def _same(course: Course, a: FixedPoint, b: FixedPoint) -> bool:
    apart, size = np.abs(course.space.deviation(a.x, b.x)), np.abs([a.x, b.x])
    if (a.stability == "slow") != (b.stability == "slow"):
        return False
    if a.stability == "slow":
        return bool(apart.max() <= SAME * size.max())
    return bool((apart <= POINT * size.max(axis=0) + 10 * (a.x_error + b.x_error)).all())
