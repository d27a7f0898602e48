"""A network that learns in the loop, and one that imitates it, on the map of the Gram matrix."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

import learning_dynamics as ld
from figures.compared import Compared, Comparisons

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from figures.chapter import Run

Floats = npt.NDArray[np.float64]

title = "Learning in the loop, and by imitation"
equation = (
    r"S \leftarrow F^T S F \quad F = 1 - \epsilon \begin{pmatrix} 0 & D \\ D^T & 0 \end{pmatrix} "
    r"\quad D = \frac{\partial L}{\partial O} "
    r"\quad O = \begin{pmatrix} k & \sigma_{zu} \\ \sigma_{vm} & a \end{pmatrix} "
    r"\quad b = \sigma_{vm} \sigma_{zu}"
)
caption = (
    "A network of rank one learns to bring a point mass to rest. Closed: in the loop. Open: from "
    "the same start by imitation, on white noise, of what the other one was at the dotted line. "
    "Lines: the map of the Gram matrix; circles: networks of N neurons, trained back through "
    "time. Gradients are clipped at 1, and the time is the number of steps times the rate. Left: "
    "the loss, over its value at the start. "
    "Middle: feedback k, recurrence a and memory b. Right: spectral radius of the loop that the "
    "network closes, or would close, stable below 1: the imitating student first makes it worse."
)

CLAIMED = 1e-10  # of losses and overlaps, relative to the largest
KINDS = ("closed", "open")
CLIP, PASSED, KNOWN = 1.0, 2.0, 200  # the teacher has learned for so long; times that are kept
NAMES = ("k", "a", "b")


def followed(kind: str, N: int, T: int, rate: float, steps: int) -> dict[str, Floats]:
    """Return the course of a network and of its Gram matrix."""
    weights = ld.Weights.draw(N, rng=1)
    loop = ld.Loop(ld.double_integrator(), T)
    learner = loop
    if kind == "open":  # its loss is a sum over steps, its rate that of the other loop
        passed = ld.overlap_flow(loop, weights.gram, rate, round(PASSED / rate), CLIP)
        learner = ld.Loop(ld.imitation(passed.overlaps[-1]), T)
    scale = T if kind == "open" else 1
    pace = (rate * scale, steps, CLIP / scale)
    courses = {
        "network": ld.train(learner, weights, *pace),
        "map": ld.overlap_flow(learner, weights.gram, *pace),
    }
    at = kept(steps)
    found: dict[str, Floats] = {"time": at * np.float64(rate)}
    for name, course in courses.items():
        O = course.overlaps[at]
        found[f"{name}_loss"] = course.loss[at] / course.loss[0]
        found[f"{name}_overlaps"] = np.stack([O[:, 0, 0], O[:, 1, 1], O[:, 0, 1] * O[:, 1, 0]])
        found[f"{name}_radius"] = np.asarray(loop.spectral_radius(O))
    return found


def kept(steps: int) -> npt.NDArray[np.int64]:
    """Return the steps that are kept, more of the early ones."""
    return np.geomspace(steps / 300, steps, KNOWN).round().astype(np.int64)


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Train networks, and follow their Gram matrices."""
    import xarray

    T, rate, sizes, steps = (50, 2e-5, [100, 1000], 300_000) if full else (20, 2e-4, [30], 20_000)
    grid = {"kind": list(KINDS), "N": sizes, "T": [T], "rate": [rate], "steps": [steps]}
    data = run(followed, grid).squeeze(["T", "rate", "steps", "replica"], drop=True)
    found = {}
    for name in data.data_vars:
        if str(name).startswith(("network_", "map_", "time")):
            dims = {f"{name}_0": "i"}
            if str(name).endswith("overlaps"):
                dims = {f"{name}_0": "overlap", f"{name}_1": "i"}
            found[str(name)] = data[name].rename(dims)
    time = found.pop("time").isel(kind=0, N=0, drop=True)
    return xarray.Dataset(found, {"time": time, "overlap": list(NAMES)}).assign_attrs(
        T=T, passed=PASSED
    )


variables = {
    "network_loss": "loss of the network over its first value",
    "network_overlaps": "feedback k, recurrence a and memory b of the network",
    "network_radius": "spectral radius of the loop with the network: stable below 1",
    "map_loss": "loss by the map of the Gram matrix over its first value",
    "map_overlaps": "feedback k, recurrence a and memory b by the map of the Gram matrix",
    "map_radius": "spectral radius of the loop by the map of the Gram matrix: stable below 1",
    "time": "time of learning: steps times rate",
    "kind": "learning in the closed loop, or open by imitation",
    "overlap": "which overlap: feedback k, recurrence a, memory b",
}


def compared(data: "xarray.Dataset") -> Comparisons:
    """Compare each network with its Gram matrix."""
    for name, what in (("loss", "losses"), ("overlaps", "overlaps"), ("radius", "radii")):
        network, exact = data[f"network_{name}"], data[f"map_{name}"]
        scale = abs(exact).max("overlap") if name == "overlaps" else abs(exact)
        error = CLAIMED * scale * (100 if name == "radius" else 1)  # of roots that nearly coincide
        off = (network - exact) / error
        what = f"{what} of networks and of their Gram matrices"
        yield Compared("deviation", what, off, f"network_{name}", error, f"of the {name}")


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw loss, overlaps and spectral radius against the time of learning."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.2, 2.7))
    left, middle, right = figure.subplots(1, 3)
    for color, kind in enumerate(KINDS):
        one = data.sel(kind=kind)
        _draw(left, one, "loss", f"C{color}", kind)
        _draw(right, one, "radius", f"C{color}", "")
        for shade, name in enumerate(NAMES):
            style, label = ("-", f"${name}$") if kind == "closed" else ("--", "")
            _draw(middle, one.sel(overlap=name), "overlaps", f"C{shade + 2}", label, style)
    for ax in (left, middle, right):
        ax.axvline(data.attrs["passed"], color="0.5", ls=":", lw=0.8)
        ax.set(xscale="log", xlabel="rate $\\times$ steps")
    middle.plot([], [], color="0.4", label="closed")
    middle.plot([], [], "--", color="0.4", label="open")
    middle.legend(loc="upper left")
    for marker, N in zip("os", data["N"].values, strict=False):
        right.plot([], [], marker, ms=3, mfc="w", color="0.4", label=f"network, $N = {N}$")
    right.legend(loc="lower left")
    left.set(ylabel="loss / loss at the start", yscale="log")
    left.legend(loc="lower left")
    middle.set(ylabel="overlaps")
    right.axhline(1, color="k", lw=0.6)
    right.set(ylabel="spectral radius of the loop")
    return figure


def _draw(
    ax: "Axes", data: "xarray.Dataset", name: str, color: str, label: str, style: str = "-"
) -> None:
    time = data["time"].values
    for i, N in enumerate(data["N"].values):
        one = data.sel(N=N)
        ax.plot(time, one[f"map_{name}"], style, color=color, label=None if i else label or None)
        some = slice(5 * i, None, 16)
        network = one[f"network_{name}"]
        ax.plot(time[some], network[some], "os"[i], ms=3, mfc="w", mew=0.8, color=color)
