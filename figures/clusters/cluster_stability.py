"""Where clusters are stable: independent groups, and the densest of a typical network."""

from typing import TYPE_CHECKING

import numpy as np
from scipy import optimize

import replica
from replica.gauss.inverse_mills import inverse_mills

if TYPE_CHECKING:
    import xarray
    from matplotlib.figure import Figure

    from figures.chapter import Run

title = "Stability of clusters"
equation = (
    r"\lambda_\mathrm{out} = \frac{\langle zT \rangle^2}{q_1} + \frac{1 + (y-1) q_1}{y q_1} "
    r"|\langle z^2 \rangle - 1| = 1 \text{ at } d_\mathrm{out} "
    r"\quad d_\mathrm{out} \to \tfrac12 \text{ at } J_D + \frac{\varphi(J_D)}{\Phi(J_D)} = 1"
)
caption = (
    "Left: above the line independent groups of fixed points are unstable at zero complexity; "
    "dotted: the self-coupling at which it reaches d = 1/2, to leading order. Below the dashed "
    "line the spins of the densest typical clusters jump with their fields, and groups of one "
    "block are unstable. Right: the largest of the three eigenvalues of the densest typical "
    "clusters against d; above one, a further step of replica symmetry breaking would lower "
    "their entropy. A curve starts where the spins stop to jump. The verdict is on the stability "
    "of groups of an integer number of fixed points, by a sum over their spins and by integrals."
)

BOTH_WAYS = [(2, 0.2, 0.3), (5, 0.02, 0.1), (9, 0.1, 0.2), (20, 0.3, 0.05)]  # y, d, J_D
CLAIMED = 1e-8  # error of a stability, relative


def limit(J_D: float) -> dict[str, float]:
    """Return the distance at which independent groups become unstable."""
    found = replica.cluster_stability_limit(J_D)
    return {"d": found.d, "uncertainty": found.d_error}


def stabilities(J_D: float, d: float) -> dict[str, float]:
    """Return the eigenvalues of the densest typical clusters, nan where they are not found."""
    state = replica.quenched_local_entropy(d, J_D, throw=False)
    return {
        "inner": state.inner_stability,
        "block": state.block_stability,
        "outer": state.outer_stability,
    }


def jumps_below(J_D: float) -> float:
    """Return the d below which the spins jump, between 0.01 and 0.2; nan if there is none."""

    def smooth(log_d: float) -> bool:
        state = replica.quenched_local_entropy(float(np.exp(log_d)), J_D, throw=False)
        return bool(state.smooth) or not state.converged

    low, high = np.log(0.02), np.log(0.3)
    if smooth(low):
        return np.nan
    for _ in range(9):
        middle = (low + high) / 2
        low, high = (low, middle) if smooth(middle) else (middle, high)
    return float(np.exp((low + high) / 2))


def both_ways(y: int, d: float, J_D: float) -> float:
    """Return the deviation of two computations of one stability, in units of its error."""
    first = float(replica.clusters(y, d, J_D).outer_stability)
    second = float(replica.integer_clusters(y, d, J_D).outer_stability)
    return (first - second) / (CLAIMED * first)


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Evaluate both lines, the eigenvalues, and their second computation."""
    import xarray

    J_D = np.linspace(0.02, 0.46, 23 if full else 9).tolist()
    jumping = np.linspace(0.3, 0.9, 13 if full else 3).tolist()
    shown, d = [0.05, 0.1, 0.2, 0.3, 0.5, 0.8], np.geomspace(0.03, 0.45, 20 if full else 7).tolist()
    line = run(limit, {"J_D": J_D}).squeeze()
    found = run(stabilities, {"J_D": shown, "d": d}).squeeze()
    largest = found.to_dataarray("level").max("level", skipna=False).transpose("J_D", "d")
    deviations = [
        float(run(both_ways, {"y": [y], "d": [d], "J_D": [J_D]})["result"].squeeze())
        for y, d, J_D in BOTH_WAYS
    ]
    end = optimize.brentq(lambda J: J + inverse_mills(J) - 1, 0, 1)
    return xarray.Dataset(
        {
            "d_out": ("J_D", line["d"].values),
            "d_jump": ("J_D_jump", run(jumps_below, {"J_D": jumping})["result"].values.ravel()),
            "largest": (("J_D_shown", "d"), largest.values),
            "end": ((), end),
            "deviation": ("checked", deviations),
        },
        {"J_D": J_D, "J_D_jump": jumping, "J_D_shown": shown, "d": d},
    )


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw the plane of self-coupling and distance, and the eigenvalues."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.2, 3.0))
    plane, eigenvalues = figure.subplots(1, 2)
    plane.plot(data["J_D"], data["d_out"], label="$\\lambda_\\mathrm{out} = 1$")
    plane.plot(data["J_D_jump"], data["d_jump"], "--", label="spins jump below")
    plane.axvline(float(data["end"]), color="0.5", ls=":", lw=0.8)
    plane.set(xlabel="$J_D$", ylabel="distance $d$", xlim=(0, None), ylim=(0, 0.5))
    plane.legend(loc="upper left")
    eigenvalues.axhline(1, color="0.6", lw=0.7)
    for J_D in data["J_D_shown"].values:
        here = data["largest"].sel(J_D_shown=J_D)
        eigenvalues.plot(data["d"], here.where(np.isfinite(here)), label=f"{J_D:g}")
    eigenvalues.set(xlabel="distance $d$", ylabel="largest eigenvalue", xscale="log")
    eigenvalues.set_xticks([0.05, 0.1, 0.2, 0.4], ["0.05", "0.1", "0.2", "0.4"])
    eigenvalues.minorticks_off()
    eigenvalues.legend(title="$J_D$", ncols=2)
    return figure
