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
    "intervals; lines: logistic fits. Right: the threshold λ_a, with bootstrap 68 % intervals; "
    "thin lines guide the eye. "
    "The coupling acts as a self-coupling of pairs: once two layers agree, it holds both. A neuron "
    "between two layers that disagree is held by neither: for L > 2 some networks keep a cycle of "
    "a few neurons at any λ, and the fits, which rise to 1, are rough. All points are simulations. "
    "The verdict: at λ = 0 (and self-couplings at which single layers settle) the layers are on "
    "their own, and P(L layers settle within T) = P(one layer does)^L exactly; at λ > 0 a chain "
    "and an ordinary network of the same LN neurons and couplings, from the same start in the same "
    "order, end in the same state after the same number of sweeps."
)

BATCH = 10
LAMBDAS = [round(0.4 + 0.1 * k, 2) for k in range(17)]
LENGTHS = [2, 3, 5]
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
        .assign_attrs(networks=trials, max_sweeps=T)
    )


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


unjudged = {
    "simulation and fits to it: no theory of the threshold": (
        "fit",
        "fraction",
        "interval",
        "threshold",
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

    figure = Figure(figsize=(6.4, 2.9))
    left, right = figure.subplots(1, 2)
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
    right.legend(loc="lower right")
    return figure
