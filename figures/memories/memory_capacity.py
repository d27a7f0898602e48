"""How well patterns are recalled against the load, by rule and temperature, and how many fit."""

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

import dynamics
import networks
import replica
from figures.compared import Compared, Comparisons, student

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from figures.chapter import Run

Floats = npt.NDArray[np.float64]

title = "Capacity of memories"
equation = (
    r"m = \langle \tanh \frac{m + \sigma z}{T} \rangle \quad \sigma^2 = "
    r"\frac{\alpha q}{(1 - \chi)^2} \text{ (Hebb)} \quad \sigma^2 = \alpha \text{ (diluted)} \quad "
    r"m = \tanh \frac{m(1 - R)}{T} \text{ (pseudo-inverse)}"
)
caption = (
    "Left: the overlap with a stored pattern, from which the network starts, against the load. "
    "Lines: theory for many neurons, down to the load at which recall ends; markers: networks of "
    "N neurons (diluted: 2K² with K inputs each), with standard errors, extrapolated in 1/N or 1/K "
    "from two sizes (open: beyond capacity, not judged). Couplings of Hebb at T = 0 and 0.3, "
    "diluted ones (independent directions) at T = 0, and the pseudo-inverse at T = 0.3. Crosses: "
    "Hebb at T = 0 with the self-coupling J_D = 0.3, of which no theory tells the overlap (not "
    "judged): it keeps more of a pattern from which the network starts, also beyond capacity. "
    "Right: the largest margin κ with which couplings of a neuron exist that store a given load: "
    "the line of Gardner, and single neurons, solved exactly by quadratic programming and "
    "extrapolated likewise. A self-coupling adds J_D to the margin."
)

CURVES = ("Hebb, T = 0", "Hebb, T = 0.3", "diluted, T = 0", "pseudo-inverse, T = 0.3")
RULES = ("hebbian", "hebbian", "diluted", "pseudo-inverse")
TEMPERATURES = (0.0, 0.3, 0.0, 0.3)
LOADS = (
    (0.04, 0.08, 0.12, 0.2),
    (0.02, 0.05, 0.08, 0.16),
    (0.1, 0.2, 0.3, 0.8),
    (0.1, 0.2, 0.3, 0.5),
)
HELD = 0.3  # the self-coupling of the crosses
WIDER = 2  # of diluted networks, with K inputs of 2 K^2 neurons: all corrections are 1/K
STARTS = 8  # patterns that are recalled in a network at T = 0


def recalled(curve: str, load: int, N: int, J_D: float, rng: np.random.Generator) -> float:
    """Return the overlap with a pattern in the end, or on average at a temperature."""
    k = CURVES.index(curve)
    T, P = TEMPERATURES[k], round(LOADS[k][load] * N)
    kind = networks.Hebbian if RULES[k] == "hebbian" else networks.PseudoInverse
    network = kind(N, P, J_D).sample(rng)
    if T > 0:
        return float(dynamics.glauber(network, T, network.patterns[0], sweeps=120, rng=rng).overlap)
    return _settled(network, rng)


def diluted(load: int, inputs: int, rng: np.random.Generator) -> float:
    """Return the same of a diluted network at T = 0."""
    P = round(LOADS[2][load] * inputs)
    N = WIDER * inputs**2  # J_ij and J_ji must not both be there
    ensemble = networks.Hebbian(N, P, dilution=inputs / N, symmetric=False)
    return _settled(ensemble.sample(rng), rng)


def _settled(network: networks.MemoryNetwork, rng: np.random.Generator) -> float:
    starts = network.patterns[: min(STARTS, network.P)]
    ends = dynamics.relax_many(network, starts, max_sweeps=60, rng=rng)
    overlaps = [end.state.astype(float) @ x for end, x in zip(ends, starts, strict=True)]
    return float(np.mean(overlaps)) / network.N


def margin(load: float, N: int, rng: np.random.Generator) -> float:
    r"""Return the largest margin of a neuron with N couplings, averaged over a few neurons.

    The shortest couplings with :math:`A J \ge 1` are found from non-negative least squares (Lawson
    and Hanson's least distance programming).
    """
    from scipy.optimize import nnls

    found = []
    for _ in range(8):
        A = rng.choice(np.array([-1.0, 1.0]), size=(round(load * N), N))
        target = np.zeros(N + 1)
        target[N] = 1
        table = np.vstack([A.T, np.ones(len(A))])
        rest = table @ nnls(table, target, maxiter=100 * N)[0] - target
        found.append(abs(rest[N]) / np.linalg.norm(rest[:N]))
    return float(np.mean(found))


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Simulate networks of two sizes, extrapolate, and evaluate the lines."""
    import xarray

    N, replicas = (1000, 6) if full else (400, 4)
    grid = {"curve": list(CURVES), "load": [0, 1, 2, 3], "N": [N // 2, N], "J_D": [0.0]}
    dense = [curve for curve in CURVES if "diluted" not in curve]
    overlaps = run(recalled, grid | {"curve": dense}, replicas=replicas)["result"].squeeze("J_D")
    inputs = [50, 100] if full else [20, 40]
    thin = run(diluted, {"load": [0, 1, 2, 3], "inputs": inputs}, replicas=replicas)["result"]
    thin = thin.rename(inputs="N").assign_coords(N=[N // 2, N])
    thin = thin.expand_dims(curve=[CURVES[2]])
    overlaps = xarray.concat([overlaps.drop_vars("J_D"), thin], "curve").sel(curve=list(CURVES))
    grid |= {"curve": [CURVES[0]], "J_D": [HELD]}
    held = run(recalled, grid, replicas=replicas)["result"].squeeze(["J_D", "curve"], drop=True)
    size, loads = (160, [0.4, 0.7, 1.0, 1.3, 1.6]) if full else (40, [0.4, 0.8, 1.2, 1.6])
    margins = run(margin, {"load": loads, "N": [size // 2, size]}, replicas=replicas)["result"]
    parts = {}
    for name, values in (("overlap", overlaps), ("held", held), ("margin", margins)):
        parts[name], parts[f"{name}_error"] = _limit(values)
    alpha = xarray.DataArray([list(row) for row in LOADS], dims=("curve", "load"))
    data = xarray.Dataset(
        {
            name: part.rename(load="neuron_load") if "margin" in name else part
            for name, part in parts.items()
        },
    ).assign_coords(curve=list(CURVES))
    return data.assign(alpha=alpha, replicas=replicas, **_lines(data))


def _limit(values: "xarray.DataArray") -> tuple["xarray.DataArray", "xarray.DataArray"]:
    """Return the limit of many neurons, and its error, from N/2 and N: corrections are 1/N."""
    mean = values.mean("replica")
    variance = values.var("replica", ddof=1) / values.sizes["replica"]
    limit = 2 * mean.isel(N=1, drop=True) - mean.isel(N=0, drop=True)
    error = (4 * variance.isel(N=1, drop=True) + variance.isel(N=0, drop=True)) ** 0.5
    # a neuron that is seen wrong once in all runs: errors are not known better than that
    once = 2 / (float(values["N"].max()) * STARTS * values.sizes["replica"])
    return limit, error.clip(min=2 * once)


def _lines(data: "xarray.Dataset") -> dict[str, Any]:
    """Return theory at the points (nan beyond capacity), and on lines."""
    loads = np.array(LOADS)
    expected, at, line = np.full(loads.shape, np.nan), [], []
    for k, (rule, T) in enumerate(zip(RULES, TEMPERATURES, strict=True)):
        top = replica.memory_capacity(T, rule).alpha
        below = loads[k] < top
        expected[k, below] = replica.memory_retrieval(loads[k][below], T, rule).overlap
        grid = top * (1 - np.linspace(1, 0, 40) ** 2 * 0.99 - 1e-9)
        at.append(grid)
        line.append(replica.memory_retrieval(grid, T, rule).overlap)
    kappa = np.linspace(0, 2, 81)
    return {
        "expected": (("curve", "load"), expected),
        "line_alpha": (("curve", "at"), np.array(at)),
        "line": (("curve", "at"), np.array(line)),
        "kappa": ("margin_at", kappa),
        "gardner": ("margin_at", replica.gardner_capacity(kappa)),
        "expected_margin": ("neuron_load", [_largest(a) for a in data["neuron_load"].values]),
    }


def _largest(load: float) -> float:
    """Return the margin at which the capacity is this load."""
    from scipy import optimize

    return float(optimize.brentq(lambda K: replica.gardner_capacity(K) - load, 0, 50, xtol=1e-12))


variables = {
    "overlap": "overlap with the pattern from which a network starts, extrapolated in 1/N",
    "overlap_error": "overlap with the pattern, one standard error",
    "held": "overlap with the pattern, rule of Hebb at T = 0 with a self-coupling J_D = 0.3",
    "held_error": "overlap with the pattern at J_D = 0.3, one standard error",
    "margin": "largest margin of a neuron, extrapolated in 1/N",
    "margin_error": "largest margin of a neuron, one standard error",
    "alpha": "load P/N: of diluted networks, patterns per coupling of a neuron",
    "replicas": "networks at each point",
    "expected": "overlap with the pattern in theory: nan beyond capacity",
    "line_alpha": "load of the line",
    "line": "overlap with the pattern in theory, on the line",
    "kappa": "margin of the line",
    "gardner": "Gardner's capacity at the margin",
    "expected_margin": "largest margin of a neuron in theory",
    "curve": "rule by which patterns are stored, and temperature",
    "load": "number of the load",
    "neuron_load": "load P/N of a single neuron",
}

unjudged = {
    "no theory tells it": ("held", "held_error"),
    "where points are, and lines": ("alpha", "line_alpha", "line", "kappa", "gardner"),
}


def compared(data: "xarray.Dataset") -> Comparisons:
    """Compare overlaps below capacity, and margins."""
    replicas = int(data["replicas"])
    for what, name, expected, unit in (
        ("overlaps with a pattern below capacity", "overlap", "expected", "of the overlap"),
        ("largest margins of neurons", "margin", "expected_margin", "of the margin"),
    ):
        error = data[f"{name}_error"]
        off = student((data[name] - data[expected]) / error, replicas)
        yield Compared("z", what, off, name, error, unit)


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw overlaps over loads, and loads over margins."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.0, 3.2))
    left, right = figure.subplots(1, 2)
    _draw_overlaps(left, data)
    right.plot(data["gardner"], data["kappa"], "C0", label="Gardner")
    right.errorbar(
        data["neuron_load"], data["margin"], data["margin_error"], fmt="o", mfc="w", label="neurons"
    )
    right.set(xlabel=r"load $\alpha$", ylabel=r"largest margin $\kappa$", xlim=(0.25, 2.05))
    right.set_ylim(0, 1.6)
    right.legend()
    return figure


def _draw_overlaps(ax: "Axes", data: "xarray.Dataset") -> None:
    for k, curve in enumerate(data["curve"].values):
        row = data.sel(curve=curve)
        ax.plot(row["line_alpha"], row["line"], color=f"C{k}", lw=1)
        below = row["expected"].notnull().values
        style: dict[str, Any] = {"ls": "", "marker": "os^D"[k], "color": f"C{k}", "ms": 4}
        for judged, fill in ((below, f"C{k}"), (~below, "w")):
            label = str(curve).replace("T = ", "$T=$") if fill != "w" else None
            part = row.isel(load=judged)
            ax.errorbar(
                part["alpha"],
                part["overlap"],
                part["overlap_error"],
                mfc=fill,
                label=label,
                **style,
            )
    first = data.isel(curve=0)
    label = f"Hebb, $J_D={HELD:g}$"
    ax.errorbar(first["alpha"], data["held"], data["held_error"], fmt="kx", ms=4, label=label)
    ax.set(xlabel=r"load $\alpha$", ylabel="overlap $m$", xlim=(0, 0.85), ylim=(-0.05, 1.05))
    ax.legend(fontsize="x-small", loc="upper right")
