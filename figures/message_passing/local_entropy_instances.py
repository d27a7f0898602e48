"""Local entropies of single networks on the curve of the replica theory."""

import functools
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

import bp
import networks
import replica
import sweeps
from figures.compared import Compared, Comparisons, student, untransformed
from figures.message_passing.annealing_panels import draw_parts, draw_slowness

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from figures.chapter import Run

title = "Local entropy of single networks"
equation = (
    r"S(d) = \frac{1}{N} \ln \# \{ \text{fixed points of the cluster} \} "
    r"\quad d = \frac{1 - q_1}{2} "
    r"\quad S(d) \le S_{\mathrm{max}}(d) \le S_{\mathrm{ann}}(d)"
)
caption = (
    "Entropy of clusters of fixed points against their diameter d, by message passing on single "
    "networks; means over networks with one standard error. Top: along a focusing trajectory with "
    "y = 7 (circles), and around a fixed point that was found, in a field towards it (squares). "
    "Left: the largest networks; lines: the upper bound by mean numbers as N → ∞. Middle, right: "
    "the deviation from that bound at three distances, drawn side by side, against the size. "
    "Bottom: the same deviation in a linear field f = λm, which is raised slowly (filled; in T "
    "iterations) and lowered again (open), on networks with couplings of one bit, 2 to 6 of each "
    "N and T. What is missing to the upper bound has two parts. Shaded: breaking of replica "
    "symmetry, down to the densest clusters of a typical network as N → ∞ (line). Below the line: "
    "the algorithm, which ends in dense clusters, not in the densest; the less far from them, the "
    "more slowly the field is raised. Right: this second part, against T (markers as on the "
    "left). No cluster of a large network lies above the line, if the theory is exact."
)

TARGETS = np.array([0.05, 0.1, 0.2])
GRID = np.geomspace(0.02, 0.25, 12)
NAMES = ("focusing", "around")
LABELS = {"focusing": "focusing", "around": "around a fixed point"}
DISTANCES = np.array([0.05, 0.07, 0.1, 0.14, 0.2, 0.28, 0.4])
STEPS = 32  # of the linear field while it rises
LADDER = [  # in the linear field: N, J_D, iterations a step, number of networks
    (1000, 0.3, [10, 40, 160], 6),
    (1000, 0.5, [10], 6),
    (1000, 0.5, [40], 4),
    (4000, 0.3, [10, 40], 3),
    (4000, 0.5, [10, 40], 3),
    (8000, 0.3, [10, 40], 2),
    (8000, 0.5, [10, 40], 2),
]
QUICK = [(N, J_D, [10, 40][: N // 200], 3) for N in (200, 400) for J_D in (0.3, 0.5)]


def measure_local_entropy(
    N: int, J_D: float, rng: np.random.Generator
) -> dict[str, npt.NDArray[np.float64] | float]:
    """Return the local entropies of one network at the distances of `GRID`, by both methods."""
    network = networks.Asymmetric(N, J_D).sample(rng)
    distances = np.concatenate([GRID, TARGETS])
    protocol = bp.scoping(70, 7, (0.2, 1.4))
    run = bp.focusing_trajectory(network, protocol, iterations=30, rng=rng)
    everywhere = bp.belief_propagation(network, exact_squares=False, tolerance=1e-6, rng=rng)
    calm = run.residual < 0.3
    focusing = _at(distances, (1 - run.overlap[calm]) / 2, run.local_entropy[calm])
    solution = bp.focusing(network, bp.scoping(), runs=4, restarts=2, rng=rng)
    if not solution.converged:
        entropy = np.full(len(distances), np.nan)
        return {"focusing": focusing, "around": entropy, "everywhere": everywhere.entropy}
    fields = np.geomspace(0.1, 2, 24)
    around = bp.local_entropy(network, solution.state, fields, throw=False)
    good = around.converged
    entropy = _at(distances, (1 - around.overlap[good]) / 2, around.entropy[good])
    return {"focusing": focusing, "around": entropy, "everywhere": everywhere.entropy}


def anneal(
    N: int, J_D: float, iterations: int, rng: np.random.Generator
) -> dict[str, npt.NDArray[np.float64]]:
    """Return the entropies at `DISTANCES` in a linear field that rises slowly, and falls again.

    Couplings of one bit each have the same limit, and are read from memory faster.
    """
    network = networks.Asymmetric(N, J_D, couplings="binary").sample(rng)
    ends = DISTANCES[0] * np.array([0.99, 1.01])
    slope = np.diff(replica.local_entropy(ends, J_D).local_entropy)[0] / np.diff(ends)[0]
    rising = np.geomspace(bp.onset(J_D).slope, 1.2 * slope, STEPS)
    strengths = np.r_[rising, rising[-2::-1]]
    run = bp.focusing_trajectory(
        network, strengths, kind="linear", damping=0.2, iterations=iterations, rng=rng
    )
    found = {}
    for name, part in {"up": slice(0, STEPS), "down": slice(STEPS - 1, None)}.items():
        calm = run.residual[part] < 0.1
        root = np.sqrt((1 - run.overlap[part][calm]) / 2)  # in which S is almost straight
        found[name] = _at(np.sqrt(DISTANCES), root, run.local_entropy[part][calm])
    return found


def _at(
    x: npt.NDArray[np.float64], distance: npt.NDArray[np.float64], S: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Interpolate, and return nan outside the data."""
    order = np.argsort(distance)
    if not len(order):
        return np.full(len(x), np.nan)
    return np.interp(x, distance[order], S[order], left=np.nan, right=np.nan)


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Measure networks of several sizes, and evaluate the densest clusters and their bound."""
    import xarray

    sizes, replicas = ([500, 1000, 2000, 4000, 8000], 10) if full else ([120, 240, 480], 3)
    J_D = [0.3, 0.5]
    data = run(measure_local_entropy, {"N": sizes, "J_D": J_D}, replicas=replicas)
    data = data.rename({f"{name}_0": "d" for name in NAMES if f"{name}_0" in data.dims})
    points = data[list(NAMES)].to_dataarray("algorithm").assign_coords(d=np.r_[GRID, TARGETS])
    count = points.notnull().sum("replica")
    mean = points.mean("replica").where(count > 1)
    error = points.std("replica", ddof=1) / np.sqrt(count)
    theory = xarray.DataArray(
        np.asarray(replica.local_entropy(points["d"].values, np.array(J_D)[:, None]).local_entropy),
        {"J_D": J_D, "d": points["d"]},
        ("J_D", "d"),
    )
    line = np.geomspace(0.005, 0.28, 40)
    exact = np.array([replica.log_expected_fixed_points(N, J_D) / N for N in sizes])
    all_points = xarray.DataArray(exact, {"N": sizes, "J_D": J_D}, ("N", "J_D"))
    return xarray.Dataset(
        {
            "everywhere_z": sweeps.compare(all_points, data["everywhere"]).z,
            "entropy": mean,
            "entropy_error": error,
            "difference": mean - theory,
            "densest": (
                ("J_D", "d_line"),
                np.asarray(replica.local_entropy(line, np.array(J_D)[:, None]).local_entropy),
            ),
            **_annealed(run, LADDER if full else QUICK, J_D),
        },
        {"d_line": line},
        {"networks": replicas},
    )


def _annealed(
    run: "Run", ladder: list[tuple[int, float, list[int], int]], J_D: list[float]
) -> dict[str, "xarray.DataArray"]:
    """Anneal networks of several sizes, and evaluate typical clusters and their upper bound."""
    import xarray

    parts = []
    for size, coupling, iterations, replicas in ladder:
        grid = {"N": [size], "J_D": [coupling], "iterations": iterations}
        found = run(anneal, grid, replicas=replicas)[["up", "down"]]
        names = {"N": "size", "iterations": "T", **{f"{leg}_0": "distance" for leg in found}}
        labels = {"T": STEPS * np.array(iterations), "distance": DISTANCES}
        parts.append(found.rename(names).to_dataarray("leg").assign_coords(labels))
    theory = replica.quenched_local_entropy(DISTANCES, np.array(J_D)[:, None])
    axes = {"J_D": J_D, "distance": DISTANCES}
    bound = xarray.DataArray(theory.upper_bound, axes, list(axes))
    below = functools.reduce(lambda one, other: one.combine_first(other), parts) - bound
    count = below.notnull().sum("replica")
    scatter = below.std("replica", ddof=1).where(count > 1)
    return {
        "annealed_networks": below.rename(replica="network"),
        "annealed": below.mean("replica").where(count > 1),
        "annealed_error": scatter / np.sqrt(count),
        "annealed_scatter": scatter,
        "annealed_count": count,
        "typical": xarray.DataArray(theory.local_entropy, axes, list(axes)) - bound,
    }


variables = {
    "everywhere_z": (
        "entropy of all fixed points by belief propagation, deviation from the exact one in "
        "standard errors"
    ),
    "entropy": "local entropy per neuron of networks",
    "difference": "local entropy of networks minus its upper bound by mean numbers",
    "densest": "upper bound of the local entropy by mean numbers, N → ∞",
    "annealed_networks": (
        "local entropy in a linear field minus its upper bound by mean numbers, of each network"
    ),
    "annealed": (
        "local entropy in a linear field minus its upper bound by mean numbers, mean over networks"
    ),
    "annealed_scatter": "local entropy in a linear field, standard deviation over networks",
    "annealed_count": "number of networks",
    "typical": "local entropy of typical clusters minus its upper bound by mean numbers, N → ∞",
    "algorithm": "algorithm: along a trajectory of focusing, or around a fixed point",
    "size": "number of neurons N, in a linear field",
    "network": "number of the network",
    "leg": "whether the field rises or falls",
    "T": "number of iterations while the field rises",
    "distance": "Hamming distance d per neuron, in a linear field",
    "d_line": "Hamming distance d per neuron, of the lines",
}


def compared(data: "xarray.Dataset") -> Comparisons:
    """Compare the entropies of single networks with those of the densest clusters."""
    from scipy.interpolate import CubicSpline

    lines = CubicSpline(np.log(data["d_line"]), data["densest"].transpose("d_line", "J_D"))
    above = data["entropy"].transpose(..., "d", "J_D") - lines(np.log(data["d"]))
    yield _under(data, "entropy", above, "entropies under the lines of the densest clusters")
    what = "their deviations from the densest clusters, under 0"
    yield _under(data, "difference", data["difference"], what)
    yield from _typical(data)
    what = "the entropy of all fixed points (not drawn)"
    yield Compared("z", what, data["everywhere_z"])


def _under(data: "xarray.Dataset", drawn: str, above: "xarray.DataArray", what: str) -> Compared:
    """Compare means of few networks with a bound that they are so far above."""
    count = data.attrs["networks"]
    above = above.transpose(*data[drawn].dims)
    error = data["entropy_error"].transpose(*above.dims)
    return Compared(
        *("bound", what, student(above / error, count), drawn, error, "of the entropy"),
        shared=True,
        noticed=lambda units: untransformed(units, count) * error - above,
    )


def _typical(data: "xarray.Dataset") -> Comparisons:
    """Compare annealed networks, on average and one by one, with typical clusters."""
    count = data["annealed_count"]
    above = data["annealed"] - data["typical"]
    above, error, number = above.broadcast_like(count), data["annealed_error"], count.clip(2)
    above, error = (x.transpose(*count.dims) for x in (above, error))

    def noticed(units: float) -> "xarray.DataArray":
        critical = np.vectorize(untransformed)(units, number.values)
        return number.copy(data=critical) * error - above

    what = "entropies in the linear field under those of typical clusters"
    off = student(above / error, number.values)
    yield Compared(
        *("bound", what, off, "annealed", error, "of the entropy"), shared=True, noticed=noticed
    )
    one = (data["annealed_networks"] - data["typical"]) / data["annealed_scatter"]
    one = one.transpose(*count.dims, "network")
    what = "every single network under them (not drawn), in standard deviations of one"
    yield Compared("bound", what, student(one, number.values[..., None]), shared=True)


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw the curves, the deviations against the size, and the parts that they have."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.4, 5.6))
    (left, *rest), (*parts, last) = figure.subplots(2, 3)
    draw_parts(parts, data)
    draw_slowness(last, data, TARGETS)
    _draw_largest(left, data.isel(N=-1, d=slice(0, len(GRID))))
    for ax, J_D in zip(rest, data["J_D"].values, strict=True):
        _draw_deviation(ax, data.sel(J_D=J_D).isel(d=slice(len(GRID), None)))
        ax.set_title(f"$J_D = {J_D:g}$")
    rest[1].sharey(rest[0])
    rest[0].set_ylim(1.3 * float(data["difference"].min()), 0.0005)
    for ax in rest:
        ax.set_ylabel("deviation from the upper bound")
    rest[0].legend(title="$d$, from left to right", loc="lower right", ncols=3)
    return figure


def _draw_largest(ax: "Axes", data: "xarray.Dataset") -> None:
    """Draw the entropies of the largest networks, circles small enough to be seen in squares."""
    for i, J_D in enumerate(data["J_D"].values):
        line, style = data["densest"].sel(J_D=J_D), f"C{i}{('-', '--')[i % 2]}"
        ax.plot(data["d_line"], line, style, label=f"$J_D = {J_D:g}$")
    for algorithm, fmt, ms in zip(NAMES, "os", (2.5, 5), strict=True):
        points = functools.partial(ax.errorbar, fmt=fmt, mfc="w", ms=ms, zorder=8 - ms)
        points([], [], [], color="k", label=LABELS[algorithm])
        for i, J_D in enumerate(data["J_D"].values):
            here = data.sel(J_D=J_D, algorithm=algorithm)
            points(here["d"], here["entropy"], here["entropy_error"], color=f"C{i}")
    ax.set(xlabel="distance $d$", ylabel="local entropy", xlim=(0, None), ylim=(0, None))
    ax.set_title(f"$N = {int(data['N'])}$")
    ax.legend(loc="lower right")


def _draw_deviation(ax: "Axes", data: "xarray.Dataset") -> None:
    for i, d in enumerate(data["d"].values):
        for algorithm, marker in zip(NAMES, "os", strict=True):
            here = data.isel(d=i).sel(algorithm=algorithm)
            ax.errorbar(
                data["N"] * (1 + 0.09 * (i - 1)),
                here["difference"],
                here["entropy_error"],
                color=f"C{i + 2}",
                fmt=marker,
                mfc="w",
                label=f"{d:g}" if marker == "o" else None,
            )
    ax.axhline(0, color="0.6", lw=0.8)
    ax.set(xlabel="$N$", xscale="log")
    ax.set_xticks(data["N"].values, [f"{N}" for N in data["N"].values])
    ax.minorticks_off()
