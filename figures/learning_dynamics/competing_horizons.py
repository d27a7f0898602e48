"""What the first steps of the loop want of the weights, and what the rest wants."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

import learning_dynamics as ld
from figures.compared import Compared, Comparisons

if TYPE_CHECKING:
    import xarray
    from matplotlib.figure import Figure

    from figures.chapter import Run

title = "Short and long horizons compete"
equation = (
    r"\cos = \frac{\operatorname{tr} G_1^T S G_2}"
    r"{\sqrt{\operatorname{tr} G_1^T S G_1 \, \operatorname{tr} G_2^T S G_2}} "
    r"\quad G_i = \begin{pmatrix} 0 & D_i \\ D_i^T & 0 \end{pmatrix}"
)
caption = (
    "A point mass for T = 50 steps: the cosine, in the space of all weights, of the gradient of "
    "the loss of the first T_0 steps and that of the rest, while a network of rank one learns. "
    "Lines: along the map of the Gram matrix; circles: along the training of a network. Grey: the "
    "loss (right scale). At -1 what is good for the first steps is bad for the rest; dotted: the "
    "loop becomes stable."
)

SHORT = (4, 10, 20)
T, CLIP, KNOWN = 50, 1.0, 120
CLAIMED = 1e-8  # of cosines: differences of gradients of many steps


def cosines(N: int, rate: float, steps: int, trained: int) -> dict[str, npt.NDArray[np.float64]]:
    """Return the cosines along the map, and along the first steps of a network."""
    loop = ld.Loop(ld.double_integrator(), T)
    weights = ld.Weights.draw(N, rng=1)
    course = ld.overlap_flow(loop, weights.gram, rate, steps, CLIP)
    network = ld.train(loop, weights, rate, trained, CLIP)
    at = np.geomspace(10, steps, KNOWN).round().astype(int)
    early = at[at <= trained]
    direct = np.array([_cosines(loop, network.gram[i]) for i in early])
    stable = np.nan if course.stable_from is None else course.stable_from * rate
    return {
        "time": at * rate,
        "map": np.array([_cosines(loop, course.gram[i]) for i in at]),
        "network": np.pad(direct, [(0, KNOWN - len(early)), (0, 0)], constant_values=np.nan),
        "loss": course.loss[at],
        "stable": np.array(stable),
    }


def _cosines(loop: ld.Loop, gram: npt.NDArray[np.float64]) -> list[float]:
    return [ld.gradient_cosine(loop, gram, first) for first in SHORT]


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Follow learning."""
    import xarray

    size = (1000, 2e-5, 500_000, 500_000) if full else (100, 2e-5, 250_000, 1500)
    grid = {"N": [size[0]], "rate": [size[1]], "steps": [size[2]], "trained": [size[3]]}
    one = run(cosines, grid).squeeze(drop=True)
    return xarray.Dataset(
        {
            "map": (("i", "first"), one["map"].values),
            "network": (("i", "first"), one["network"].values),
            "loss": ("i", one["loss"].values),
            "stable": ((), float(one["stable"])),
        },
        {"time": ("i", one["time"].values), "first": list(SHORT)},
    ).assign_attrs(N=size[0])


variables = {
    "map": (
        "cosine of the gradients of the first steps and of the rest, by the map of the Gram matrix"
    ),
    "network": "cosine of the gradients of the first steps and of the rest, of a network",
    "loss": "loss by the map of the Gram matrix",
    "stable": "time of learning from which on the loop is stable: steps times rate",
    "time": "time of learning: steps times rate",
    "first": "number of the first steps T_0",
}

unjudged = {"the loss, for orientation": ("loss",), "where the loop is stable": ("stable",)}


def compared(data: "xarray.Dataset") -> Comparisons:
    """Compare cosines along the map and along the training of a network."""
    off = (data["network"] - data["map"]) / CLAIMED
    what = "cosines of a network and of its Gram matrix"
    yield Compared("deviation", what, off, "network", CLAIMED, "of the cosine")


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw cosines, and the loss."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4.8, 3.0))
    ax = figure.subplots()
    other = ax.twinx()
    other.plot(data["time"], data["loss"], color="0.75", lw=2.5)
    other.set(yscale="log", ylabel="loss")
    other.spines["right"].set_visible(True)
    other.yaxis.label.set_color("0.5")
    other.tick_params(axis="y", colors="0.5", which="both")
    ax.set_zorder(1)
    ax.patch.set_visible(False)
    for color, first in enumerate(data["first"].values):
        one = data.sel(first=first)
        ax.plot(data["time"], one["map"], color=f"C{color}", label=f"$T_0 = {first}$")
        ax.plot(
            data["time"][::6], one["network"][::6], "o", ms=3, mfc="w", mew=0.8, color=f"C{color}"
        )
    ax.axhline(0, color="k", lw=0.6)
    ax.axvline(float(data["stable"]), color="k", ls=":", lw=0.8)
    ax.plot([], [], "o", ms=3, mfc="w", color="0.4", label=f"network, $N = {data.attrs['N']}$")
    ax.set(xscale="log", xlabel="rate $\\times$ steps", ylabel="cosine of gradients")
    ax.set_ylim(-1.05, 1.05)
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=4, columnspacing=1)
    return figure
