"""The attractors of a community, before and after it learned."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

import contrastive_ode as ode
from contrastive_ode.tasks import demonstration, ecology
from figures.compared import Compared, Comparisons
from figures.contrastive import contrastive_runs
from figures.contrastive.contrastive_runs import trained
from figures.shared import fractions

if TYPE_CHECKING:
    import xarray
    from matplotlib.figure import Figure

    from figures.chapter import Run

title = "Attractors before and after learning"
equation = r"\dot{x}_i = \frac{r_i}{K_i} x_i \Big( K_i - \sum_j \alpha_{ij} x_j \Big) + D"
caption = (
    "Where random initial states end: every attractor that was found, with its kind, the number "
    "of species alive in it, and the fraction of states that lead there, with Clopper-Pearson "
    "68 % intervals. Right: the mean abundance of every species on it; the species to bring back "
    "is marked. A fixed point is one of the equations, by Newton's method, with negative "
    "eigenvalues; a cycle is a closed orbit with Floquet multipliers inside the unit circle; tori "
    "and chaos are told by Lyapunov exponents and their errors. Every fixed point is computed "
    "again with 30 digits, and every cycle integrated again by an adaptive method of order 8, "
    "whose orbit must close after that period. Training leaves one attractor, the target, where "
    "the paper reports six."
)
VERSION = 2  # of `settle_batch`: 1 had no Newton's method
KINDS = ("fixed point", "limit cycle", "quasi-periodic", "chaotic")
ROWS = 12  # attractors that are kept
NUMBERS = ("period", "period_error", "exponent", "multiplier", "multiplier_error", "reached")


def settle_batch(
    w: str, count: int, batch: int, rng: np.random.Generator
) -> dict[str, npt.NDArray[np.float64]]:
    """Return the attractors of random states as a table, and how many states reach none.

    The parameters come as the hexadecimal text of their bytes, which a ledger can keep.
    """
    made = demonstration("ecology", rng=0)
    parameters = np.frombuffer(bytes.fromhex(w))
    found = ode.catalogue(made.model, parameters, ecology.random_states(32, count, rng=rng))
    table = _tabulated(list(found))
    for m, a in enumerate(found):
        table["closes"][m] = _closes(made.model, parameters, a)
    return {**table, "unsettled": np.array([found.undecided, found.diverged], dtype=float)}


def _closes(model: ode.Model, w: npt.NDArray[np.float64], a: ode.Attractor) -> float:
    """Return by how much the orbit misses to close after the period, in units of the error."""
    from scipy.integrate import solve_ivp

    if a.kind != "limit cycle":
        return float("nan")
    options = {"method": "DOP853", "rtol": 1e-12, "atol": 1e-14}
    start = end = a.orbit[0]
    for _ in range(5):  # the first four bring it onto this integrator's own orbit
        start = end
        found = solve_ivp(lambda t, x: model.rhs(w, x), (0, a.period), start, **options)
        end = found.y[:, -1]
    error = a.period_error * np.abs(model.rhs(w, start)).max() + 1e-11
    return float(np.abs(end - start).max() / error)


def _exact(
    x: npt.NDArray[np.float64], alpha: npt.NDArray[np.float64], D: float
) -> npt.NDArray[np.float64]:
    """Return the fixed point next to x, by Newton's method with 30 digits."""
    import mpmath

    with mpmath.workdps(30):
        A, z = mpmath.matrix(alpha.tolist()), mpmath.matrix(x.tolist())
        for _ in range(4):
            s = A * z
            F = mpmath.matrix([z[i] * (1 - s[i]) + mpmath.mpf(D) for i in range(len(x))])
            J = -mpmath.diag(z) * A + mpmath.diag([1 - s[i] for i in range(len(x))])
            z -= mpmath.lu_solve(J, F)
        return np.array([float(value) for value in z])


def _tabulated(found: list[ode.Attractor]) -> dict[str, npt.NDArray[np.float64]]:
    """Return attractors as numbers, a row each; nan in the rows that are left."""
    if len(found) > ROWS:
        raise ValueError(f"found must be at most {ROWS} attractors, got {len(found)}")
    table = {name: np.full(ROWS, np.nan) for name in ("kind", "closes", *NUMBERS)}
    table |= {name: np.full((ROWS, 32), np.nan) for name in ("mean", "low", "high", "mean_error")}
    for m, a in enumerate(found):
        table["kind"][m] = KINDS.index(a.kind)
        multiplier = np.abs(a.multipliers).max(initial=0.0) if len(a.multipliers) else np.nan
        numbers = {**vars(a), "exponent": a.exponent, "reached": a.count}
        numbers |= {"multiplier": multiplier, "multiplier_error": a.multipliers_error}
        for name in NUMBERS:
            table[name][m] = numbers[name]
        for name in ("mean", "low", "high"):
            table[name][m] = getattr(a, name)
        table["mean_error"][m] = a.mean_error if len(a.mean_error) else 0.0
    return table


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Settle random states of both communities, and sort out where they end."""
    import xarray

    iterations, count, batches = (2500, 100, 100) if full else (1200, 10, 4)
    data = trained(run, "ecology", iterations, (0,))
    made = demonstration("ecology", rng=0)
    parts = []
    for learned in (False, True):
        w = data["after" if learned else "before"].sel(seed=0).values
        grid = {"w": [w.tobytes().hex()], "count": [count], "batch": list(range(batches))}
        ends = run(settle_batch, grid).squeeze(["w", "count", "replica"], drop=True)
        found = ode.merge(_attractors(ends))
        alpha, D = made.model.unpack(w)["alpha"], np.asarray(made.model.constants["D"]).item()
        points = np.full(ROWS, np.nan)
        for m, a in enumerate(found[:ROWS]):
            if a.kind == "fixed point":
                away = np.abs(_exact(a.mean, alpha, D) - a.mean).max()
                points[m] = away / a.mean_error.max()
        parts.append(
            _listed(found).assign(
                fixed_point_deviation=("attractor", points),
                cycle_deviation=("batch", ends["closes"].max("closes_0").values),
                unsettled=("way", ends["unsettled"].sum("batch").values),
            )
        )
    listed = xarray.concat(parts, xarray.DataArray(["before", "after"], dims="when", name="when"))
    return listed.assign(gradient_deviation=data["gradient_deviation"]).assign_attrs(
        states=count * batches, output=int(made.task.outputs[0])
    )


def _attractors(ends: "xarray.Dataset") -> list[ode.Attractor]:
    """Return what was stored as attractors again."""
    stored = ends.drop_vars(["unsettled", "closes"])
    flat = {name: stored[name].values for name in stored}
    flat = {name: values.reshape(-1, *values.shape[2:]) for name, values in flat.items()}
    return [
        ode.Attractor(
            KINDS[int(flat["kind"][m])],
            mean=flat["mean"][m],
            low=flat["low"][m],
            high=flat["high"][m],
            period=float(flat["period"][m]),
            period_error=float(flat["period_error"][m]),
            multipliers=flat["multiplier"][m : m + 1].astype(complex),
            multipliers_error=float(flat["multiplier_error"][m]),
            exponents=flat["exponent"][m : m + 1],
            mean_error=flat["mean_error"][m],
            count=int(flat["reached"][m]),
        )
        for m in np.flatnonzero(np.isfinite(flat["kind"]))
    ]


def _listed(found: list[ode.Attractor]) -> "xarray.Dataset":
    """Return the most frequent attractors as a table."""
    import xarray

    table = _tabulated(found[:ROWS])
    alive = np.full(ROWS, np.nan)
    alive[: len(found)] = [a.alive.sum() for a in found[:ROWS]]
    data = {name: ("attractor", table[name]) for name in ("kind", *NUMBERS)}
    mean = (("attractor", "species"), table["mean"])
    return xarray.Dataset({**data, "alive": ("attractor", alive), "mean": mean}).assign(
        found=len(found)
    )


variables = {
    **contrastive_runs.variables,
    "kind": (
        "kind of attractor, as a number: 0 fixed point, 1 limit cycle, 2 quasi-periodic, 3 chaotic"
    ),
    "period": "period of the attractor",
    "period_error": "period of the attractor, error that is claimed",
    "exponent": "largest Lyapunov exponent",
    "multiplier": "largest Floquet multiplier, as an absolute value",
    "multiplier_error": "largest Floquet multiplier, error that is claimed",
    "reached": "number of random states that end there",
    "alive": "number of species alive",
    "mean": "mean abundance of a species",
    "found": "number of attractors",
    "fixed_point_deviation": (
        "fixed point and Newton's method with 30 digits, their difference in units of the "
        "claimed error"
    ),
    "cycle_deviation": (
        "largest gap of a cycle after its period, by another integrator, in units of the claimed "
        "error"
    ),
    "unsettled": "number of random states that reach no attractor",
    "when": "before or after training",
    "attractor": "number of the attractor",
    "species": "number of the species",
    "batch": "number of the batch of random states",
    "way": "why no attractor was reached, counted from 0: undecided, diverged",
}

unjudged = {
    "what attractors there are, and how often they are reached: no theory of it": (
        "alive",
        "kind",
        "mean",
        "period",
        "reached",
    ),
}


def compared(data: "xarray.Dataset") -> Comparisons:
    """Compare fixed points and cycles with computations of another kind."""
    what = "fixed points and Newton's method with 30 digits"
    yield Compared("deviation", what, data["fixed_point_deviation"])
    what = "cycles and an adaptive integrator of order 8"
    yield Compared("deviation", what, data["cycle_deviation"])
    yield from contrastive_runs.compared(data)


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw how often each attractor is reached, and who lives in it."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.2, 3.6))
    axes = figure.subplots(2, 2, width_ratios=[1, 1.4])
    states, o = data.attrs["states"], data.attrs["output"]
    for row, when in enumerate(data["when"].values):
        here = data.sel(when=when)
        shown = int(np.isfinite(here["reached"]).sum())
        left, right = axes[row]
        for m in range(shown):
            one = here.isel(attractor=m)
            count, kind = int(one["reached"]), KINDS[int(one["kind"])]
            low, high = fractions.intervals(count, states)
            p = count / states
            ends, color = [[p - low], [high - p]], f"C{int(one['kind'])}"
            left.barh(m + 0.15, p, 0.4, xerr=ends, color=color, capsize=2)
            period = f", period {float(one['period']):.0f}" if np.isfinite(one["period"]) else ""
            words = f"{kind}{period}: {int(one['alive'])} alive"
            left.text(0.02, m - 0.28, words, va="center", fontsize=7.5)
        left.set_yticks(range(shown))
        left.set_ylabel("attractor")
        left.set(xlim=(0, 1), ylim=(max(shown, 2) - 0.4, -0.6), title=f"{when} training")
        image = right.imshow(
            here["mean"].values[:shown], aspect="auto", vmin=0, vmax=1, cmap="viridis"
        )
        right.axvline(o - 0.5, color="w", lw=0.7)
        right.axvline(o + 0.5, color="w", lw=0.7)
        right.set_yticks(range(shown))
        right.set_ylabel("attractor")
        right.set(title="mean abundance" if row == 0 else "")
        figure.colorbar(image, ax=right)
    axes[1, 0].set_xlabel(f"fraction of {states} random states")
    axes[1, 1].set_xlabel("species (framed: to bring back)")
    return figure
