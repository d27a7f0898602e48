"""Focusing in infinite networks, and on networks with couplings."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

import bp
import networks
from figures.compared import Compared, Comparisons, student

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from figures.chapter import Run

title = "The dynamics of focusing"
equation = (
    r"J e = \sum_r f_r\, (J^T f_r) \cdot e + \Big(1 - \sum_r f_r f_r^T\Big) \frac{\xi}{\sqrt N} "
    r"\quad q = \frac{1}{N} \sum_i m_i^2"
)
caption = (
    "Focusing with 7 replicas as the coupling γ to their centre grows, 5 iterations a step. Lines: "
    "means over runs without couplings, which are revealed as the algorithm asks for them: the law "
    "is exact at every N; the band is one standard error. Markers: means over networks with "
    "couplings (filled: the larger J_D). Left: the overlap, and where the state m = 0 loses "
    "stability in infinite networks (dotted). Middle: fraction of unstable neurons in the state of "
    "the signs. Right: Bethe entropy of the fixed points in the field of focusing. Past the "
    "smallest unstable fraction the messages no longer settle, and the entropy means nothing."
)

Y, DAMPING, ITERATIONS, GAMMA = 7.0, 0.6, 5, (0.15, 0.9)
MARKERS, STYLES = "os", ("-", "--", ":")
FILLED = (False, True)  # markers, by the self-coupling
NAMES = ("overlap", "unstable_fraction", "local_entropy")


def revealed(
    N: int, J_D: float, steps: int, runs: int, rng: np.random.Generator
) -> dict[str, npt.NDArray[np.float64]]:
    """Return means and errors over runs without couplings."""
    protocol = bp.scoping(steps, Y, GAMMA)
    found = bp.focusing_dynamics(
        J_D, protocol, N=N, runs=runs, damping=DAMPING, iterations=ITERATIONS, rng=rng
    )
    columns = [f"{name}{kind}" for name in NAMES for kind in ("", "_error")]
    return {name: _filled(getattr(found, name), steps) for name in columns}


def on_network(
    N: int, J_D: float, steps: int, rng: np.random.Generator
) -> dict[str, npt.NDArray[np.float64]]:
    """Return the trajectory of one network with couplings."""
    network = networks.Asymmetric(N, J_D).sample(rng)
    found = bp.focusing_trajectory(
        network, bp.scoping(steps, Y, GAMMA), damping=DAMPING, iterations=ITERATIONS, rng=rng
    )
    return {name: _filled(getattr(found, name), steps) for name in NAMES}


def _filled(values: npt.NDArray[np.float64], steps: int) -> npt.NDArray[np.float64]:
    """Return a trajectory that may have ended early; nan from there on."""
    return np.pad(values, (0, steps - len(values)), constant_values=np.nan)


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Run focusing with and without couplings."""
    import xarray

    sizes, infinite, runs, replicas = ([2000, 8000], 24_000, 8, 12) if full else ([400], 3000, 8, 8)
    steps = 50 if full else 30
    couplings = [0.2, 0.3]
    grid = {"J_D": couplings, "steps": [steps]}
    direct = _stepped(run(on_network, {"N": sizes, **grid}, replicas=replicas))
    lines = _stepped(run(revealed, {"N": [*sizes, infinite], "runs": [runs], **grid}))
    lines = lines.squeeze(["runs", "replica"], drop=True)
    data = {name: direct[name].mean("replica").rename(N="size") for name in NAMES}
    spread = {name: direct[name].std("replica", ddof=1).rename(N="size") for name in NAMES}
    data |= {f"{name}_error": spread[name] / np.sqrt(replicas) for name in NAMES}
    data |= {f"line_{name}": lines[name] for name in lines.data_vars}
    onset = [bp.onset(J_D, Y).gamma for J_D in couplings]
    return xarray.Dataset(
        {**data, "onset": ("J_D", onset)}, {"gamma": ("step", np.linspace(*GAMMA, steps))}
    ).assign_attrs(replicas=min(runs, replicas))


def _stepped(data: "xarray.Dataset") -> "xarray.Dataset":
    """Return trajectories along one dimension of steps."""
    import xarray

    return xarray.Dataset(
        {
            name: data[name].squeeze("steps", drop=True).rename({f"{name}_0": "step"})
            for name in data.data_vars
            if f"{name}_0" in data[name].dims
        }
    )


variables = {
    "overlap": "overlap q of networks with couplings: mean square of the magnetisations",
    "unstable_fraction": (
        "fraction of unstable neurons of networks with couplings: in the state of the signs"
    ),
    "local_entropy": (
        "Bethe entropy per neuron of fixed points in the field of focusing, of networks with "
        "couplings"
    ),
    "line_overlap": "overlap q of runs without couplings: mean square of the magnetisations",
    "line_unstable_fraction": (
        "fraction of unstable neurons of runs without couplings: in the state of the signs"
    ),
    "line_local_entropy": (
        "Bethe entropy per neuron of fixed points in the field of focusing, of runs without "
        "couplings"
    ),
    "onset": "coupling γ at which the state without magnetisations loses stability, N → ∞",
    "size": "number of neurons N, of networks with couplings",
    "N": "number of neurons N, of runs without couplings",
}

unjudged = {"where the overlap begins to grow: a line without data": ("onset",)}


def compared(data: "xarray.Dataset") -> Comparisons:
    """Compare networks with couplings with runs without, at the same number of neurons."""
    chosen = data["line_overlap"].sel(N=data["size"]) > 0.1
    for name in NAMES:
        line, error = (data[f"line_{name}{kind}"].sel(N=data["size"]) for kind in ("", "_error"))
        both = (data[f"{name}_error"] ** 2 + error**2) ** 0.5
        off = ((data[name] - line) / both).where(chosen & (both > 0))
        off = student(off, data.attrs["replicas"])
        words = name.replace("_", " ")
        what = f"the {words} with couplings and without, where the overlap is above 0.1"
        yield Compared("z", what, off, name, both, f"of the {name.split('_')[-1]}", shared=True)


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw overlap, unstable fraction and entropy against the coupling to the centre."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.0, 3.1))
    labels = ("overlap $q$", "unstable fraction", "local entropy")
    for ax, name, label in zip(figure.subplots(1, 3), NAMES, labels, strict=True):
        for color, J_D in enumerate(data["J_D"].values):
            _draw_one(ax, data.sel(J_D=J_D), name, f"C{color}", FILLED[color])
        ax.set(xlabel="coupling $\\gamma$", ylabel=label)
        if name == "unstable_fraction":
            ax.set_yscale("log")
    left, middle, right = figure.axes
    for color, J_D in enumerate(data["J_D"].values):
        left.axvline(float(data["onset"].sel(J_D=J_D)), color=f"C{color}", ls=":", lw=0.9)
        face = f"C{color}" if FILLED[color] else "w"
        label = f"$J_D = {J_D:g}$"
        middle.plot([], [], f"C{color}o-", ms=3, mfc=face, label=label)
    for style, N in zip(STYLES, data["N"].values[::-1], strict=False):
        left.plot([], [], color="0.4", ls=style, label=f"no couplings, N = {N}")
    for marker, size in zip(MARKERS, data["size"].values[::-1], strict=False):
        left.plot([], [], marker, ms=3, mfc="w", color="0.4", label=f"networks, N = {size}")
    left.legend(loc="lower right")
    middle.legend()
    right.set_ylim(0, 0.3)
    return figure


def _draw_one(ax: "Axes", data: "xarray.Dataset", name: str, color: str, filled: bool) -> None:
    gamma = data["gamma"].values
    for style, N in zip(STYLES, data["N"].values[::-1], strict=False):
        line, error = (data[f"line_{name}{kind}"].sel(N=N).values for kind in ("", "_error"))
        ax.plot(gamma, line, color=color, ls=style, lw=1.2 if style == "-" else 0.8)
        ax.fill_between(gamma, line - error, line + error, color=color, alpha=0.2, lw=0)
    for marker, size in zip(MARKERS, data["size"].values[::-1], strict=False):
        one = data.sel(size=size)
        values = one[name].where(one[name] > 0)
        ax.errorbar(
            *(gamma[::2], values[::2], one[f"{name}_error"][::2]),
            fmt=marker,
            ms=3,
            mfc=color if filled else "w",
            color=color,
            capsize=0,
        )
