"""The arrays of a batch: rows are units, columns are samples."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from learning.fused.emitter import WIDTH
from learning.fused.layout import Weights, padded, zeros
from learning.fused.products import Indices, Moves
from learning.fused.tiles import TILE
from learning.network.couplings import Array


class Units(NamedTuple):
    """Hidden units and readout of a batch.

    Attributes
    ----------
    x, y
        Inputs and labels.
    s, f, back, silent
        States, their fields, those from the readout where it acts, and zeros.
    u, z, sent
        Fields of the readout; its state, and its error, when it was read last.
    change, unit, every
        Rows of units that flip, their numbers, and the numbers of all units.
    marks, present
        Scratch: the entries of `s` that may flip; the samples that are there.
    """

    x: Array
    y: Array
    s: Array
    f: Array
    back: Array
    silent: Array
    u: Array
    z: Array
    sent: Array
    change: Array
    unit: Indices
    every: Indices
    marks: npt.NDArray[np.uint8]
    present: npt.NDArray[np.uint8]


class Wants(NamedTuple):
    """What is learned from a batch, and from what.

    Attributes
    ----------
    hidden, errors
        What the hidden units and the readout want, a row for each.
    moves
        The same for tiles of rows.
    x, s, states, message
        What couplings carry times their rates, a row for each sample: inputs, hidden units; bare
        states; what the readout sends.
    mean_x, mean_s
        Running means of the senders.
    known
        Whether there are such means, (1,).
    """

    hidden: Array
    errors: Array
    moves: Moves
    x: Array
    s: Array
    states: Array
    message: Array
    mean_x: Array
    mean_s: Array
    known: Indices


def units(weights: Weights, batch: int) -> Units:
    """Return room for the states of a batch."""
    N, H, C = padded(weights.N), padded(weights.H), len(weights.W_f)
    B = -(-batch // WIDTH) * WIDTH
    hidden = [zeros(H, B) for _ in range(5)]
    readout = [zeros(C, B) for _ in range(4)]
    every = np.arange(max(N, H, C))
    marks, present = np.zeros(H * B, dtype=np.uint8), np.zeros(B, dtype=np.uint8)
    present[:batch] = 1
    s, f, back, silent, change = hidden
    y, u, z, sent = readout
    own = (np.zeros_like(every), every, marks, present)
    return Units(zeros(N, B), y, s, f, back, silent, u, z, sent, change, *own)


def wants(weights: Weights, batch: int) -> Wants:
    """Return room for what is learned from a batch."""
    N, H, C = padded(weights.N), padded(weights.H), len(weights.W_f)
    B = -(-batch // WIDTH) * WIDTH
    tiles = max(H, C) // TILE
    moves = Moves(
        np.zeros(tiles, dtype=np.int64),
        np.zeros((tiles, B), dtype=np.int64),
        np.zeros((tiles, TILE, B), dtype=np.float32),
    )
    x, s, states, message = (zeros(B, size) for size in (N, H, H, C))
    means, known = (zeros(N), zeros(H)), np.zeros(1, dtype=np.int64)
    return Wants(zeros(H, B), zeros(C, B), moves, x, s, states, message, *means, known)
