"""What a figure draws against what it should be: checks as data.

A kind of check is an entry of `KINDS`, which judges numbers, and says what came of it.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from figures.compared import SEEN, Compared

if TYPE_CHECKING:
    import xarray

    Floats = npt.NDArray[np.float64]

CHANCE = 0.01  # of the largest deviation


@dataclass(frozen=True)
class Check:
    """What was compared, and how well it agrees; as text, a sentence.

    Attributes
    ----------
    kind
        One of `KINDS`.
    variables
        The variables of the data that were judged.
    values
        How many points were; 0 if the figure has no number to compare, at its size.
    largest
        The largest deviation of them: in standard errors, in units of the claimed errors, or a
        number of differences.
    beyond
        How many are larger than 2 standard errors, 1 claimed error or 0 differences.
    chance
        Bound on the probability of a larger deviation by chance; None if chance has no part in it.
    agrees
        The verdict; true of no points.
    what
        What was compared, in words.
    power
        The deviation of a point, in the units of the plot, that would have disagreed (with a
        probability of 95 %; of half of the points a smaller one); None if nothing is drawn of it.
    unit
        What is plotted, in words.
    drawn
        Whether the points that were judged are drawn.
    because
        Why theory and data disagree, if they do and it is known.
    """

    kind: str
    variables: tuple[str, ...]
    values: int
    largest: float
    beyond: int
    chance: float | None
    agrees: bool
    what: str = ""
    power: float | None = None
    unit: str = ""
    drawn: bool = False
    because: str = ""

    @property
    def word(self) -> str:
        """`"agree"` or `"DISAGREE"`; `"not judged"` if there was no number to compare."""
        if not self.values:
            return "not judged"
        return "agree" if self.agrees else "DISAGREE"

    @property
    def compared(self) -> str:
        """What was compared, in words."""
        return KINDS[self.kind].compared

    @property
    def theory(self) -> bool:
        """Whether theory is compared with simulation, and not two computations of the same."""
        return KINDS[self.kind].theory

    @property
    def detail(self) -> str:
        """How well it agrees, in words."""
        if not self.values:
            return f"{self.what}: no numbers to compare"
        detail = KINDS[self.kind].describe(self)
        what = f"{self.what}: " if self.what else ""
        if self.power is not None and math.isfinite(self.power):
            detail += f"; a deviation of {self.power:.2g} {self.unit} would have been seen"
        return what + detail + f". Why: {self.because}" * bool(self.because and not self.agrees)

    def __str__(self) -> str:
        return f"{self.compared} {self.word}: {self.detail}"


@dataclass(frozen=True)
class Kind:
    """A kind of check.

    Attributes
    ----------
    compared
        What it compares, in words.
    theory
        Whether that is theory with simulation.
    bound
        Larger numbers are counted in `Check.beyond`.
    judge
        From all numbers, and whether their covariance is unknown, to `Check.agrees` and
        `Check.chance`.
    noticed
        From the number of points to the number of units that is a disagreement.
    describe
        From a check to its `Check.detail`.
    """

    compared: str
    theory: bool
    bound: float
    judge: "Callable[[Floats, bool], tuple[bool, float | None]]"
    noticed: Callable[[int], float]
    describe: Callable[[Check], str]


def judge(data: "xarray.Dataset", compared: Iterable[Compared] | None = None) -> tuple[Check, ...]:
    r"""Judge what a figure compares.

    The probability that chance alone makes one of n deviations as large as \|z\| standard errors
    is at most :math:`n\, \mathrm{erfc}(|z|/\sqrt2)` (Bonferroni), also if they depend on each
    other, as those of pairs in the same networks do; it must not be below 0.01. Where points are
    independent, neither their sum of squares nor the number of them beyond 2 may be what chance
    does less than once in a thousand (`sweeps.compare`). Deviations of two computations are in
    units of the errors that they claim; of what must be equal to the letter the differences are
    counted. An infinite number, such as any deviation from an error of zero, disagrees.

    Parameters
    ----------
    data
        The data of a figure.
    compared
        What its module says is compared. Default: the variables called `z` (or `..._z`),
        `deviation` and `mismatch`, of which it is not known what they are drawn as.

    Raises
    ------
    ValueError
        If there is nothing to be judged by: a figure without a check is no figure.
    """
    if compared is None:
        pairs = list(_named(data))
    else:
        pairs = [((one.drawn,) if one.drawn else (), one) for one in compared]
    checks = tuple(_judged(names, one) for names, one in pairs)
    if not any(check.values for check in checks):
        raise ValueError(
            "data must have numbers called z, deviation or mismatch (or ending in _z and so on) to "
            f"be judged by, got {', '.join(map(str, data.data_vars))}"
        )
    return checks


def _named(data: "xarray.Dataset") -> Iterator[tuple[tuple[str, ...], Compared]]:
    """Yield variables whose names tell what they are, all of a kind together."""
    import xarray

    for kind in ("z", "deviation", "mismatch"):
        found = [str(name) for name in data.data_vars if f"_{name}".endswith(f"_{kind}")]
        numbers = [data[name].values.astype(float).ravel() for name in found]
        if found:
            off = xarray.DataArray(np.concatenate(numbers), dims="point")
            yield tuple(found), Compared(kind, "", off, shared=True)


def _judged(variables: tuple[str, ...], one: Compared) -> Check:
    """Judge one comparison, or say that it holds no number."""
    off = one.off.values.astype(float).ravel()
    off = off[~np.isnan(off)]
    if not off.size:
        drawn = bool(one.drawn)
        return Check(one.kind, variables, 0, 0.0, 0, None, True, one.what, drawn=drawn)
    kind = KINDS[one.kind]
    sizes = np.maximum(off, 0) if one.kind == "bound" else np.abs(off)
    agrees, chance = kind.judge(sizes, one.shared)
    beyond = int(np.count_nonzero(sizes > kind.bound))
    return Check(
        one.kind,
        variables,
        off.size,
        float(sizes.max()),
        beyond,
        chance,
        agrees,
        one.what,
        _power(one, off.size),
        one.unit,
        bool(one.drawn),
        one.because,
    )


def _power(one: Compared, points: int) -> float | None:
    seen = one.deviation(KINDS[one.kind].noticed(points))
    if seen is None or not seen.notnull().any():
        return None
    return float(np.nanquantile(seen.values, 0.5, method="higher"))


def _judge_z(z: "Floats", shared: bool) -> tuple[bool, float]:
    from scipy.special import erfc

    import sweeps

    chance = min(1.0, z.size * float(erfc(z.max() / np.sqrt(2))))
    if shared:
        return chance > CHANCE, chance
    every = sweeps.compare(np.zeros(z.size), z, np.ones(z.size))
    return chance > CHANCE and every.status != "disagree", min(chance, every.chance)


def _judge_bound(z: "Floats", shared: bool) -> tuple[bool, float]:
    from scipy.special import erfc

    chance = min(1.0, z.size * float(erfc(z.max() / np.sqrt(2))) / 2)
    return chance > CHANCE, chance


def _judge_deviation(deviation: "Floats", shared: bool) -> tuple[bool, None]:
    return bool(deviation.max() <= 1), None


def _judge_mismatch(mismatch: "Floats", shared: bool) -> tuple[bool, None]:
    return not mismatch.any(), None


def _largest_by_chance(points: int) -> float:
    from scipy.special import ndtri

    return float(SEEN - ndtri(CHANCE / 2 / points))


def _describe_z(check: Check) -> str:
    return (
        f"of {check.values} means the one furthest from its exact value is "
        f"{check.largest:.1f} standard errors off, and {check.beyond / check.values:.0%} are more "
        f"than 2 off (chance of a larger deviation: at most {check.chance:.2g})"
    )


def _describe_bound(check: Check) -> str:
    return (
        f"of {check.values} means the highest is {check.largest:.1f} standard errors above the "
        f"bound (chance of a larger deviation: at most {check.chance:.2g})"
    )


def _describe_deviation(check: Check) -> str:
    which = f"the largest of {check.values} differences" if check.values > 1 else "the difference"
    return f"{which} is {check.largest:.2g} times the error that is claimed"


def _describe_mismatch(check: Check) -> str:
    if check.agrees:
        return f"{check.values} checks, none finds a difference"
    return f"{check.beyond} of {check.values} checks find differences, the worst {check.largest:g}"


KINDS = {
    "z": Kind("theory and simulation", True, 2, _judge_z, _largest_by_chance, _describe_z),
    "bound": Kind(
        "a bound of theory and simulation",
        True,
        2,
        _judge_bound,
        _largest_by_chance,
        _describe_bound,
    ),
    "expansion": Kind(
        "theory and integration",
        True,
        1,
        _judge_deviation,
        lambda points: 2.0,
        _describe_deviation,
    ),
    "twin": Kind("two simulations", False, 2, _judge_z, _largest_by_chance, _describe_z),
    "deviation": Kind(
        "two computations", False, 1, _judge_deviation, lambda points: 2.0, _describe_deviation
    ),
    "mismatch": Kind(
        "exact second computations",
        False,
        0,
        _judge_mismatch,
        lambda points: 1.0,
        _describe_mismatch,
    ),
}


def sorts(checks: Iterable[Check]) -> dict[str, str]:
    """Return `"agree"` or `"DISAGREE"` for either sort of check: theory, and two computations."""
    found: dict[str, str] = {}
    for check in checks:
        sort = "theory against simulation" if check.theory else "two computations"
        if check.values and found.get(sort) != "DISAGREE":
            found[sort] = check.word
    return found


def counts(figures: Iterable[Iterable[Check]]) -> dict[str, Counter[str]]:
    """Count the figures that compare theory with simulation, and those of two computations."""
    found: dict[str, Counter[str]] = {}
    for checks in figures:
        for sort, word in sorts(checks).items():
            found.setdefault(sort, Counter())[word] += 1
    return dict(sorted(found.items()))
