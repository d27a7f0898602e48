"""The steps of a protocol: how strongly the replicas, or the past, act on every neuron."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bp.arguments import Replicas
from bp.messages.dense import DenseMessages
from bp.messages.neuron import Array
from foundation import domains

Floats = npt.NDArray[np.float64]

_FAINT = 1e-6  # overlap below which a run is pushed again, before float32 underflows


@dataclass(frozen=True)
class Step:
    """One step of a protocol, for all runs: focusing, or a field that is fed back."""

    gamma: Floats
    y: Floats

    @property
    def strength(self) -> Floats:
        """What grows along the protocol: gamma, or the rate of what is fed back."""
        return self.gamma

    def fed_back(self, messages: DenseMessages) -> Array | float:
        """Return the field that is added to those of belief propagation."""
        return 0.0

    def field(self, messages: DenseMessages) -> Array:
        """Return all that acts on the neurons besides belief propagation."""
        return messages.f


@dataclass(frozen=True)
class Reinforced(Step):
    """The field of a magnetisation is fed back."""

    rate: float

    @property
    def strength(self) -> Floats:
        """The rate."""
        return np.full(len(self.gamma), self.rate)

    def fed_back(self, messages: DenseMessages) -> Array | float:
        """Return a part of the fields of the magnetisations."""
        return self.rate * messages.t if self.rate else 0.0

    def field(self, messages: DenseMessages) -> Array:
        """Return the same, as an array."""
        return self.rate * messages.t


@dataclass(frozen=True)
class Linear(Reinforced):
    """The magnetisation itself is fed back: the field of the largest Bethe entropy."""

    def fed_back(self, messages: DenseMessages) -> Array | float:
        """Return a multiple of the magnetisations."""
        return self.field(messages)

    def field(self, messages: DenseMessages) -> Array:
        """Return the same."""
        return self.rate * messages.m


Plan = Callable[[Array], Step]  # what to do, given the overlaps of the runs


def focused(gamma: float, y: Replicas) -> Plan:
    """Return what to do in a step of focusing."""

    def step(overlaps: Array) -> Step:
        if callable(y):
            replicas = [domains.real("y of the protocol", y(float(q)), low=1) for q in overlaps]
        else:
            replicas = [y] * len(overlaps)
        return Step(np.full(len(overlaps), gamma), np.array(replicas, dtype=np.float64))

    return step


def fed_back(rate: float, how: type[Reinforced] = Reinforced) -> Plan:
    """Return what to do in a step of reinforcement, or of a linear field."""

    def step(overlaps: Array) -> Step:
        return how(np.zeros(len(overlaps)), np.ones(len(overlaps)), rate)

    return step


def iterate(
    messages: DenseMessages, step: Step, iterations: int, damping: float, rng: np.random.Generator
) -> Floats:
    """Make the iterations of a step, and return the last changes of a magnetisation."""
    residual = np.zeros(len(step.gamma))
    for _ in range(iterations):
        residual = messages.step(step.fed_back(messages), step.gamma, step.y, damping)
    faint = (messages.m**2).mean(axis=(1, 2)) < _FAINT
    push = rng.standard_normal((int(faint.sum()), *messages.shape[1:]))
    messages.h[faint] += np.sqrt(_FAINT) * push
    return residual
