"""Below which self-coupling message passing stops finding fixed points."""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

import bp
import dynamics
import networks
import sweeps
from figures.clusters.overlap_gap import critical_point
from figures.compared import Compared, Comparisons
from figures.shared import fractions

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from figures.chapter import Run

title = "Where focusing finds fixed points"
equation = (
    r"f = \operatorname{atanh} \big( \tanh \gamma \tanh [(y - 1) "
    r"\operatorname{atanh}(\tanh \gamma \tanh u)] \big) "
    r"\text{, } \gamma \text{ raised slowly} \quad \text{reinforcement: } t \leftarrow u + \rho t"
)
caption = (
    "Fraction of networks in which a fixed point was found, with Clopper-Pearson 68 % intervals, "
    "logistic fits, and bars at one half: the thresholds J_f with bootstrap intervals. All "
    "algorithms make the same number of runs, and of iterations at most. Focusing: y = 7 "
    "replicas, γ from 0.18 to 0.75. Repaired: where all runs failed, a short annealing from their "
    "best states. Reinforcement: ρ from 0.1 to 0.6. Below: the thresholds against N at one "
    "effort, with fits in N^(-1/2) where they are good; and against the effort, runs times "
    "iterations, at one N. Dotted: where the overlap gap of the replica theory closes, and above "
    "it where the clusters merge, as N → ∞. At a fixed effort J_f rises with N, and more effort "
    "lowers it. In networks of thousands, focusing ends with a few unstable neurons. The verdict: "
    "the unstable neurons of every state that the three return, 0 where it was counted as found, "
    "are counted again from the couplings in double precision, at the smallest size, and at N = "
    "16, where all fixed points of the same networks are enumerated and hold every state that was "
    "found; and the thresholds are those of another maximisation of the same likelihood, to 1e-7."
)

ALGORITHMS = ("focusing", "repaired", "reinforcement")
LABELS = ("focusing", "focusing, repaired", "reinforcement")
POINTS = 7  # values of J_D a case
POWER = 0.5  # of 1/N, by which the thresholds approach their limit in the fits
ENUMERATED = 16  # neurons of the networks whose fixed points are all known
POOR = 0.001  # p-value below which a fit is not shown


class Case(NamedTuple):
    """One size, one effort, and the range of J_D that holds its thresholds."""

    N: int
    runs: int
    steps: int
    first: float
    last: float
    networks: int


QUICK = (
    Case(100, 2, 40, 0.03, 0.18, 12),
    Case(200, 2, 40, 0.03, 0.18, 12),
    Case(400, 2, 40, 0.06, 0.21, 12),
    Case(200, 1, 10, 0.06, 0.27, 12),
    Case(200, 8, 40, 0.03, 0.18, 12),
)
FULL = (
    Case(250, 4, 60, 0.06, 0.18, 20),
    Case(500, 4, 60, 0.075, 0.195, 20),
    Case(1000, 4, 60, 0.09, 0.21, 20),
    Case(2000, 4, 60, 0.10, 0.25, 20),
    Case(1000, 1, 60, 0.13, 0.25, 20),
    Case(1000, 16, 60, 0.08, 0.20, 12),
    Case(4000, 4, 60, 0.13, 0.22, 8),
    Case(8000, 4, 60, 0.17, 0.26, 3),
)


def find_fixed_points(
    N: int, J_D: float, runs: int, steps: int, rng: np.random.Generator
) -> dict[str, bool]:
    """Return which algorithms find a fixed point of one network."""
    network = networks.Asymmetric(N, J_D).sample(rng)
    focused, reinforced = _solutions(network, runs, steps, rng)
    return {
        "focusing": focused.converged and not focused.repaired,
        "repaired": focused.converged,
        "reinforcement": reinforced.converged,
    }


def _solutions(
    network: networks.Network, runs: int, steps: int, rng: np.random.Generator
) -> tuple[bp.Solution, bp.Solution]:
    """Return what focusing, with repair, and reinforcement find."""
    protocol = bp.scoping(steps, 7.0, (0.18, 0.75))
    focused = bp.focusing(network, protocol, runs=runs, repair_sweeps=200, rng=rng)
    reinforced = bp.reinforcement(network, np.linspace(0.1, 0.6, steps), runs=runs, rng=rng)
    return focused, reinforced


def checked(N: int, J_D: float, runs: int, steps: int, rng: np.random.Generator) -> dict[str, int]:
    """Count unstable neurons again, and look found states up among all fixed points."""
    network = networks.Asymmetric(N, J_D).sample(rng)
    J = network.couplings.astype(float)
    every = dynamics.enumerate_fixed_points(network) if N <= ENUMERATED else None
    miscounted = unlisted = found = 0
    for solution in _solutions(network, runs, steps, rng):
        s = solution.state.astype(float)
        unstable = np.count_nonzero(s * (J @ s) + J_D <= 0)
        miscounted += solution.unstable != unstable or solution.converged != (unstable == 0)
        found += solution.converged
        if every is not None:
            unlisted += solution.converged and not (every == solution.state).all(axis=1).any()
    return {"state_mismatch": miscounted, "listed_mismatch": unlisted, "found": found}


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Solve networks of several sizes, over the self-coupling, and locate one half."""
    import xarray

    cases = FULL if full else QUICK
    varied = ["J_D", "N", "effort", "networks"]
    solved = xarray.concat([_solve(run, case) for case in cases], dim="case", coords=varied)
    transitions = run(critical_point, {"point": ["closing", "merging"]})
    data = _thresholds(solved).assign(transition=("critical", transitions["J_D"].values.ravel()))
    first = cases[0]
    grid = {"J_D": [0.1, 0.2], "runs": [first.runs], "steps": [first.steps]}
    checks = run(checked, {"N": [ENUMERATED, first.N], **grid}, replicas=4)
    checks = checks.squeeze(drop=True).sum("replica").rename(N="checked_N", J_D="checked_J_D")
    return (
        data.assign(_extrapolations(data))
        .assign(
            state_mismatch=checks["state_mismatch"],
            listed_mismatch=checks["listed_mismatch"],
            checked_found=checks["found"],
        )
        .assign_attrs(effort=_effort(first))
    )


def _effort(case: Case) -> int:
    """Return the number of iterations of all runs."""
    return case.runs * case.steps * 10


def _solve(run: "Run", case: Case) -> "xarray.Dataset":
    """Return how many networks of a case each algorithm solves."""
    import xarray

    J_D = np.linspace(case.first, case.last, POINTS).round(4)
    grid = {"N": [case.N], "J_D": J_D.tolist(), "runs": [case.runs], "steps": [case.steps]}
    data = run(find_fixed_points, grid, replicas=case.networks).squeeze(["N", "runs", "steps"])
    found = data[list(ALGORITHMS)].to_dataarray("algorithm").astype(int).sum("replica")
    return xarray.Dataset(
        {"found": (("algorithm", "point"), found.transpose("algorithm", "J_D").values)},
        {
            "algorithm": list(ALGORITHMS),
            "J_D": ("point", J_D),
            "N": case.N,
            "effort": _effort(case),
            "networks": case.networks,
        },
    )


def _thresholds(solved: "xarray.Dataset") -> "xarray.Dataset":
    """Add the fractions' intervals, a logistic fit, and where half of the networks are solved."""
    counts = solved["found"].transpose("case", "algorithm", "point").values
    J_D, trials = solved["J_D"].values, solved["networks"].values
    fits = [
        [fractions.fit(x, row, int(n)) for row in rows]
        for x, n, rows in zip(J_D, trials, counts, strict=True)
    ]
    intervals = [fractions.intervals(rows, int(n)) for n, rows in zip(trials, counts, strict=True)]
    bars = [[fractions.bounds(f) for f in row] for row in fits]
    fine = np.linspace(J_D[:, 0], J_D[:, -1], 200, axis=-1)
    curves = [[f.at(x) for f in row] for x, row in zip(fine, fits, strict=True)]
    dims = ("case", "algorithm")
    return solved.assign(
        interval=((*dims, "point", "end"), np.array(intervals)),
        fit=((*dims, "fine"), np.array(curves)),
        threshold=((*dims, "bound"), np.array(bars)),
        threshold_deviation=(dims, _deviations(J_D, counts, trials, np.array(bars)[..., 1])),
    ).assign_coords(
        J_D_fit=(("case", "fine"), fine), end=["low", "high"], bound=["low", "value", "high"]
    )


def _deviations(
    J_D: np.ndarray, counts: np.ndarray, trials: np.ndarray, thresholds: np.ndarray
) -> np.ndarray:
    """Return the differences to thresholds by a simplex search, in units of 1e-5.

    The likelihood is Firth's, multiplied by the square root of the determinant of its information.
    """
    from scipy.optimize import minimize
    from scipy.special import expit, log_expit

    def minus_log(curve: np.ndarray, x: np.ndarray, k: np.ndarray, n: int) -> float:
        u = curve[1] * (x - curve[0])
        w = n * expit(u) * expit(-u)
        information = w.sum() * (w * x**2).sum() - (w * x).sum() ** 2
        likelihood = (k * log_expit(u) + (n - k) * log_expit(-u)).sum()
        return -float(likelihood + 0.5 * np.log(information))

    again = np.full(thresholds.shape, np.nan)
    tight = {"xatol": 1e-9, "fatol": 1e-13, "maxiter": 10000, "maxfev": 10000}
    for case, row in np.argwhere(np.isfinite(thresholds)):
        data = (J_D[case], counts[case, row], int(trials[case]))
        start = [data[0].mean(), 10 / np.ptp(data[0])]
        again[case, row] = minimize(minus_log, start, data, "Nelder-Mead", options=tight).x[0]
    return (again - thresholds) / 1e-5


def _extrapolations(data: "xarray.Dataset") -> dict[str, object]:
    """Fit the thresholds at the common effort by a limit and a power of 1/N."""
    fits = []
    for name in ALGORITHMS:
        sizes = _sizes(data).sel(algorithm=name)
        low, value, high = sizes["threshold"].values.T
        known = np.isfinite(low + high)
        if known.sum() < 2:
            fits.append((np.nan,) * 4)
            continue
        errors = (high - low)[known] / 2
        fit = sweeps.extrapolate(sizes["N"].values[known], value[known], errors, power=POWER)
        fits.append((fit.limit, fit.error, fit.coefficients[1], fit.p_value))
    columns = ("limit", "limit_error", "slope", "p_value")
    return {name: ("algorithm", row) for name, row in zip(columns, np.array(fits).T, strict=True)}


def _sizes(data: "xarray.Dataset") -> "xarray.Dataset":
    """Return the cases of one effort and of different sizes."""
    return data.isel(case=data["effort"].values == data["effort"].values[0])


unjudged = {
    "simulation and fits to it: no theory of the threshold": (
        "fit",
        "found",
        "interval",
        "limit",
        "limit_error",
        "p_value",
        "slope",
        "threshold",
    ),
    "a limit that algorithms need not reach": ("transition",),
}


def compared(data: "xarray.Dataset") -> Comparisons:
    """Compare what was found, and the thresholds, with second computations."""
    off = data["threshold_deviation"] * (1e-5 / 1e-7)
    yield Compared("deviation", "thresholds by another maximisation, to 1e-7", off)
    what = "unstable neurons counted again"
    yield Compared("mismatch", what, data["state_mismatch"])
    what = "found states among all fixed points"
    yield Compared("mismatch", what, data["listed_mismatch"])


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw a panel for each algorithm, and the thresholds."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.4, 5.4))
    axes = figure.subplots(2, 3, height_ratios=(1, 1.15))
    sizes = _sizes(data)
    for ax, name, label in zip(axes[0], ALGORITHMS, LABELS, strict=True):
        for case, N in enumerate(sizes["N"].values):
            _draw_probability(ax, sizes.isel(case=case).sel(algorithm=name), f"C{case}", int(N))
        ax.set(xlabel="self-coupling $J_D$", ylim=(-0.03, 1.03), title=label)
    axes[0, 0].set_ylabel("fraction solved")
    axes[0, 2].legend(loc="lower right", fontsize="x-small")
    _draw_sizes(axes[1, 0], sizes)
    _draw_efforts(axes[1, 1], data)
    axes[1, 2].axis("off")
    axes[1, 2].legend(*axes[1, 0].get_legend_handles_labels(), loc="upper left", fontsize="small")
    return figure


def _draw_probability(ax: "Axes", data: "xarray.Dataset", color: str, N: int) -> None:
    fraction = data["found"].values / data["networks"].values
    ends = data["interval"].values
    fractions.draw_fractions(ax, data["J_D"], fraction, ends, color, f"$N = {N}$")
    low, value, high = data["threshold"].values
    if np.isfinite(value):
        ax.plot(data["J_D_fit"], data["fit"], color=color)
        low, high = np.clip([low, high], *data["J_D"].values[[0, -1]])
        ax.errorbar(value, 0.5, xerr=[[value - low], [high - value]], color=color, fmt="|")


def _draw_sizes(ax: "Axes", sizes: "xarray.Dataset") -> None:
    """Draw the thresholds against N, with their fits."""
    N = sizes["N"].values
    line = np.geomspace(N.min(), 4 * N.max(), 50)
    for i, name in enumerate(ALGORITHMS):
        data = sizes.sel(algorithm=name)
        _draw_thresholds(ax, (1 + 0.04 * (i - 1)) * N, data, i)
        if not data["p_value"] < POOR:
            ax.plot(line, data["limit"].values + data["slope"].values * line**-POWER, f"C{i + 4}")
    _draw_transitions(ax, sizes)
    ax.set(xlabel="$N$", ylabel="$J_f$", title=f"{sizes['effort'].values[0]} iterations")
    ax.set_xticks(N, [f"{n}" for n in N], rotation=45)
    ax.minorticks_off()


def _draw_efforts(ax: "Axes", data: "xarray.Dataset") -> None:
    """Draw the thresholds of one size against the effort."""
    efforts = data["effort"].values
    N = data["N"].values[efforts != efforts[0]][0]
    cases = data.isel(case=data["N"].values == N).sortby("effort")
    for i, name in enumerate(ALGORITHMS):
        shifted = (1 + 0.06 * (i - 1)) * cases["effort"].values
        _draw_thresholds(ax, shifted, cases.sel(algorithm=name), i, "-")
    _draw_transitions(ax, data)
    ax.set(xlabel="iterations of all runs", title=f"$N = {N}$")


def _draw_thresholds(
    ax: "Axes", x: np.ndarray, data: "xarray.Dataset", i: int, line: str = ""
) -> None:
    first, last = data["J_D"].values[:, 0], data["J_D"].values[:, -1]
    low, value, high = data["threshold"].values.T
    errors = [value - np.maximum(low, first), np.minimum(high, last) - value]
    limit, error = float(data["limit"]), float(data["limit_error"])
    found = f"$J_f(∞) = {limit:.3f} ± {error:.3f}$"
    label = f"{LABELS[i]}\n" + ("no power of 1/N fits" if data["p_value"] < POOR else found)
    ax.errorbar(x, value, errors, color=f"C{i + 4}", fmt=f"o{line}", mfc="w", label=label)


def _draw_transitions(ax: "Axes", data: "xarray.Dataset") -> None:
    for value in data["transition"].values:
        ax.axhline(value, color="0.6", lw=0.8, ls=":")
    ax.set(xscale="log", ylim=(0, None))
