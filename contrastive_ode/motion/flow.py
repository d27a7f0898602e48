"""The course of a network without inputs."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from contrastive_ode.engine.arguments import undriven, workspace
from contrastive_ode.errors import BlowUpError
from contrastive_ode.models.model import Model, without_events
from foundation import domains
from foundation.domains import Floats

ONE = np.zeros(1, dtype=np.int64)  # the number of the only example


def flow(
    model: Model,
    w: npt.ArrayLike,
    x: npt.ArrayLike,
    T: float,
    h: float,
    stride: int = 1,
    *,
    t0: float = 0.0,
    throw: bool = True,
) -> Floats:
    """Return the states 0, stride, 2 stride, ... steps after `x`, without inputs.

    Parameters
    ----------
    model
        The network.
    w
        Parameters, of shape (P,).
    x
        Initial state, of shape (size,).
    T, h
        Length of the trajectory, 0 or at least half a stride, and step, > 0; T is rounded to full
        strides.
    stride
        Number of steps from one state that is returned to the next, >= 1.
    t0
        Time at the start, for systems that depend on it.
    throw
        Whether to raise if the trajectory blows up; otherwise it is nan from there.

    Returns
    -------
    States, of shape (T / (stride h) + 1, size).

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.
    BlowUpError
        If the trajectory blows up.

    Examples
    --------
    >>> import contrastive_ode as ode
    >>> from contrastive_ode import systems
    >>> model = systems.kuramoto.on(ode.all_to_all(2), omega=[1.0, 1.0])
    >>> path = ode.flow(model, model.pack(K=1.0), [0.0, 0.5], T=20, h=0.1, stride=100)
    >>> path.round(3).tolist()  # they synchronise, at their mean phase
    [[0.0, 0.5], [10.25, 10.25], [20.25, 20.25]]
    """
    w, x = without_events(domains.instance("model", model, Model)).vector(w), model.state("x", x)
    T, h = domains.real("T", T, low=0), domains.real("h", h, low=0, exclusive=True)
    stride, t0 = domains.integer("stride", stride, 1), domains.real("t0", t0)
    throw = domains.boolean("throw", throw)
    n = round(T / (stride * h))
    if T and not n:
        raise ValueError(f"T must be at least one stride of {stride * h:g}, or 0, got {T:g}")
    path = np.full((n + 1, model.size), np.nan)
    work = workspace(model.size)
    work.x[:] = x
    end = model.kernels().flow(t0, h, stride, undriven(), model.net(w), work, path)
    if throw:
        BlowUpError.check(end, ONE, h, model.variable, t0)
    return path
