r"""The protocol that focusing and reinforcement take where none is given.

The early growth of the overlap decides: too fast there, and a run freezes in a poor cluster from
which nothing later leads out. So the rate of reinforcement rises the faster the later,

.. math:: \rho(s) = \rho_0 + (\rho_1 - \rho_0)\, s^p, \qquad 0 \le s \le 1 .

Focusing with y replicas follows the same course, :math:`(y-1)\tanh^2\gamma = \rho/(1-\rho)`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import exp, log2, pi, prod, sqrt
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import log_ndtr

from bp import arguments
from bp.solving.options import Settings
from foundation import domains
from networks import Asymmetric, Layered, Network

Floats = npt.NDArray[np.float64]
Ensemble = Network | Asymmetric | Layered

FOLD = 0.4811  # J_D up to which m = 0 gives way at a fold of its response, see `onset`
STEP = 10  # iterations
START = 0.1  # standard deviation of the first fields
FIRST = 0.7  # rate of the first step, of the scale
LAST = 0.55  # rate of the last step
LATE = 0.17  # J_D above which it is the end that a run needs time for
LEAST, MOST = 600, 8  # iterations of a run, and how many times as many at most
LEAST_Y = 3.0  # number of replicas
STRONGEST = 0.7  # tanh^2 gamma: where it would be more, there are more replicas


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Schedule(Settings):
    """A protocol that knows how it is run; made by `protocol`.

    Iterating over it gives the pairs (gamma, y) of focusing, so that it can be given wherever a
    protocol can.

    Attributes
    ----------
    rates
        The rates of reinforcement, in [0, 1), one a step.
    y
        Number of replicas of focusing, > 1.
    runs
        Number of runs side by side.
    iterations
        Number of iterations in a step.
    damping
        Fraction of the old messages that is kept in an iteration.
    start
        Standard deviation of the fields from which the runs start.

    Examples
    --------
    >>> import bp
    >>> import networks
    >>> schedule = bp.protocol(networks.Asymmetric(N=1000, J_D=0.2))
    >>> schedule
    Schedule(60 steps of 10 iterations, 16 runs, rates from 0.207 to 0.55, y=3)
    >>> schedule.effort, len(list(schedule))
    (9600, 60)
    """

    rates: Floats
    y: float

    @property
    def effort(self) -> int:
        """Number of iterations of all runs together."""
        return self.runs * self.iterations * len(self.rates)

    def __iter__(self) -> Iterator[tuple[float, float]]:
        gammas = np.arctanh(np.sqrt(self.rates / (1 - self.rates) / (self.y - 1)))
        return ((float(gamma), self.y) for gamma in gammas)

    def __repr__(self) -> str:
        first, last = self.rates[[0, -1]]
        return (
            f"Schedule({len(self.rates)} steps of {self.iterations} iterations, {self.runs} runs, "
            f"rates from {first:.3g} to {last:.3g}, y={self.y:g})"
        )


def protocol(network: Ensemble, effort: int | None = None) -> Schedule:
    r"""Return the protocol that `focusing` and `reinforcement` take where none is given.

    Its rates start at a part of the rate :math:`\rho_c` where the second moments of the messages
    grow, :math:`\rho_c = \lambda/(1+\lambda)` with

    .. math:: (1+\lambda)\kappa\,[(1+2\lambda)\kappa - J_D] = 1, \qquad
              \kappa = \varphi(J_D)/\Phi(J_D) .

    Parameters
    ----------
    network
        A network, or the ensemble of it: only N and `J_D` are looked at.
    effort
        Iterations of all runs together, >= 1: rounded down to whole steps, at least one. They go
        into runs of as many as are worth more than a further run: 600 where fixed points are found
        easily, up to 4800 below. None for 4 such runs in large networks, up to 32 in small ones.

    Returns
    -------
    Schedule. In layered networks, where there is no theory for it, and above `J_D` = 0.48, where
    fixed points are found without much ado, the rates are equally spaced.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    References
    ----------
    `docs/theory/message-passing.md`.

    Examples
    --------
    >>> import bp
    >>> import networks
    >>> hard = networks.Asymmetric(N=1000, J_D=0.12).sample(rng=1)
    >>> bp.protocol(hard)
    Schedule(169 steps of 10 iterations, 16 runs, rates from 0.166 to 0.55, y=3)
    >>> bp.protocol(hard, effort=4000)
    Schedule(200 steps of 10 iterations, 2 runs, rates from 0.166 to 0.55, y=3)

    The same in infinite networks:

    >>> schedule = bp.protocol(networks.Asymmetric(N=1000, J_D=0.3), effort=200)
    >>> run = bp.focusing_dynamics(0.3, schedule, N=400, start=schedule.start, rng=1)
    >>> run.overlap[[0, -1]].round(1)
    array([0. , 0.9])
    """
    neurons, J_D, coupled = _described(network)
    length = iterations_of_a_run(neurons, J_D)
    if effort is None:
        runs = side_by_side(neurons)
    else:
        runs = max(1, round(domains.integer("effort", effort) / length))
        length = effort / runs
    rates = _rates(J_D, max(1, int(length / STEP)), coupled)
    last = float(rates[-1])
    y = max(LEAST_Y, 1 + last / (1 - last) / STRONGEST)
    return Schedule(rates=rates, y=y, runs=runs, iterations=STEP, start=START)


def chosen(network: Network, given: Any, effort: int | None) -> Any:
    """Return what was given, or the protocol for a network and an effort where nothing was."""
    if given is None:
        return protocol(network, effort)
    if effort is not None:
        raise ValueError(
            f"effort must be None with a protocol of one's own, got {effort!r}: it is for the "
            "default"
        )
    return given


def settings(given: Any) -> Settings:
    """Return how a protocol is run."""
    return given if isinstance(given, Schedule) else Settings()


def _described(network: Ensemble) -> tuple[int, float, bool]:
    """Return the number of neurons, `J_D`, and whether layers are coupled."""
    if isinstance(network, Asymmetric):
        if network.eta:
            raise ValueError(
                "network must have independent couplings J_ij and J_ji, eta=0, got "
                f"eta={network.eta:g}"
            )
        return network.N, network.J_D, False
    if isinstance(network, Layered):
        return network.N * network.L, network.J_D, network.lam > 0 and network.L > 1
    network = arguments.network(network)
    return prod(network.shape), network.J_D, network.lam != 0 and len(network.shape) > 1


def iterations_of_a_run(N: int, J_D: float) -> float:
    r"""Return how many iterations a run is worth, before further runs are worth more.

    A run of T leaves N u neurons unstable. That they are about one takes 600 iterations down to a
    self-coupling that grows by 0.006 as N doubles, and twice as many for each 0.03 below it. Small
    networks are solved by fluctuations, of which many short runs see more.
    """
    doublings = log2(max(N, 2) / 1000)
    easy = 0.165 + (0.006 if doublings > 0 else 0.04) * doublings
    return LEAST * min(MOST, 2 ** max(0.0, (easy - J_D) / 0.03))


def side_by_side(N: int) -> int:
    """Return how many runs a passage over the couplings is shared by where no effort is given."""
    return min(32, max(4, round(16_000 / N)))


def _rates(J_D: float, steps: int, coupled: bool) -> Floats:
    """Return the rates of a run."""
    s = np.linspace(0, 1, steps) if steps > 1 else np.ones(1)
    if J_D > FOLD:
        rate = _onset(min(J_D, 3.0))
        return 0.8 * rate + ((1 + rate) / 2 - 0.8 * rate) * s
    if coupled:
        return 0.1 + 0.5 * s
    first = FIRST * scale(J_D)
    return first + (LAST - first) * s ** (2.5 if J_D < LATE else 1.5)


def scale(J_D: float) -> float:
    r"""Return the rate :math:`\rho_c`, from the positive root of a quadratic equation."""
    kappa = _kappa(J_D)
    a, b, c = 2 * kappa**2, 3 * kappa**2 - kappa * J_D, kappa**2 - kappa * J_D - 1
    slope = (sqrt(b * b - 4 * a * c) - b) / (2 * a)
    return slope / (1 + slope)


def _onset(J_D: float) -> float:
    """Return the rate of `bp.onset` above the fold."""
    kappa = _kappa(J_D)
    c = kappa * (kappa + J_D)
    slope = J_D * (1 - c) / (kappa + J_D * c)
    return slope / (1 + slope)


def _kappa(J_D: float) -> float:
    return exp(-(J_D**2) / 2 - float(log_ndtr(J_D))) / sqrt(2 * pi)
