"""The plane of coupling and self-excitation: rest, chaos, transient chaos, freezing."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

import dynamics
import networks
import replica
from figures.compared import Compared, Comparisons, student
from figures.graded.freezing_universality import KNOWN, KNOWN_ERROR
from figures.shared import fractions

if TYPE_CHECKING:
    from collections.abc import Callable

    import xarray
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from figures.chapter import Run

Floats = npt.NDArray[np.float64]

title = "Phase diagram of graded neurons"
equation = (
    r"s + g = 1 \quad \Sigma_\mathrm{s}(s, g) = 0 \quad "
    r"h_c(s) = J_\mathrm{a}\, g\, \phi_0(s), \; \phi_0 = \tanh x_0, \; x_0 = s \phi_0"
)
caption = (
    "What graded neurons do, in the plane of their coupling g and self-excitation s; on the right "
    "the same on logarithmic scales. Up to s + g = 1 they come to rest at x = 0 (circles: where "
    "half of the networks do, held to g/√N, the width of the edge of a spectrum). Beyond, many "
    "neurons are chaotic. From Σ_s = 0 on they have stable fixed points in exponential number; "
    "close by, the most stable one is marginal (dashed). No simulation decides where this line is; "
    "but networks must not settle below it. They leave chaos by chance only, in a time that grows "
    "with N: open markers, where half of the networks settle within the time T. Black line: where "
    "neurons should freeze by themselves, if they do so as binary ones with the self-coupling "
    "h_c(s)/(g φ₀), φ₀ the rate without a field, at J_a = 0.8145(10). Diamonds: where the activity "
    "of hysterons vanishes, from networks at smaller s; they are held to the line from g = 4 on. "
    "At lower gain, where all neurons respond smoothly, they freeze at a smaller s. "
    "Bars: one standard error, or 68 % intervals."
)

RATIOS = (0.25, 0.8)  # of h_c / (g phi_0), between which networks are looked at
AROUND = 0.12  # of the line of rest
REST = 1e-3  # mean squared input below which a network has come to rest
HIGH = 4.0  # gain from which on binary neurons predict where graded ones freeze
RESTING = (0.25, 0.5, 0.75)  # couplings


def settled(
    N: int, g: float, ratio: float, t_max: float, rng: np.random.Generator
) -> dict[str, float]:
    """Return whether a network settles."""
    s = excitation(ratio, g)
    network = networks.Graded(N, s, g).sample(rng)
    return {"yes": dynamics.settle(network, t_max=t_max, rng=rng).converged, "s": s}


def rests(N: int, g: float, beyond: float, t_max: float, rng: np.random.Generator) -> bool:
    """Return whether a network so far beyond the line comes to rest at x = 0."""
    network = networks.Graded(N, 1 - g + beyond, g).sample(rng)
    state = dynamics.settle(network, t_max=t_max, rng=rng).state
    return bool(np.mean(state**2) < REST)


def freezing(N: int, g: float, steps: int, count: int, rng: np.random.Generator) -> Floats:
    """Return where hysterons freeze, its error, and how many networks told."""
    found = dynamics.freezing_threshold(g, N=N, steps=steps, networks=count, rng=rng)
    return np.array([found.s, found.s_error, len(found.activity)])


def excitation(ratio: float, g: float) -> float:
    """Return the self-excitation at which h_c / (g phi_0) has a value: that of binary neurons."""
    from scipy.optimize import brentq

    def rest(s: float) -> float:
        branches = networks.Branches(s)
        return float(branches.h_c - ratio * g * np.tanh(branches.upper(0.0)))

    return float(brentq(rest, 1 + 1e-7, 4 + 3 * g))


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Compute the lines, and look for the thresholds in networks."""
    import xarray

    gains = [0.5, 1.0, 2.0, 4.0, 8.0, 16.0] if full else [1.0, 4.0, 8.0]
    grid = {"g": gains, "N": [2000 if full else 600], "steps": [300 if full else 120]}
    found = run(freezing, grid | {"count": [3 if full else 2]})["result"].squeeze(drop=True)
    values = found.transpose("g", ...).values
    data = _lines(25 if full else 9).assign(
        freezing=("gain", values[:, 0]),
        freezing_error=("gain", values[:, 1]),
        freezing_networks=("gain", values[:, 2].astype(int)),
        predicted=("gain", [excitation(KNOWN, g) for g in gains]),
        predicted_error=("gain", [_error(g) for g in gains]),
    )
    data = data.assign_coords(gain=gains)
    half, rest = _half(run, full), _rest(run, full)
    return xarray.merge([data, half, rest]).assign_attrs(half.attrs | rest.attrs)


def _error(g: float) -> float:
    """Return the error of the prediction that the one of J_a makes."""
    up, down = (excitation(KNOWN + sign * KNOWN_ERROR, g) for sign in (1, -1))
    return (up - down) / 2


def _lines(points: int) -> "xarray.Dataset":
    """Return the thresholds of stable fixed points, and where binary neurons freeze."""
    import xarray

    g = np.geomspace(0.1, 20, points)
    limits = {
        which: [replica.graded_existence_threshold(x, which).s for x in g]
        for which in ("typical", "aligned")
    }
    lines = limits | {"binary": [excitation(KNOWN, x) for x in g]}
    return xarray.Dataset({name: ("g", line) for name, line in lines.items()}, {"g": g})


def _half(run: "Run", full: bool) -> "xarray.Dataset":
    """Return where half of the networks settle."""
    import xarray

    sizes, gains, trials = ([128, 256], [1.0, 2.0, 4.0], 16) if full else ([100, 200], [4.0], 8)
    ratios = [round(x, 3) for x in np.linspace(*RATIOS, 9 if full else 5)]
    t_max = 300.0 if full else 100.0
    grid = {"N": sizes, "g": gains, "ratio": ratios, "t_max": [t_max]}
    found = run(settled, grid, replicas=trials).squeeze("t_max", drop=True)
    found = found.transpose("N", "g", "ratio", "replica")
    counts = found["yes"].sum("replica").values.astype(int)
    s = found["s"].isel(replica=0).values
    ends = np.array(
        [
            [
                fractions.bounds(fractions.fit(s[i, j], counts[i, j], trials))
                for j in range(len(gains))
            ]
            for i in range(len(sizes))
        ]
    )
    return xarray.Dataset(
        {"half": (("N", "half_g", "end"), ends)}, {"N": sizes, "half_g": gains}
    ).assign_attrs(trials=trials, t_max=t_max)


def _rest(run: "Run", full: bool) -> "xarray.Dataset":
    """Return where half of the networks come to rest at x = 0."""
    import xarray

    N, trials, t_max = (500, 6, 200.0) if full else (200, 4, 100.0)
    beyond = [round(x, 3) for x in np.linspace(-AROUND, AROUND, 7)]
    grid = {"N": [N], "g": list(RESTING), "beyond": beyond, "t_max": [t_max]}
    found = run(rests, grid, replicas=trials)["result"].squeeze(["N", "t_max"], drop=True)
    counts = found.transpose("g", "beyond", "replica").sum("replica").values.astype(int)
    ends = [
        1 - g + np.array(fractions.bounds(fractions.fit(beyond, count, trials)))
        for g, count in zip(RESTING, counts, strict=True)
    ]
    return xarray.Dataset(
        {"rest": (("rest_g", "end"), np.array(ends))}, {"rest_g": list(RESTING)}
    ).assign_attrs(rest_N=N)


variables = {
    "typical": "self-excitation s at which the entropy of stable fixed points is zero",
    "aligned": (
        "self-excitation s at which the most stable fixed point becomes marginal: each neuron "
        "with two states is on the side of its field"
    ),
    "binary": (
        "self-excitation s at which neurons freeze, if as binary ones with the self-coupling "
        "h_c(s)/(g φ_0)"
    ),
    "freezing": "self-excitation s at which hysterons freeze",
    "freezing_networks": "number of networks that the freezing of hysterons is found from",
    "predicted": (
        "self-excitation s at which neurons freeze as binary ones, at the couplings of the "
        "hysterons"
    ),
    "predicted_error": (
        "self-excitation s at which neurons freeze as binary ones, error that J_a makes"
    ),
    "half": (
        "self-excitation s at which half of the networks settle: low end, value, high end of a "
        "68 % interval"
    ),
    "rest": (
        "self-excitation s at which half of the networks come to rest at x = 0: low end, value, "
        "high end of a 68 % interval"
    ),
    "g": "strength g of the couplings, of the lines",
    "gain": "strength g of the couplings, of hysterons",
    "half_g": "strength g of the couplings, of networks that settle",
    "rest_g": "strength g of the couplings, of networks that come to rest",
}

unjudged = {
    "between the couplings that are judged": ("binary",),
    "which no simulation decides": ("aligned",),
}


def compared(data: "xarray.Dataset") -> Comparisons:
    """Compare where networks rest, settle and freeze with the lines."""
    error = (data["freezing_error"] ** 2 + data["predicted_error"] ** 2) ** 0.5
    off = ((data["freezing"] - data["predicted"]) / error).where(data["gain"] >= HIGH)
    off = student(off, data["freezing_networks"].values - 1)
    what = "graded neurons freeze where binary ones predict"
    yield Compared("z", what, off, "freezing", error, "of s")
    low, value, high = (data["rest"].isel(end=k) for k in range(3))
    edge = data["rest_g"] / np.sqrt(float(data.attrs["rest_N"]))
    error = ((high - low) ** 2 / 4 + edge**2) ** 0.5
    off = (value - (1 - data["rest_g"])) / error
    yield Compared("z", "rest up to s + g = 1", off, "rest", error, "of s")
    low, value, high = (data["half"].isel(end=k) for k in range(3))
    error = (high - low) / 2
    line = data["typical"].interp(g=data["half_g"], method="cubic")
    what = "no networks settle where there are no stable fixed points"
    yield _bound(what, line - value, error, shared=False)
    rise, both = value.diff("N"), (error**2 + error.shift(N=1) ** 2) ** 0.5
    yield _bound("larger networks settle at a larger s", -rise, both, shared=True)


def _bound(
    what: str, excess: "xarray.DataArray", error: "xarray.DataArray", *, shared: bool
) -> Compared:
    """Compare thresholds with a bound, which they may be far from."""
    off = excess / error

    def noticed(units: float) -> "xarray.DataArray":
        return (units - off) * error

    return Compared("bound", what, off, "half", error, "of s", shared, noticed=noticed)


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw the plane twice."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.0, 3.3))
    left, right = figure.subplots(1, 2)
    _draw_plane(left, data, 0.0, np.ones_like)
    _draw_plane(right, data, 1.0, np.asarray)
    g = data["rest_g"].values
    low, value, high = data["rest"].values.T
    left.fill_between([0, 1], 0, [1, 0], color="0.8", lw=0)
    left.errorbar(g, value, [value - low, high - value], fmt="o", mfc="w", color="0.3")
    left.set(xlabel="coupling $g$", ylabel="self-excitation $s$", xlim=(0, 4.3), ylim=(0, 6.2))
    right.set(xlabel="coupling $g$", ylabel="$(s - 1)/g$", xscale="log", yscale="log")
    right.set(xlim=(0.1, 20), ylim=(0.015, 4))
    words = {"rest": (0.12, 0.25), "chaos": (2.0, 0.45), "transient chaos": (1.9, 1.35)}
    for word, at in (words | {"freezing": (0.9, 4.6)}).items():
        left.text(*at, word)
    words = {"chaos": (0.15, 0.019), "transient chaos": (0.13, 0.13), "freezing": (0.15, 2.6)}
    for word, at in words.items():
        right.text(*at, word)
    right.legend(loc="center right", bbox_to_anchor=(1.0, 0.42))
    return figure


def _draw_plane(
    ax: "Axes", data: "xarray.Dataset", base: float, scale: "Callable[[Floats], Floats]"
) -> None:
    """Draw lines and thresholds, as (s - base) / scale(g)."""
    g, lines = data["g"].values, ["typical", "aligned", "binary"]
    exist, marginal, frozen = ((data[name].values - base) / scale(g) for name in lines)
    if not base:  # without couplings, neurons have two states from s = 1 on
        g, exist, marginal, frozen = (
            np.insert(part, 0, end)
            for part, end in zip((g, exist, marginal, frozen), (0, 1, 1, 1), strict=True)
        )
    ax.fill_between(g, exist, frozen, color="C5", alpha=0.15, lw=0)
    ax.fill_between(g, frozen, 99, color="C4", alpha=0.15, lw=0)
    ax.plot(g, frozen, "k", label="$J_\\mathrm{a}$ = 0.8145")
    ax.plot(g, exist, "C1", label="$\\Sigma_\\mathrm{s} = 0$")
    ax.plot(g, marginal, "C1--", lw=0.8, label="marginal")
    gain = data["gain"].values
    at, error = (data["freezing"] - base) / scale(gain), data["freezing_error"] / scale(gain)
    ax.errorbar(gain, at, error, fmt="D", ms=3, color="k", label="hysterons, $N → ∞$")
    for k, N in enumerate(data["N"].values):
        gain = data["half_g"].values * (1 + 0.03 * (k - 1))  # beside each other
        half = (data["half"].sel(N=N).values - base) / scale(gain)[:, None]
        fractions.draw_bounds(ax, gain, half.T, "os^"[k], f"C{(0, 2, 3)[k]}", f"$N = {N}$")
