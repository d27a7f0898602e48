"""At which self-coupling a simple rule starts to settle, at any size."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

import dynamics
import networks
from figures.compared import Compared, Comparisons
from figures.relaxation import active_lifetime, lifetime_law
from figures.relaxation.persistence import threshold
from figures.shared import fractions, strokes
from figures.shared.lattice import on_lattice
from figures.shared.samples import pooled

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from figures.chapter import Run

title = "Thresholds of relaxation"
equation = (
    r"P(\text{settled within } T \text{ sweeps}; N, J_\mathrm{a}) = \tfrac12 \quad "
    r"\tau(N, J_\mathrm{a}) \ln 2 = T"
)
caption = (
    "Left: fraction of networks (random starts, a new random order each sweep) that settled within "
    "the longest time T of the middle panel, with Clopper-Pearson 68 % intervals; lines: logistic "
    "fits. Middle: the thresholds J_a(N) for several T, with bootstrap 68 % intervals, by Gaussian "
    "couplings (open) and, for large N, couplings ±1/√N of one bit (filled; their stabilities, and "
    "so their dependence on J_D, have steps of 2/√N: they are drawn, and fitted, at the middle of "
    "the step they are on). Grey: J_a(∞), above which the activity of infinitely many neurons dies "
    "(figure persistence), with one standard error. Lines: where the mean lifetime of the active "
    "state is T/ln 2, by the law of the figure active_lifetime, which was fitted to lifetimes "
    "alone; they end where T is too short for it, below three times the 4/(J_a(∞) - J_D)² sweeps "
    "that it takes to forget the start. At fixed T and N → ∞ the threshold passes J_a(∞): all N "
    "neurons have to be stable, so that the unstable fraction has to fall below 1/N. Right: other "
    "orders of updates at the longest T (of the most unstable first, a sweep is N flips: far more "
    "than of the others); thin lines guide the eye."
)

Floats = npt.NDArray[np.float64]

BATCH = 10
ORDERS = ("permutation", "random", "fixed", "most_unstable")


def settle(
    N: int, J_D: float, order: str, couplings: str, max_sweeps: int, rng: np.random.Generator
) -> Floats:
    """Relax a batch of networks; return the sweeps that they needed, inf if they did not settle."""
    ensemble = networks.Asymmetric(N, J_D, couplings=couplings)
    needed = np.full(BATCH, np.inf)
    for i in range(BATCH):
        relaxation = dynamics.relax(
            ensemble.sample(rng), order=order, max_sweeps=max_sweeps, rng=rng
        )
        if relaxation.converged:
            needed[i] = relaxation.sweeps
    return needed


def settle_plainly(
    N: int, J_D: float, order: str, max_sweeps: int, rng: np.random.Generator
) -> Floats:
    """Do the same as `settle` with Gaussian couplings, without anything of the package."""
    needed = np.full(BATCH, np.inf)
    for one in range(BATCH):
        J = rng.normal(scale=N**-0.5, size=(N, N))
        np.fill_diagonal(J, 0)
        s = rng.choice([-1.0, 1.0], size=N)
        h = J @ s
        for sweep in range(max_sweeps + 1):
            if (s * h + J_D > 0).all():
                needed[one] = sweep
                break
            visits = rng.integers(N, size=N) if order == "random" else np.arange(N)
            if order == "permutation":
                visits = rng.permutation(N)
            for i in visits:
                if order == "most_unstable":
                    i = np.argmin(s * h)
                if s[i] * h[i] + J_D <= 0:
                    s[i] *= -1
                    h += 2 * s[i] * J[:, i]
    return needed


def window(N: int, order: str, T: int) -> list[float]:
    """Return self-couplings around the threshold, guessed from a first look at it."""
    guess = 0.97 - 0.7 * (128 / N) ** 0.3 + 0.05 * np.log10(1000 / T)
    if order == "most_unstable":
        guess -= 0.15
    return [round(guess + x, 3) for x in np.linspace(-0.24, 0.24, 13) if guess + x >= 0]


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Relax networks of all sizes around their thresholds."""
    import xarray

    dense, bits = (
        ([128, 256, 512, 1024, 2048, 4096], [2048, 4096]) if full else ([64, 128, 256], [])
    )
    bits += [8192, 16384, 32768] if full else [256]
    times, batches = ([100, 300, 1000], 3) if full else ([30, 100], 2)
    cases = [("permutation", "gaussian", N, batches) for N in dense]
    cases += [("permutation", "binary", N, 2) for N in bits]
    cases += [
        (order, "gaussian", N, batches) for order in ORDERS[1:] for N in dense[: 3 if full else 2]
    ]
    rows = [_case(run, order, kind, N, times, count) for order, kind, N, count in cases]
    data = xarray.concat(rows, "case", join="outer", fill_value=np.nan)
    grid = {"order": ["synchronous"], "dt": [1.0]}
    grid |= {"t_max": [400], "samples": [400000]} if full else {"t_max": [120], "samples": [32000]}
    infinite = run(threshold, grid).squeeze(drop=True)
    data = data.assign(infinite=infinite["value"], infinite_error=infinite["error"])
    plain_z = _plain_z(run, data.isel(case=data["size"].values == dense[0]))
    lives = active_lifetime.compute(run, full)
    return data.merge(law(data, lives)).assign(plain_z=plain_z).assign_attrs(longest=times[-1])


def _plain_z(run: "Run", data: "xarray.Dataset") -> "xarray.DataArray":
    """Compare how many of the smallest networks settled, over all J_D, with plain Python."""
    import xarray

    N, T = int(data["size"][0]), data["T"]
    scores = []
    for order in ORDERS:
        chosen = (data["order"] == order) & (data["couplings"] == "gaussian")
        one = data.isel(case=np.flatnonzero(chosen)[0]).dropna("point")
        grid = {
            "N": [N],
            "J_D": one["J_D"].values.tolist(),
            "order": [order],
            "max_sweeps": [int(T[-1])],
        }
        needed = pooled(run(settle_plainly, grid)["result"]).squeeze().values
        plain = xarray.DataArray(
            [(needed <= t).mean(axis=-1) for t in T.values], dims=("T", "point")
        )
        n, m = int(one["trials"]), needed.shape[-1]
        both = (n * one["settled"] + m * plain) / (n + m)
        variance = both * (1 - both) * (n + m) / (n + m - 1) * (1 / n + 1 / m)
        scores.append((one["settled"] - plain).sum("point") / variance.sum("point") ** 0.5)
    return xarray.concat(scores, "plain_order")


def law(data: "xarray.Dataset", lives: "xarray.Dataset") -> "xarray.Dataset":
    """Return the thresholds by the law of lifetimes, at the sizes of `data` and between them."""
    import xarray

    found = active_lifetime.fit(lives, "theory", lives["lasts"].values)
    usual = data["order"].values == "permutation"
    size = np.where(usual, data["size"].values, np.nan)
    between = np.geomspace(np.nanmin(size), np.nanmax(size), 40)

    def at(sizes: Floats) -> Floats:
        ends = [
            [
                lifetime_law.threshold(found, N, T) if np.isfinite(N) else (np.nan,) * 2
                for N in sizes
            ]
            for T in data["T"].values
        ]
        return np.array(ends)

    known = at(size)
    return xarray.Dataset(
        {
            "law": (("T", "case"), known[..., 0]),
            "law_error": (("T", "case"), known[..., 1]),
            "line_size": ("line", between),
            "line_J_D": (("T", "line"), at(between)[..., 0]),
        },
        {"T": data["T"].values},
    )


def _case(
    run: "Run", order: str, kind: str, N: int, times: list[int], batches: int
) -> "xarray.Dataset":
    """Return fractions and thresholds of one size."""
    import xarray

    J_D = window(N, order, times[-1])
    grid = {
        "N": [N],
        "J_D": J_D,
        "order": [order],
        "couplings": [kind],
        "max_sweeps": [times[-1]],
    }
    needed = pooled(run(settle, grid, replicas=batches)["result"]).squeeze().values
    trials = needed.shape[-1]
    settled = [(needed <= T).sum(axis=-1) for T in times]
    felt = on_lattice(J_D, N) if kind == "binary" else np.array(J_D)
    fits = [fractions.fit(felt, counts, trials) for counts in settled]
    x = np.linspace(felt[0], felt[-1], 60)
    return xarray.Dataset(
        {
            "J_D": ("point", felt),
            "fraction": ("point", settled[-1] / trials),
            "settled": (("T", "point"), np.array(settled) / trials),
            "trials": trials,
            "interval": (("point", "end"), fractions.intervals(settled[-1], trials)),
            "x": ("fine", x),
            "fit": ("fine", fits[-1].at(x)),
            "threshold": (("T", "bound"), [fractions.bounds(fit) for fit in fits]),
            "size": N,
            "order": order,
            "couplings": kind,
        },
        {
            "T": times,
            "bound": ["low", "value", "high"],
            "end": ["low", "high"],
            "point": np.arange(len(J_D)),
        },
    )


variables = {
    "fraction": "fraction of networks that settled within the longest time",
    "settled": "fraction of networks that settled within T sweeps",
    "trials": "number of networks at each self-coupling",
    "interval": "fraction of networks that settled, ends of its Clopper-Pearson 68 % interval",
    "x": "self-coupling J_D, of the fits",
    "fit": "logistic fit of the fraction of networks that settle",
    "threshold": (
        "self-coupling J_a(N) at which half of the networks settle: low end, value, high end of "
        "a bootstrap 68 % interval"
    ),
    "size": "number of neurons N",
    "order": "order of updates",
    "couplings": "distribution of the couplings: Gaussian, or ±1/√N of one bit",
    "infinite": "self-coupling J_a(∞) above which the activity of infinitely many neurons dies",
    "plain_z": (
        "fraction of networks that settle by the package and by plain Python, their difference "
        "in standard errors"
    ),
    "law": "self-coupling at which half settle by the law of lifetimes",
    "line_size": "number of neurons N, of the lines",
    "line_J_D": "self-coupling at which half settle by the law of lifetimes, of the lines",
    "T": "number of sweeps allowed",
    "point": "number of the self-coupling in its case",
    "plain_order": "order of updates, counted from 0: permutation, random, fixed, most unstable",
}

unjudged = {
    "simulation and fits to it: no theory of it": ("fit", "fraction", "interval", "x"),
    "what the law of lifetimes gives between the sizes": ("line_J_D", "line_size"),
    "judged where it is derived": ("infinite", "infinite_error"),
    "parameters": ("J_D", "couplings", "order", "size"),
}


def compared(data: "xarray.Dataset") -> Comparisons:
    """Compare thresholds with the law of lifetimes, and relaxation with plain Python."""
    off, error = deviation(data)
    what = "thresholds, and the law of lifetimes"
    yield Compared("z", what, off / error, "threshold", error, "of J_D", shared=True)
    what = "networks relaxed by the package and by plain Python"
    yield Compared("twin", what, data["plain_z"], shared=True)


def deviation(data: "xarray.Dataset") -> "tuple[xarray.DataArray, xarray.DataArray]":
    """Return by how much thresholds are above the law, and the error; nan where it says nothing."""
    low, value, high = (data["threshold"].sel(bound=b, drop=True) for b in ("low", "value", "high"))
    width = (high - low) / 2
    width = width.where(np.isfinite(width) & (width > 0))
    error = (width**2 + data["law_error"] ** 2) ** 0.5
    return value - data["law"], error.transpose(*data["law"].dims)


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw fractions, thresholds over size and time, and over the order."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.2, 2.9))
    left, middle, right = figure.subplots(1, 3)
    dense = data["couplings"] == "gaussian"
    permuted = data["order"] == "permutation"
    gaussian, bits = (data.isel(case=np.flatnonzero(kind & permuted)) for kind in (dense, ~dense))
    for color, k in enumerate(range(0, gaussian.sizes["case"], 1 + gaussian.sizes["case"] // 5)):
        one = gaussian.isel(case=k)
        fraction, ends = one["fraction"].values, one["interval"].values
        label = f"$N = {int(one['size'])}$"
        marker = strokes.MARKERS[color]
        fractions.draw_fractions(left, one["J_D"], fraction, ends, f"C{color}", label, marker)
        left.plot(one["x"], one["fit"], color=f"C{color}")
    left.set(xlabel="self-coupling $J_D$", ylabel="fraction settled", ylim=(-0.03, 1.35))
    left.set_yticks([0, 0.5, 1])
    left.legend(loc="upper left", handlelength=1)
    for color, T in enumerate(data["T"].values):
        _draw_thresholds(middle, gaussian.sel(T=T), "", color, f"$T = {T}$")
        _draw_thresholds(middle, bits.sel(T=T), "", color, None, f"C{color}")
    middle.plot([], [], "o", color="0.4", label="$\\pm 1/\\sqrt{N}$: filled")
    middle.plot([], [], "0.4", lw=0.8, label="law of lifetimes")
    for color, order in enumerate(ORDERS):
        chosen = np.flatnonzero(dense & (data["order"] == order))
        label = order.replace("_", " ")
        _draw_thresholds(right, data.isel(case=chosen, T=-1), "-", color, label)
    infinite, error = float(data["infinite"]), float(data["infinite_error"])
    for color, line in enumerate(data["line_J_D"].values):
        middle.plot(data["line_size"], line, lw=0.8, color=f"C{color}")
    for ax in (middle, right):
        ax.axhspan(infinite - error, infinite + error, color="0.75", label="$J_a(\\infty)$")
        ax.set(xlabel="neurons $N$", ylabel="threshold $J_a$", xscale="log", ylim=(0, 1.2))
        sizes = np.unique(data["size"] if ax is middle else gaussian["size"])
        shown = sizes[:: 1 + len(sizes) // 5]
        ax.set_xticks(shown, [str(N) for N in shown])
        ax.minorticks_off()
        ax.legend(loc="upper left", fontsize=6.5, ncols=2, columnspacing=1)
    return figure


def _draw_thresholds(
    ax: "Axes",
    data: "xarray.Dataset",
    line: str,
    number: int,
    label: str | None,
    face: str = "w",
) -> None:
    found = data["threshold"].transpose("bound", "case").values
    style = strokes.MARKERS[number] + line
    fractions.draw_bounds(ax, data["size"], found, style, f"C{number}", label, face)
