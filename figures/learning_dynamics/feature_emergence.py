"""Which features emerge in modular addition: one node, exactly; a network, measured."""

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

import learning_dynamics as ld
import sweeps
from figures.compared import Compared, Comparisons

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from figures.chapter import Run

Floats = npt.NDArray[np.float64]

title = "Which frequency a hidden node becomes"
equation = (
    r"E = \frac12 |\tilde Y^T (a_x + b_y)^2|^2 = \frac2M \sum_{k \ne 0} p_k q_k \le \frac M4 \quad "
    r"\dot p_k = \dot q_k = 8 p_k q_k \quad "
    r"k^* = \operatorname{arg min}_k \frac{\ln(p_k/q_k)}{p_k - q_k}"
)
caption = (
    "Addition modulo M by hidden nodes with the response (a_x + b_y)². Left: nodes that climb "
    "their energy E on the sphere, on the whole table, M = 23; all end at M/4, each in one "
    "frequency, and which one is known from the initial weights (those that err are drawn in "
    "another shade; the verdict counts them, but for nodes of which two frequencies are within 1 "
    "% of the same time). Middle: the share of each frequency in the power of one node against "
    "its energy, along its ascent (circles) and by the theory without a constraint (lines). "
    "Right: accuracy on pairs that were not shown, of networks trained by Adam with weight decay "
    "on n of the M² pairs, over n/(M ln M) (mean of initial weights and pairs; one standard "
    "error). Caution: this is the state after a fixed number of epochs. Boundaries move with the "
    "time of training, and sample size and time are not separated: nothing on the right is "
    "compared."
)

M, STEP, SEEN, LAST = 23, 0.01, 101, 15
PATH_STEP, LOOKS, BETWEEN = 0.002, 40, 60
CLAIMED = 5 * PATH_STEP  # of shares of the power
RATIOS = (2.0, 2.5, 3.0, 3.5, 4.0, 4.5)
EPOCHS = 800


def ascents(nodes: int, rng: np.random.Generator) -> dict[str, Floats]:
    """Return energies along the ascent of nodes, and the frequencies foretold and reached."""
    start = rng.normal(size=(2 * M, nodes))
    found = ld.ascend(ld.ModularAddition(M), start, STEP)
    times = np.sort(ld.blow_up_times(start), axis=0)
    at = np.minimum(np.linspace(0, LAST / STEP, SEEN).astype(int), len(found.energy) - 1)
    return {
        "energy": found.energy[at],
        "foretold": ld.winning_frequency(start).astype(float),
        "reached": found.frequency.astype(float),
        "margin": times[1] / times[0] - 1,
    }


def path(step: float, rng: np.random.Generator) -> dict[str, Floats]:
    """Return energy and shares of the power along one ascent, and shares by the theory."""
    table = ld.ModularAddition(M)
    start = rng.normal(size=(2 * M, 200))
    strongest = 1 + np.argmax(np.prod(ld.fourier_powers(start)[:, 1:], axis=0), axis=0)
    overtaken = np.flatnonzero(strongest != ld.winning_frequency(start))
    w = start[:, overtaken[:1]]
    powers = ld.fourier_powers(w)[..., 0]
    energy, shares, theory = [], [], []
    for _ in range(LOOKS):
        w = ld.ascend(table, w, step, max_steps=BETWEEN, throw=False).weights
        energy.append(float(table.energy(w)[0]))
        shares.append(2 * ld.fourier_powers(w)[:, 1:, 0].sum(0) / M)
        theory.append(_shares(powers, energy[-1]))
    return {"energy": np.array(energy), "shares": np.array(shares), "theory": np.array(theory)}


def _shares(powers: Floats, energy: float) -> Floats:
    """Return shares of the power when a node of length 1 has come to this energy."""
    from scipy.optimize import brentq

    (p, q), constant = powers[:, 1:], powers[:, 0].sum()
    last = (np.log(p / q) / (8 * (p - q))).min()

    def moved(t: float) -> tuple[Floats, Floats, float]:
        ratio = q / p * np.exp(8 * (p - q) * t)
        now = (p - q) / (1 - ratio)
        both = now * (1 + ratio)
        length = (constant + 2 * both.sum()) / M
        return both, now**2 * ratio, length

    def off(t: float) -> float:
        _, product, length = moved(t)
        return float(4 / M * product.sum() / length**2 - energy)

    both, _, length = moved(brentq(off, 0, last * (1 - 1e-9), xtol=1e-16))
    return np.asarray(2 * both / length / M)


def accuracy(M: int, ratio: float, nodes: int, rng: np.random.Generator) -> dict[str, float]:
    """Return the accuracy on pairs that were shown, and on all others."""
    pairs = round(ratio * M * np.log(M))
    table = ld.ModularAddition.draw(M, pairs, rng=rng)
    found = ld.train_addition(table, nodes, epochs=EPOCHS, every=EPOCHS, rng=rng)
    return {"train": float(found.train[-1]), "test": float(found.test[-1])}


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Let nodes climb, and train networks."""
    import xarray

    nodes, batches, replicas = (100, 4, 3) if full else (25, 2, 2)
    moduli = {17: 256, 29: 256, 41: 384, 59: 512} if full else {13: 96, 17: 96}
    ratios = list(RATIOS) if full else list(RATIOS[2:5])
    climbed = run(ascents, {"nodes": [nodes]}, replicas=batches).squeeze("nodes", drop=True)
    one = run(path, {"step": [PATH_STEP]}).squeeze(drop=True)
    parts = []
    for modulus, hidden in moduli.items():
        grid = {"M": [modulus], "ratio": ratios, "nodes": [hidden]}
        parts.append(sweeps.summary(run(accuracy, grid, replicas=replicas).squeeze("nodes")))
    found = xarray.concat(parts, "M")
    energy = climbed["energy"].transpose("energy_0", "replica", "energy_1").values
    return xarray.Dataset(
        {
            "energy": (("look", "node"), energy.reshape(SEEN, -1)),
            "foretold": ("node", climbed["foretold"].values.ravel()),
            "reached": ("node", climbed["reached"].values.ravel()),
            "margin": ("node", climbed["margin"].values.ravel()),
            "path": ("i", one["energy"].values),
            "share": (("i", "k"), one["shares"].values),
            "theory": (("i", "k"), one["theory"].values),
            "train": found["train"],
            "test": found["test"],
            "test_error": found["test_error"],
        },
        {"k": np.arange(1, M // 2 + 1)},
    )


variables = {
    "energy": "energy E of a node along its ascent",
    "foretold": "frequency foretold from the initial weights",
    "reached": "frequency that the node reached",
    "margin": "relative distance of the two shortest times of blow-up",
    "path": "energy E along the ascent of one node",
    "share": "share of a frequency in the power of that node",
    "theory": "share of a frequency in the power of that node, by theory",
    "train": "accuracy on pairs that were shown",
    "test": "accuracy on pairs that were not shown",
    "nodes": "number of hidden nodes: that of the first modulus",
    "M": "modulus M",
    "ratio": "number of pairs shown over M ln M",
    "k": "frequency k",
    "node": "number of the node",
    "look": "number of the look along the ascent",
    "i": "number of the look along the ascent of one node",
}

unjudged = {
    "simulation alone: where it lies depends on the time of training": (
        "train",
        "test",
        "test_error",
    ),
    "the abscissa of two panels": ("path",),
}


def compared(data: "xarray.Dataset") -> Comparisons:
    """Compare winners with those foretold, final energies with M/4, and a path with the theory."""
    wrong = (data["reached"] != data["foretold"]).astype(float)
    what = "frequencies of nodes, foretold from their initial weights"
    yield Compared("mismatch", what, wrong.where(data["margin"] > STEP))
    off = (data["energy"].isel(look=-1) - M / 4) / 1e-4
    what = "energies where nodes come to rest, and M/4"
    yield Compared("expansion", what, off, "energy", 1e-4, "of the energy")
    off = (data["share"] - data["theory"]) / CLAIMED
    what = "shares of the power along an ascent of small steps"
    yield Compared("expansion", what, off, "share", CLAIMED, "of a share")


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw energies of nodes, the shares of one, and accuracies."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.2, 2.7))
    left, middle, right = figure.subplots(1, 3)
    progress = np.linspace(0, LAST, SEEN)
    right_ones = (data["reached"] == data["foretold"]).values
    for chosen, shade in ((right_ones, "C0"), (~right_ones, "C1")):
        left.plot(progress, data["energy"].values[:, chosen], color=shade, lw=0.5, alpha=0.6)
    left.axhline(M / 4, color="k", ls="--", lw=0.8)
    left.set(xlabel="step size $\\times$ steps", ylabel="energy $E$")
    left.set(xlim=(0, 8), ylim=(0, 1.12 * M / 4))
    left.text(7.9, M / 4 * 1.02, "$M/4$", ha="right", va="bottom", fontsize=8)
    strongest = np.argsort(-data["share"].max("i").values)[:4]
    for color, at in enumerate(sorted(strongest)):
        one = data.isel(k=at)
        label = f"$k = {int(one['k'])}$"
        middle.plot(data["path"], one["theory"], color=f"C{color}", label=label)
        some = slice(color % 2, None, 2)
        style: dict[str, Any] = {"ms": 3.5, "mfc": "w", "color": f"C{color}"}
        middle.plot(data["path"][some], one["share"][some], "os^D"[color], **style)
    middle.set(xlabel="energy $E$", ylabel="share of the power")
    middle.legend(loc="upper left")
    _draw_accuracy(right, data)
    return figure


def _draw_accuracy(ax: "Axes", data: "xarray.Dataset") -> None:
    for color, modulus in enumerate(data["M"].values):
        one = data.sel(M=modulus)
        style: dict[str, Any] = {"ms": 4, "mfc": "w", "lw": 0.8, "color": f"C{color}"}
        label = f"$M = {modulus}$"
        marker = "os^D"[color] + "-"
        ax.errorbar(one["ratio"], one["test"], one["test_error"], fmt=marker, label=label, **style)
    ax.set(xlabel="$n/(M \\ln M)$", ylabel=f"accuracy after {EPOCHS} epochs", ylim=(-0.03, 1.03))
    ax.legend(loc="upper left")
