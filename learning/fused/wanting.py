"""What hidden units and readout want of the couplings to them, where a batch has arrived."""

import numpy as np

from foundation.compiled import compiled
from learning.fused.choices import Choices
from learning.fused.layout import Weights
from learning.fused.products import add_columns
from learning.fused.readout import empty, grade, miss, read
from learning.fused.room import Units, Wants
from learning.fused.terms import Terms
from learning.network.couplings import Array


@compiled
def want(
    weights: Weights, choices: Choices, terms: Terms, units: Units, wants: Wants, B: int
) -> int:
    """Fill `wants.hidden` and `wants.errors`; return how many hidden units learn."""
    C = weights.C
    read(weights, units)
    if choices.softmax:
        miss(units.y, units.u, terms.temperature, wants.errors, C, B)
    else:
        grade(units.y, terms.target, wants.errors, C)
        _below(wants.errors, units.u, terms.kappa_out, wants.errors)
    if not choices.follows:
        learning = _below(units.s, units.f, terms.within, wants.hidden)
        if choices.agreeing:
            _current(weights, units.sent, units)
            _agree(units.back, units.s, wants.hidden)
        return learning
    _current(weights, wants.errors, units)
    return _follow(terms, units, wants.hidden)


@compiled
def _below(s: Array, f: Array, margin: np.float32, wanted: Array) -> int:
    """Write down the targets that are below their margin, and count them."""
    states, fields, found = s.ravel(), f.ravel(), wanted.ravel()
    below = np.int32(0)
    for q in range(states.size):
        own = states[q] * fields[q] <= margin
        below += np.int32((states[q] != 0) & own)
        found[q] = states[q] * np.float32(own)
    return int(below)


@compiled
def _current(weights: Weights, errors: Array, units: Units) -> None:
    """Compute the feedback currents of errors."""
    empty(units.back)
    add_columns(weights.W_b, errors, units.back, units.every, weights.C, weights.H)


@compiled
def _agree(back: Array, s: Array, wanted: Array) -> None:
    currents, states, found = back.ravel(), s.ravel(), wanted.ravel()
    for q in range(states.size):
        found[q] *= np.float32(currents[q] * states[q] >= 0)


@compiled
def _follow(terms: Terms, units: Units, wanted: Array) -> int:
    """Write down the currents that units follow, and count them."""
    states, fields, currents = units.s.ravel(), units.f.ravel(), units.back.ravel()
    found = wanted.ravel()
    follow = np.int32(0)
    for q in range(states.size):
        inside = abs(fields[q] - terms.held * states[q]) < terms.within
        follows = inside & (abs(currents[q]) > terms.gate)
        follow += np.int32(follows)
        found[q] = currents[q] * np.float32(follows)
    return int(follow)


@compiled
def weigh(weights: Weights, wants: Wants, weight: Array) -> None:
    """Multiply what is wanted of each sample by its weight."""
    for i in range(weights.H):
        for k in range(len(weight)):
            wants.hidden[i, k] *= weight[k]
    for c in range(weights.C):
        for k in range(len(weight)):
            wants.errors[c, k] *= weight[k]
