"""How strong the couplings of a steered network are."""

from dataclasses import dataclass, fields
from functools import cache
from math import sqrt

import numpy as np
import numpy.typing as npt

from foundation import domains
from learning.network.bounds import PARAMETER

SCALES = ("balanced", "darnax", "none")


@dataclass(frozen=True)
class Strengths:
    r"""Strengths of the couplings when they are drawn, and of the fields they make.

    Most are standard deviations of a field that a unit receives from the units of one kind; none
    may be above 1e6, so that float32 holds their products.

    Parameters
    ----------
    J_D
        Self-coupling, >= 0; never learned.
    lam
        Excitatory coupling between equal units of neighbouring layers, both ways, >= 0; never
        learned.
    lam_int
        Couplings :math:`J` within a layer, >= 0. It multiplies the self-coupling too.
    lam_in
        Couplings :math:`W_{in}` from the input, >= 0.
    lam_f, lam_b
        Couplings from the last layer to the readout and back, >= 0.
    lam_f_skip, lam_b_skip
        The same for the layers before the last, >= 0; they start from the same Gaussian numbers.
    lam_fc
        Dense couplings between neighbouring layers, both ways, >= 0.
    lam_io
        Couplings from the input to the readout, >= 0; multiplied by the number of layers.
    bias
        Standard deviation of the frozen random fields, >= 0. Without them the readout is odd in the
        input, so that XOR cannot be learned.
    input_to
        "first" layer, "all" layers, or "clamp": input i to unit i of the first layer, with strength
        `lam_in`.
    kept
        Fraction of the couplings :math:`J` that exist, in (0, 1]; the others are zero at the start.
    symmetric
        Whether :math:`J` starts as the symmetric part of a random matrix.
    feedback_scale
        What the readout sends back for +1 and for -1 (a pair), so that one right label is not
        swamped by C - 1 wrong ones: "balanced" :math:`(\sqrt C/2, -1/2)`,
        "darnax" :math:`(\sqrt{C-1}/2, -1/\sqrt{C-1})`, "none" (1, -1).

    Raises
    ------
    TypeError, ValueError
        If a parameter is outside its documented domain.

    Examples
    --------
    >>> import numpy as np
    >>> from learning import Strengths
    >>> strengths = Strengths(J_D=0.3, lam_in=3.0, feedback_scale="balanced")
    >>> one_of_four = np.array([1, -1, -1, -1], dtype=np.float32)
    >>> strengths.feedback(one_of_four).tolist()
    [1.0, -0.5, -0.5, -0.5]
    """

    J_D: float = 0.5
    lam: float = 0.0
    lam_int: float = 1.0
    lam_in: float = 5.0
    lam_f: float = 1.0
    lam_b: float = 0.9
    lam_f_skip: float = 0.0
    lam_b_skip: float = 0.0
    lam_fc: float = 0.0
    lam_io: float = 0.0
    bias: float = 0.0
    input_to: str = "first"
    kept: float = 1.0
    symmetric: bool = False
    feedback_scale: str | tuple[float, float] = "balanced"

    def __post_init__(self) -> None:
        for item in fields(self):
            if isinstance(item.default, float):
                high = 1 if item.name == "kept" else PARAMETER
                checked = domains.real(item.name, getattr(self, item.name), 0, high)
                object.__setattr__(self, item.name, checked)
        domains.choice("input_to", self.input_to, ("first", "all", "clamp"))
        if self.kept == 0:
            raise ValueError("kept must be > 0, got 0: for no couplings set lam_int=0")
        object.__setattr__(self, "symmetric", domains.boolean("symmetric", self.symmetric))
        object.__setattr__(
            self, "feedback_scale", scale("feedback_scale", self.feedback_scale, SCALES)
        )

    def feedback(self, z: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Return what a readout state of entries +1, 0, -1 sends back; classes come last."""
        return graded(z, *_feedback_pair(self.feedback_scale, z.shape[-1]))


@cache
def _feedback_pair(chosen: str | tuple[float, float], C: int) -> tuple[float, float]:
    pairs = {
        "balanced": (sqrt(C) / 2, -0.5),
        "darnax": (sqrt(C - 1) / 2, -1 / sqrt(C - 1)),
        "none": (1.0, -1.0),
    }
    return pairs[chosen] if isinstance(chosen, str) else chosen


def graded(z: npt.NDArray[np.float32], positive: float, negative: float) -> npt.NDArray[np.float32]:
    """Return `z` with +1 and -1 replaced by two numbers; 0 stays 0."""
    # they and 0, at z = 1, -1 and 0, by two products
    even, odd = np.float32((positive + negative) / 2), np.float32((positive - negative) / 2)
    return z * (even * z + odd)


def scale(name: str, value: object, words: tuple[str, ...]) -> str | tuple[float, float]:
    """Return one of the words, or a pair of numbers for +1 and -1."""
    if isinstance(value, str):
        return domains.choice(name, value, words)
    pair = domains.reals(name, value, -PARAMETER, PARAMETER)
    if pair.shape != (2,):
        raise ValueError(f"{name} must be a word or a pair of numbers, got shape {pair.shape}")
    return float(pair[0]), float(pair[1])
