"""The whole on one axis: where fixed points and clusters appear, and which rule finds them."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

import replica
from figures.clusters import overlap_gap
from figures.compared import Compared, Comparisons
from figures.message_passing import focusing_success
from figures.relaxation import persistence, relaxation_threshold
from figures.steered import learning_transition
from figures.whole import phase_planes, thresholds

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes
    from matplotlib.colors import LogNorm
    from matplotlib.figure import Figure

    from figures.chapter import Run

title = "Phase diagram"
equation = (
    r"\Phi(J_D) = \ln 2H(-J_D) \quad \min_d S_\mathrm{int} = 0 \text{ at } J_\mathrm{ogp} "
    r"\quad P(\text{found}; N, J_\mathrm{f}) = \tfrac12 "
    r"\quad u(t \to \infty) = 0 \text{ at } J_\mathrm{a}"
)
caption = (
    "Fixed points exist at any J_D > 0, and message passing finds them far below the self-coupling "
    "at which a simple dynamics settles by itself; the learner, whose input steers the same "
    "dynamics, works below that too. Upper panels: the entropy of fixed points, and from which "
    "self-coupling on what happens (shaded from the value at the right, that of the largest N). "
    "Black diamonds: theory for N → ∞; colours: networks of N neurons, the larger the lower, with "
    "68 % intervals; black ticks: what single runs without couplings predict for them; thresholds "
    "that the data bound on one side only are left out. Below J_ogp some distances have no groups "
    "of fixed points (a bound by mean numbers); from it on the replica theory has dense clusters "
    "of all diameters, which then merge (figure overlap_gap). Focusing and reinforcement: half of "
    "the networks are solved, at one effort, at which the threshold rises with ln N "
    "(focusing_success). Relaxation: half of the networks settle within one time "
    "(relaxation_threshold), and the activity of infinitely many neurons dies (persistence). As N "
    "→ ∞ at a fixed time the threshold of relaxation passes that limit, since the last unstable "
    "neuron has to settle too; at the time shown these sizes are still below it. Learning: half of "
    "the rise of the accuracy, interpolated linearly between the J_D that were run; its interval "
    "is where the means ± one standard error cross that value, so what the line between two points "
    "hides is not in it (learning_transition; the mean of the images is left in, without it there "
    "is no such transition). Lower panels: the same with partly symmetric couplings, and with "
    "excitation between two layers; orange: some distances have no groups of fixed points (the "
    "best y of those computed, for η ≥ 0; pairs only for layers), grey: no fixed points. Circles "
    "and squares: half of the networks settle; their 68 % intervals lie along the lines on which "
    "the couplings were raised, on the right those through the origin, so that bars are slanted."
)

Floats = npt.NDArray[np.float64]

LABELS = {  # of rows, where their names say less
    "dense clusters": "overlap gap closes",
    "focusing": "focusing*",
    "focusing, repaired": "focusing, repaired*",
    "reinforcement": "reinforcement*",
}


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Join what the other figures find, and scan two planes."""
    import xarray

    transitions = run(overlap_gap.critical_point, {"point": list(overlap_gap.POINTS)}).squeeze()
    focusing = focusing_success.compute(run, full)
    relaxation = relaxation_threshold.compute(run, full)
    activity = persistence.compute(run, full)
    learned = learning_transition.compute(run, full)
    marks = [
        *thresholds.clusters(transitions),
        *thresholds.focusing(focusing),
        *thresholds.learned(learned),
        *thresholds.relaxation(relaxation, activity),
    ]
    N, T = (1024, 1000) if full else (128, 100)
    planes = [phase_planes.symmetry(run, full, N, T), phase_planes.layers(run, full, N, T)]
    first, second = (transitions.isel(point=k) for k in range(2))
    claimed = first["uncertainty"] + second["uncertainty"]
    J_D = np.linspace(0, 1, 201)
    joined = xarray.merge([thresholds.columns(marks), *planes]).assign_attrs(N=N, max_sweeps=T)
    return joined.assign(
        entropy=("J_D", replica.fixed_point_entropy(J_D)),
        gap_deviation=((), float((first["J_D"] - second["J_D"]) / claimed)),
        same_z=((), _same(relaxation, planes[0], N, T)),
        law_z=("law_size", _law_scores(relaxation)),
        persistence_z=("order", activity["value_z"].values),
    ).assign_coords(J_D=J_D)


def _same(relaxation: "xarray.Dataset", plane: "xarray.Dataset", N: int, T: int) -> float:
    """Return the z-score of one threshold from two samples of networks."""
    ours = (relaxation["order"] == "permutation") & (relaxation["couplings"] == "gaussian")
    case = np.flatnonzero(ours & (relaxation["size"] == N))[0]
    pair = [
        relaxation["threshold"].isel(case=case).sel(T=T).values,
        plane["eta_relaxation"].sel(eta=0.0).values,
    ]
    errors = [(high - low) / 2 for low, _, high in pair]
    return float((pair[0][1] - pair[1][1]) / np.hypot(*errors))


def _law_scores(relaxation: "xarray.Dataset") -> Floats:
    """Return how far thresholds for the longest time are from the law of lifetimes, in errors."""
    off, error = relaxation_threshold.deviation(relaxation.sel(T=relaxation.attrs["longest"]))
    scores = (off / error).values
    return scores[np.isfinite(scores)]


def table(data: "xarray.Dataset") -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return all thresholds of the axis as text: header and rows."""
    columns = (data[f"mark_{name}"].values for name in thresholds.Mark._fields)
    rows: list[tuple[str, ...]] = [
        (
            str(row).replace(r"$\lambda_\mathrm{in}", "λ_in").replace("$", ""),
            "∞" if np.isinf(N) else f"{N:.0f}",
            *_numbers(low, value, high),
            str(source),
        )
        for row, N, low, value, high, source, _ in zip(*columns, strict=True)
    ]
    return ("from here on", "N", "J_D", "interval", "figure"), rows


def _numbers(low: float, value: float, high: float) -> tuple[str, str]:
    """Return value and interval with two digits of its width; a tiny width by itself."""
    if 0 < (width := max(high - value, value - low)) < 1e-6:
        return f"{value:.6f}", f"± {width:.0e}"
    digits = 1 + _digits(low, value, high)
    return f"{value:.{digits}f}", f"{low:.{digits}f} to {high:.{digits}f}"


def _digits(low: float, value: float, high: float) -> int:
    """Return the decimal place of the first digit of the interval's width."""
    width = max(high - value, value - low)
    return int(np.clip(np.ceil(-np.log10(width)), 1, 9)) if width > 0 else 3


variables = {
    "mark_row": "what happens from the self-coupling on: a row of the diagram",
    "mark_N": "number of neurons N: inf for theory in the limit",
    "mark_low": "low end of the self-coupling: of 68 %, or of the error that a theory claims",
    "mark_value": "self-coupling J_D from which on it happens",
    "mark_high": "high end of the self-coupling: of 68 %, or of the error that a theory claims",
    "mark_source": "figure that found it",
    "mark_expected": (
        "self-coupling J_D that single runs without couplings predict: nan if they predict none"
    ),
    "eta_appearance": "self-coupling above which fixed points are exponentially many",
    "eta_gap": (
        "self-coupling at which the overlap gap closes: of the best number of replicas that was "
        "computed"
    ),
    "eta_relaxation": "self-coupling at which half of the networks settle",
    "layers_relaxation": "couplings of two layers at which half of the networks settle",
    "layers_gap": "couplings of two layers at which the overlap gap of pairs closes",
    "entropy": "entropy per neuron of fixed points, N → ∞",
    "gap_deviation": (
        "J_ogp by two solvers, their difference in units of the errors that both claim"
    ),
    "same_z": (
        "threshold of relaxation from two samples of networks, their difference in standard errors"
    ),
    "persistence_z": (
        "threshold of activity under an order of updates, deviation from the mean of all in "
        "standard errors"
    ),
    "law_z": "threshold of relaxation, deviation from the law of lifetimes in standard errors",
    "eta_fine": "symmetry η of the couplings, of the appearance of fixed points",
    "eta_theory": "symmetry η of the couplings, of the overlap gap",
    "angle": "direction in the plane of both couplings, in right angles: 0 along J_D, 1 along λ",
    "coupling": "coupling: J_D or λ (lam)",
    "order": (
        "order of updates, counted from 0: synchronous, all in random order (dt = 1), half of "
        "them at a time (dt = 1/2)"
    ),
}

unjudged = {
    "theory alone, judged where it is derived": (
        "entropy",
        "eta_appearance",
        "eta_gap",
        "layers_gap",
        "mark_expected",
    ),
    "simulation alone: no theory of the threshold at finite N": ("layers_relaxation",),
}


def compared(data: "xarray.Dataset") -> Comparisons:
    """Compare thresholds that were found twice."""
    gap, law = data["gap_deviation"], data["law_z"]
    yield Compared("z", "thresholds of relaxation, and the law of lifetimes", law, shared=True)
    yield Compared("twin", "activity under three orders of updates", data["persistence_z"])
    relaxed = [str(name).startswith("relaxation,") for name in data["mark_row"].values]
    mark = data.isel(mark=np.array(relaxed) & (data["mark_N"].values == data.attrs["N"]))
    low, _, high = data["eta_relaxation"].sel(eta=0.0).values
    error = float(np.hypot(high - low, (mark["mark_high"] - mark["mark_low"]).item()) / 2)
    off = (data["eta_relaxation"].sel(eta=0.0).isel(bound=1) - mark["mark_value"].item()) / error
    what = "two samples of networks at η = 0"
    yield Compared("twin", what, off, "eta_relaxation", error, "of J_D")
    yield Compared("deviation", "two solvers of J_ogp", gap)


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw the axis of self-couplings, and two planes."""
    from matplotlib.colors import LogNorm
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.6, 7.8))
    grid = figure.add_gridspec(3, 2, height_ratios=(0.45, 2.5, 1.6))
    entropy = figure.add_subplot(grid[0, :])
    axis = figure.add_subplot(grid[1, :], sharex=entropy)
    entropy.fill_between(data["J_D"], 0, data["entropy"], color="0.85", lw=0)
    entropy.plot(data["J_D"], data["entropy"], "k")
    entropy.set(ylabel="entropy $\\Phi$", ylim=(0, None), xlim=(0, 1))
    entropy.tick_params(labelbottom=False)
    sizes = data["mark_N"].values[np.isfinite(data["mark_N"].values)]
    norm = LogNorm(sizes.min(), sizes.max())
    _draw_axis(axis, data, norm)
    _draw_scale(figure, axis, norm)
    phase_planes.draw_symmetry(figure.add_subplot(grid[2, 0]), data)
    phase_planes.draw_layers(figure.add_subplot(grid[2, 1]), data)
    return figure


def _draw_axis(ax: "Axes", data: "xarray.Dataset", norm: "LogNorm") -> None:
    """Draw a row for each rule, shaded from its threshold for the largest N on."""
    rows = list(dict.fromkeys(data["mark_row"].values))
    for y, row in enumerate(rows):
        marks = data.isel(mark=data["mark_row"].values == row).sortby("mark_N")
        low, last, high = (float(marks[f"mark_{name}"][-1]) for name in ("low", "value", "high"))
        ax.barh(y, 1 - last, 0.8, last, color="0.92", lw=0, zorder=0)
        text = f"{last:.{min(4, _digits(low, last, high))}f}"
        across = ax.get_yaxis_transform()
        ax.text(1.015, y, text, va="center", color="0.2", fontsize=7.5, transform=across)
        heights = y + np.linspace(-0.28, 0.28, marks.sizes["mark"] + 2)[1:-1]
        _draw_row(ax, marks, heights, norm)
    labels = [LABELS.get(str(row), str(row)).replace(", couplings", ",") for row in rows]
    ax.set_yticks(range(len(rows)), labels)
    ax.invert_yaxis()
    ax.tick_params(axis="y", length=0)
    ax.set(xlabel="self-coupling $J_D$ (*: at one effort)", xlim=(0, 1))


def _draw_row(ax: "Axes", marks: "xarray.Dataset", heights: Floats, norm: "LogNorm") -> None:
    """Draw the thresholds of one rule, the larger N the lower."""
    from matplotlib import colormaps

    columns = (marks[f"mark_{name}"].values for name in ("N", "low", "value", "high", "expected"))
    for y, N, low, value, high, expected in zip(heights, *columns, strict=True):
        ax.plot(expected, y, "k|", ms=7, mew=1.2)
        finite = np.isfinite(N)
        color = colormaps["viridis_r"](norm(N)) if finite else "k"
        ends = [[value - low], [high - value]]
        ax.errorbar(value, y, xerr=ends, color=color, fmt="o" if finite else "D", ms=3.5, capsize=1)


def _draw_scale(figure: "Figure", ax: "Axes", norm: "LogNorm") -> None:
    from matplotlib.cm import ScalarMappable

    mapped = ScalarMappable(norm, "viridis_r")
    scale = figure.colorbar(mapped, ax=ax, location="bottom", pad=0.01, aspect=40)
    ticks = [N for N in (2.0**k for k in range(5, 17, 2)) if 0 <= float(norm(N)) <= 1]
    scale.set_ticks(ticks, labels=[f"{N:.0f}" for N in ticks])
    scale.minorticks_off()
    scale.set_label("neurons $N$")
