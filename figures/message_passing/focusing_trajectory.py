"""How focusing contracts to a cluster of fixed points, and to one of them."""

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

import bp
import networks
import replica
import sweeps
from figures.compared import Compared, Comparisons

if TYPE_CHECKING:
    import xarray
    from matplotlib.figure import Figure

    from bp.solving.protocols import Protocol
    from figures.chapter import Run

title = "A trajectory of focusing"
equation = (
    r"q_1 = \frac{1}{N} \sum_i m_i^2 \quad S(d) \text{ at } \Sigma = 0 \quad d = \frac{1 - q_1}{2}"
)
caption = (
    "Focusing with y replicas as the coupling γ to their centre grows; mean and standard error "
    "over networks. Left: overlap q₁ of the cluster. Middle: fraction of unstable neurons in the "
    "state of the signs, where there are any. Right: Bethe entropy of the fixed points in the "
    "cluster against its diameter d. Diamonds: y follows the y* of the replica theory, at which "
    "the complexity vanishes. Black: the entropy of the densest clusters as N → ∞, which bounds "
    "it; dashed: that of all states, h(d). Before the replicas contract, at d = 1/2 (not shown), "
    "the entropy is that of all fixed points, exact at any N."
)

PROTOCOLS = ("y = 3", "y = 7", "y = 30", "y*")
RANGES = {"y = 3": (0.2, 1.1), "y = 7": (0.15, 0.7), "y = 30": (0.06, 0.4), "y*": (0.06, 0.4)}


def follow_focusing(
    N: int, J_D: float, protocol: str, steps: int, rng: np.random.Generator
) -> dict[str, npt.NDArray[np.float64]]:
    """Return the trajectory of one network; nan after all magnetisations froze."""
    network = networks.Asymmetric(N, J_D).sample(rng)
    run = bp.focusing_trajectory(network, _protocol(protocol, J_D, steps), iterations=40, rng=rng)
    names = ("overlap", "local_entropy", "unstable_fraction", "residual")
    result = np.full((len(names), steps), np.nan)
    for row, name in zip(result, names, strict=True):
        row[: len(run.gamma)] = getattr(run, name)
    return dict(zip(names, result, strict=True))


def _protocol(name: str, J_D: float, steps: int) -> "Protocol":
    gammas = np.linspace(*RANGES[name], steps)
    if name != "y*":
        return bp.scoping(steps, float(name.removeprefix("y = ")), RANGES[name])
    d = np.array([0.25, 0.2, 0.15, 0.1, 0.06, 0.03])
    return bp.along_overlap(gammas, 1 - 2 * d, replica.local_entropy(d, J_D).y)


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Follow several protocols, and evaluate the densest clusters."""
    import xarray

    N, steps, replicas = (4000, 40, 8) if full else (500, 30, 4)
    J_D = 0.3
    grid = {"N": [N], "J_D": [J_D], "protocol": list(PROTOCOLS), "steps": [steps]}
    data = run(follow_focusing, grid, replicas=replicas).squeeze(["N", "J_D", "steps"])
    names = ("overlap", "local_entropy", "unstable_fraction", "residual")
    data = data.rename({f"{name}_0": "step" for name in names if f"{name}_0" in data.dims})
    d = np.geomspace(0.003, 0.3, 25)
    gammas = [np.linspace(*RANGES[name], steps) for name in PROTOCOLS]
    points = data[list(names)]
    paramagnet = points["local_entropy"].isel(step=0)
    exact = float(replica.log_expected_fixed_points(N, J_D)) / N
    return xarray.merge(
        [
            points.mean("replica"),
            (points.std("replica", ddof=1) / np.sqrt(replicas)).rename(
                {name: f"{name}_error" for name in names}
            ),
        ]
    ).assign(
        gamma=(("protocol", "step"), np.array(gammas)),
        paramagnet_z=sweeps.compare(exact, paramagnet).z,
        densest=("d", np.asarray(replica.local_entropy(d, J_D).local_entropy)),
        d=d,
    )


variables = {
    "overlap": "overlap q_1 of the cluster: mean square of the magnetisations",
    "local_entropy": "Bethe entropy per neuron of fixed points in the cluster",
    "residual": "largest change of a magnetisation in the last iteration of the step",
    "paramagnet_z": (
        "entropy before the replicas contract, deviation from the exact one of all fixed points "
        "in standard errors"
    ),
    "densest": (
        "local entropy per neuron of the densest clusters, N → ∞: an upper bound by mean numbers"
    ),
    "protocol": "protocol: y fixed, or y* at which the complexity vanishes",
    "steps": "number of steps of the protocol",
}

unjudged = {
    "the course of an algorithm: no theory of it": (
        "gamma",
        "overlap_error",
        "unstable_fraction",
        "unstable_fraction_error",
    ),
}


def compared(data: "xarray.Dataset") -> Comparisons:
    """Compare the entropies along the trajectories with those of the densest clusters."""
    from scipy.interpolate import CubicSpline

    d, error = (1 - data["overlap"]) / 2, data["local_entropy_error"]
    inside = (d >= float(data["d"][0])) & (d <= float(data["d"][-1]))
    bound = CubicSpline(np.log(data["d"].values), data["densest"].values)(np.log(d.values))
    off = ((data["local_entropy"] - bound) / error).where(inside)
    what, unit = "entropies along the trajectories under the densest clusters", "of the entropy"
    yield Compared(
        *("bound", what, off, "local_entropy", error, unit),
        shared=True,
        noticed=lambda units: (units - off) * error,
    )
    what = "the entropy of all fixed points, before the replicas contract (not drawn)"
    yield Compared("z", what, data["paramagnet_z"])


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw overlap, unstable fraction and entropies."""
    from matplotlib.figure import Figure
    from scipy.special import entr

    figure = Figure(figsize=(8.4, 2.9))
    left, middle, right = figure.subplots(1, 3)
    for i, name in enumerate(PROTOCOLS):
        here = data.sel(protocol=name)
        style: dict[str, Any] = {"color": f"C{i}", "ms": 3, "mfc": "w", "lw": 0.7, "capsize": 0}
        style |= {"fmt": "os^D"[i], "label": f"${name.replace('*', '^*')}$"}
        left.errorbar(here["gamma"], here["overlap"], here["overlap_error"], **style)
        unstable = here["unstable_fraction"].where(here["unstable_fraction"] > 0)
        middle.errorbar(here["gamma"], unstable, here["unstable_fraction_error"], **style)
        distance = (1 - here["overlap"]) / 2
        right.errorbar(
            distance,
            here["local_entropy"],
            here["local_entropy_error"],
            here["overlap_error"] / 2,
            **style,
        )
    d = data["d"].values
    right.plot(d, data["densest"], "k", label="densest")
    right.plot(d, entr(d) + entr(1 - d), color="0.6", ls="--", lw=0.8, label="$h(d)$")
    left.set(xlabel="coupling $\\gamma$", ylabel="overlap $q_1$", ylim=(0, 1.02))
    middle.set(xlabel="coupling $\\gamma$", ylabel="unstable fraction", yscale="log")
    top = 1.3 * float(data["densest"].max())
    right.set(xlabel="distance $d$", ylabel="local entropy", xlim=(0, d[-1]), ylim=(0, top))
    right.legend(loc="lower right")
    return figure
