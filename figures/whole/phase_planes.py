"""Where fixed points are found with a second coupling: symmetry, or excitation between layers."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

import dynamics
import networks
import replica
from figures.clusters import layered_networks, symmetric_networks
from figures.shared import fractions

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes

    from figures.chapter import Run

Floats = npt.NDArray[np.float64]

BATCH = 10
LAMBDA = 1.6  # the coupling between layers that does about as much as J_D = 0.8


def settle_symmetric(
    N: int, J_D: float, eta: float, max_sweeps: int, rng: np.random.Generator
) -> int:
    """Return how many networks of a batch settle, given the symmetry of their couplings."""
    ensemble = networks.Asymmetric(N, J_D, eta)
    return _settled(ensemble, max_sweeps, rng)


def settle_layers(
    N: int, angle: float, radius: float, max_sweeps: int, rng: np.random.Generator
) -> int:
    """Return how many of a batch of two layers settle, by polar coordinates of the couplings."""
    ensemble = networks.Layered(N, 2, *couplings(angle, radius))
    return _settled(ensemble, max_sweeps, rng)


def couplings(angle: float, radius: float) -> tuple[float, float]:
    """Return J_D and lam in a direction from the origin; the angle is in units of 90 degrees."""
    turned = np.pi / 2 * angle
    J_D, lam = radius * np.cos(turned), LAMBDA * radius * np.sin(turned)
    return float(J_D if angle < 1 else 0), float(lam)


def _settled(
    ensemble: networks.Asymmetric | networks.Layered, max_sweeps: int, rng: np.random.Generator
) -> int:
    return sum(
        dynamics.relax(ensemble.sample(rng), max_sweeps=max_sweeps, rng=rng).converged
        for _ in range(BATCH)
    )


def appearance(eta: float) -> float:
    """Return the self-coupling above which the number of fixed points grows exponentially."""
    from scipy.optimize import brentq

    if eta >= 0:
        return 0.0  # the entropy is positive, at J_D = eta = 0 it is zero
    return float(brentq(lambda J_D: float(replica.fixed_point_entropy(J_D, eta)), 0, 1))


def symmetry(run: "Run", full: bool, N: int, max_sweeps: int) -> "xarray.Dataset":
    """Return the thresholds over the symmetry: of existence, of the gap, of relaxation."""
    import xarray

    eta = np.linspace(-0.5, 0.5, 11 if full else 5).round(6)
    x = np.linspace(0, 1.2, 31 if full else 25).round(6)
    grid = {"N": [N], "J_D": x.tolist(), "eta": eta.tolist(), "max_sweeps": [max_sweeps]}
    found = _thresholds(run(settle_symmetric, grid, replicas=2), "eta", "J_D")
    gap = symmetric_networks.gaps(run, full)["threshold"].max("y")
    fine = np.linspace(-1, 0, 101)
    return xarray.Dataset(
        {
            "eta_appearance": ("eta_fine", [appearance(x) for x in fine]),
            "eta_gap": ("eta_theory", gap.values),
            "eta_relaxation": (("eta", "bound"), found),
        },
        {"eta_fine": fine, "eta_theory": gap["eta"].values, "eta": eta},
    )


def layers(run: "Run", full: bool, N: int, max_sweeps: int) -> "xarray.Dataset":
    """Return the thresholds of two layers: of the gap between pairs, and of relaxation."""
    import xarray

    angle = np.linspace(0, 1, 9 if full else 5)
    radius = np.linspace(0.1, 1.3, 25 if full else 13).round(6)
    grid = {
        "N": [N],
        "angle": angle.tolist(),
        "radius": radius.tolist(),
        "max_sweeps": [max_sweeps],
    }
    found = _thresholds(run(settle_layers, grid, replicas=2), "angle", "radius")
    ends = [[couplings(a, r) for r in row] for a, row in zip(angle, found, strict=True)]
    gap = layered_networks.gaps(run, full).sel(gap_chain="L = 2")
    return xarray.Dataset(
        {
            "layers_relaxation": (("angle", "bound", "coupling"), np.array(ends)),
            "layers_gap": (("gap", "coupling"), np.stack([gap["gap_J_D"], gap["gap_lam"]], axis=1)),
        },
        {"angle": angle, "coupling": ["J_D", "lam"]},
    )


def _thresholds(settled: "xarray.Dataset", line: str, along: str) -> Floats:
    """Return where half of the networks settle on each line, between the ends of its interval."""
    counts = settled["result"].sum("replica").squeeze(drop=True).transpose(line, along)
    trials = BATCH * settled.sizes["replica"]
    fits = [fractions.fit(counts[along].values, row, trials) for row in counts.values]
    return np.array([fractions.bounds(fit) for fit in fits])


def draw_symmetry(ax: "Axes", data: "xarray.Dataset") -> None:
    """Draw the plane of symmetry and self-coupling."""
    exist, gap = data["eta_appearance"], data["eta_gap"]
    ax.fill_between(data["eta_fine"], 0, exist, color="0.85", lw=0)
    ax.plot(data["eta_fine"], exist, "k", label="fixed points appear")
    ax.text(-0.97, 0.04, "no fixed\npoints", fontsize=6)
    ax.fill_between(data["eta_theory"], 0, gap, color="C1", alpha=0.25, lw=0)
    ax.plot(data["eta_theory"], gap, "C1-.", label="overlap gap closes")
    thresholds = data["eta_relaxation"].transpose("bound", "eta").values
    label = f"relaxation, $N = {data.attrs['N']}$"
    fractions.draw_bounds(ax, data["eta"], thresholds, "o-", "C0", label)
    ax.set(xlabel="symmetry $\\eta$", ylabel="self-coupling $J_D$", xlim=(-1, 1), ylim=(0, 1.7))
    ax.legend(loc="upper right")


def draw_layers(ax: "Axes", data: "xarray.Dataset") -> None:
    """Draw the plane of excitation between two layers and self-coupling."""
    J_D, lam = data["layers_gap"].values.T
    ax.fill_between(lam, 0, J_D, color="C1", alpha=0.25, lw=0)
    ax.plot(lam, J_D, "C1--", label="overlap gap of pairs closes")
    low, value, high = (
        data["layers_relaxation"].sel(bound=end).values for end in data["bound"].values
    )
    label = f"relaxation, 2 × {data.attrs['N']}"
    ax.plot(value[:, 1], value[:, 0], "C0s-", mfc="w", lw=0.8, ms=3.5, label=label)
    for a, b in zip(low, high, strict=True):  # the intervals lie along the directions
        ax.plot([a[1], b[1]], [a[0], b[0]], "C0", lw=1)
    ax.set(xlabel="coupling between layers $\\lambda$", ylabel="self-coupling $J_D$")
    ax.set(xlim=(0, None), ylim=(0, 1.35 * np.nanmax(value[:, 0])))
    ax.legend(loc="upper right")
