"""The readout of a batch: what it reads, what it misses, and what it sends back."""

import numpy as np

from foundation.compiled import compiled
from learning.fused.layout import Weights
from learning.fused.plan import SENT
from learning.fused.products import add_columns
from learning.fused.room import Units
from learning.fused.terms import Terms
from learning.network.couplings import Array
from learning.relaxation.segments import ERROR, LABEL

_LABEL, _ERROR = SENT.index(LABEL), SENT.index(ERROR)


@compiled
def sign(h: np.float32) -> np.float32:
    """Return the sign; that of 0 is 0."""
    return np.float32(h > 0) - np.float32(h < 0)


@compiled
def empty(array: Array) -> None:
    """Let all entries be zero."""
    entries = array.ravel()
    for q in range(entries.size):
        entries[q] = 0


@compiled
def read(weights: Weights, units: Units) -> None:
    """Compute the fields of the readout."""
    empty(units.u)
    add_columns(weights.W_f, units.s, units.u, units.every, weights.H, weights.C)


@compiled
def miss(y: Array, u: Array, temperature: np.float32, errors: Array, C: int, B: int) -> None:
    """Write down the errors of the readout, as in `fields.missed`."""
    for k in range(B):
        top, total = u[0, k], np.float32(0)
        for c in range(1, C):
            top = max(top, u[c, k])
        for c in range(C):
            errors[c, k] = np.exp((u[c, k] - top) / temperature)
            total += errors[c, k]
        for c in range(C):
            errors[c, k] = (y[c, k] + np.float32(1)) / np.float32(2) - errors[c, k] / total


@compiled
def send(weights: Weights, terms: Terms, units: Units, what: int) -> None:
    """Compute the fields from the readout, which sends the label, what it was, or its error."""
    message = units.sent
    if what != _ERROR:
        grade(units.y if what == _LABEL else units.z, terms.sent, units.sent, weights.C)
    empty(units.back)
    add_columns(weights.W_b, message, units.back, units.every, weights.C, weights.H)


@compiled
def grade(z: Array, pair: Array, graded: Array, C: int) -> None:
    """Replace +1 and -1 by two numbers; 0 stays 0."""
    for c in range(C):
        for k in range(z.shape[1]):
            graded[c, k] = pair[0] * np.float32(z[c, k] > 0) + pair[1] * np.float32(z[c, k] < 0)
