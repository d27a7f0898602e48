"""What an engine is given: a batch in its network, and which units may follow their fields."""

from typing import NamedTuple

from learning.network.couplings import Array, Couplings
from learning.relaxation.stages import Plan


class Motion(NamedTuple):
    """A batch of B inputs in a network, and what is to become of it.

    Attributes
    ----------
    couplings
        The network.
    fixed
        Constant part of the fields, (L, B, H).
    s, f, g
        States, their fields of `fields.left`, and all other fields on the units. Engines change all
        three.
    back
        Fields from the readout, in the sweeps that have feedback.
    plan
        Rows (sweeps, whether the layer behind acts, whether `back` does).
    """

    couplings: Couplings
    fixed: Array
    s: Array
    f: Array
    g: Array
    back: Array
    plan: Plan


class Chances(NamedTuple):
    """Which units may follow their fields in a synchronous sweep; see `draws`.

    Attributes
    ----------
    p_update, seed
        The probability to follow, and the seed of that.
    first
        Number of sweeps that this relaxation has made before.
    own
        Whether each sample has chances of its own, or all the same.
    """

    p_update: float
    seed: int
    first: int
    own: bool
