"""Thresholds of the self-coupling that other figures find, as marks on one axis."""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from figures.message_passing import focusing_success

if TYPE_CHECKING:
    import xarray

Floats = npt.NDArray[np.float64]

COUPLINGS = {"gaussian": "relaxation, {T} sweeps", "binary": "the same, couplings ±1/√N"}


class Mark(NamedTuple):
    """A threshold of J_D, its interval, and what a theory expects; infinite N is a limit."""

    row: str
    N: float
    low: float
    value: float
    high: float
    source: str
    expected: float = np.nan


def columns(marks: list[Mark]) -> "xarray.Dataset":
    """Return the marks that data bound on both sides as a table, a variable for each column."""
    import xarray

    bounded = [mark for mark in marks if np.isfinite([mark.low, mark.value, mark.high]).all()]
    table = zip(Mark._fields, zip(*bounded, strict=True), strict=True)
    return xarray.Dataset({f"mark_{name}": ("mark", list(values)) for name, values in table})


def clusters(transitions: "xarray.Dataset") -> list[Mark]:
    """Return where clusters have all diameters, and where they merge."""
    marks = []
    for point, row in {"closing": "dense clusters", "merging": "clusters merge"}.items():
        one = transitions.sel(point=point)
        marks.append(_limit(row, float(one["J_D"]), float(one["uncertainty"]), "overlap_gap"))
    return marks


def _limit(row: str, value: float, error: float, source: str) -> Mark:
    return Mark(row, np.inf, value - error, value, value + error, source)


def focusing(data: "xarray.Dataset") -> list[Mark]:
    """Return the thresholds of message passing at one effort, and those of single runs."""
    marks = []
    sizes = data.isel(case=data["effort"].values == data.attrs["effort"])
    for name, row in zip(focusing_success.ALGORITHMS, focusing_success.LABELS, strict=True):
        one = sizes.sel(algorithm=name)
        expected = np.full(one.sizes["case"], np.nan)
        if name in sizes["predicted"].values:
            expected = sizes["expected_threshold"].sel(predicted=name, bound="value").values
        bars = zip(one["N"].values, one["threshold"].values, expected, strict=True)
        for N, (low, value, high), line in bars:
            marks.append(Mark(row, N, low, value, high, "focusing_success", line))
    return marks


def relaxation(data: "xarray.Dataset", activity: "xarray.Dataset") -> list[Mark]:
    """Return the thresholds of relaxation for the longest time, and where activity dies."""
    T = data.attrs["longest"]
    marks = []
    sizes = data.isel(case=data["order"].values == "permutation").sel(T=T).sortby("size")
    for kind, row in COUPLINGS.items():
        chosen = sizes.isel(case=sizes["couplings"].values == kind)
        for N, (low, value, high) in zip(chosen["size"], chosen["threshold"].values, strict=True):
            label = row.format(T=T)
            marks.append(Mark(label, float(N), low, value, high, "relaxation_threshold"))
    died = _limit(
        "activity dies", float(activity["mean"]), float(activity["mean_error"]), "persistence"
    )
    return [*marks, died]


def learned(data: "xarray.Dataset") -> list[Mark]:
    """Return where the accuracy on new digits has half of its rise."""
    marks = []
    x = data["J_D"].values
    for lam_in in data["lam_in"].values:
        one = data.sel(lam_in=lam_in)
        mean, error = one["one_test"].values, one["one_test_error"].values
        half = (mean[0] + mean.max()) / 2
        low, value, high = (crossing(x, mean + k * error, half) for k in (1, 0, -1))
        row = rf"learning, $\lambda_\mathrm{{in}} = {lam_in:g}$"
        marks.append(Mark(row, data.attrs["H"], low, value, high, "learning_transition"))
    return marks


def crossing(x: Floats, y: Floats, level: float) -> float:
    """Return where y first exceeds a level, by linear interpolation; an end if that is there."""
    above = np.flatnonzero(y > level)
    if not above.size:
        return float(x[-1])
    k = above[0]
    return float(x[0] if k == 0 else np.interp(level, y[k - 1 : k + 1], x[k - 1 : k + 1]))
