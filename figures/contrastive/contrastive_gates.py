"""Chemical reactions that learn to compute logic functions."""

from typing import TYPE_CHECKING

import numpy as np

from contrastive_ode.tasks import demonstration, gates
from figures.contrastive import contrastive_runs
from figures.contrastive.contrastive_runs import draw_curves, trained

if TYPE_CHECKING:
    import xarray
    from matplotlib.figure import Figure

    from figures.chapter import Run

title = "Logic gates of reactions"
equation = (
    r"\dot{x}_i = \sum_{jk} (R_{jik} - R_{ijk}) - \gamma x_i "
    r"\quad R_{ijk} = \frac{V_{ijk} x_i}{K_{ijk} (1 + C_{ijk} x_k) + x_i}"
)
caption = (
    "Reactions learn logic functions. Eight species with Michaelis-Menten reactions, each "
    "inhibited by a third species. The inputs are held at 0 or 1, the concentration of the last "
    "species should be the logic function. Left: the output for every row of the truth table, "
    "before (open) and after training (filled), and the target (bar); dashed: the threshold at "
    "which it is read. Right: cost and alignment during training. XNOR, in the full version, is "
    "learned in two stages: eight species learn XOR first, then a ninth makes XNOR of it, by "
    "channels from and to the reference; from the start of the others it is not learned, not even "
    "by the exact gradient."
)


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Train the gates, and read out their truth tables."""
    import xarray

    names, iterations = (tuple(gates.TABLES), 30_000) if full else (("NOT", "OR"), 3000)
    parts = []
    for name in names:
        made = demonstration(name, rng=0)
        data = trained(run, name, iterations * len(made.stages), (0,))
        read = [
            gates.outputs(made.model, name, w) for w in (made.w, data["after"].sel(seed=0).values)
        ]
        rows = np.full((2, 4), np.nan)
        rows[:, : len(read[0])] = read
        wanted = np.full(4, np.nan)
        wanted[: len(read[0])] = gates.TABLES[name]
        parts.append(
            data.drop_vars(["before", "after"]).assign(
                read=(("when", "row"), rows), wanted=("row", wanted)
            )
        )
    return xarray.concat(parts, xarray.DataArray(list(names), dims="gate", name="gate"))


variables = {
    **contrastive_runs.variables,
    "read": "concentration of the output",
    "wanted": "logic function that the output should have",
    "gate": "logic gate",
    "when": "time, counted from 0: before and after training",
    "row": "row of the truth table",
}

unjudged = {
    "the course of training and what it reached: no theory of it": (
        "alignment",
        "iteration",
        "loss",
        "read",
    ),
    "what should be learned, no theory": ("wanted",),
}


compared = contrastive_runs.compared


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw truth tables and curves."""
    from matplotlib.figure import Figure

    count = data.sizes["gate"]
    figure = Figure(figsize=(4.7, 1.75 * count + 0.4))
    axes = figure.subplots(count, 2, squeeze=False)
    for m, name in enumerate(data["gate"].values):
        here, top = data.sel(gate=name), axes[m, 0]
        labels = ["".join(map(str, bits)) for bits in gates.rows(str(name))]
        places = np.arange(len(labels))
        before, after = here["read"].values[:, : len(labels)]
        wanted = here["wanted"].values[: len(labels)]
        top.hlines(wanted, places - 0.35, places + 0.35, color="k", lw=1, label="target")
        top.plot(places, before, "o", mfc="w", color="C1", label="before")
        top.plot(places, after, "o", color="C0", label="after")
        top.axhline(0.5, color="0.6", ls="--", lw=0.7)
        top.set(title=str(name), ylim=(-0.25, 1.75), xlabel="inputs")
        top.set_xticks(places, labels)
        top.set_ylabel("output")
        draw_curves(axes[m, 1], here)
    handles = axes[0, 0].get_legend_handles_labels()
    figure.legend(*handles, loc="outside upper left", ncols=3)
    return figure
