"""The tables of the atlas: theory on grids of its parameters, a point of the ledger each."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

import dynamics
import replica
from figures.clusters.overlap_gap import critical_point, gap_threshold

if TYPE_CHECKING:
    import xarray

    from figures.chapter import Run

Floats = npt.NDArray[np.float64]

QUICK: dict[str, list[float]] = {
    "J_D": [0.0, 0.05, 0.1, 0.3, 0.6, 0.9],
    "eta": [-0.5, 0.0, 0.5],
    "N": [6, 18, 100],
    "y": [2.0, 4.0],
    "lam": [0.0, 0.2, 0.4],
    "d": np.geomspace(1e-3, 0.49, 10).tolist(),
    "t": list(range(5)),
}
FULL: dict[str, list[float]] = {
    # close to each other where the overlap gap closes
    "J_D": [k / 200 for k in range(21)]
    + [k / 100 for k in range(12, 31, 2)]
    + [k / 20 for k in range(7, 21)],
    "eta": [k / 10 for k in range(-10, 11)],
    "N": [4, 6, 8, 10, 14, 18, 22, 30, 50, 100, 300, 1000],
    "y": [2.0, 3.0, 4.0, 5.0, 7.0, 10.0, 20.0],
    "lam": [k / 20 for k in range(13)],
    "d": np.geomspace(1e-3, 0.49, 36).tolist(),
    "t": list(range(21)),
}
AXES = {True: FULL, False: QUICK}
DENSEST = 0.4  # J_D up to which the densest clusters are tabulated: beyond, it takes minutes


def counts(eta: float, full: bool) -> dict[str, Floats]:
    """Return the entropy of fixed points against J_D: of infinitely many neurons, and of N."""
    J_D, N = AXES[full]["J_D"], np.array(AXES[full]["N"])[:, None]
    return {
        "limit": replica.fixed_point_entropy(J_D, eta),
        "exact": replica.log_expected_fixed_points(N, J_D, eta) / N,
    }


def groups(y: float, J_D: float, full: bool) -> dict[str, Floats]:
    """Return the entropy of groups of y fixed points against their mutual distance."""
    states = replica.clusters(y, AXES[full]["d"], J_D)
    return {"entropy": np.asarray(states.free_entropy), "error": np.asarray(states.error)}


def densest(J_D: float, full: bool) -> Floats:
    """Return the entropy of fixed points in the densest clusters that exist; nan where unknown."""
    states = replica.local_entropy(AXES[full]["d"], J_D, throw=False)
    return np.where(states.converged, states.local_entropy, np.nan)


def layers(J_D: float, full: bool) -> dict[str, Floats]:
    """Return the entropy of pairs against their distance in each of two, or of all layers."""
    d, lam = AXES[full]["d"], np.array(AXES[full]["lam"])[:, None]
    return {
        "two": replica.layered_pair_entropy(d, J_D, lam, 2),
        "infinite": replica.layered_pair_entropy(d, J_D, lam),
    }


def relaxation(J_D: float, full: bool, rng: np.random.Generator) -> dict[str, Floats]:
    """Return the unstable fraction of infinitely many neurons after t sweeps, and its error."""
    t_max, samples = len(AXES[full]["t"]) - 1, 20000 if full else 1600
    found = dynamics.mean_field_limit(J_D, t_max, samples, order="permutation", rng=rng)
    return {"fraction": found.unstable_fraction, "error": found.unstable_fraction_error}


def tabulate(run: "Run", full: bool) -> "xarray.Dataset":
    """Compute all tables."""
    import xarray

    axes, size = AXES[full], {"full": [full]}
    J_D = {"J_D": axes["J_D"]}
    count = run(counts, {"eta": axes["eta"], **size})
    group = run(groups, {"y": axes["y"], **J_D, **size})
    layer = run(layers, {**J_D, **size})
    active = run(relaxation, {**J_D, **size})
    gaps = run(gap_threshold, {"y": axes["y"]})["J_D"].values.ravel()
    points = run(critical_point, {"point": ["closing", "merging"]})["J_D"].values.ravel()
    known = [J_D for J_D in axes["J_D"] if J_D <= DENSEST]
    dense = np.full((len(axes["J_D"]), len(axes["d"])), np.nan)
    dense[: len(known)] = run(densest, {"J_D": known, **size})["result"].values.squeeze()
    tables = {
        "count_limit": (("eta", "J_D"), count["limit"]),
        "count_exact": (("eta", "N", "J_D"), count["exact"]),
        "groups": (("y", "J_D", "d"), group["entropy"]),
        "groups_error": (("y", "J_D", "d"), group["error"]),
        "two_layers": (("J_D", "lam", "d"), layer["two"]),
        "layers": (("J_D", "lam", "d"), layer["infinite"]),
        "unstable": (("J_D", "t"), active["fraction"]),
        "unstable_error": (("J_D", "t"), active["error"]),
    }
    shaped = {
        name: (dims, np.reshape(table.values, [len(axes[dim]) for dim in dims]))
        for name, (dims, table) in tables.items()
    }
    typical = replica.franz_parisi(axes["d"], np.array(axes["J_D"])[:, None])
    return xarray.Dataset(
        {
            **shaped,
            "densest": (("J_D", "d"), dense),
            "typical": (("J_D", "d"), typical),
            "gap_threshold": ("y", gaps),
            "closing": ((), float(points[0])),
            "merging": ((), float(points[1])),
        },
        axes,
    )
