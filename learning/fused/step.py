"""Steps of learning, one after the other."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from foundation.compiled import compiled
from learning.fused.choices import Choices
from learning.fused.given import Given
from learning.fused.layout import Weights
from learning.fused.moving import move
from learning.fused.passes import shrink
from learning.fused.plan import Plan
from learning.fused.room import Units, Wants
from learning.fused.settling import settle
from learning.fused.terms import Decay, Terms
from learning.fused.wanting import want, weigh
from learning.network.couplings import Array

LEARNING, MISSED, FLIPS, UNDECAYED = range(4)  # of a tally


class Network(NamedTuple):
    """A network and its rule, with room for a batch."""

    weights: Weights
    choices: Choices
    terms: Terms
    decay: Decay
    plan: Plan
    units: Units
    wants: Wants


@compiled
def learn(network: Network, given: Given, tally: npt.NDArray[np.int64]) -> None:
    """Learn from batches; add to the tally units that learned, inputs missed, flips, and steps."""
    weights, choices, terms, decay, plan, units, wants = network
    T, B = given.truth.shape
    for t in range(T):
        _enter(given.x[t], units.x)
        _enter(given.y[t], units.y)
        tally[FLIPS] += settle(weights, terms, units, plan, B)
        tally[LEARNING] += want(weights, choices, terms, units, wants, B)
        tally[MISSED] += _missed(units.u, given.truth[t], weights.C)
        _shrink(weights, decay, tally)
        if len(given.weight):
            weigh(weights, wants, given.weight[t])
        move(weights, choices, terms, units, wants, B)


@compiled
def _enter(samples: Array, rows: Array) -> None:
    for k in range(len(samples)):
        for i in range(samples.shape[1]):
            rows[i, k] = samples[k, i]


@compiled
def _missed(u: Array, truth: npt.NDArray[np.intp], C: int) -> int:
    """Return how many samples are given another class."""
    missed = 0
    for k in range(len(truth)):
        best = 0
        for c in range(1, C):
            if u[c, k] > u[best, k]:
                best = c
        missed += best != truth[k]
    return missed


@compiled
def _shrink(weights: Weights, decay: Decay, tally: npt.NDArray[np.int64]) -> None:
    """Let the couplings decay, as in `Steps`."""
    tally[UNDECAYED] += 1
    if decay.every and tally[UNDECAYED] >= decay.every:
        shrink(weights.J, decay.J)
        tally[UNDECAYED] = 0
    if decay.W_in < 1:
        shrink(weights.W_in, decay.W_in)
    if decay.W_f < 1:
        shrink(weights.W_f, decay.W_f)
