"""Kuramoto oscillators: allostery and synchronisation, tasks B1 to B3."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np

from contrastive_ode import systems
from contrastive_ode.models.model import Model
from contrastive_ode.models.packing import jammed_packing
from contrastive_ode.motion.flow import flow
from contrastive_ode.motion.simulation import simulate
from contrastive_ode.supervision.rule import Rule
from contrastive_ode.supervision.task import Task
from contrastive_ode.tasks.demonstration import Demonstration
from contrastive_ode.training.constraints import Constraints
from contrastive_ode.training.iterations import Iterations
from contrastive_ode.training.result import Training
from foundation import domains
from foundation.domains import Floats

STRONGEST = {False: 4.0, True: 2.0}  # coupling, directed or reciprocal, for a step of 0.1
HORIZONS = (2.5, 5.0, 10.0, 20.0, 40.0)  # of the stages in which oscillators learn to synchronise


def triangle(t: float, period: float) -> float:
    """Return a triangle wave of amplitude 1, rising from 0."""
    return float(2 / np.pi * np.arcsin(np.sin(2 * np.pi * t / period)))


def allostery(
    *, rng: int | np.random.Generator | None = None, N: int = 32, period: float = 60.0
) -> Demonstration:
    """Return B1: the phase of one oscillator follows that of another one, far away.

    The network is the contacts of a jammed packing, the input follows a triangle wave of amplitude
    1, the output is the oscillator at the largest distance from it. All couplings start at 1: from
    0 nothing but the couplings into the output could ever change, since a push at the output
    reaches no other oscillator. Bounds on the couplings, 8, and on an update keep the training from
    where the step of 0.25 is too long; what counts is the cost at half of it.

    Parameters
    ----------
    rng
        A seed, a generator, or None for a fresh seed.
    N
        Number of oscillators, >= 8.
    period
        Of the triangle wave, a multiple of 0.5.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    Examples
    --------
    >>> from contrastive_ode import tasks
    >>> made = tasks.allostery(rng=1, N=16)
    >>> made.assess(made.w)
    {'distance': 3.0, 'largest coupling': 1.0, 'cost at half the step': ...}
    """
    period = domains.real("period", period, low=0, exclusive=True)
    packing = jammed_packing(N, 0.88, rng=rng)
    distances = packing.distances()
    i, o = (int(k) for k in np.unravel_index(np.argmax(distances), distances.shape))
    model = systems.kuramoto.on(packing.topology, omega=0.0)

    def followed(h: float) -> Task:
        def wave(t: float) -> float:
            return triangle(t, period)

        return Task(np.zeros(N), [o], period, h, imposed={i: wave}, target=wave)

    def assess(w: Floats) -> dict[str, float]:
        return {
            "distance": float(distances[i, o]),
            "largest coupling": float(np.abs(w).max()),
            "cost at half the step": float(simulate(model, followed(0.125), w).costs[0]),
        }

    def passes(training: Training, found: Mapping[str, float]) -> bool:
        return training.loss[0] >= 15 * found["cost at half the step"]

    return Demonstration(
        name="allostery",
        model=model,
        task=followed(0.25),
        w=model.pack(K=1.0),
        assess=assess,
        passes=passes,
        rate=lambda n: 0.008 if n < 40_000 else 0.002,
        iterations=Iterations(60_000),
        rule=Rule(),
        constraints=Constraints(model, bounds={"K": (-8, 8)}, clip=0.02),
    )


def synchronisation(
    *,
    rng: int | np.random.Generator | None = None,
    N: int = 32,
    frequency: float = 1.0,
    spread: float = 0.5,
    reciprocal: bool = False,
    horizons: tuple[float, ...] | None = None,
) -> Demonstration:
    r"""Return B2: oscillators of random frequencies that synchronise at a given one.

    All are outputs, with the target :math:`\Omega t`. Over the paper's T = 10 alone, from couplings
    of 0, the phases run whole turns ahead of it or behind before the couplings can hold them, and
    what happens after T the cost does not see. So the first trajectories are short, and the later
    ones longer: each stage starts where the one before it ended. The cost is that of a time of 10
    whatever the length is.

    Reciprocal couplings (B3), which are trained at T = 10, keep the mean frequency whatever they
    are, :math:`\langle\dot\theta\rangle = \langle\omega\rangle`: then the oscillators synchronise
    there, and nowhere else. No coupling may exceed 4 (2 if reciprocal): without a bound they grow
    until the step is too long for them, and what is learned is the integrator's error.

    Parameters
    ----------
    rng
        A seed, a generator, or None for a fresh seed.
    N
        Number of oscillators, >= 8, on the contacts of a jammed packing.
    frequency
        Ω.
    spread
        Standard deviation of the natural frequencies, >= 0.
    reciprocal
        Whether the couplings are the same in both directions.
    horizons
        Lengths of the trajectories, multiples of 0.1, one for each stage; None for 2.5, 5, 10, 20
        and 40, or for 10 if the couplings are reciprocal.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    Examples
    --------
    >>> from contrastive_ode import tasks
    >>> made = tasks.synchronisation(rng=1, N=16)
    >>> made.task.outputs.size, made.assess(made.w)["order"] < 0.5  # not coupled yet
    (16, True)
    """
    generator = domains.generator(rng)
    frequency = domains.real("frequency", frequency)
    spread = domains.real("spread", spread, low=0)
    reciprocal = domains.boolean("reciprocal", reciprocal)
    packing = jammed_packing(N, 0.92, rng=generator)
    omega = generator.normal(0, spread, N)
    model = systems.kuramoto.on(packing.topology, omega=omega)
    start = generator.uniform(-np.pi / 2, np.pi / 2, N)
    usual = (10.0,) if reciprocal else HORIZONS
    times = domains.several("horizons", usual if horizons is None else horizons)
    if not times:
        raise ValueError("horizons must be at least one length, got none")

    def assess(w: Floats) -> dict[str, float]:
        before, after = coherence(model, 0 * w, start), coherence(model, w, start)
        return {
            "order before": before[0],
            "order": after[0],
            "rate": after[1],
            "mean frequency": float(omega.mean()),
            "drift": after[2],
        }

    def passes(training: object, found: Mapping[str, float]) -> bool:
        if reciprocal:
            same = abs(found["rate"] - found["mean frequency"]) < 1e-3
            return found["order"] > 0.95 and same and found["drift"] < 1e-10
        near = abs(found["rate"] - frequency) < 0.05
        return found["order before"] < 0.3 and found["order"] > 0.75 and near

    constraints = Constraints(
        model,
        bounds={"K": (-STRONGEST[reciprocal], STRONGEST[reciprocal])},
        reciprocal=["K"] if reciprocal else [],
        clip=0.5 if len(times) > 1 else None,
    )

    def stage(T: float, before: Demonstration | None) -> Demonstration:
        every = list(range(N))
        return Demonstration(
            name="synchronisation, reciprocal" if reciprocal else "synchronisation",
            model=model,
            task=Task(start, every, T, 0.1, target=lambda t: frequency * t, weight=10 / T),
            w=model.pack(K=0.0),
            assess=assess,
            passes=passes,
            rate=0.002 if reciprocal else partial(falling_rate, T),
            iterations=Iterations(20_000 if reciprocal else 3000),
            rule=Rule(nudge=1e-2),
            constraints=constraints,
            before=before,
        )

    made = stage(times[0], None)
    for T in times[1:]:
        made = stage(T, made)
    return made


def falling_rate(T: float, n: int) -> float:
    """Return the rate of an iteration over a time T: 0.02 / T, and a tenth after 3000 of them."""
    return 0.02 / T * 10 ** (-n / 3000)


def order_parameter(theta: Floats) -> tuple[Floats, Floats]:
    r"""Return r and ψ of :math:`r e^{i\psi} = \langle e^{i\theta_j} \rangle`, along the last axis.

    Parameters
    ----------
    theta
        Phases, of shape (..., N).

    Raises
    ------
    TypeError
        If they are not numbers.
    """
    mean = np.exp(1j * domains.finite("theta", theta)).mean(axis=-1)
    return np.abs(mean), np.angle(mean)


def coherence(
    model: Model, w: Floats, start: Floats, T: float = 100.0
) -> tuple[float, float, float]:
    """Return order parameter and rate over the second half of a long run, and its drift.

    The drift is that of the mean phase from its course at the mean natural frequency.
    """
    path = flow(model, w, start, T, 0.05)
    half = len(path) // 2
    r = order_parameter(path[half:])[0]
    mean = path.mean(axis=1)
    rate = (mean[-1] - mean[half]) / (0.05 * (len(path) - 1 - half))
    drift = mean[-1] - mean[0] - model.constants["omega"].mean() * T
    return float(r.mean()), float(rate), float(abs(drift))
