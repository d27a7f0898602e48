"""Four dynamics that freeze at the same coupling."""

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

import dynamics
import networks
from figures.compared import Compared, Comparisons
from figures.shared.lattice import on_lattice

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from figures.chapter import Run

Floats = npt.NDArray[np.float64]

title = "Universality of freezing"
equation = (
    r"J_D + \ell \sqrt{a} = J_\mathrm{a} + O(a) \quad \ell = 0.5826 \text{ (steps)} \quad "
    r"\frac{1}{\sqrt{2}} \text{ (visits)} \quad |\zeta(\tfrac12)| \frac{1}{\sqrt{2}} "
    r"\text{ (inertia)}"
)
caption = (
    "Four dynamics that keep themselves active: binary neurons in synchronous steps and in "
    "asynchronous visits, binary neurons whose inputs lag behind their fields in continuous time, "
    "and hysterons, graded neurons of gain 8 that follow their branches (there J_D is h_c/(g√q); "
    "of visits, with couplings ±1/√N, it is the middle of the two fields between which it lies). "
    "Left: the coupling against the square root of the activity a, the mean squared change of a "
    "field in a step or in a unit of time. Lines: the threshold of the right panel less ℓ√a, "
    "to leading order. Right: the coupling plus ℓ√a, the boundary at which the density of fields "
    "vanishes, with straight lines in a, to which points count as much as they are active: active "
    "networks go through more states. At a = 0 (crosses, one standard error, shifted sideways) "
    "all should be at J_a, where activity dies. Grey: 0.8145(10), measured before with infinitely "
    "many binary neurons (figure persistence)."
)

KNOWN, KNOWN_ERROR = 0.8145, 0.0010
GAIN = 8.0
COUPLINGS = (0.46, 0.51, 0.56, 0.61, 0.66)  # below, lines bend
# neurons, steps or sweeps or time, networks: where a second of computing tells most
SIZES = {
    "steps": (100_000, 320, 3),
    "visits": (32_768, 500, 6),
    "inertia": (12_000, 1000, 2),
    "hysterons": (20_000, 260, 2),
}
QUICK = {
    "steps": (16_000, 150, 2),
    "visits": (8192, 200, 2),
    "inertia": (2000, 500, 2),
    "hysterons": (4000, 150, 2),
}
NAMES = {
    "steps": "binary, synchronous",
    "visits": "binary, asynchronous",
    "inertia": "binary, continuous time",
    "hysterons": "graded, $g = 8$",
}
ZETA = 1.4603545088  # |zeta(1/2)|, the length of Marshall and Watson
SHIFT = {"steps": 0.5825971579, "visits": 2**-0.5, "inertia": ZETA * 2**-0.5}
SHIFT["hysterons"] = SHIFT["steps"]


def activity(
    mode: str, J_D: float, N: int, t_max: int, rng: np.random.Generator
) -> dict[str, float]:
    """Return the activity of one network, and its coupling; nan if it froze."""
    if mode == "hysterons":
        return _graded(J_D, N, t_max, rng)
    late = slice(t_max // 3, None)
    if mode == "steps":
        steps = dynamics.mean_field(J_D, t_max, 1.0, N, order="synchronous", rng=rng)
        flips, alive = steps.activity, True
    elif mode == "inertia":
        network = networks.Asymmetric(N, J_D).sample(rng)
        run = dynamics.continuous_time(network, t_max=t_max, dt=0.05, intervals=t_max, rng=rng)
        flips, alive = run.flip_rate, not run.converged
    else:
        network = networks.Asymmetric(N, J_D, couplings="binary").sample(rng)
        visits = dynamics.relax(network, order="random", max_sweeps=t_max, rng=rng, history=True)
        assert visits.unstable_fraction is not None
        flips, alive = visits.unstable_fraction, not visits.converged
    return {"activity": 4 * flips[late].mean() if alive else np.nan, "coupling": J_D}


def _graded(J_D: float, N: int, t_max: int, rng: np.random.Generator) -> dict[str, float]:
    """Return the same of hysterons of about that coupling."""
    from scipy.optimize import brentq

    s = brentq(lambda s: networks.Branches(s).h_c - GAIN * J_D, 1 + 1e-9, 4 + 2 * GAIN)
    network = networks.Graded(N, s, GAIN, couplings="deferred").sample(rng)
    run = dynamics.hysterons(network, t_max, rng=rng)
    q = run.q[t_max // 3 :].mean()
    a = run.field_change[t_max // 3 :].mean() / (GAIN**2 * q)
    return {"activity": a if run.flips[-1] > 0 else np.nan, "coupling": J_D / np.sqrt(q)}


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Measure activities, and extrapolate the shifted couplings."""
    import xarray

    rows = []
    for mode, (N, t_max, replicas) in (SIZES if full else QUICK).items():
        grid = {"mode": [mode], "J_D": list(COUPLINGS), "N": [N], "t_max": [t_max]}
        row = run(activity, grid, replicas=replicas).squeeze(["mode", "N", "t_max"], drop=True)
        if mode == "visits":
            row["coupling"] = xarray.zeros_like(row["coupling"]) + on_lattice(row["J_D"], N)
        rows.append(row[["activity", "coupling"]].transpose("J_D", "replica"))
    data = xarray.concat(rows, "mode", join="outer")
    shift = xarray.DataArray([SHIFT[mode] for mode in SIZES], dims="mode")
    shifted = data["coupling"] + shift * np.sqrt(data["activity"])
    fits = [
        _line(a.values.ravel(), y.values.ravel())
        for a, y in zip(data["activity"], shifted, strict=True)
    ]
    value, error, slope = (np.array(part) for part in zip(*fits, strict=True))
    return data.assign(
        shifted=shifted,
        shift=shift,
        value=("mode", value),
        error=("mode", error),
        slope=("mode", slope),
    ).assign_coords(mode=list(SIZES))


def _line(a: Floats, y: Floats) -> tuple[float, float, float]:
    """Return the end at a = 0 of a straight line, its error from the scatter, and the slope.

    The number of independent states that a network goes through grows as its activity, and so do
    the weights.
    """
    alive = np.isfinite(a)
    a, y = a[alive], y[alive]
    terms = np.stack([np.ones(a.size), a], axis=1)
    inverse = np.linalg.inv((terms.T * a) @ terms)
    value, slope = inverse @ (terms.T * a) @ y
    scatter = np.sum(a * (y - value - slope * a) ** 2) / (a.size - 2)
    return float(value), float(np.sqrt(scatter * inverse[0, 0])), float(slope)


variables = {
    "activity": (
        "activity a, mean squared change of a field in a step or a unit of time: nan if the "
        "network froze"
    ),
    "coupling": "coupling J_D: of hysterons h_c/(g√q)",
    "shifted": "coupling plus ℓ√a, the boundary at which the density of fields vanishes",
    "shift": "length ℓ by which the boundary is shifted",
    "value": "coupling at which activity dies: the end of the fit at a = 0",
    "error": "coupling at which activity dies, one standard error",
    "slope": "slope of the fit in the activity",
    "mode": "dynamics",
    "replica": "number of the network",
}

unjudged = {
    "what the thresholds are fitted to": ("activity", "coupling", "shifted"),
    "the slopes of these fits": ("shift", "slope"),
}


def compared(data: "xarray.Dataset") -> Comparisons:
    """Compare the four thresholds with the one of infinitely many binary neurons."""
    error = (data["error"] ** 2 + KNOWN_ERROR**2) ** 0.5
    off = (data["value"] - KNOWN) / error
    what = "thresholds of four dynamics, and of infinitely many binary neurons"
    yield Compared("z", what, off, "value", error, "of the coupling", shared=True)


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw couplings over activities, and the shifted ones with their ends."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.0, 3.2))
    left, right = figure.subplots(1, 2)
    weights = data["error"] ** -2.0
    mean = float((weights * data["value"]).sum() / weights.sum())
    for color, mode in enumerate(data["mode"].values):
        row = data.sel(mode=mode)
        _draw_mode(left, right, row, color, mean)
    for ax in (left, right):
        ax.axhspan(KNOWN - KNOWN_ERROR, KNOWN + KNOWN_ERROR, color="0.75", lw=0)
    left.set(xlabel="$\\sqrt{a}$", ylabel="coupling $J_D$", xlim=(0, None))
    right.set(xlabel="activity $a$", ylabel="$J_D + \\ell\\,\\sqrt{a}$")
    low, high = right.get_ylim()
    right.set_ylim(low, high + 0.45 * (high - low))
    right.legend(loc="upper left")
    return figure


def _draw_mode(left: "Axes", right: "Axes", row: "xarray.Dataset", color: int, mean: float) -> None:
    """Draw one dynamics in both panels."""
    a = row["activity"].values.ravel()
    style: dict[str, Any] = {"ls": "", "marker": "os^D"[color], "mfc": "w", "color": f"C{color}"}
    left.plot(np.sqrt(a), row["coupling"].values.ravel(), **style)
    root = np.array([0, np.sqrt(np.nanmax(a))])
    left.plot(root, mean - float(row["shift"]) * root, color=f"C{color}", lw=0.8)
    label = NAMES[str(row["mode"].values)]
    right.plot(a, row["shifted"].values.ravel(), label=label, **style)
    ends = np.array([0, np.nanmax(a)])
    value, error = float(row["value"]), float(row["error"])
    right.plot(ends, value + float(row["slope"]) * ends, color=f"C{color}", lw=0.8)
    right.errorbar([-0.006 * (color + 1)], [value], [error], fmt="x", color=f"C{color}")
