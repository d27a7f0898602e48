"""Theory against simulation, and both against second computations: checks as data.

A kind of check is a function in `KINDS` that judges numbers, and what to say of it.
"""

import json
import math
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import xarray

    Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Check:
    """What was compared, and how well it agrees; as text, a sentence.

    Attributes
    ----------
    kind
        `"z"`, `"deviation"` or `"mismatch"`, see `judge`.
    variables
        The variables of the data that were judged.
    values
        How many numbers they hold that are not nan.
    largest
        The largest of their absolute values: in standard errors, in units of the claimed errors, or
        a number of differences.
    beyond
        How many are larger than 2 standard errors, 1 claimed error or 0 differences.
    chance
        Bound on the probability of a larger deviation by chance; None if chance has no part in it.
    agrees
        The verdict.
    """

    kind: str
    variables: tuple[str, ...]
    values: int
    largest: float
    beyond: int
    chance: float | None
    agrees: bool

    @property
    def word(self) -> str:
        """`"agree"` or `"DISAGREE"`."""
        return "agree" if self.agrees else "DISAGREE"

    @property
    def compared(self) -> str:
        """What was compared, in words."""
        return KINDS[self.kind].compared

    @property
    def detail(self) -> str:
        """How well it agrees, in words."""
        return KINDS[self.kind].describe(self)

    def __str__(self) -> str:
        return f"{self.compared} {self.word}: {self.detail}"


@dataclass(frozen=True)
class Kind:
    """A kind of check.

    Attributes
    ----------
    compared
        What it compares, in words.
    bound
        Larger numbers are counted in `Check.beyond`.
    judge
        From the absolute values of all numbers to `Check.agrees` and `Check.chance`.
    describe
        From a check to its `Check.detail`.
    """

    compared: str
    bound: float
    judge: "Callable[[Floats], tuple[bool, float | None]]"
    describe: Callable[[Check], str]


def judge(data: "xarray.Dataset") -> tuple[Check, ...]:
    r"""Judge the z-scores, deviations and mismatches of a figure, each kind by its largest.

    Variables called `z` or `..._z` are the deviations of means from their exact values, in standard
    errors. The probability that chance alone makes one of n of them so large is at most
    :math:`n\, \mathrm{erfc}(|z|/\sqrt2)` (Bonferroni), also if they depend on each other, as those
    of pairs in the same networks do. Variables called `deviation` or `..._deviation` are
    differences of two independent computations of the theory, in units of the errors they claim.
    Variables called `mismatch` or `..._mismatch` count, one number a check, what must be equal to
    the letter and is not. A number that is nan was not judged by its figure; an infinite one, such
    as any deviation from an error of zero, disagrees.

    Raises
    ------
    ValueError
        If there is none of them: a figure without a check is no figure.
    """
    checks = tuple(check for kind in KINDS if (check := _judged(data, kind)))
    if not checks:
        raise ValueError(
            "data must have numbers called z, deviation or mismatch (or ending in _z and so on) to "
            f"be judged by, got {', '.join(map(str, data.data_vars))}"
        )
    return checks


def _judged(data: "xarray.Dataset", kind: str) -> Check | None:
    """Judge all variables of a kind together; None if they hold no number."""
    found = {
        str(name): np.abs(values.values.astype(float).ravel())
        for name, values in data.items()
        if f"_{name}".endswith(f"_{kind}")
    }
    numbers = np.concatenate([np.empty(0), *found.values()])
    numbers = numbers[~np.isnan(numbers)]
    if not numbers.size:
        return None
    agrees, chance = KINDS[kind].judge(numbers)
    beyond = int(np.count_nonzero(numbers > KINDS[kind].bound))
    return Check(kind, tuple(found), numbers.size, float(numbers.max()), beyond, chance, agrees)


def _judge_z(z: "Floats") -> tuple[bool, float]:
    from scipy.special import erfc

    chance = min(1.0, z.size * float(erfc(z.max() / np.sqrt(2))))
    return chance > 0.01, chance


def _judge_deviation(deviation: "Floats") -> tuple[bool, None]:
    return bool(deviation.max() <= 1), None


def _judge_mismatch(mismatch: "Floats") -> tuple[bool, None]:
    return not mismatch.any(), None


def _describe_z(check: Check) -> str:
    return (
        f"of {check.values} means the one furthest from its exact value is "
        f"{check.largest:.1f} standard errors off, and {check.beyond / check.values:.0%} are more "
        f"than 2 off (chance of a larger deviation: at most {check.chance:.2g})"
    )


def _describe_deviation(check: Check) -> str:
    return (
        f"of {check.values} values the one furthest off deviates by {check.largest:.2g} of the "
        "errors that both claim"
    )


def _describe_mismatch(check: Check) -> str:
    if check.agrees:
        return f"{check.values} checks, none finds a difference"
    return f"{check.beyond} of {check.values} checks find differences, the worst {check.largest:g}"


KINDS = {
    "z": Kind("theory and simulation", 2, _judge_z, _describe_z),
    "deviation": Kind(
        "theory and its second computation", 1, _judge_deviation, _describe_deviation
    ),
    "mismatch": Kind("exact second computations", 0, _judge_mismatch, _describe_mismatch),
}


def dump(checks: Iterable[Check]) -> str:
    """Return checks as JSON, for an attribute; a number that JSON has not is a text in it."""

    def plain(value: Any) -> Any:
        return str(value) if isinstance(value, float) and math.isinf(value) else value

    return json.dumps(
        [{key: plain(value) for key, value in asdict(check).items()} for check in checks]
    )


def parse(text: str) -> tuple[Check, ...]:
    """Return the checks that `dump` wrote.

    Raises
    ------
    ValueError
        If it did not.
    """
    try:
        checks = tuple(map(_check, json.loads(text)))
        for check in checks:
            str(check)  # that it can be shown
    except (KeyError, TypeError, ValueError, ArithmeticError) as error:
        raise ValueError(f"its checks cannot be read: {error!r}") from error
    return checks


def _check(fields: dict[str, Any]) -> Check:
    variables, largest = tuple(fields["variables"]), float(fields["largest"])
    return Check(**fields | {"variables": variables, "largest": largest})
