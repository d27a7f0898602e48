"""How strong the couplings of a steered network are."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from networks import domains

SCALES = ("balanced", "darnax", "none")


@dataclass(frozen=True)
class Strengths:
    r"""Strengths of the couplings when they are drawn, and of the fields they make.

    All are standard deviations of a field that a unit receives from the units of one kind.

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
        If a parameter is not as said.
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
        for name in ("J_D", "lam", "lam_int", "lam_in", "lam_f", "lam_b", "lam_f_skip"):
            object.__setattr__(self, name, domains.real(name, getattr(self, name), low=0))
        for name in ("lam_b_skip", "lam_fc", "lam_io", "bias"):
            object.__setattr__(self, name, domains.real(name, getattr(self, name), low=0))
        domains.choice("input_to", self.input_to, ("first", "all", "clamp"))
        object.__setattr__(self, "kept", domains.real("kept", self.kept, 0, 1))
        if self.kept == 0:
            raise ValueError("kept must be > 0, got 0: for no couplings set lam_int=0")
        boolean("symmetric", self.symmetric)
        object.__setattr__(
            self, "feedback_scale", scale("feedback_scale", self.feedback_scale, SCALES)
        )

    def feedback(self, z: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Return what a readout state of entries +1, 0, -1 sends back; classes come last."""
        C = z.shape[-1]
        pairs = {
            "balanced": (np.sqrt(C) / 2, -0.5),
            "darnax": (np.sqrt(C - 1) / 2, -1 / np.sqrt(C - 1)),
            "none": (1.0, -1.0),
        }
        return graded(z, pairs, self.feedback_scale)


def graded(
    z: npt.NDArray[np.float32],
    pairs: dict[str, tuple[float, float]],
    chosen: str | tuple[float, float],
) -> npt.NDArray[np.float32]:
    """Return `z` with +1 and -1 replaced by the chosen pair of numbers; 0 stays 0."""
    positive, negative = pairs[chosen] if isinstance(chosen, str) else chosen
    # p, 0, n at z = 1, 0, -1, by two products
    even, odd = np.float32((positive + negative) / 2), np.float32((positive - negative) / 2)
    return z * (even * z + odd)


def boolean(name: str, value: object) -> None:
    """Refuse what is not True or False."""
    if not isinstance(value, bool | np.bool_):
        raise TypeError(f"{name} must be True or False, got {value!r}")


def scale(name: str, value: object, words: tuple[str, ...]) -> str | tuple[float, float]:
    """Return one of the words, or a pair of numbers for +1 and -1."""
    if isinstance(value, str):
        return domains.choice(name, value, words)
    pair = domains.reals(name, value)
    if pair.shape != (2,):
        raise ValueError(f"{name} must be a word or a pair of numbers, got shape {pair.shape}")
    return float(pair[0]), float(pair[1])
