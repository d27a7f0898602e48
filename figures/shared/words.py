"""What the variables of figures are called: a vocabulary, and what the ends of names add to it.

A variable is described by a text: a noun phrase, its `long_name`; its unit in brackets, if it is
no pure number; and more about it after a colon, if there is more to say:

    "centre of the band [Hz]: of the three bands that the neurons hear"

Names that mean the same in all figures are here; a module of a figure describes its own ones, in
`variables`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

_TEXT = re.compile(
    r"(?P<long_name>[^\[\]:]*[^\[\]:\s])(?: \[(?P<units>[^\[\]]+)\])?(?:: (?P<more>.+))?"
)

VOCABULARY = {
    "N": "number of neurons N",
    "J_D": "self-coupling J_D",
    "eta": "symmetry η of the couplings: 0 if independent, 1 if symmetric, -1 if antisymmetric",
    "L": "number of layers L",
    "lam": "excitatory coupling λ between layers",
    "d": "Hamming distance d per neuron: between 0 and 1",
    "y": "number of replicas y: fixed points in a group; real",
    "n": "number of replicas y: fixed points in a group; integer",
    "gamma": "coupling γ of a replica to the centre",
    "effort": "number of iterations on each network: of all runs together",
    "networks": "number of networks",
    "overlap": "overlap q: mean square of the magnetisations",
    "unstable_fraction": "fraction of unstable neurons: in the state of the signs",
    "local_entropy": "local entropy per neuron: of fixed points in the cluster, Bethe's",
    "z": "deviation from theory in standard errors",
    "bound": "end or middle: low end of the interval, value, high end",
    "end": "end of the interval: low or high",
    "dataset": "data set",
    "H": "number of hidden units H",
    "epochs": "number of epochs of training",
    "lam_in": "strength λ_in of the input",
    "lam_b": "strength λ_b of the feedback",
    "seed": "seed of the random numbers",
    "replica": "number of the replica: networks or draws that differ by chance alone",
    "failed": "number of points whose computation failed",
    "seconds": "computing time [s]",
}

ENDS = {
    "_error": "{}, one standard error",
    "_z": "{}, deviation from the expected value in standard errors",
    "_deviation": "{}, difference of two computations in units of the error that they claim",
    "_interval": "{}, ends of its Clopper-Pearson 68 % interval",
    "_checked": "{}, of a point that was computed a second time",
}
CHECKED = "checked_"  # before the name of a coordinate it means what `_checked` does after it


@dataclass(frozen=True)
class Words:
    """What is written beside a variable.

    Attributes
    ----------
    long_name
        A noun phrase.
    units
        As UDUNITS writes it, "1" for pure numbers.
    more
        What else there is to say; may be empty.
    """

    long_name: str
    units: str = "1"
    more: str = ""

    @classmethod
    def read(cls, text: str) -> "Words":
        """Read `long name [unit]: more`.

        Raises
        ------
        ValueError
            If the text is not of this form.
        """
        found = _TEXT.fullmatch(text)
        if found is None:
            raise ValueError(f"a description is of the form 'long name [unit]: more', got {text!r}")
        return cls(found["long_name"], found["units"] or "1", found["more"] or "")

    @property
    def description(self) -> str:
        """The long name and more, as a sentence."""
        text = f"{self.long_name}: {self.more}" if self.more else self.long_name
        first = text if text[1:2] in "_ (" else text[:1].upper() + text[1:]
        return first.removesuffix(".") + "."


def words(name: str, own: Mapping[str, str]) -> Words:
    """Return what a variable is, by a figure's own descriptions, the vocabulary, and its end.

    Parameters
    ----------
    name
        Of the variable.
    own
        The descriptions of the figure, by name; they come before the vocabulary.

    Raises
    ------
    KeyError
        If nothing describes it.
    ValueError
        If a description is not of the form that `Words.read` takes.

    Examples
    --------
    >>> words("J_D", {}).description
    'Self-coupling J_D.'
    >>> words("rate_error", {"rate": "rate of decay [s-1]"})
    Words(long_name='rate of decay, one standard error', units='s-1', more='')
    """
    if name in own:
        return Words.read(own[name])
    for end, form in ENDS.items():
        if name.endswith(end) and (base := _of(name.removesuffix(end), own)):
            unit = "1" if end in ("_z", "_deviation") else base.units
            return Words(form.format(base.long_name), unit)
    if name in VOCABULARY:
        return Words.read(VOCABULARY[name])
    if name.startswith(CHECKED) and (base := _of(name.removeprefix(CHECKED), own)):
        return replace(base, long_name=ENDS["_checked"].format(base.long_name))
    raise KeyError(name)


def _of(name: str, own: Mapping[str, str]) -> Words | None:
    try:
        return words(name, own)
    except KeyError:
        return None
