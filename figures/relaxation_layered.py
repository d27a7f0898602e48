"""Layers help each other to settle."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

import dynamics
import networks
import sweeps
from figures.samples import pooled

if TYPE_CHECKING:
    import xarray
    from matplotlib.figure import Figure

    from figures.catalogue import Run

title = "Relaxation of layered networks"
equation = "sᵢˡ ← sign(Σⱼ Jˡᵢⱼ sⱼˡ + J_D sᵢˡ + λ(sᵢˡ⁻¹ + sᵢˡ⁺¹));  P(settled; N, L, λ_a) = 1/2"
caption = (
    "Asynchronous dynamics of a chain of L layers of N neurons without self-coupling, from a "
    "random state, in a new random order each sweep. Left: fraction of networks of two layers that "
    "settled within T sweeps, over the coupling between layers; lines: logistic fits. Right: the "
    "threshold λ_a, with bootstrap 68 % intervals. The coupling acts as a self-coupling of pairs: "
    "once two layers agree, it holds both. A few networks keep a cycle of a few neurons at any λ "
    "shown. All points are simulations; there is no theory here."
)

BATCH = 10
LAMBDAS = [round(0.2 + 0.1 * k, 2) for k in range(17)]


def settle_layers(
    N: int, L: int, J_D: float, lam: float, max_sweeps: int, rng: np.random.Generator
) -> npt.NDArray[np.float64]:
    """Relax a batch of chains; return the sweeps that they needed, inf if they did not settle."""
    ensemble = networks.Layered(N, L, J_D, lam)
    needed = np.full(BATCH, np.inf)
    for i in range(BATCH):
        relaxation = dynamics.relax(ensemble.sample(rng), max_sweeps=max_sweeps, rng=rng)
        if relaxation.converged:
            needed[i] = relaxation.sweeps
    return needed


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Relax chains of several sizes and lengths, over the coupling between layers."""
    import xarray

    sizes, batches, T = ([50, 100, 200, 400, 800, 1600], 4, 1000) if full else ([50, 100], 2, 200)
    grid = {"N": sizes, "L": [2, 3, 5], "J_D": [0.0], "lam": LAMBDAS, "max_sweeps": [T]}
    needed = pooled(run(settle_layers, grid, replicas=batches)["result"])
    needed = needed.squeeze(["J_D", "max_sweeps"], drop=True)
    trials = needed.sizes["replica"]
    settled = (needed < np.inf).sum("replica").transpose("N", "L", "lam")
    fits = [
        [sweeps.threshold(LAMBDAS, row, trials, confidence=0.68, rng=0) for row in rows]
        for rows in settled.values
    ]
    bounds = [
        [
            (fit.interval[0], fit.value, fit.interval[1]) if fit.reached else (np.nan,) * 3
            for fit in row
        ]
        for row in fits
    ]
    x = np.linspace(LAMBDAS[0], LAMBDAS[-1], 120)
    return xarray.Dataset(
        {
            "fraction": settled / trials,
            "fit": (("N", "L", "x"), [[fit.at(x) for fit in row] for row in fits]),
            "threshold": (("N", "L", "bound"), bounds),
        },
        {"x": x, "bound": ["low", "value", "high"]},
    ).assign_attrs(networks=trials, max_sweeps=T)


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw fractions of two layers, and all thresholds."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 2.9))
    left, right = figure.subplots(1, 2)
    for color, N in enumerate(data["N"].values):
        one = data.sel(N=N, L=2)
        left.plot(one["lam"], one["fraction"], "o", mfc="w", color=f"C{color}")
        left.plot(one["x"], one["fit"], color=f"C{color}", label=f"$N = {N}$")
    left.set(
        xlabel="coupling between layers $\\lambda$",
        ylabel="fraction settled",
        ylim=(-0.03, 1.03),
        title="$L = 2$",
    )
    left.legend(loc="lower right")
    for color, L in enumerate(data["L"].values):
        low, value, high = data["threshold"].sel(L=L).transpose("bound", "N").values
        errors = [np.where(np.isfinite(e), e, 0) for e in (value - low, high - value)]
        right.errorbar(
            data["N"],
            value,
            errors,
            fmt="o-",
            lw=0.8,
            mfc="w",
            color=f"C{color}",
            label=f"$L = {L}$",
        )
    right.set(xlabel="neurons in a layer $N$", ylabel="threshold $\\lambda_a$", xscale="log")
    right.set_xticks(data["N"].values, [str(N) for N in data["N"].values])
    right.minorticks_off()
    right.legend(loc="lower right")
    return figure
