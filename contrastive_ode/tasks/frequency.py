"""Linear oscillators that amplify and delay: tasks A1 to A3."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise

import numpy as np

from contrastive_ode import systems
from contrastive_ode.models.model import Model
from contrastive_ode.models.topology import all_to_all
from contrastive_ode.motion.simulation import simulate
from contrastive_ode.supervision.rule import Rule
from contrastive_ode.supervision.task import Task
from contrastive_ode.tasks.demonstration import Demonstration, reduction, relative_error
from contrastive_ode.training.constraints import Constraints
from contrastive_ode.training.iterations import Iterations
from contrastive_ode.training.result import Training
from foundation import domains
from foundation.domains import Floats

Signal = Callable[[float], float]


def amplitude(
    *, rng: int | np.random.Generator | None = None, N: int = 10, gain: float = 2.0
) -> Demonstration:
    r"""Return A1: reciprocal oscillators that reproduce their input at twice its amplitude.

    Node 0 is imposed, :math:`x_0 = \sin t`, over two periods; the last node should follow
    :math:`2 x_0`. With κ = 20 the network is fast against the input. Assessed on a random signal of
    eight tones, five times as long.

    Parameters
    ----------
    rng
        A seed, a generator, or None for a fresh seed.
    N
        Number of oscillators, >= 3.
    gain
        The ratio of amplitudes.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    Examples
    --------
    >>> from contrastive_ode import tasks
    >>> made = tasks.amplitude(rng=1)
    >>> training = made.train(iterations=20)
    >>> bool(training.best_cost < training.loss[0])
    True
    """
    generator = domains.generator(rng)
    N, gain = domains.integer("N", N, 3), domains.real("gain", gain)
    model = systems.linear_oscillators.on(all_to_all(N), kappa=20.0)
    k = generator.normal(1, 0.1, (N, N))
    T = 4 * np.pi
    task = _amplitude_task(N, T, T / 252, np.sin, gain)
    random = tones(generator, 8, 0.1, 1.0)

    def assess(w: Floats) -> dict[str, float]:
        longer = simulate(model, _amplitude_task(N, 5 * T, T / 252, random, gain), w)
        x = longer.x[0]
        return {
            "random signal": relative_error(x[:, -1], gain * x[:, 0]),
            "stability": float(stability(model, w, imposed=(0,))),
        }

    return Demonstration(
        name="amplitude",
        model=model,
        task=task,
        w=model.pack(k=(k + k.T) / 2),
        assess=assess,
        passes=lambda training, found: reduction(training) >= 50 and found["random signal"] < 0.1,
        rate=0.5,
        iterations=Iterations(6000),
        rule=Rule(),
        constraints=Constraints(model, reciprocal=["k"]),
    )


def lag(
    *, rng: int | np.random.Generator | None = None, N: int = 10, tau: float = 0.5
) -> Demonstration:
    r"""Return A2: directed oscillators whose last node repeats a force on the first after a time.

    The force is :math:`10 \sin t`, the target :math:`\sin(t - \tau)` and 0 before τ, from rest.
    Assessed on other signals; `phase lag` is that of the response at the frequency of training.

    Parameters
    ----------
    rng
        A seed, a generator, or None for a fresh seed.
    N
        Number of oscillators, >= 3.
    tau
        The lag, > 0.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    Examples
    --------
    >>> from contrastive_ode import tasks
    >>> made = tasks.lag(rng=1, tau=0.5)
    >>> training = made.train(iterations=200)
    >>> bool(abs(made.assess(training.w)["phase lag"] - 0.5) < 0.3)
    True
    """
    generator = domains.generator(rng)
    N, tau = domains.integer("N", N, 3), domains.real("tau", tau, low=0, exclusive=True)
    model = systems.linear_oscillators.on(all_to_all(N), kappa=2.0)
    signals = lag_signals(generator)

    def assess(w: Floats) -> dict[str, float]:
        found = {}
        for name, signal in signals.items():
            run = lag_task(N, 0, N - 1, tau, signal, T=30.0)
            x = simulate(model, run, w).x[0, :, -1]
            found[name] = relative_error(x, run.target[0, ::2, -1])
        return {**found, "phase lag": phase_lag(model, w, 0, N - 1)}

    return Demonstration(
        name="lag",
        model=model,
        task=lag_task(N, 0, N - 1, tau, np.sin, T=12.6),
        w=model.pack(k=generator.normal(0.3, 0.1, (N, N))),
        assess=assess,
        passes=lambda training, found: (
            reduction(training) >= 100
            and found["sine"] < 0.05
            and all(found[name] < 0.1 for name in signals)
        ),
        rate=0.02,
        iterations=Iterations(6000),
        rule=Rule(),
        constraints=Constraints(model),
    )


def two_lags(
    *,
    rng: int | np.random.Generator | None = None,
    N: int = 10,
    lags: tuple[float, float] = (0.4, 0.8),
    reciprocal: bool = False,
) -> Demonstration:
    r"""Return A3: one lag from the first node to the last, another one back.

    A directed network learns both. A reciprocal one cannot: its response is the same both ways, so
    that the best it can do is the mean lag, with a mean cost near
    :math:`\frac T4 \sin^2\frac{\tau_2 - \tau_1}2`.

    Parameters
    ----------
    rng
        A seed, a generator, or None for a fresh seed.
    N
        Number of oscillators, >= 3.
    lags
        Lag there and lag back, > 0.
    reciprocal
        Whether the couplings are the same in both directions.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    Examples
    --------
    >>> from contrastive_ode import tasks
    >>> made = tasks.two_lags(rng=1, reciprocal=True)
    >>> training = made.train(iterations=20)
    >>> made.assess(training.w)["asymmetry"] < 1e-12
    True
    """
    generator = domains.generator(rng)
    N = domains.integer("N", N, 3)
    reciprocal = domains.boolean("reciprocal", reciprocal)
    if len(both := domains.several("lags", lags)) != 2:
        raise ValueError(f"lags must be two, there and back, got {lags!r}")
    there, back = (domains.real("lags", tau, low=0, exclusive=True) for tau in both)
    model = systems.linear_oscillators.on(all_to_all(N), kappa=2.0)
    k = generator.normal(0.3, 0.1, (N, N))
    ends = [(0, N - 1, there), (N - 1, 0, back)]
    task = Task.stack([lag_task(N, i, o, tau, np.sin, T=12.6) for i, o, tau in ends])

    def assess(w: Floats) -> dict[str, float]:
        return {
            "lag there": phase_lag(model, w, 0, N - 1),
            "lag back": phase_lag(model, w, N - 1, 0),
            "asymmetry": float(np.abs(response(model, w, 1.0) - response(model, w, 1.0).T).max()),
        }

    def passes(training: Training, found: Mapping[str, float]) -> bool:
        if reciprocal:
            floor = task.T / 4 * np.sin((back - there) / 2) ** 2
            return found["asymmetry"] < 1e-12 and training.best_cost > 0.8 * floor
        return abs(found["lag there"] - there) < 0.03 and abs(found["lag back"] - back) < 0.03

    return Demonstration(
        name="two lags, reciprocal" if reciprocal else "two lags",
        model=model,
        task=task,
        w=model.pack(k=(k + k.T) / 2 if reciprocal else k),
        assess=assess,
        passes=passes,
        rate=0.002 if reciprocal else 0.006,  # an update is the mean of both directions
        iterations=Iterations(6000),
        rule=Rule(),
        constraints=Constraints(model, reciprocal=["k"] if reciprocal else []),
    )


def lag_task(N: int, i: int, o: int, tau: float, signal: Signal, T: float) -> Task:
    """Return the task of repeating, at node o, a force on node i after a lag; both are outputs."""
    return Task(
        np.zeros(N),
        sorted({i, o, 0, N - 1}),
        T,
        0.1,
        forces={0: 0.0, N - 1: 0.0, i: lambda t: 10 * signal(t)},
        target=lambda t: signal(t - tau) if t >= tau else 0.0,
        weight=[float(node == o) for node in sorted({i, o, 0, N - 1})],
    )


def response(model: Model, w: Floats, omega: float) -> np.ndarray[tuple[int, int], np.dtype]:
    """Return the matrix of the responses of all nodes to forces on all nodes at a frequency."""
    J = model.jacobian(w, np.zeros(model.size))
    return np.linalg.inv(1j * omega * np.eye(model.size) - J)


def phase_lag(model: Model, w: Floats, i: int, o: int, omega: float = 1.0) -> float:
    """Return the time by which the response of node o lags behind a force on node i."""
    return float(-np.angle(response(model, w, omega)[o, i]) / omega)


def stability(model: Model, w: Floats, imposed: tuple[int, ...] = ()) -> float:
    """Return the largest real part of the eigenvalues: negative in a stable network."""
    free = np.setdiff1d(np.arange(model.size), imposed)
    J = model.jacobian(w, np.zeros(model.size))[np.ix_(free, free)]
    return float(np.linalg.eigvals(J).real.max())


def tones(rng: np.random.Generator, count: int, low: float, high: float) -> Signal:
    """Return a sum of random tones of root mean square 1/√2, like that of a sine."""
    omega, phase = rng.uniform(low, high, count), rng.uniform(0, 2 * np.pi, count)
    amplitude = rng.uniform(0.5, 1, count)
    amplitude /= np.linalg.norm(amplitude)
    return lambda t: float(np.sum(amplitude * np.sin(omega * t + phase)))


def from_rest(signal: Signal) -> Signal:
    """Return a signal from its first zero on: no network could follow a jump at the start."""
    from scipy.optimize import brentq

    t = np.linspace(0, 100, 10_001)
    signs = pairwise(np.sign(signal(time)) for time in t)
    n = next(n for n, (here, there) in enumerate(signs) if here != there)
    first = brentq(signal, t[n], t[n + 1], xtol=1e-14)
    return lambda t: signal(t + first)


def lag_signals(rng: np.random.Generator) -> dict[str, Signal]:
    """Return the signals that a lag is tested on."""
    return {
        "sine": np.sin,
        "two tones": lambda t: float(0.6 * np.sin(0.7 * t) + 0.4 * np.sin(1.1 * t)),
        "Gaussian": lambda t: float(np.exp(-((t - 12) ** 2) / 8)),
        "chirp": lambda t: float(np.sin(0.5 * t + 0.01 * t**2)),
        "random": from_rest(tones(rng, 6, 0.2, 1.0)),
        "triangle": lambda t: float(2 / np.pi * np.arcsin(np.sin(0.7 * t))),
    }


def _amplitude_task(N: int, T: float, h: float, signal: Signal, gain: float) -> Task:
    return Task(np.zeros(N), [N - 1], T, h, imposed={0: signal}, target=lambda t: gain * signal(t))
