"""What an engine is given: a batch in its network, and which units are updated when."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from learning.network.couplings import Array, Couplings

Plan = npt.NDArray[np.int64]


class Weights(NamedTuple):
    """The couplings among hidden units, as compiled functions take them; see `Couplings`."""

    J: Array
    forward: Array
    backward: Array
    lam: np.float32


class Units(NamedTuple):
    """The hidden units of a batch, each array (L, B, H); engines change all three.

    Attributes
    ----------
    s
        States.
    f
        Their fields as in `fields.forward`.
    g
        All other fields on them, as in `fields.backward`.
    """

    s: Array
    f: Array
    g: Array


class Updates(NamedTuple):
    """Which units follow their fields in a synchronous sweep; see `counter_rng`.

    Attributes
    ----------
    p_update, seed
        Probability to follow, and the seed of these random numbers.
    first
        Number of sweeps that the relaxation has made before.
    own
        Whether each sample has random numbers of its own; otherwise all share them.
    """

    p_update: float
    seed: np.uint64
    first: int
    own: bool


class Dynamics(NamedTuple):
    """A batch of B inputs in a network, and the sweeps to be made.

    Attributes
    ----------
    couplings
        The network.
    drive
        Constant part of the fields, (L, B, H).
    units
        States and fields.
    back
        Fields from the readout, in the sweeps that have feedback.
    plan
        Rows (number of sweeps, whether the next layer acts on a layer, whether `back` acts).
    updates
        Which units follow their fields; the asynchronous engine updates all.
    """

    couplings: Couplings
    drive: Array
    units: Units
    back: Array
    plan: Plan
    updates: Updates

    @property
    def weights(self) -> Weights:
        """The couplings for compiled functions."""
        W = self.couplings
        return Weights(W.J, W.forward, W.backward, np.float32(W.lam))
