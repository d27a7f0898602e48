"""Theory against simulation, and both against second computations, in one sentence each."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import xarray


def verdict(data: "xarray.Dataset") -> str:
    r"""Judge the z-scores and the deviations of a figure by the largest of them.

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
    kinds = {"z": _simulation, "deviation": _second_computation, "mismatch": _exact}
    found = {kind: _all(data, kind) for kind in kinds}
    sentences = [kinds[kind](numbers) for kind, numbers in found.items() if numbers.size]
    if not sentences:
        raise ValueError(
            "data must have numbers called z, deviation or mismatch (or ending in _z and so on) to "
            f"be judged by, got {', '.join(map(str, data.data_vars))}"
        )
    return "; ".join(sentences)


def _all(data: "xarray.Dataset", kind: str) -> npt.NDArray[np.float64]:
    """Return the absolute values of all numbers of a kind that are judged."""
    found = [
        values.values.ravel() for name, values in data.items() if f"_{name}".endswith(f"_{kind}")
    ]
    numbers = np.concatenate([np.empty(0), *found])
    return np.abs(numbers[~np.isnan(numbers)])


def _simulation(z: npt.NDArray[np.float64]) -> str:
    from scipy.special import erfc

    chance = min(1.0, z.size * float(erfc(z.max() / np.sqrt(2))))
    word = "agree" if chance > 0.01 else "DISAGREE"
    return (
        f"theory and simulation {word}: of {z.size} means the one furthest from its exact value is "
        f"{z.max():.1f} standard errors off, and {np.mean(z > 2):.0%} are more than 2 off "
        f"(chance of a larger deviation: at most {chance:.2g})"
    )


def _second_computation(deviation: npt.NDArray[np.float64]) -> str:
    word = "agree" if deviation.max() <= 1 else "DISAGREE"
    return (
        f"theory and its second computation {word}: of {deviation.size} values the one furthest "
        f"off deviates by {deviation.max():.2g} of the errors that both claim"
    )


def _exact(mismatch: npt.NDArray[np.float64]) -> str:
    wrong = int(np.count_nonzero(mismatch))
    if not wrong:
        return f"exact second computations agree: {mismatch.size} checks, none finds a difference"
    return (
        f"exact second computations DISAGREE: {wrong} of {mismatch.size} checks find differences, "
        f"{mismatch.sum():g} in all"
    )
