"""How activity dies or persists: large networks on the dynamics of infinitely many neurons."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

import dynamics
import networks
from figures.compared import Compared, Comparisons
from figures.shared import strokes

if TYPE_CHECKING:
    import xarray
    from matplotlib.figure import Figure

    from figures.chapter import Run

title = "Decay of activity"
equation = (
    r"h(t) = \varphi(t) + \eta \sum_{t'} G(t, t') s(t') "
    r"\quad \langle \varphi \varphi' \rangle = C(t, t') = \langle s(t) s(t') \rangle "
    r"\quad G = \frac{\partial \langle s \rangle}{\partial h}"
)
caption = (
    "Networks follow the decay of activity of infinitely many neurons until the last of their "
    "neurons settle, the smaller ones earlier. Fraction of unstable neurons after t sweeps of "
    "updates in random order, from a random state. Lines: infinitely many neurons, by couplings "
    "that are revealed as they are needed, extrapolated to updates one by one and, with partial "
    "symmetry, in the number of neurons; the band is one standard error. Markers: means over "
    "networks of N neurons, with one standard error; along a curve these share their networks. "
    "Left: fully asymmetric couplings, right: partly symmetric ones."
)


STEPS = (0.2, 0.1)  # sweeps, extrapolated to 0


def decay(
    N: int, J_D: float, eta: float, t_max: int, rng: np.random.Generator
) -> npt.NDArray[np.float64]:
    """Return the unstable fraction of a network before each sweep, and at the end."""
    network = networks.Asymmetric(N, J_D, eta).sample(rng)
    history = dynamics.relax(
        network, order="random", max_sweeps=t_max, rng=rng, history=True
    ).unstable_fraction
    unstable = np.zeros(t_max + 1)  # a settled network has none
    unstable[: len(np.asarray(history))] = history
    return unstable


def limit(
    J_D: float, eta: float, t_max: int, samples: int, rng: np.random.Generator
) -> dict[str, npt.NDArray[np.float64]]:
    """Return the unstable fraction of infinitely many neurons, with its error."""
    found = dynamics.mean_field_limit(J_D, t_max, samples, eta=eta, steps=STEPS, rng=rng)
    return {"theory": found.unstable_fraction, "theory_error": found.unstable_fraction_error}


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Simulate networks, and infinitely many neurons."""
    import xarray

    sizes, replicas = ([500, 2000, 8000], 20) if full else ([200, 1000], 12)
    cases = [(0.4, 0.0), (0.7, 0.0), (0.9, 0.0), (0.3, 0.5), (0.6, 0.5)]
    rows = []
    for J_D, eta in cases:
        t_max = 60 if full else 10
        samples = (100000 if full else 16000) * (1 if eta == 0 else 3)
        grid = {"N": sizes, "J_D": [J_D], "eta": [eta], "t_max": [t_max]}
        simulated = run(decay, grid, replicas=replicas)["result"].squeeze(drop=False)
        simulated = simulated.rename(result_0="t").drop_vars(["J_D", "eta", "t_max"])
        grid = {"J_D": [J_D], "eta": [eta], "t_max": [t_max], "samples": [samples]}
        theory = run(limit, grid).squeeze(drop=True)[["theory", "theory_error"]]
        theory = theory.rename(theory_0="t").drop_vars("theory_error_0", errors="ignore")
        rows.append(_compared(simulated, theory).assign(J_D=J_D, eta=eta))
    return xarray.concat(rows, "case", join="outer", fill_value=np.nan)


def _compared(simulated: "xarray.DataArray", theory: "xarray.Dataset") -> "xarray.Dataset":
    """Return means, theory and the z-scores of the largest size, at a few times."""
    import xarray

    mean = simulated.mean("replica")
    error = simulated.std("replica", ddof=1) / np.sqrt(simulated.sizes["replica"])
    line = xarray.DataArray(np.asarray(theory["theory"]), dims="t")
    width = xarray.DataArray(np.asarray(theory["theory_error"]), dims="t")
    t = np.arange(line.size)
    shown = np.unique(np.geomspace(1, t[-1], 9).round().astype(int))
    combined = np.hypot(error.isel(N=-1), width)
    z = ((mean.isel(N=-1) - line) / combined).where(xarray.DataArray(np.isin(t, shown), dims="t"))
    # where all networks and nearly all histories have settled there is nothing to compare
    z = z.where(line > 5 * width)
    data = {"unstable": mean, "error": error, "theory": line, "theory_error": width, "z": z}
    return xarray.Dataset(data, {"t": t}).drop_vars(["order"], errors="ignore")


variables = {
    "unstable": "mean fraction of unstable neurons of networks",
    "error": "fraction of unstable neurons of networks, one standard error",
    "theory": "fraction of unstable neurons of infinitely many",
    "z": (
        "fraction of unstable neurons of the largest networks, deviation from theory in standard "
        "errors"
    ),
    "t": "time in sweeps",
}

unjudged = {
    "parameters": ("J_D", "eta"),
}


def compared(data: "xarray.Dataset") -> Comparisons:
    """Compare the largest networks with infinitely many neurons."""
    largest = data.isel(N=-1)
    error = (largest["error"] ** 2 + data["theory_error"] ** 2) ** 0.5
    off = ((largest["unstable"] - data["theory"]) / error).where(data["z"].notnull())
    what, unit = "the largest networks and infinitely many neurons", "of the fraction"
    yield Compared("z", what, off, "unstable", error, unit, shared=True)


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw a panel for each symmetry."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 3.0))
    panels = figure.subplots(1, 2)
    markers = "^so"[-data.sizes["N"] :]
    for ax, eta in zip(panels, np.unique(data["eta"]), strict=True):
        for color, k in enumerate(np.flatnonzero(data["eta"] == eta)):
            one = data.isel(case=k)
            t, line, width = (one[name].values for name in ("t", "theory", "theory_error"))
            label, dash = f"$J_D = {float(one['J_D']):g}$", strokes.DASHES[color]
            ax.plot(t[1:], line[1:], color=f"C{color}", ls=dash, label=label)
            ax.fill_between(
                t[1:], (line - width)[1:], (line + width)[1:], color=f"C{color}", alpha=0.25, lw=0
            )
            shown = np.unique(np.geomspace(1, np.sum(np.isfinite(line)) - 1, 9).round().astype(int))
            for marker, N in zip(markers, data["N"].values, strict=True):
                size = one.sel(N=N)
                mean, error = size["unstable"].values[shown], size["error"].values[shown]
                ax.errorbar(shown, mean, error, fmt=marker, mfc="w", ms=3.5, color=f"C{color}")
        ax.set(xlabel="sweeps $t$", xscale="log", yscale="log", title=f"$\\eta = {eta:g}$")
        ax.set_ylim(bottom=3e-4)
        ax.legend(loc="lower left", handlelength=2.4)
    panels[0].set_ylabel("unstable fraction")
    for marker, N in zip(markers, data["N"].values, strict=True):
        panels[1].plot([], [], marker, mfc="w", color="0.4", label=f"$N = {N}$")
    panels[1].legend(loc="lower left", handlelength=2.4)
    return figure
