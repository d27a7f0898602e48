"""Whether a self-coupling helps a memory: capacity, basins and speed of recall."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

import dynamics
import networks
from figures.compared import Compared, Comparisons

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from figures.chapter import Run

Floats = npt.NDArray[np.float64]

title = "Self-coupling and memory"
equation = (
    r"s(t+1) = \mathrm{sign}(m(t) + J_D s(t) + \phi(t)) \quad m(t) = E\,s(t) \quad "
    r"E\,\phi(t)\phi(t') = \alpha\,E\,s(t)s(t')"
)
caption = (
    "Patterns stored by the rule of Hebb, with a self-coupling J_D in units of the signal of a "
    "pattern. First three panels: asymmetrically diluted networks with K inputs a neuron, "
    "synchronous steps. Lines: infinitely many neurons, exactly. Markers: networks of K² "
    "neurons, extrapolated in 1/K from three K, with one standard error. Speed: overlap with the "
    "pattern against steps, from an overlap of 0.5 at the load 0.3. Basins: overlap after 12 "
    "steps against that at the start, load 0.3; on the dotted line nothing was repaired. "
    "Capacity: overlap after 12 steps from the pattern itself, against the load. Last: full "
    "networks of Hebb, asynchronous; the distance from which half of the patterns come back, by "
    "simulation alone. A small J_D, about 0.2, speeds recall up and costs nothing; from 0.5 on "
    "basins shrink: wrong neurons are held as right ones are. What it adds to capacity is memory "
    "of the start, not of the pattern. In full networks it never helps the basin."
)

COUPLINGS = (0.0, 0.2, 0.5, 1.0)
STARTS = (0.2, 0.5, 0.8, 1.0)
STEPS = 12
BASINS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8)  # J_D of full networks


def courses(K: int, alpha: float, rng: np.random.Generator) -> Floats:
    """Return overlaps by self-coupling, start and step, in one diluted network."""
    N = K**2  # so that couplings in both directions are of order 1/K, too
    memory = networks.Hebbian(N, round(alpha * K), dilution=K / N, symmetric=False).sample(rng)
    found = np.empty((len(COUPLINGS), len(STARTS), STEPS + 1))
    which = rng.integers(0, memory.P, len(STARTS))
    damaged = memory.patterns[which].copy()
    for s, m in zip(damaged, STARTS, strict=True):
        s[rng.permutation(N)[: round(N * (1 - m) / 2)]] *= -1
    for row, J_D in zip(found, COUPLINGS, strict=True):
        s = damaged
        for t in range(STEPS + 1):
            row[:, t] = (memory.patterns[which].astype(float) * s).mean(axis=1)
            # its fields are without self-coupling: the same network for all
            s = np.where(memory.stabilities(s) + J_D > 0, s, -s).astype(np.int8)
    return found


def radius(N: int, alpha: float, J_D: float, trials: int, rng: np.random.Generator) -> float:
    """Return the distance from which half of the patterns come back in a full network."""
    memory = networks.Hebbian(N, 2 * round(alpha * N / 2) + 1, J_D).sample(rng)
    distance = np.linspace(0, 0.5, 21)
    found = dynamics.recall(memory, distance, trials, rng=rng).radius
    return found if np.isfinite(found) else 0.0


def followed(
    alpha: float, start: float, J_D: float, samples: int, rng: np.random.Generator
) -> Floats:
    """Return overlaps by steps for infinitely many neurons."""
    return dynamics.diluted_recall(alpha, start, J_D, 0, STEPS, samples, rng=rng).overlap


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Follow recalls in networks, extrapolate, and follow infinitely many neurons."""
    import xarray

    sizes, replicas, samples = ([60, 90, 140], 8, 50_000) if full else ([20, 30, 50], 3, 20_000)
    loads = [0.3, 0.6, 0.9]
    rows = run(courses, {"K": sizes, "alpha": loads}, replicas=replicas)["result"]
    rows = rows.rename(result_0="J_D", result_1="start", result_2="step")
    value, error = _extrapolated(rows)
    N, nets = (1000, 3) if full else (500, 2)
    grid = {"N": [N], "alpha": [0.04, 0.08], "J_D": list(BASINS), "trials": [20]}
    wide = run(radius, grid, replicas=nets)["result"].squeeze(["N", "trials"], drop=True)
    wide = wide.rename(alpha="full_load", J_D="full_J_D")
    fine_start, fine_load = np.linspace(0.04, 1, 13), np.linspace(0.1, 1.2, 12)
    here: dict[str, list[Any]] = {"samples": [samples], "J_D": list(COUPLINGS)}
    exact = _theory(run, here | {"alpha": loads, "start": list(STARTS)}).rename(result_0="step")
    basins = _theory(run, here | {"alpha": [0.3], "start": fine_start.tolist()})
    capacity = _theory(run, here | {"alpha": fine_load.tolist(), "start": [1.0]})
    return xarray.Dataset(
        {
            "course": value,
            "course_error": np.hypot(error, samples**-0.5),
            "exact": exact,
            "basin_line": _last(basins, "alpha").rename(start="fine_start"),
            "load_line": _last(capacity, "start").rename(alpha="fine_load"),
            "radius": wide.mean("replica"),
            "radius_error": wide.std("replica", ddof=1) / np.sqrt(nets),
        },
        {"J_D": list(COUPLINGS), "start": list(STARTS)},
        {"full_N": N, "replicas": replicas},
    ).transpose("alpha", "J_D", "start", "step", ...)


def _theory(run: "Run", grid: dict[str, list[Any]]) -> "xarray.DataArray":
    return run(followed, grid)["result"].squeeze(["samples", "replica"], drop=True)


def _last(courses: "xarray.DataArray", fixed: str) -> "xarray.DataArray":
    """Return the overlaps after the last step."""
    return courses.isel(result_0=-1, drop=True).squeeze(fixed, drop=True)


def _extrapolated(rows: "xarray.DataArray") -> tuple["xarray.DataArray", "xarray.DataArray"]:
    """Return the value at 1/K = 0 of a straight line in 1/K, and its error from the replicas."""
    K = rows["K"].values
    terms = np.stack([np.ones(len(K)), 1 / K], axis=1)
    weights = np.linalg.pinv(terms)[0]
    mean, error = rows.mean("replica"), rows.std("replica", ddof=1) / np.sqrt(rows.sizes["replica"])
    weigh = mean["K"].copy(data=weights)
    return (weigh * mean).sum("K"), np.sqrt(((weigh * error) ** 2).sum("K"))


variables = {
    "alpha": "load α of a diluted network",
    "start": "overlap at the start",
    "step": "number of steps",
    "fine_start": "overlap at the start, of a line",
    "fine_load": "load α, of a line",
    "full_load": "load α of a full network",
    "full_J_D": "self-coupling J_D of a full network",
    "course": "overlap with the pattern, extrapolated in 1/K",
    "exact": "overlap with the pattern, infinitely many neurons",
    "basin_line": "overlap after 12 steps, by the start",
    "load_line": "overlap after 12 steps, by the load",
    "radius": "distance from which half of the patterns come back",
}
unjudged = {
    "full networks, of which no theory of recall is here": ("radius", "radius_error"),
    "the lines, of which the points that are judged are part": ("basin_line", "load_line"),
}


def compared(data: "xarray.Dataset") -> Comparisons:
    """Compare overlaps in networks, extrapolated, with those of infinitely many neurons."""
    z = (data["course"] - data["exact"]) / data["course_error"]
    parts: dict[str, Callable[[xarray.DataArray], xarray.DataArray]] = {
        "overlaps in the course of recall": lambda x: x.sel(alpha=0.3, start=0.5)[:, 1:],
        "overlaps after 12 steps, by the start": lambda x: x.sel(alpha=0.3)[:, :, -1],
        "overlaps after 12 steps, by the load": lambda x: x.sel(start=1.0)[:, :, -1],
    }
    for what, part in parts.items():
        error = part(data["course_error"])
        yield Compared("z", what, part(z), "course", error, "of the overlap", shared=True)


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw speed, basins and capacity, and the radius in full networks."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.0, 5.4))
    (speed, basins), (capacity, wide) = figure.subplots(2, 2)
    for i, J_D in enumerate(COUPLINGS):
        row, fmt = data.sel(J_D=J_D), "os^D"[i]
        style: dict[str, Any] = {"fmt": fmt, "mfc": "w", "ms": 4, "color": f"C{i}"}
        one = row.sel(alpha=0.3, start=0.5)
        speed.plot(row["step"], one["exact"], color=f"C{i}")
        speed.errorbar(row["step"], one["course"], one["course_error"], **style)
        end = row.isel(step=-1)
        basins.plot(row["fine_start"], row["basin_line"], color=f"C{i}")
        _mark(basins, row["start"], end.sel(alpha=0.3), style)
        capacity.plot(row["fine_load"], row["load_line"], color=f"C{i}")
        _mark(capacity, row["alpha"], end.sel(start=1.0), style)
        speed.plot([], [], fmt + "-", mfc="w", color=f"C{i}", label=f"$J_D = {J_D:g}$")
    basins.plot([0, 1], [0, 1], "k:", lw=0.8)
    for i, load in enumerate(data["full_load"].values):
        row = data.sel(full_load=load)
        label = f"$\\alpha = {load:g}$, $N = {data.attrs['full_N']}$"
        wide.errorbar(
            row["full_J_D"], row["radius"], row["radius_error"], fmt="sd"[i] + "-", mfc="w",
            color=f"C{i + 4}", label=label,
        )  # fmt: skip
    speed.set(xlabel="steps", ylabel="overlap with the pattern", title="speed")
    basins.set(xlabel="overlap at the start", ylabel="overlap after 12 steps", title="basins")
    capacity.set(xlabel="load $\\alpha$", ylabel="overlap after 12 steps", title="capacity")
    wide.set(xlabel="self-coupling $J_D$", ylabel="distance recalled from", ylim=(0, 0.5))
    wide.set_title("full networks")
    speed.legend(loc="lower right")
    wide.legend(loc="lower left")
    return figure


def _mark(ax: "Axes", x: "xarray.DataArray", row: "xarray.Dataset", style: dict[str, Any]) -> None:
    ax.errorbar(x, row["course"], row["course_error"], **style)
