"""How couplings follow what units want."""

import numpy as np

from foundation.compiled import compiled
from learning.fused.choices import LEARNED, NORMALISED, SIGN, TIED, Choices
from learning.fused.layout import Weights
from learning.fused.products import add_columns, add_rows, wanted_by
from learning.fused.readout import grade
from learning.fused.room import Units, Wants
from learning.fused.terms import Terms
from learning.network.couplings import Array
from learning.plasticity.senders import PACE


@compiled
def move(
    weights: Weights, choices: Choices, terms: Terms, units: Units, wants: Wants, B: int
) -> None:
    """Move all couplings by one step of the rule."""
    N, H, C, one = weights.N, weights.H, weights.C, np.float32(1)
    _across(units.s, wants.states, one, H, B)
    _across(units.x, wants.x, one, N, B)
    _carry(wants.states, wants.s, wants.mean_s, terms.J, choices.centred, wants.known[0], B)
    _carry(wants.x, wants.x, wants.mean_x, terms.W_in, choices.centred, wants.known[0], B)
    wants.known[0] = choices.centred
    if terms.J or terms.W_in:
        wanted_by(wants.hidden, one, H, wants.moves)
    if terms.J:
        add_rows(weights.J, wants.s, wants.moves, H, H)
        for i in range(H):
            weights.J[i, i] = terms.held
    if terms.W_in:
        add_rows(weights.W_in, wants.x, wants.moves, H, N)
    if choices.feedback == LEARNED and terms.W_b:
        _move_back(weights, choices, terms, units, wants, B)
    if terms.W_f:
        wanted_by(wants.errors, terms.W_f, C, wants.moves)
        add_rows(weights.W_f, wants.states, wants.moves, C, H)
    if TIED <= choices.feedback <= SIGN:
        _tie(weights, choices.feedback, terms.tie)


@compiled
def _across(rows: Array, columns: Array, factor: np.float32, size: int, B: int) -> None:
    """Write the transpose of some rows, times a factor."""
    for i in range(size):
        for k in range(B):
            columns[k, i] = factor * rows[i, k]


@compiled
def _carry(
    active: Array, carried: Array, mean: Array, rate: np.float32, centred: bool, known: int, B: int
) -> None:
    """Write down the activity of senders, less its mean if it is centred, times a rate.

    Then the means move towards the activity; the first batch is its own mean.
    """
    toward, size = np.float32(PACE * B), len(mean)
    now = np.empty(size, dtype=np.float32)
    for i in range(size):
        now[i] = 0
    if centred:
        for k in range(B):
            for i in range(size):
                now[i] += active[k, i] / np.float32(B)
        if not known:
            for i in range(size):
                mean[i] = now[i]
    for k in range(B):
        for i in range(size):
            carried[k, i] = rate * (active[k, i] - mean[i])
    for i in range(size):
        mean[i] += toward * (now[i] - mean[i])


@compiled
def _move_back(
    weights: Weights, choices: Choices, terms: Terms, units: Units, wants: Wants, B: int
) -> None:
    """Move the couplings from the readout by its error times the state, or as all others."""
    H, C = weights.H, weights.C
    if choices.error:
        _across(wants.errors, wants.message, terms.W_b, C, B)
        add_columns(units.s, wants.message, weights.W_b, units.every, B, H)
    else:
        grade(units.y, terms.sent, units.sent, C)
        _across(units.sent, wants.message, terms.W_b, C, B)
        add_columns(wants.hidden, wants.message, weights.W_b, units.every, B, H)


@compiled
def _tie(weights: Weights, kind: int, factor: np.float32) -> None:
    """Tie the couplings from the readout to those to it, as in `tied.tie`."""
    W_f, W_b, H, C = weights.W_f, weights.W_b, weights.H, weights.C
    scale = np.empty(C, dtype=np.float32)
    for c in range(C):
        scale[c] = factor
        if kind == NORMALISED:
            old, new = np.float32(0), np.float32(0)
            for i in range(H):
                old += W_b[i, c] ** 2
                new += (factor * W_f[c, i]) ** 2
            scale[c] *= np.sqrt(old) / np.sqrt(new)
    for i in range(H):
        for c in range(C):
            W_b[i, c] = scale[c] * (np.sign(W_f[c, i]) if kind == SIGN else W_f[c, i])
