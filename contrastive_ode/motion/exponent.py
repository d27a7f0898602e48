"""The largest Lyapunov exponent, by the tangent dynamics."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from contrastive_ode.engine.arguments import undriven, workspace
from contrastive_ode.errors import ADVICE, BlowUpError
from contrastive_ode.models.model import Model
from foundation import domains
from foundation.domains import Floats

PARTS = 8  # of a trajectory, whose scatter gives the error of the exponent


def lyapunov_exponent(
    model: Model,
    w: npt.ArrayLike,
    start: npt.ArrayLike,
    T: float,
    h: float,
    *,
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
        A seed, a generator, or None for a fresh seed: for the first tangent vector.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.
    BlowUpError
        If the trajectory or its tangent vector blows up.

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
    w, x = domains.instance("model", model, Model).vector(w), model.state("start", start)
    T, h = domains.real("T", T, low=0, exclusive=True), domains.real("h", h, low=0, exclusive=True)
    if not round(0.75 * T / h):
        raise ValueError(f"T must be at least one step h = {h:g}, got {T:g}")
    return exponent_along(model, w, x, T, h, domains.generator(rng))[0]


def exponent_along(
    model: Model, w: Floats, x: Floats, T: float, h: float, rng: np.random.Generator
) -> tuple[float, float]:
    """Return the exponent, and its error from the scatter of the parts of the trajectory."""
    turning, steps = round(0.25 * T / h), round(0.75 * T / h)
    work = workspace(model.size)
    work.x[:] = x
    direction = rng.normal(size=model.size)
    work.y[:] = direction / np.linalg.norm(direction)
    net, kernel = model.net(w), model.kernels().growth
    kernel(h, turning, undriven(), net, work, np.zeros(1))
    totals = np.zeros(min(PARTS, steps) + 1)
    total = float(kernel(h, steps, undriven(), net, work, totals))
    exponent = total / (steps * h)
    if not np.isfinite(exponent):
        raise BlowUpError(f"the trajectory or its tangent vector blew up: {ADVICE}")
    lengths = np.diff(np.arange(len(totals)) * steps // (len(totals) - 1)) * h
    rates = np.diff(totals) / lengths
    error = np.std(rates, ddof=1) / np.sqrt(len(rates)) if len(rates) > 1 else np.nan
    return exponent, float(error)
