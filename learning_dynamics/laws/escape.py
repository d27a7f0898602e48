r"""The second stage of learning: memory grows out of a saddle, and large networks wait for it."""

from dataclasses import dataclass

import numpy as np

from foundation import domains
from foundation.domains import Floats
from foundation.errors import ConvergenceError
from learning_dynamics.control.loop import Loop
from learning_dynamics.descent.gram import initial_gram, overlap_flow
from learning_dynamics.descent.learning import HOLD, first_stable
from learning_dynamics.laws.ladder import plateaus

_BLOCK = 512  # steps between two looks


def escape_rate(steps: int) -> float:
    r"""Return the rate, per step and learning rate, at which memory grows on the first plateau.

    There the overlaps :math:`\sigma_{zu}` and :math:`\sigma_{vm}` vanish, at a saddle. With
    :math:`L_b = \partial L/\partial(\sigma_{vm} \sigma_{zu})` and vectors of length one they grow
    at the rate

    .. math:: \Lambda = |L_b| \sqrt{(|u|^2 + |z|^2)(|m|^2 + |v|^2)} = 2 |L_b| .

    Parameters
    ----------
    steps
        Horizon T of the double integrator, >= 5.

    Returns
    -------
    The rate.

    Raises
    ------
    TypeError, ValueError
        If `steps` is not an integer >= 5.

    References
    ----------
    `docs/theory/closed-loop.md`.

    Examples
    --------
    >>> import learning_dynamics as ld
    >>> round(ld.escape_rate(steps=20), 1)
    116.6
    """
    return -2 * float(plateaus(steps).growth[0])


def stability_slope(steps: int, rate: float) -> float:
    r"""Return by how many steps learning is later per unit of ln N, at rank one.

    Memory starts at overlaps of order :math:`N^{-1/2}`, and has to grow to order one:

    .. math:: \frac{\mathrm d t}{\mathrm d \ln N} = \frac{1}{2 \eta \Lambda}
        = \frac{1}{4 \eta |L_b|} .

    Parameters
    ----------
    steps
        Horizon T of the double integrator, >= 5.
    rate
        Learning rate, > 0, at which no gradient is clipped on the plateau.

    Returns
    -------
    The slope.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    Examples
    --------
    >>> import learning_dynamics as ld
    >>> round(ld.stability_slope(steps=20, rate=4e-5), 1)
    107.2
    """
    rate = domains.real("rate", rate, low=0, high=np.inf, exclusive=True)
    return 1 / (2 * rate * escape_rate(steps))


@dataclass(frozen=True, eq=False, repr=False)
class StabilityTimes:
    """When loops become stable, over random initial weights.

    Attributes
    ----------
    N
        Number of neurons.
    times
        Step of each sample; nan where it was not stable in time.
    mean, error
        Mean over those that were, and its standard error.
    converged
        Whether all were.
    status
        What happened, and what to do about it.

    Examples
    --------
    >>> import learning_dynamics as ld
    >>> loop = ld.Loop(ld.double_integrator(), steps=20)
    >>> found = ld.time_to_stability(loop, N=10**4, rate=2e-5, clip=200, samples=5, rng=1)
    >>> found
    StabilityTimes(N=10000, ... +- ... steps, 5 samples)
    >>> found.times.shape, found.converged
    ((5,), True)
    """

    N: int
    times: Floats
    mean: float
    error: float
    converged: bool
    status: str

    def __repr__(self) -> str:
        return (
            f"StabilityTimes(N={self.N}, {self.mean:.4g} +- {self.error:.2g} steps, "
            f"{len(self.times)} samples)"
        )


def time_to_stability(
    loop: Loop,
    N: int,
    rate: float,
    clip: float | None = None,
    *,
    rank: int = 1,
    samples: int = 100,
    max_steps: int = 20_000,
    rng: int | np.random.Generator | None = None,
    throw: bool = True,
) -> StabilityTimes:
    """Sample the step from which the loop is stable, and remains so for 50 steps.

    Initial Gram matrices are drawn (`initial_gram`) and followed (`overlap_flow`): any N costs the
    same.

    Parameters
    ----------
    loop
        Where the network learns.
    N
        Number of neurons.
    rate, clip
        As in `overlap_flow`.
    rank
        Rank of the recurrent matrix, >= 0.
    samples
        Number of samples, >= 2.
    max_steps
        When to give up, >= 100.
    rng
        A seed, a generator, or None for a fresh seed.
    throw
        Whether to raise if one was not stable in time; otherwise the result says so.

    Returns
    -------
    StabilityTimes.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.
    ConvergenceError
        If a sample was not stable in time, or diverged, and `throw`.

    Examples
    --------
    >>> import learning_dynamics as ld
    >>> loop = ld.Loop(ld.double_integrator(), steps=20)
    >>> small, large = (
    ...     ld.time_to_stability(loop, N, rate=4e-5, clip=200, samples=10, rng=1).mean
    ...     for N in (10**3, 10**6)
    ... )
    >>> 500 < large - small < 1000  # 107.2 ln 1000 = 740
    True
    """
    domains.instance("loop", loop, Loop)
    rank, samples = domains.integer("rank", rank, low=0), domains.integer("samples", samples, low=2)
    max_steps = domains.integer("max_steps", max_steps, low=2 * HOLD)
    rng, throw = domains.generator(rng), domains.boolean("throw", throw)
    p, q = loop.environment.inputs, loop.environment.outputs
    times = np.array(
        [
            _time(loop, initial_gram(N, rank, p, q, rng=rng), (rate, clip), max_steps)
            for _ in range(samples)
        ]
    )
    in_time = times[np.isfinite(times)]
    missing = samples - len(in_time)
    status = (
        f"{missing} of {samples} samples were not stable within {max_steps} steps; raise "
        "max_steps, or lower the rate."
        if missing
        else f"All {samples} samples became stable."
    )
    if missing and throw:
        raise ConvergenceError(status)
    mean = float(in_time.mean()) if len(in_time) else np.nan
    error = float(in_time.std(ddof=1) / np.sqrt(len(in_time))) if len(in_time) > 1 else np.nan
    return StabilityTimes(N, times, mean, error, not missing, status)


def _time(loop: Loop, S: Floats, pace: tuple[float, float | None], max_steps: int) -> float:
    """Return the step from which one loop is stable; nan if there is none."""
    rate, clip = pace
    radius = np.empty(0)
    while len(radius) < max_steps:
        block = overlap_flow(loop, S, rate, _BLOCK, clip, throw=False)
        radius = np.append(radius, block.radius[:_BLOCK])
        stable = first_stable(radius)
        if stable is not None or not block.converged:
            return np.nan if stable is None else stable
        S = block.gram[-1]
    return np.nan
