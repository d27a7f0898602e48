"""Stored simulations that lie on the tables: those of the figures, as the package brings them."""

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from figures.atlas.panels import BLUE, COLORS, GREEN, ORANGE, PINK
from figures.gallery.reading import read

if TYPE_CHECKING:
    import xarray

DATA = Path(__file__).parents[1] / "data"
SIZES = (100.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0)  # each has its data, or those nearby
EFFORT = 2400  # iterations of message passing, at all sizes


@dataclass(frozen=True)
class Overlay:
    """Points on a panel, or a curve that belongs to points of this label.

    Attributes
    ----------
    panel, source
        Where it is drawn, and the figure that it comes from.
    label
        What it is.
    when
        It is shown where sliders have these values.
    x, y
        Its points.
    low, high
        The ends of their error bars; None for a curve.
    color, marker
        A marker tells apart what has one colour: "o", "s" or "d".
    """

    panel: str
    source: str
    label: str
    when: dict[str, float]
    x: list[float]
    y: list[float]
    low: list[float] | None
    high: list[float] | None
    color: str
    marker: str = "o"


@functools.cache
def overlays() -> tuple[Overlay, ...]:
    """Return all of them."""
    makers = {
        "fixed_point_counts": _counts,
        "pair_distances": _pairs,
        "local_entropy_instances": _clusters,
        "relaxation": _relaxation,
        "focusing_success": _focusing,
    }
    return tuple(one for name, make in makers.items() for one in make(read(DATA / f"{name}.nc")))


def _points(
    panel: str,
    source: str,
    label: str,
    when: dict[str, float],
    numbers: "tuple[np.typing.ArrayLike, np.typing.ArrayLike, np.typing.ArrayLike]",
    color: str,
    marker: str = "o",
) -> Overlay:
    """Return points with standard errors, or with intervals, without those that are missing."""
    x, y, error = map(np.asarray, numbers)
    low, high = (y - error, y + error) if error.ndim == 1 else error.T
    known = np.isfinite(y) & np.isfinite(low)
    x, y, low, high = (column[known].tolist() for column in (x, y, low, high))
    return Overlay(panel, source, label, when, x, y, low, high, color, marker)


def _counts(data: "xarray.Dataset") -> Iterator[Overlay]:
    source = "fixed_point_counts"
    for N, one in data.groupby("asymmetric_N"):
        one = one.squeeze("asymmetric_N")
        numbers = one["asymmetric_J_D"], one["asymmetric_entropy"], one["asymmetric_error"]
        when = {"eta": 0.0, "N": float(N)}
        yield _points("counts", source, f"N = {N}, enumerated", when, numbers, ORANGE)
    for eta, one in data.groupby("symmetric_eta"):
        one = one.squeeze("symmetric_eta")
        numbers = one["symmetric_J_D"], one["symmetric_entropy"], one["symmetric_error"]
        when = {"eta": float(eta), "N": 18.0}
        yield _points("counts", source, "N = 18, enumerated", when, numbers, ORANGE)


def _pairs(data: "xarray.Dataset") -> Iterator[Overlay]:
    source = "pair_distances"
    for J_D in data["J_D"].values.tolist():
        for N, color, marker in ((14, PINK, "s"), (20, GREEN, "o")):
            one = data.sel(J_D=J_D, N=N).isel(k=slice(1, N // 2 + 1))
            d, when = one["k"].values / N, {"y": 2.0, "J_D": J_D}
            label, numbers = f"N = {N}, enumerated; curve: exact", (d, one["entropy"], one["error"])
            yield _points("groups", source, label, when, numbers, color, marker)
            exact = one["exact"].values.tolist()
            yield Overlay("groups", source, label, when, d.tolist(), exact, None, None, color)


def _clusters(data: "xarray.Dataset") -> Iterator[Overlay]:
    names = {"focusing": "focusing", "around": "around one"}
    for J_D in data["J_D"].values.tolist():
        for (algorithm, name), color, marker in zip(names.items(), (BLUE, PINK), "os", strict=True):
            one = data.sel(J_D=J_D, algorithm=algorithm).isel(N=-1).sortby("d")
            label = f"{name}, N = {int(one['N'])}"
            numbers = one["d"], one["entropy"], one["entropy_error"]
            source = "local_entropy_instances"
            yield _points("densest", source, label, {"J_D": J_D}, numbers, color, marker)


def _relaxation(data: "xarray.Dataset") -> Iterator[Overlay]:
    numbers: tuple[Any, Any, Any]
    styles = list(zip((100, 400, 1600), (PINK, GREEN, ORANGE), "dso", strict=True))
    for J_D in np.arange(1, 12) / 10:  # where the table has a point, too
        for N, color, marker in styles:
            one = data.sel(N=N).sel(J_D=J_D, method="nearest")
            one = one.where(one["unstable"] > 0).isel(sweep=slice(1, 21))
            numbers = np.arange(1, 21), one["unstable"], one["unstable_error"]
            label = f"N = {N}"
            yield _points(
                "relaxation", "relaxation", label, {"J_D": float(J_D)}, numbers, color, marker
            )
    for N, size in zip(data["N"].values.tolist(), SIZES, strict=False):
        one, when = data.sel(N=N), {"size": size}
        label = f"relaxation, N = {N}"
        fraction = one["settled"] / data.attrs["networks"]
        numbers = one["J_D"], fraction, one["settled_interval"]
        yield _points("finding", "relaxation", label, when, numbers, BLUE)
        x, y = one["J_D_fit"].values.tolist(), one["fit"].values.tolist()
        yield Overlay("finding", "relaxation", label, when, x, y, None, None, BLUE)


def _focusing(data: "xarray.Dataset") -> Iterator[Overlay]:
    styles = {"focusing": (ORANGE, "s"), "reinforcement": (COLORS[2], "d")}
    for case in np.flatnonzero(data["effort"].values == EFFORT):
        one = data.isel(case=case)
        N, networks = int(one["N"]), int(one["networks"])
        for algorithm, (color, marker) in styles.items():
            found = one.sel(algorithm=algorithm)
            numbers = found["J_D"], found["found"] / networks, found["interval"]
            label, when = f"{algorithm}, N = {N}", {"size": float(N)}
            yield _points("finding", "focusing_success", label, when, numbers, color, marker)
