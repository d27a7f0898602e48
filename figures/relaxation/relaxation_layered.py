"""Layers help each other to settle."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

import dynamics
import networks
from figures.compared import Compared, Comparisons
from figures.shared import fractions
from figures.shared.samples import pooled

if TYPE_CHECKING:
    import xarray
    from matplotlib.figure import Figure

    from figures.chapter import Run

title = "Relaxation of layered networks"
equation = (
    r"s_i^l \leftarrow \operatorname{sign} \Big( \sum_j J_{ij}^l s_j^l + J_D s_i^l "
    r"+ \lambda (s_i^{l-1} + s_i^{l+1}) \Big) "
    r"\quad P(\text{settled}; N, L, \lambda_\mathrm{a}) = \tfrac12"
)
caption = (
    "Asynchronous dynamics of a chain of L layers of N neurons without self-coupling, from a "
    "random state, in a new random order each sweep. Left: fraction of networks of two layers that "
    "settled within T sweeps, over the coupling between layers, with Clopper-Pearson 68 % "
    "intervals; lines: logistic fits. Middle: the threshold λ_a, with bootstrap 68 % intervals; "
    "thin lines guide the eye. "
    "The coupling acts as a self-coupling of pairs: once two layers agree, it holds both. But a "
    "neuron whose neighbour is firmly held the other way, or that is between two layers that "
    "disagree, is held by nobody, at any λ, so without self-coupling the activity of infinitely "
    "many neurons never dies: λ_a(∞) is infinite. Right, black: the threshold of two infinite "
    "layers that have a self-coupling, λ_a(∞; J_D); it leaves the frame as J_D → 0. A rule of "
    "thumb (crosses, middle): pairs of N neurons without self-coupling settle at the λ at which "
    "J_a(∞; λ) is as far from 0 as it is from J_a(2N) for single networks, as if two layers were "
    "one network, moved along; from 100 neurons on it holds, at 50 it is 0.05 too large, and where "
    "it lies beyond the last λ that was followed there is no cross."
)

BATCH = 10
LAMBDAS = [round(0.4 + 0.1 * k, 2) for k in range(17)]
LENGTHS = [2, 3, 5]
COUPLINGS = [round(0.1 + 0.05 * k, 2) for k in range(14)]  # of single networks
INFINITE = [0.0, 0.3, 0.5, 0.7, 0.9, 1.1]
CHECKED = {"N": [50], "max_sweeps": [50]}  # of the verdict


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


def settle_layer(
    N: int, J_D: float, max_sweeps: int, rng: np.random.Generator
) -> npt.NDArray[np.bool_]:
    """Return which networks of a batch, of one layer, settle."""
    ensemble = networks.Asymmetric(N, J_D)
    ends = [dynamics.relax(ensemble.sample(rng), max_sweeps=max_sweeps, rng=rng) for _ in range(40)]
    return np.array([end.converged for end in ends])


def freezing(lam: float, t_max: int, samples: int, rng: np.random.Generator) -> dict[str, float]:
    """Return the self-coupling above which the activity of two infinite layers dies."""
    guess = 0.8145 * np.exp(-(lam**2) * (0.6 + 0.35 * lam))  # only for where to measure
    J_D = np.linspace(max(0.0, guess - 0.32), guess - 0.14, 4).tolist()
    found = dynamics.persistence_threshold(
        J_D, t_max, 1.0, samples, lam=lam, order="random", rng=rng, throw=False
    )
    return {"freezing": found.value, "freezing_error": found.error}


def elsewhere(
    N: int, L: int, J_D: float, lam: float, max_sweeps: int, rng: np.random.Generator
) -> int:
    """Return for how many chains of a batch an ordinary network of their couplings ends elsewhere.

    The same seed gives both the same start and the same orders of visits.
    """
    differ = 0
    for seed in rng.integers(2**32, size=BATCH):
        chain = networks.Layered(N, L, J_D, lam).sample(rng)
        pair = (chain, as_one(chain))
        first, second = (dynamics.relax(one, max_sweeps=max_sweeps, rng=int(seed)) for one in pair)
        same = np.array_equal(first.state.ravel(), second.state)
        differ += not (same and first.sweeps == second.sweeps)
    return differ


def as_one(chain: networks.Network) -> networks.Network:
    """Return the network of one layer that has all neurons and couplings of a chain."""
    L, N = chain.shape
    J, neurons = np.zeros((L, N, L, N), dtype=np.float32), np.arange(N)
    for l in range(L):
        J[l, :, l, :] = chain.couplings[l]
        for other in (l - 1, l + 1):
            if 0 <= other < L:
                J[l, neurons, other, neurons] = chain.lam
    return networks.Network(J.reshape(L * N, L * N), chain.J_D)


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Relax chains of several sizes and lengths, over the coupling between layers."""
    import xarray

    sizes, batches, T = ([50, 100, 200, 400], 2, 300) if full else ([50, 100], 2, 200)
    grid = {"N": sizes, "L": LENGTHS, "J_D": [0.0], "lam": LAMBDAS, "max_sweeps": [T]}
    needed = pooled(run(settle_layers, grid, replicas=batches)["result"])
    needed = needed.squeeze(["J_D", "max_sweeps"], drop=True)
    trials = needed.sizes["replica"]
    settled = (needed < np.inf).sum("replica").transpose("N", "L", "lam")
    fits = [[fractions.fit(LAMBDAS, row, trials) for row in rows] for rows in settled.values]
    bounds = [[fractions.bounds(fit) for fit in row] for row in fits]
    x = np.linspace(LAMBDAS[0], LAMBDAS[-1], 120)
    return (
        xarray.Dataset(
            {
                "fraction": settled / trials,
                "interval": (("N", "L", "lam", "end"), fractions.intervals(settled, trials)),
                "fit": (("N", "L", "x"), [[fit.at(x) for fit in row] for row in fits]),
                "threshold": (("N", "L", "bound"), bounds),
            },
            {"x": x, "end": ["low", "high"], "bound": ["low", "value", "high"]},
        )
        .assign(_checks(run))
        .assign(_infinite(run, full, sizes, T))
        .assign_attrs(networks=trials, max_sweeps=T)
    )


def _infinite(run: "Run", full: bool, sizes: list[int], T: int) -> "xarray.Dataset":
    """Return thresholds of infinite layers, and what those of single networks say for pairs."""
    import xarray

    t_max, samples = (200, 40000) if full else (60, 8000)
    grid = {"lam": INFINITE, "t_max": [t_max], "samples": [samples]}
    infinite = run(freezing, grid).squeeze(drop=True)[["freezing", "freezing_error"]]
    infinite = infinite.rename(lam="lam_infinite")
    grid = {"N": [2 * N for N in sizes], "J_D": COUPLINGS, "max_sweeps": [T]}
    settled = pooled(run(settle_layer, grid, replicas=2)["result"]).squeeze(drop=True)
    counts, trials = settled.sum("replica").transpose("N", "J_D"), settled.sizes["replica"]
    ends = np.array([fractions.bounds(fractions.fit(COUPLINGS, one, trials)) for one in counts])
    J_a, width = infinite["freezing"].values, infinite["freezing_error"].values
    distance = J_a[0] - ends  # of single networks from their limit, at both ends and the value
    predicted = np.interp(-distance, -J_a, INFINITE, right=np.nan)
    slope = np.abs(np.gradient(J_a, INFINITE))
    error = np.hypot(
        np.abs(predicted[:, 2] - predicted[:, 0]) / 2,
        np.hypot(width[0], np.interp(predicted[:, 1], INFINITE, width))
        / np.interp(predicted[:, 1], INFINITE, slope),
    )
    known = {"predicted": predicted[:, 1], "predicted_error": error}
    shift = xarray.Dataset({name: ("N", x) for name, x in known.items()}, {"N": sizes})
    return xarray.merge([infinite.reset_coords(drop=True), shift])


def _checks(run: "Run") -> "dict[str, xarray.DataArray]":
    """Compare chains without coupling with single layers, and coupled ones with one network."""
    couplings = [0.3, 0.35]  # at which neither all settle nor none
    single = pooled(run(settle_layer, {"J_D": couplings, **CHECKED}, replicas=10)["result"])
    grid = {"L": LENGTHS, "J_D": couplings, "lam": [0.0], **CHECKED}
    chains = pooled(run(settle_layers, grid, replicas=10)["result"]) < np.inf
    one, n, m = single.mean("replica"), chains.sizes["replica"], single.sizes["replica"]
    L = chains["L"]
    exact = one**L
    # the exact value has an error too: that of the fraction of single layers
    variance = exact * (1 - exact) / n + (L * one ** (L - 1)) ** 2 * one * (1 - one) / m
    z = ((chains.mean("replica") - exact) / variance**0.5).squeeze(drop=True)
    coupled = {"L": LENGTHS, "J_D": [0.0], "lam": LAMBDAS[::4], **CHECKED}
    differ = run(elsewhere, coupled)["result"].squeeze(drop=True)
    return {
        "decoupled_z": z.rename(J_D="J_D_checked"),
        "as_one_mismatch": differ.rename(lam="lam_checked"),
    }


variables = {
    "fraction": "fraction of networks that settled",
    "interval": "fraction of networks that settled, ends of its Clopper-Pearson 68 % interval",
    "fit": "logistic fit of the fraction of networks that settle",
    "threshold": (
        "coupling λ_a at which half of the networks settle: low end, value, high end of a "
        "bootstrap 68 % interval"
    ),
    "decoupled_z": (
        "fraction of uncoupled chains that settle, deviation from that of single layers to the "
        "power L in standard errors"
    ),
    "as_one_mismatch": "number of chains that end elsewhere as one network",
    "x": "coupling λ between layers, of the fits",
    "lam_infinite": "coupling λ between two infinite layers",
    "freezing": "self-coupling J_a(∞; λ) above which the activity of two infinite layers dies",
    "predicted": "coupling λ_a of pairs of layers, from thresholds of single networks",
}

unjudged = {
    "simulation and fits to it: no theory of the threshold": (
        "fit",
        "fraction",
        "interval",
        "threshold",
    ),
    "simulation of infinitely many neurons: no other theory of it": ("freezing", "freezing_error"),
    "a rule of thumb: nothing says that finite size moves both thresholds alike": (
        "predicted",
        "predicted_error",
    ),
}


def compared(data: "xarray.Dataset") -> Comparisons:
    """Compare chains without coupling with single layers, and coupled ones with one network."""
    yield Compared("twin", "chains without coupling and single layers", data["decoupled_z"])
    what = "chains relaxed as layers and as one network"
    yield Compared("mismatch", what, data["as_one_mismatch"])


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw fractions of two layers, and all thresholds."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.2, 2.9))
    left, right, last = figure.subplots(1, 3)
    for color, N in enumerate(data["N"].values):
        one = data.sel(N=N, L=2)
        fraction, ends, label = one["fraction"].values, one["interval"].values, f"$N = {N}$"
        fractions.draw_fractions(left, one["lam"], fraction, ends, f"C{color}", label)
        left.plot(one["x"], one["fit"], color=f"C{color}")
    left.set(
        xlabel="coupling between layers $\\lambda$",
        ylabel="fraction settled",
        ylim=(-0.03, 1.03),
        title="$L = 2$",
    )
    left.legend(loc="lower right")
    for color, L in enumerate(data["L"].values):
        found = data["threshold"].sel(L=L).transpose("bound", "N").values
        fractions.draw_bounds(right, data["N"], found, "o-", f"C{color}", f"$L = {L}$")
    right.set(xlabel="neurons in a layer $N$", ylabel="threshold $\\lambda_a$", xscale="log")
    right.set_xticks(data["N"].values, [str(N) for N in data["N"].values])
    right.minorticks_off()
    known = (data["N"].values, data["predicted"].values, data["predicted_error"].values)
    right.errorbar(*known, fmt="kx", ms=5, lw=0.8, label="$L = 2$, from single ones")
    right.legend(loc="upper left", fontsize=6, frameon=False)
    lam, J_a, error = (data[x].values for x in ("lam_infinite", "freezing", "freezing_error"))
    last.errorbar(lam, J_a, error, fmt="ko-", ms=3.5, mfc="w", lw=0.8, label="$N = \\infty$")
    last.fill_between(lam, J_a, 1, color="0.9", lw=0)
    last.text(0.7, 0.7, "activity dies")
    last.text(0.1, 0.25, "activity goes on")
    last.set(
        xlabel="coupling between layers $\\lambda$",
        ylabel="self-coupling $J_D$",
        xlim=(0, lam[-1]),
        ylim=(0, 1),
        title="$L = 2$, $N = \\infty$",
    )
    return figure
