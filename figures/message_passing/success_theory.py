"""What single runs without couplings predict for the success of message passing."""

from typing import TYPE_CHECKING

import numpy as np

import bp
from figures.message_passing import success_cases
from figures.message_passing.expected_success import LEVELS, SingleRuns
from figures.message_passing.single_runs import left_unstable
from figures.message_passing.success_cases import Case

if TYPE_CHECKING:
    import xarray

    from figures.chapter import Run

    Key = tuple[int, int]  # N and steps
    Left = dict[Key, xarray.DataArray]

PREDICTED = ("focusing", "reinforcement")
_LINE = 2.0 ** np.arange(6, 18.01, 0.25)  # sizes at which the upper bound is drawn


def single_runs(run: "Run", full: bool) -> "Left":
    """Return the unstable neurons that runs leave, (algorithm, J_D, replica), by size and steps."""
    cases, left = success_cases.cases(full), {}
    for N, steps in dict.fromkeys((case.N, case.steps) for case in cases):
        alike = [case for case in cases if (case.N, case.steps) == (N, steps)]
        J_D = sorted({x for case in alike for x in case.J_D})
        grid = {"N": [N], "J_D": J_D, "algorithm": list(PREDICTED), "steps": [steps]}
        data = run(left_unstable, grid, replicas=alike[0].single)["left"]
        data = data.squeeze(["N", "steps"], drop=True)
        left[N, steps] = data.transpose("algorithm", "J_D", "replica")
    return left


def _laws(left: "Left") -> "dict[Key, list[SingleRuns]]":
    return {
        key: [SingleRuns.fit(one.sel(algorithm=name)) for name in one["algorithm"].values]
        for key, one in left.items()
    }


def predict(run: "Run", full: bool, fine: np.ndarray) -> "xarray.Dataset":
    """Return what runs predict for the cases, on a grid of self-couplings for each."""
    import xarray

    cases, left = success_cases.cases(full), single_runs(run, full)
    first, laws = cases[0], _laws(left)
    (varied,) = {c.N for c in cases if c.effort != first.effort and c.steps == first.steps}
    (large,) = {c.N for c in cases} & success_cases.TABLES
    table = _table(left[large, first.steps], large)
    lines = [_bounds(table, first.runs), _efforts(laws[varied, first.steps], first.steps * 10)]
    return xarray.merge([_expected(left, cases, fine), table, *lines])


def _expected(left: "Left", cases: tuple[Case, ...], fine: np.ndarray) -> "xarray.Dataset":
    """Return how many single runs succeeded, and what that says about several."""
    import xarray

    laws = _laws(left)
    own = [laws[case.N, case.steps] for case in cases]
    curves = [
        [law.success(x, case.runs) for law in group]
        for x, case, group in zip(fine, cases, own, strict=True)
    ]
    thresholds = [
        [law.threshold(case.runs) for law in group] for case, group in zip(cases, own, strict=True)
    ]
    levels = [
        [law.threshold_law(case.runs) for law in group]
        for case, group in zip(cases, own, strict=True)
    ]
    single = [(left[c.N, c.steps].sel(J_D=c.J_D) == 0).sum("replica").values for c in cases]
    dims = ("case", "predicted")
    return xarray.Dataset(
        {
            "single_found": ((*dims, "point"), np.array(single)),
            "expected": ((*dims, "bound", "fine"), np.array(curves)),
            "expected_threshold": ((*dims, "bound"), np.array(thresholds)),
            "threshold_law": ((*dims, "level"), np.array(levels)),
        },
        {
            "predicted": list(PREDICTED),
            "runs": ("case", [c.runs for c in cases]),
            "single": ("case", [c.single for c in cases]),
            "level": LEVELS,
        },
    )


def _table(left: "xarray.DataArray", N: int) -> "xarray.Dataset":
    """Return the mean unstable fraction that runs leave in large networks, with errors."""
    import xarray

    u = left.mean("replica") / N
    runs = left.sizes["replica"]
    error = left.std("replica", ddof=1) / N / np.sqrt(runs)
    counted = np.sqrt(np.maximum(u, 1 / N / runs) / N / runs)
    table = xarray.Dataset({"u_min": u, "u_min_error": np.maximum(error, counted)})
    return table.rename(algorithm="predicted", J_D="u_J_D").assign_attrs(u_N=N)


def _bounds(table: "xarray.Dataset", runs: int) -> "xarray.Dataset":
    """Return the thresholds of Poisson numbers of unstable neurons: low end, value, high end."""
    import xarray

    values = np.full((len(PREDICTED), 3, len(_LINE)), np.nan)
    for i, name in enumerate(PREDICTED):
        one = table.sel(predicted=name)
        u, error = one["u_min"].values, one["u_min_error"].values
        falls = np.flatnonzero(np.diff(u) >= 0)
        last = falls[0] + 1 if falls.size else len(u)  # up to where the smallest one is reached
        J_D, u, error = table["u_J_D"].values[:last], u[:last], error[:last]
        keep = u > 0
        for end, k in enumerate((-1, 0, 1)):
            shifted = u[keep] * np.exp(k * error[keep] / u[keep])
            for j, N in enumerate(_LINE):
                values[i, end, j] = _threshold(int(N), J_D[keep], shifted, runs)
    dims = ("predicted", "bound", "line_N")
    return xarray.Dataset({"poisson_threshold": (dims, values)}, {"line_N": _LINE})


def _threshold(N: int, J_D: np.ndarray, u: np.ndarray, runs: int) -> float:
    """Return the threshold, nan if it is not in the table."""
    try:
        return bp.success_threshold(N, J_D, u, runs=runs)
    except ValueError:
        return np.nan


def _efforts(laws: list[SingleRuns], iterations: int) -> "xarray.Dataset":
    """Return the thresholds of one size against the number of runs."""
    import xarray

    runs = np.unique(np.geomspace(1, 32, 40).round().astype(int))
    values = np.array([[law.threshold(int(R)) for R in runs] for law in laws])
    dims = ("predicted", "line_effort", "bound")
    return xarray.Dataset({"effort_threshold": (dims, values)}, {"line_effort": iterations * runs})
