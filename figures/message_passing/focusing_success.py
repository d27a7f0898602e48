"""Below which self-coupling message passing stops finding fixed points."""

from typing import TYPE_CHECKING

import numpy as np

import bp
import dynamics
import networks
from figures.clusters.overlap_gap import critical_point
from figures.compared import Compared, Comparisons
from figures.message_passing import success_cases, success_panels, success_theory
from figures.message_passing.expected_success import error_at, z_scores
from figures.shared import fractions

if TYPE_CHECKING:
    import xarray
    from matplotlib.figure import Figure

    from figures.chapter import Run

title = "Where focusing finds fixed points"
equation = (
    r"f = \operatorname{atanh} \big( \tanh \gamma \tanh [(y - 1) "
    r"\operatorname{atanh}(\tanh \gamma \tanh u)] \big) "
    r"\text{, } \gamma \text{ raised slowly} \quad \text{reinforcement: } t \leftarrow u + \rho t"
)
caption = (
    "Above: the fraction of networks of N neurons in which one of 4 runs found a fixed point "
    "(Clopper-Pearson 68 % intervals). Lines: what single runs without couplings predict, which "
    "are exact in law at the same N and know nothing of these networks; the bands are 68 % "
    "of their posterior (Jeffreys' prior). Below: the thresholds J_f, where half of the networks "
    "are solved (logistic fits, bootstrap 68 % intervals; an arrow where the data leave an end "
    "open), against N at one effort, and against the effort, runs times iterations, at one N. "
    "Solid: the same prediction. Dashed: the prediction from the smallest unstable fraction of "
    "large networks, if the unstable neurons were Poisson distributed: an upper bound, since in "
    "small networks their number scatters more, and the best of several runs has none earlier. "
    "Dotted: where the overlap gap of the replica theory closes, and above it where the clusters "
    "merge. Focusing: y = 7 replicas, γ from 0.18 to 0.75. Repaired: where all runs failed, a "
    "short annealing from their best states; there is no prediction of that. Reinforcement: ρ "
    "from 0.1 to 0.6. At a fixed effort J_f rises with ln N, and nothing suggests a limit; more "
    "effort lowers it."
)

ALGORITHMS = ("focusing", "repaired", "reinforcement")
LABELS = ("focusing", "focusing, repaired", "reinforcement")
ENUMERATED = 16  # neurons of the networks whose fixed points are all known


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

    cases = success_cases.cases(full)
    varied = ["J_D", "N", "effort", "networks"]
    solved = xarray.concat([_solve(run, case) for case in cases], dim="case", coords=varied)
    transitions = run(critical_point, {"point": ["closing", "merging"]})
    first = cases[0]
    grid = {"J_D": [0.1, 0.2], "runs": [first.runs], "steps": [first.steps]}
    checks = run(checked, {"N": [ENUMERATED, first.N], **grid}, replicas=4)
    checks = checks.squeeze(drop=True).sum("replica").rename(N="checked_N", J_D="checked_J_D")
    data = _thresholds(solved).assign(
        transition=("critical", transitions["J_D"].values.ravel()),
        state_mismatch=checks["state_mismatch"],
        listed_mismatch=checks["listed_mismatch"],
        checked_found=checks["found"],
    )
    theory = success_theory.predict(run, full, data["J_D_fit"].values)
    return xarray.merge([data, theory]).assign_attrs(effort=first.effort)


def _solve(run: "Run", case: success_cases.Case) -> "xarray.Dataset":
    """Return how many networks of a case each algorithm solves."""
    grid = {"N": [case.N], "J_D": case.J_D, "runs": [case.runs], "steps": [case.steps]}
    data = run(find_fixed_points, grid, replicas=case.networks).squeeze(["N", "runs", "steps"])
    found = data[list(ALGORITHMS)].to_dataarray("algorithm").astype(int).sum("replica")
    return _counted(case, ALGORITHMS, found.transpose("algorithm", "J_D").values)


def _counted(
    case: success_cases.Case, names: tuple[str, ...], found: np.ndarray
) -> "xarray.Dataset":
    """Return the numbers of networks of a case that were solved, with what was done."""
    import xarray

    return xarray.Dataset(
        {"found": (("algorithm", "point"), found)},
        {
            "algorithm": list(names),
            "J_D": ("point", np.array(case.J_D)),
            "N": case.N,
            "effort": case.effort,
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
    dims = ("case", "algorithm")
    return solved.assign(
        interval=((*dims, "point", "end"), np.array(intervals)),
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


variables = {
    "found": "number of networks in which a fixed point was found",
    "interval": "fraction of networks solved, ends of its Clopper-Pearson 68 % interval",
    "threshold": (
        "self-coupling J_f at which half of the networks are solved: low end, value, high end of "
        "a bootstrap 68 % interval"
    ),
    "threshold_deviation": (
        "threshold by two maximisations of one likelihood, their difference in units of 1e-5"
    ),
    "transition": "self-coupling at which the overlap gap closes, and at which clusters merge",
    "state_mismatch": "number of returned states whose unstable neurons are miscounted",
    "listed_mismatch": "number of found states that are not among all fixed points",
    "checked_found": "number of fixed points found, of networks that were checked",
    "single_found": "number of single runs without couplings that ended without unstable neurons",
    "expected": (
        "probability of success of one of several runs, by single runs without couplings: low "
        "end, value, high end of a posterior 68 % interval"
    ),
    "expected_threshold": (
        "self-coupling at which half of the networks are solved, by single runs without "
        "couplings: low end, value, high end of a posterior 68 % interval"
    ),
    "threshold_law": (
        "quantiles of the self-coupling at which half of the networks are solved, by single runs "
        "without couplings, of their posterior"
    ),
    "level": "level of a quantile, as that of a standard normal variable",
    "u_min": "smallest fraction of unstable neurons along a run, of large networks",
    "poisson_threshold": (
        "self-coupling at which half of the networks are solved, if the unstable neurons were "
        "Poisson distributed: one standard error below, value, one above"
    ),
    "effort_threshold": (
        "self-coupling at which half of the networks are solved, by single runs without "
        "couplings, against the effort: low end, value, high end of a posterior 68 % interval"
    ),
    "algorithm": "algorithm",
    "J_D_fit": "self-coupling J_D, of the predicted curves",
    "predicted": "algorithm of which there is a prediction",
    "runs": "number of runs on each network",
    "single": "number of single runs without couplings",
    "u_J_D": "self-coupling J_D, of the smallest unstable fractions",
    "line_N": "number of neurons N, of the lines",
    "line_effort": "number of iterations on each network, of the lines",
    "critical": "transition, counted from 0: the gap closes, clusters merge",
}

unjudged = {
    "intervals of the fractions": ("interval",),
    "limits of the theory that algorithms need not reach": ("transition",),
    "theory alone: the curves through what is compared": (
        "effort_threshold",
        "expected",
    ),
}


def compared(data: "xarray.Dataset") -> Comparisons:
    """Compare what was found with what single runs predict, and with second computations."""
    yield Compared("z", "fractions solved, and by single runs", _fractions(data))
    value, error = _bars(data)
    own = {"predicted": "algorithm"}
    line, _ = _ends(data["expected_threshold"].rename(own))
    both = (error**2 + _line_errors(data, value) ** 2) ** 0.5
    off = (value - line) / both
    yield Compared("z", "thresholds, and by single runs", off, "threshold", both, "of J_D")
    off = data["threshold_deviation"] * (1e-5 / 1e-7)
    yield Compared("deviation", "thresholds by another maximisation, to 1e-7", off)
    bound, spread = _upper_bound(data)
    both = (error**2 + spread**2) ** 0.5
    what = "thresholds, and by Poisson numbers of unstable neurons"
    yield Compared("bound", what, (value - bound) / both, "threshold", both, "of J_D")
    what = "unstable neurons counted again"
    yield Compared("mismatch", what, data["state_mismatch"])
    what = "found states among all fixed points"
    yield Compared("mismatch", what, data["listed_mismatch"])


def _bars(data: "xarray.Dataset") -> "tuple[xarray.DataArray, xarray.DataArray]":
    """Return thresholds with their errors; nan where the data leave an end open."""
    return _ends(data["threshold"])


def _line_errors(data: "xarray.Dataset", value: "xarray.DataArray") -> "xarray.DataArray":
    """Return the errors of what single runs predict, where the thresholds are."""
    law = data["threshold_law"].rename(predicted="algorithm")
    own = value.sel(algorithm=law["algorithm"].values).transpose(*law.dims[:-1])
    quantiles = law.values.reshape(-1, law.sizes["level"])
    errors = [error_at(x, q) for x, q in zip(own.values.flat, quantiles, strict=True)]
    return own.copy(data=np.reshape(errors, own.shape))


def _ends(bars: "xarray.DataArray") -> "tuple[xarray.DataArray, xarray.DataArray]":
    low, value, high = (bars.isel(bound=k, drop=True) for k in range(3))
    return value, ((high - low) / 2).where(np.isfinite(high - low))


def _fractions(data: "xarray.Dataset") -> "xarray.DataArray":
    """Return z-scores of the fractions solved."""
    single = data["single_found"]
    found = data["found"].sel(algorithm=data["predicted"].values)
    samples = (data[name].values for name in ("networks", "single", "runs"))
    rows = zip(found.values, single.values, *samples, strict=True)
    return single.copy(data=[z_scores(k, int(n), s, int(M), int(R)) for k, s, n, M, R in rows])


def _upper_bound(data: "xarray.Dataset") -> "tuple[xarray.DataArray, xarray.DataArray]":
    """Return the thresholds of Poisson numbers for the cases of one effort, with errors."""
    sizes, bounds = np.log(data["line_N"].values), data["poisson_threshold"].values
    N = np.log(data["N"].values)
    ends = np.array([[np.interp(N, sizes, row) for row in rows] for rows in bounds])
    of_effort = (data["effort"] == data.attrs["effort"]).values
    low, value, high = np.where(of_effort, ends.transpose(1, 0, 2), np.nan)
    empty = data["threshold_law"].isel(level=0, drop=True).rename(predicted="algorithm")
    return empty.copy(data=value.T), empty.copy(data=np.abs(high - low).T / 2)


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw the fractions of both algorithms that are predicted, and the thresholds of all."""
    return success_panels.figure(data, dict(zip(ALGORITHMS, LABELS, strict=True)))
