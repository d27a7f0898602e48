"""A point mass that learns to follow a reference of several frequencies."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

import learning_dynamics as ld
from figures.compared import Compared, Comparisons

if TYPE_CHECKING:
    import xarray
    from matplotlib.figure import Figure

    from figures.chapter import Run

title = "Slow frequencies first"
equation = (
    r"L = \sum_f L_f \quad L_f = \frac{1}{2T} \sum_{t < T} \langle (x_t - r_{f,t})^2 \rangle "
    r"\quad r_f = A_f \cos(2\pi f t + \phi_f)"
)
caption = (
    "A network sees the position of a point mass and a reference, a sum of sines of random "
    "phases, and learns to make the one follow the other. Left: the part of the loss that each "
    "frequency causes, over that without forces. Lines: the map of the Gram matrix; circles: a "
    "network of N neurons, as far as it was trained. Right: the spectral radius of the loop, "
    "without the reference: one that is unstable by little costs little within T steps."
)

FREQUENCIES = (0.1, 0.2, 0.4)
T, RATE, LEAK, RANK, CLIP, KNOWN = 150, 1e-3, 0.1, 2, 1.0, 150
CLAIMED = 1e-10


def followed(N: int, steps: int, trained: int) -> dict[str, npt.NDArray[np.float64]]:
    """Return the loss of each frequency along the map, and along the first steps of a network."""
    loop = ld.Loop(ld.tracking(FREQUENCIES), T, LEAK)
    parts = [ld.Loop(ld.tracking(FREQUENCIES, unit), T, LEAK) for unit in np.eye(3)]
    weights = ld.Weights.draw(N, RANK, inputs=2, rng=1)
    at = np.geomspace(10, steps, KNOWN).round().astype(int)
    silent = np.array([part.loss([[0, 0]]) for part in parts])
    found = {"time": at * RATE}
    courses = {
        "network": ld.train(loop, weights, RATE, trained, CLIP),
        "map": ld.overlap_flow(loop, weights.gram, RATE, steps, CLIP),
    }
    for name, course in courses.items():
        made = at[at < len(course.loss)]
        O, padding = course.overlaps[made], (0, KNOWN - len(made))
        loss = np.array([[part.loss(o) for part in parts] for o in O]) / silent
        radius = course.radius[made]
        found[f"{name}_loss"] = np.pad(loss, [padding, (0, 0)], constant_values=np.nan)
        found[f"{name}_radius"] = np.pad(radius, padding, constant_values=np.nan)
    return found


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Follow learning."""
    import xarray

    N, steps, trained = (300, 200_000, 20_000) if full else (100, 20_000, 600)
    one = run(followed, {"N": [N], "steps": [steps], "trained": [trained]}).squeeze(drop=True)
    found = {
        name: (dims, one[name].values)
        for name, dims in {
            "network_loss": ("i", "f"),
            "network_radius": ("i",),
            "map_loss": ("i", "f"),
            "map_radius": ("i",),
        }.items()
    }
    time = ("i", one["time"].values)
    return xarray.Dataset(found, {"time": time, "f": list(FREQUENCIES)}).assign_attrs(N=N)


variables = {
    "network_loss": "loss that a frequency causes over that without forces, of the network",
    "network_radius": "spectral radius of the loop with the network: stable below 1",
    "map_loss": (
        "loss that a frequency causes over that without forces, by the map of the Gram matrix"
    ),
    "map_radius": "spectral radius of the loop by the map of the Gram matrix: stable below 1",
    "time": "time of learning: steps times rate",
    "f": "frequency f of the reference",
}


def compared(data: "xarray.Dataset") -> Comparisons:
    """Compare a network with its Gram matrix."""
    for name, what, claimed in (("loss", "losses", CLAIMED), ("radius", "radii", 100 * CLAIMED)):
        error = claimed * abs(data[f"map_{name}"])
        off = (data[f"network_{name}"] - data[f"map_{name}"]) / error
        what = f"{what} of a network and of its Gram matrix"
        yield Compared("deviation", what, off, f"network_{name}", error, f"of the {name}")


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw the loss of each frequency, and the spectral radius."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.2, 2.8))
    left, right = figure.subplots(1, 2)
    time, some = data["time"], slice(None, None, 8)
    for color, f in enumerate(data["f"].values):
        one = data.sel(f=f)
        left.plot(time, one["map_loss"], color=f"C{color}", label=f"$f = {f:g}$")
        left.plot(
            time[some], one["network_loss"][some], "o", ms=3, mfc="w", mew=0.8, color=f"C{color}"
        )
    left.axhline(1, color="k", lw=0.6)
    left.set(xscale="log", xlabel="rate $\\times$ steps", ylabel="loss / loss without forces")
    left.plot([], [], "o", ms=3, mfc="w", color="0.4", label=f"network, $N = {data.attrs['N']}$")
    left.legend(loc="lower left")
    right.plot(time, data["map_radius"], color="C0")
    right.plot(time[some], data["network_radius"][some], "o", ms=3, mfc="w", mew=0.8, color="C0")
    right.axhline(1, color="k", lw=0.6)
    right.set(xscale="log", xlabel="rate $\\times$ steps", ylabel="spectral radius of the loop")
    return figure
