"""Local entropies of single networks on the curve of the replica theory."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

import bp
import networks
import replica
import sweeps
from figures.compared import Compared, Comparisons, student, untransformed

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from figures.chapter import Run

title = "Local entropy of single networks"
equation = (
    r"S(d) = \frac{1}{N} \ln \# \{ \text{fixed points of the cluster} \} "
    r"\quad d = \frac{1 - q_1}{2} \text{ at } \Sigma(y^*, d) = 0"
)
caption = (
    "Entropy of clusters of fixed points against their diameter d, by message passing on single "
    "networks; means over networks with one standard error. Circles: along a focusing trajectory "
    "with y = 7. Squares: around a fixed point that was found, in a field towards it. Left: the "
    "largest networks; lines: the densest clusters that exist as N → ∞ (one step of replica "
    "symmetry breaking). Middle, right: the deviation from those lines at three distances, against "
    "the size. No cluster of a large network lies above the line, if the theory is exact; what "
    "remains below it hardly depends on N and shrinks as γ is raised more slowly: focusing ends in "
    "dense clusters, not in the densest. The verdict is on that bound, of all markers; and, not "
    "drawn, on the entropy of all fixed points, which plain belief propagation gives, exact at any "
    "N."
)

TARGETS = np.array([0.05, 0.1, 0.2])
GRID = np.geomspace(0.02, 0.25, 12)
NAMES = ("focusing", "around")


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


def _at(
    x: npt.NDArray[np.float64], distance: npt.NDArray[np.float64], S: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Interpolate, and return nan outside the data."""
    order = np.argsort(distance)
    if not len(order):
        return np.full(len(x), np.nan)
    return np.interp(x, distance[order], S[order], left=np.nan, right=np.nan)


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Measure networks of several sizes, and evaluate the densest clusters."""
    import xarray

    sizes, replicas = ([500, 1000, 2000, 4000, 8000], 10) if full else ([200, 400, 800], 3)
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
        },
        {"d_line": line},
        {"networks": replicas},
    )


def compared(data: "xarray.Dataset") -> Comparisons:
    """Compare the entropies of single networks with those of the densest clusters."""
    from scipy.interpolate import CubicSpline

    lines = CubicSpline(np.log(data["d_line"]), data["densest"].transpose("d_line", "J_D"))
    above = data["entropy"].transpose(..., "d", "J_D") - lines(np.log(data["d"]))
    yield _under(data, "entropy", above, "entropies under the lines of the densest clusters")
    what = "their deviations from the densest clusters, under 0"
    yield _under(data, "difference", data["difference"], what)
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


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw the curves, and the deviations against the size."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.4, 2.9))
    left, *rest = figure.subplots(1, 3)
    largest = data.isel(N=-1, d=slice(0, len(GRID)))
    for i, J_D in enumerate(data["J_D"].values):
        left.plot(data["d_line"], data["densest"].sel(J_D=J_D), color=f"C{i}")
        for algorithm, marker in zip(NAMES, "os", strict=True):
            here = largest.sel(J_D=J_D, algorithm=algorithm)
            label = f"$J_D = {J_D:g}$" if marker == "o" else None
            left.errorbar(
                here["d"],
                here["entropy"],
                here["entropy_error"],
                color=f"C{i}",
                fmt=marker,
                mfc="w",
                label=label,
            )
        _draw_deviation(rest[i], data.sel(J_D=J_D).isel(d=slice(len(GRID), None)))
        rest[i].set_title(f"$J_D = {J_D:g}$")
    left.set(xlabel="distance $d$", ylabel="local entropy", xlim=(0, None), ylim=(0, None))
    left.set_title(f"$N = {int(largest['N'])}$")
    left.legend(loc="lower right")
    rest[1].sharey(rest[0])
    rest[0].set_ylim(1.4 * float(data["difference"].min()), 0.001)
    rest[0].set_ylabel("deviation from the theory")
    rest[0].legend(title="$d$", loc="lower right", ncols=3)
    return figure


def _draw_deviation(ax: "Axes", data: "xarray.Dataset") -> None:
    for i, d in enumerate(data["d"].values):
        for algorithm, marker in zip(NAMES, "os", strict=True):
            here = data.isel(d=i).sel(algorithm=algorithm)
            ax.errorbar(
                data["N"] * (1 + 0.05 * (i - 1)),
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
