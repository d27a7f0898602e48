"""All attractors of small networks under synchronous and sequential updates."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

import dynamics
import networks
import replica
import sweeps
from figures.compared import Compared, Comparisons, student
from figures.shared import strokes
from figures.shared.samples import pooled

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from figures.chapter import Run

title = "Census of attractors"
equation = (
    r"E[\#_2] = \tfrac12 \sum_k 2^N \binom{N}{k} P_2(\rho_a)^{N-k} \bar{P}_2(-\rho_d)^k "
    r"\quad J_D = 0 \text{: length} \approx \tfrac38 \sqrt{\pi / c}"
)
caption = (
    "All states of each network were followed: a self-coupling adds fixed points, ends the cycles, "
    "and leads nearly all states into fixed points. Left: mean numbers of fixed points, of cycles "
    "of length 2 and of self-reverse cycles of length 4 of the synchronous rule; lines: exact "
    "means (judged where at least 25 cycles are expected in all networks together). Middle: mean "
    "length of the cycle that a random state falls into; line: annealed theory of Bastolla and "
    "Parisi at J_D = 0 (an approximation), dotted: a random map without symmetry. At J_D = 0.5 the "
    "length no longer grows with N. Right: part of all states that ends in fixed points, for "
    "synchronous (filled) and sequential updates (open); thin lines guide the eye. One standard "
    "error."
)

BATCH = 25
ANNEALED = (
    "the annealed theory draws new couplings in each step, and so leaves out that a state that "
    "has come near to an earlier one stays near it"
)
KINDS = ("fixed points", "2-cycles", "reversing 4-cycles")


def count(
    N: int, J_D: float, rule: str, rng: np.random.Generator
) -> dict[str, npt.NDArray[np.float64]]:
    """Return the numbers of short cycles, the mean length and the basin of fixed points."""
    ensemble = networks.Asymmetric(N, J_D)
    found = [dynamics.census(ensemble.sample(rng), rule) for _ in range(BATCH)]
    lengths = [one.lengths for one in found]
    return {
        "cycles": np.array(
            [
                [np.sum(n == 1), np.sum(n == 2), np.sum((n == 4) & one.reversing)]
                for n, one in zip(lengths, found, strict=True)
            ],
            dtype=float,
        ),
        "length": np.array([one.mean_length for one in found]),
        "basin": np.array([one.basins[one.lengths == 1].sum() / 2.0**N for one in found]),
    }


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Take the census, and evaluate its theory."""
    import xarray

    sizes, batches = ([8, 12, 16, 20], 16) if full else ([8, 11, 14], 6)
    grid = {
        "N": sizes,
        "J_D": [0.0, 0.1, 0.2, 0.3, 0.5, 0.8],
        "rule": ["synchronous", "sequential"],
    }
    data = run(count, grid, replicas=batches)
    cycles = pooled(data["cycles"].rename(cycles_1="kind")).sel(rule="synchronous", drop=True)
    exact = xarray.DataArray(
        np.array([_exact(N, data["J_D"].values) for N in sizes]),
        {"N": sizes, "J_D": data["J_D"].values},
        ("N", "J_D", "kind"),
    )
    points = sweeps.compare(exact, cycles).points
    length = sweeps.summary(pooled(data["length"]).to_dataset())
    basin = sweeps.summary(pooled(data["basin"]).to_dataset())
    every = np.arange(sizes[0], sizes[-1] + 1)
    annealed = [dynamics.annealed_cycles(int(N)).mean_length for N in every]
    # a rare cycle seen a few times has no normal mean
    judged = exact * batches * BATCH > 25
    return xarray.Dataset(
        {
            "cycles": points["data"],
            "cycles_error": points["error"],
            "cycles_z": points["z"].where(judged),
            "length": length["length"],
            "length_error": length["length_error"],
            "basin": basin["basin"],
            "basin_error": basin["basin_error"],
            "annealed": ("every", annealed),
            "random_map": ("every", np.sqrt(np.pi * 2.0**every / 8)),
            "line": (("N", "fine", "kind"), [_exact(N, _fine()) for N in sizes]),
        },
        {"every": every, "fine": _fine(), "kind": list(KINDS)},
    ).assign_attrs(networks=batches * BATCH)


def _fine() -> npt.NDArray[np.float64]:
    return np.linspace(0, 0.8, 81)


def _exact(N: int, J_D: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the exact mean numbers of the three kinds of cycle."""
    logs = [
        replica.log_expected_fixed_points(N, J_D),
        dynamics.log_expected_two_cycles(N, J_D),
        dynamics.log_expected_reversing_four_cycles(N, J_D),
    ]
    return np.exp(np.stack(logs, axis=-1))


variables = {
    "cycles": "mean number of cycles of the synchronous rule in a network",
    "length": "mean length of the cycle that a random state falls into",
    "basin": "fraction of all states that end in fixed points",
    "annealed": "length of cycles at J_D = 0 by the annealed theory of Bastolla and Parisi",
    "random_map": "length of cycles of a random map without symmetry",
    "line": "exact mean number of cycles in a network",
    "kind": "kind of cycle",
    "rule": "rule of updates",
    "every": "number of neurons N, of the curves",
    "fine": "self-coupling J_D, of the lines",
}

unjudged = {
    "simulation alone: no theory of the basins": ("basin", "basin_error"),
    "a contrast, not a theory of these networks": ("random_map",),
}


def compared(data: "xarray.Dataset") -> Comparisons:
    """Compare the numbers of cycles with their exact means, and lengths with annealed ones."""
    count = data.attrs["networks"]
    exact = data["line"].sel(fine=data["J_D"], method="nearest").drop_vars("fine")
    error = data["cycles_error"].where(data["cycles_z"].notnull())
    off = student((data["cycles"] - exact).transpose(*error.dims) / error, count)
    yield Compared("z", "numbers of cycles", off, "cycles", error, "of a number", shared=True)
    one = data[["length", "length_error"]].sel(J_D=0.0, rule="synchronous")
    annealed = data["annealed"].sel(every=data["N"]).drop_vars("every")
    off = student((one["length"] - annealed) / one["length_error"], count)
    error = one["length_error"]
    what = "mean length of the cycle and annealed theory"
    yield Compared("z", what, off, "length", error, "of a length", because=ANNEALED)


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw numbers, lengths and basins."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.2, 2.9))
    left, middle, right = figure.subplots(1, 3)
    _draw_numbers(left, data.isel(N=-1))
    _draw_lengths(middle, data)
    _draw_basins(right, data)
    return figure


def _draw_lengths(ax: "Axes", data: "xarray.Dataset") -> None:
    ax.plot(data["every"], data["annealed"], "k", label="annealed, $J_D = 0$")
    ax.plot(data["every"], data["random_map"], "k:", lw=0.9, label="random map")
    for color, J_D in enumerate([0.0, 0.2, 0.5]):
        one = data.sel(J_D=J_D, rule="synchronous")
        ax.errorbar(
            one["N"],
            one["length"],
            one["length_error"],
            fmt=strokes.MARKERS[color],
            mfc="w",
            color=f"C{color}",
            label=f"$J_D = {J_D:g}$",
        )
    ax.set(xlabel="neurons $N$", ylabel="mean length of the cycle", yscale="log")
    ax.set_yticks([1, 10, 100, 1000], ["1", "10", "100", "1000"])
    ax.set_xticks(data["N"].values)
    ax.set_ylim(1, 30 * data["random_map"].values[-1])
    ax.legend(loc="upper left")


def _draw_basins(ax: "Axes", data: "xarray.Dataset") -> None:
    for color, N in enumerate(data["N"].values):
        for rule, fill in (("synchronous", f"C{color}"), ("sequential", "w")):
            one = data.sel(N=N, rule=rule)
            ax.errorbar(
                one["J_D"],
                one["basin"],
                one["basin_error"],
                fmt=f"{strokes.MARKERS[color]}-",
                lw=0.6,
                mfc=fill,
                color=f"C{color}",
                label=f"$N = {N}$" if fill != "w" else None,
            )
    ax.set(xlabel="self-coupling $J_D$", ylabel="states that end in fixed points", ylim=(0, 1.05))
    ax.plot([], [], "o", mfc="w", color="0.4", label="open: sequential")
    ax.legend(loc="lower right")


def _draw_numbers(ax: "Axes", data: "xarray.Dataset") -> None:
    for color, kind in enumerate(KINDS):
        one = data.sel(kind=kind)
        dash = strokes.DASHES[color]
        ax.plot(data["fine"], one["line"], color=f"C{color}", ls=dash, label=kind)
        seen = one["cycles"].values > 0
        ax.errorbar(
            data["J_D"].values[seen],
            one["cycles"].values[seen],
            one["cycles_error"].values[seen],
            fmt=strokes.MARKERS[color],
            mfc="w",
            color=f"C{color}",
        )
    ax.set(
        xlabel="self-coupling $J_D$",
        ylabel="mean number",
        yscale="log",
        title=f"$N = {int(data['N'])}$",
    )
    ax.set_ylim(bottom=5e-4)
    ax.legend(loc="lower left")
