"""For short times the local rule is the gradient: the expansion on the engine."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

import contrastive_ode as ode
from contrastive_ode import systems
from figures.compared import Compared, Comparisons

if TYPE_CHECKING:
    import xarray
    from matplotlib.figure import Figure

    from figures.chapter import Run
    from foundation.domains import Floats

title = "Alignment for short times"
equation = (
    r"1 - \cos \varphi \simeq \tfrac18 \Big[ \frac{\left\| d \right\|^2}{\left\| u \right\|^2} "
    r"- \frac{(u \cdot d)^2}{\left\| u \right\|^4} \Big] "
    r"\quad u = G^T e \quad d = G^T (\tau_\mathrm{m} J - \tau_\mathrm{e} J^T) e "
    r"+ (\tau_\mathrm{m} + \tau_\mathrm{e}) \dot{G}^T e"
)
caption = (
    "A pulse of error at time τ_e on all nodes; the local rule sums over the time τ_m after it. "
    "Left: ten leaky integrate-and-fire neurons. Markers: the updates from the integrator; lines: "
    "the expansion. Middle: linear networks between antisymmetric (p = 0) and symmetric (p = 1), "
    "τ_e = τ_m = τ; means over random networks, with one standard error; lines: the expansion for "
    "the same networks. Right: unequal times, one network; dotted: without the mixed term 2(τ_m² "
    "− τ_e²) êᵀA_sA_aê, which is not among the paper's three contributions. The expansion is of "
    "second order: the next order, smaller by the times of the pulse in units of the rates, parts "
    "the neurons from it at large times."
)
LEAK = 1.0  # rate of the neurons
DRAWS = 20  # networks in a point of the sweep


def pulse(
    model: ode.Model,
    w: npt.ArrayLike,
    x0: npt.ArrayLike,
    e: npt.ArrayLike,
    tau_e: float,
    tau_m: float,
) -> tuple[float, float]:
    """Return 1 - cos from the engine and from the expansion, for an error e at time tau_e."""
    h = min(tau_e, tau_m) / 100
    steps = round(tau_e / h)
    before = ode.flow(model, w, x0, steps * h, h, stride=steps)[-1]
    target = before - np.asarray(e)
    outputs = list(range(model.size))
    T = (steps + round(tau_m / h)) * h
    task = ode.Task(x0, outputs, T, h, points={steps * h: target})
    local = ode.local_update(model, task, w, "tangent").dw
    downhill = -ode.gradient(model, task, w).dw
    expanded = ode.misalignment(model, w, before, e, tau_e, tau_m)
    return 1 - ode.cosine(local, downhill), expanded


def linear_means(
    p: float, tau: float, rng: np.random.Generator
) -> dict[str, npt.NDArray[np.float64]]:
    """Return 1 - cos of a batch of random linear networks, and its expansion."""
    model = systems.linear_network.on(ode.all_to_all(10, self_coupling=True), kappa=0.0)
    found = np.array([pulse(model, *_linear(rng, p, model), tau, tau) for _ in range(DRAWS)])
    return {"exact": found[:, 0], "expanded": found[:, 1]}


def _linear(
    rng: np.random.Generator, p: float, model: ode.Model
) -> tuple["Floats", "Floats", "Floats"]:
    A = rng.normal(size=(10, 10))
    S, K = A + A.T, A - A.T
    A = p * S / np.linalg.norm(S) + (1 - p) * K / np.linalg.norm(K)
    return model.pack(A=A / np.linalg.norm(A)), rng.normal(size=10), rng.normal(size=10)


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Compare engine and expansion in three settings."""
    import xarray

    p, tau = [0.0, 0.25, 0.5, 0.75, 1.0], [0.1, 0.3, 1.0]
    batches = run(linear_means, {"p": p, "tau": tau}, replicas=10 if full else 3)
    sample = batches.rename(exact_0="draw", expanded_0="draw").stack(all=("replica", "draw"))
    count = sample.sizes["all"]
    data = xarray.Dataset(
        {
            "mean": sample["exact"].mean("all"),
            "mean_error": sample["exact"].std("all", ddof=1) / np.sqrt(count),
            "mean_expanded": sample["expanded"].mean("all"),
        }
    )
    return data.merge(_neurons()).merge(_unequal()).assign_attrs(networks=count)


def _neurons() -> "xarray.Dataset":
    """Return the curves of one network of neurons."""
    import xarray

    rng = np.random.default_rng(1)
    model = systems.leaky_integrate_and_fire.on(ode.all_to_all(10, self_coupling=True))
    w = model.pack(
        W=rng.normal(0, 10**-0.5, (10, 10)), b=rng.normal(0, 0.5, 10), g=rng.uniform(1, 2, 10)
    )
    x0, e = rng.normal(size=10), rng.normal(size=10)
    tau_e, tau_m = [0.02, 0.05, 0.1], np.geomspace(0.005, 0.4, 9)
    tau_m = np.round(tau_m, 3)
    values = np.array([[pulse(model, w, x0, e, a, float(b)) for b in tau_m] for a in tau_e])
    return xarray.Dataset(
        {
            "neurons": (("tau_e", "tau_m"), values[..., 0]),
            "neurons_expanded": (("tau_e", "tau_m"), values[..., 1]),
        },
        {"tau_e": tau_e, "tau_m": tau_m},
    )


def _unequal() -> "xarray.Dataset":
    """Return the curves of one linear network at unequal times."""
    import xarray

    rng = np.random.default_rng(4)
    model = systems.linear_network.on(ode.all_to_all(10, self_coupling=True), kappa=0.0)
    A = rng.normal(size=(10, 10))
    w, x0, e = model.pack(A=A), rng.normal(size=10), rng.normal(size=10)
    tau_e, ratios = 0.02, np.array([0.1, 0.2, 0.5, 1.0, 2.0, 3.0, 4.0])
    values = np.array([pulse(model, w, x0, e, tau_e, float(tau_e * r)) for r in ratios])
    at = ode.flow(model, w, x0, tau_e, tau_e / 100, stride=100)[-1]
    special = np.array([ode.linear_misalignment(A, at, e, tau_e, tau_e * r) for r in ratios])
    unit = e / np.linalg.norm(e)
    S, K = (A + A.T) / 2, (A - A.T) / 2
    mixed = 2 * ((ratios * tau_e) ** 2 - tau_e**2) * (unit @ S @ K @ unit) / 8
    return xarray.Dataset(
        {
            "unequal": ("ratio", values[:, 0]),
            "unequal_expanded": ("ratio", values[:, 1]),
            "unequal_without": ("ratio", values[:, 1] - mixed),
            "expansion_deviation": ("ratio", np.abs(special - values[:, 1]) / 1e-10),
        },
        {"ratio": ratios},
    )


variables = {
    "mean": "1 - cos φ of linear networks by the integrator, mean over networks",
    "mean_expanded": "1 - cos φ of linear networks by the expansion, mean over networks",
    "neurons": "1 - cos φ of neurons by the integrator",
    "neurons_expanded": "1 - cos φ of neurons by the expansion",
    "unequal": "1 - cos φ of a linear network at unequal times by the integrator",
    "unequal_expanded": "1 - cos φ of a linear network at unequal times by the expansion",
    "unequal_without": (
        "1 - cos φ of a linear network at unequal times by the expansion without its mixed term"
    ),
    "expansion_deviation": (
        "general expansion and that of linear systems, their difference in units of 1e-10"
    ),
    "p": "symmetry of the linear network, from antisymmetric (0) to symmetric (1)",
    "tau": "times τ of the pulse and of the sum",
    "tau_e": "time τ_e of the pulse",
    "tau_m": "time τ_m over which the local rule sums",
    "ratio": "ratio of the times τ_m/τ_e",
}

unjudged = {
    "the scatter of networks, whose expansions are paired with them": ("mean_error",),
    "a contrast: the expansion without one of its terms": ("unequal_without",),
}


def compared(data: "xarray.Dataset") -> Comparisons:
    """Compare the integrator with the expansion, and this with its linear case.

    The next order is smaller by the times of the pulse, in units of the fastest rate.
    """
    unit = "of 1 - cos φ"
    claimed = abs(data["neurons_expanded"]) * LEAK * (data["tau_e"] + data["tau_m"])
    off = (data["neurons"] - data["neurons_expanded"]) / claimed
    what = "the integrator and the expansion, up to its next order: neurons"
    yield Compared("expansion", what, off, "neurons", claimed, unit)
    claimed = abs(data["mean_expanded"]) * data["tau"] ** 2  # the first order vanishes
    off = (data["mean"] - data["mean_expanded"]) / claimed
    what = "linear networks, equal times"
    yield Compared("expansion", what, off, "mean", claimed, unit)
    rate = float(np.linalg.norm(np.random.default_rng(4).normal(size=(10, 10)), 2))
    claimed = abs(data["unequal_expanded"]) * rate * 0.02 * (1 + data["ratio"])
    off = (data["unequal"] - data["unequal_expanded"]) / claimed
    what = "a linear network, unequal times"
    yield Compared("expansion", what, off, "unequal", claimed, unit)
    rounding = 1e-13 * abs(data["unequal_expanded"])
    off = data["expansion_deviation"] * 1e-10 / rounding
    what = "the general expansion and that of linear systems"
    yield Compared("deviation", what, off, "", rounding, unit)


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw the three comparisons."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.2, 2.9))
    left, middle, right = figure.subplots(1, 3)
    for m, tau_e in enumerate(data["tau_e"].values):
        here = data.sel(tau_e=tau_e)
        left.plot(here["tau_m"], here["neurons_expanded"], color=f"C{m}")
        label = f"$\\tau_e = {tau_e:g}$"
        left.plot(here["tau_m"], here["neurons"], "os^"[m], mfc="w", color=f"C{m}", label=label)
    left.set(xscale="log", yscale="log", xlabel="$\\tau_m$", ylabel="$1 - \\cos\\phi$")
    left.plot([], [], color="0.4", label="expansion")
    left.set_title("neurons")
    left.legend(loc="upper left")
    for m, tau in enumerate(data["tau"].values):
        here = data.sel(tau=tau)
        middle.plot(here["p"], here["mean_expanded"], color=f"C{m}")
        style = {"fmt": "os^"[m], "mfc": "w", "color": f"C{m}", "label": f"$\\tau = {tau:g}$"}
        middle.errorbar(here["p"], here["mean"], here["mean_error"], **style)
    middle.set(yscale="log", xlabel="symmetry $p$", title="linear, equal times", ylim=(None, 1))
    middle.legend(loc="upper right", ncols=3, columnspacing=0.8)
    right.plot(data["ratio"], data["unequal_without"], color="C1", ls=":", label="three terms")
    right.plot(data["ratio"], data["unequal_expanded"], color="C0", label="with the mixed term")
    right.plot(data["ratio"], data["unequal"], "o", mfc="w", color="C0", label="engine")
    right.set(xlabel="$\\tau_m / \\tau_e$", title="linear, unequal times")
    right.legend(loc="upper left")
    return figure
