"""How long finite networks stay active, against their size."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

import dynamics
import networks
from figures.compared import Compared, Comparisons, student, untransformed
from figures.relaxation.lifetime_law import INFINITE, NAMES, SLOPE, Activity, Fitted, fitted, law
from figures.relaxation.lifetime_left_over import LABELS, draw_left_over
from figures.shared import strokes

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from figures.chapter import Run

title = "Lifetime of the active state"
equation = (
    r"\ln\tau = a + z \ln N\delta^2 + N \frac{\pi\delta^2}{4\Lambda} \quad "
    r"\Lambda = \ln\frac1u + c + 2 + 2 \ln\frac\Lambda2 \quad "
    r"N\,\text{var}(\kappa\sqrt u) = \frac2\pi \Big(\ln\frac1u + c\Big) \quad "
    r"\delta = J_\mathrm{a} - J_D"
)
caption = (
    "Below J_a(∞), where the activity of infinitely many neurons persists, a finite network "
    "settles by a rare fluctuation. Left: mean lifetime τ of the active state in sweeps (a start "
    "is forgotten first; networks that did not settle count by the time in which they did not), "
    "with errors over networks. Lines: the law above. Its exponent has no free parameter: J_a(∞) "
    "is that of infinitely many neurons, c and κ are those of the middle panel; the prefactor, a "
    "and z, is fitted to the open symbols. Filled ones, the largest sizes, are predicted. Crosses: "
    "lifetimes below 1/u, a flip for each neuron, in which no state establishes itself; they are "
    "left out. Middle: N times the variance of κ√u in the active state, u the unstable fraction, κ "
    "= δ/√u. Line: the slope 2/π of the theory for u → 0; its height c is fitted where u < 0.05 "
    "(filled). Right: what is left of ln τ by that law and by the best ones with an exponent Nδ² "
    "(as in mean-field directed percolation), Nδ³ or a free power, with prefactors of their own. "
    "The prediction's error includes those of J_a(∞) and c; the z-scores of lives of all ages ask "
    "whether each network settles at one rate."
)

Floats = npt.NDArray[np.float64]

BATCH = 20  # networks
FEWEST = 5  # lives that must have ended
SMALL = 0.05  # unstable fraction below which fluctuations are held against the theory
TIMES = np.array([0.125, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0])  # in mean lifetimes


def live(
    N: int, J_D: float, order: str, sweeps: int, burn_in: int, rng: np.random.Generator
) -> dict[str, Floats]:
    """Watch a batch of networks; return how often each settled in how many sweeps, and the rest."""
    ensemble = networks.Asymmetric(N, J_D)
    found = dynamics.lifetime(ensemble, BATCH, sweeps, burn_in, order=order, rng=rng, throw=False)
    times = TIMES * found.value if found.settled.any() else np.zeros(TIMES.size)
    return {
        "settled": found.settled.astype(float),
        "exposure": found.exposure.astype(float),
        "drift": np.asarray(found.drift),
        "survival": found.survival(times),
    }


def fluctuate(
    N: int, J_D: float, order: str, sweeps: int, burn_in: int, rng: np.random.Generator
) -> dict[str, Floats]:
    """Return the mean unstable fraction u of one active network, and N times the variance of √u."""
    network = networks.Asymmetric(N, J_D).sample(rng)
    moving = dynamics.relax(network, order=order, max_sweeps=sweeps, rng=rng, history=True)
    assert moving.unstable_fraction is not None
    u = moving.unstable_fraction[burn_in:]
    if moving.converged or not u.size:
        return {"unstable": np.array(np.nan), "scatter": np.array(np.nan)}
    return {"unstable": np.asarray(u.mean()), "scatter": np.asarray(N * np.sqrt(u).var())}


LIVES = {  # J_D: batches, burn-in, and the sweeps of each size
    0.3: (3, 15, {96: 3000, 160: 16000, 192: 24000}),
    0.4: (3, 23, {150: 4000, 250: 16000, 300: 24000}),
    0.5: (3, 40, {300: 4000, 400: 6000, 500: 12000}),
    0.6: (3, 87, {700: 3000, 1000: 6000, 1300: 10000}),
    0.65: (2, 148, {1400: 4000, 2600: 8000}),
    0.7: (2, 305, {2000: 4000, 4000: 6000}),
}
QUICK = {
    0.4: (2, 23, {80: 600, 110: 900, 150: 1500}),
    0.5: (2, 40, {150: 600, 210: 900, 300: 1200}),
    0.6: (2, 87, {400: 600, 550: 900, 700: 1200}),
}
ACTIVE = {0.3: 4096, 0.4: 4096, 0.5: 4096, 0.6: 4096, 0.65: 8192, 0.7: 8192}
QUICKLY_ACTIVE = {0.4: 1000, 0.5: 1000, 0.6: 1500}


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Measure lifetimes and fluctuations, and fit the laws to all but the largest sizes."""
    import xarray

    data = xarray.merge([lifetimes(run, full), fluctuations(run, full)])
    return data.merge(_fits(data))


def lifetimes(run: "Run", full: bool) -> "xarray.Dataset":
    """Return ln τ, its error and the rest along `case`."""
    import xarray

    rows = []
    for J_D, (batches, burn_in, sizes) in (LIVES if full else QUICK).items():
        for N, sweeps in sizes.items():
            grid = {
                "N": [N],
                "J_D": [J_D],
                "order": ["permutation"],
                "sweeps": [sweeps],
                "burn_in": [burn_in],
            }
            found = run(live, grid, replicas=batches)
            row = _pooled(found["settled"].values.ravel(), found["exposure"].values.ravel())
            drift = found["drift"].values.sum() / np.sqrt(batches)
            rows.append({"N": N, "J_D": J_D, **row, "drift": drift, "last": max(sizes) == N})
    rows = [row for row in rows if row["ended"] >= FEWEST]
    return xarray.Dataset({name: ("case", [row[name] for row in rows]) for name in rows[0]})


def _pooled(settled: Floats, exposure: Floats) -> dict[str, float]:
    """Return the estimate of `dynamics.lifetime` from networks of several batches."""
    ended = settled.sum()
    if not ended:
        return {"log_lifetime": np.nan, "log_error": np.nan, "ended": 0.0, "spread": np.nan}
    off = settled / ended - exposure / exposure.sum()
    expected = ended * exposure / exposure.sum()
    excess = ((settled - expected) ** 2 - expected).sum() / (expected**2).sum()
    return {
        "log_lifetime": np.log(exposure.sum() / ended),
        "log_error": np.sqrt((off**2).sum() * off.size / (off.size - 1)),
        "ended": ended,
        "spread": np.sqrt(max(0.0, excess)),
    }


def fluctuations(run: "Run", full: bool) -> "xarray.Dataset":
    """Return the unstable fraction of active networks, κ, and the variance, along `active`."""
    import xarray

    rows = []
    for J_D, N in (ACTIVE if full else QUICKLY_ACTIVE).items():
        delta = INFINITE - J_D
        grid = {
            "N": [N],
            "J_D": [J_D],
            "order": ["permutation"],
            "sweeps": [round(200 / delta**2)],
            "burn_in": [round(8 / delta**2)],
        }
        found = run(fluctuate, grid, replicas=8 if full else 4)
        u = float(found["unstable"].mean())
        kappa = delta / np.sqrt(u)
        variances = kappa**2 * found["scatter"].values.ravel()
        variances = variances[np.isfinite(variances)]  # of networks that stayed active
        error = variances.std(ddof=1) / np.sqrt(variances.size)
        rows.append((J_D, N, u, kappa, variances.mean(), error, variances.size))
    names = ("active_J_D", "active_N", "unstable", "kappa", "variance", "variance_error", "runs")
    columns = zip(names, zip(*rows, strict=True), strict=True)
    return xarray.Dataset({name: ("active", list(values)) for name, values in columns})


def activity(data: "xarray.Dataset") -> Activity:
    """Return κ and c from small unstable fractions."""
    small = data.isel(active=data["unstable"].values < SMALL)
    weights = small["variance_error"].values ** -2.0
    offsets = small["variance"].values / SLOPE + np.log(small["unstable"].values)
    error = weights.sum() ** -0.5 / SLOPE
    return Activity(
        float(small["kappa"].mean()), float(np.average(offsets, weights=weights)), float(error)
    )


def fit(data: "xarray.Dataset", name: str, chosen: "npt.NDArray[np.bool]") -> Fitted:
    """Fit a law to some cases."""
    one = data.isel(case=chosen)
    columns = (one[x].values.astype(float) for x in ("N", "J_D", "log_lifetime", "log_error"))
    N, J_D, y, error = columns
    return fitted(name, activity(data), (N, J_D, y, error))


def _fits(data: "xarray.Dataset") -> "xarray.Dataset":
    """Return what each law says when it is fitted to all but the last sizes, and how it fits."""
    import xarray
    from scipy.stats import chi2

    known = activity(data)
    u = ((INFINITE - data["J_D"]) / known.kappa) ** 2
    lasts = np.asarray(np.exp(data["log_lifetime"]) * u > 1)
    last = data["last"].values & lasts
    first = ~data["last"].values & lasts
    rows, coefficients = [], np.full((len(NAMES), 4), np.nan)
    for k, name in enumerate(NAMES):
        found = fit(data, name, first)
        value, error = found.predict(data["N"].values, data["J_D"].values)
        off, width = data["log_lifetime"].values - value, data["log_error"].values
        inside = chi2.sf(((off / width)[first] ** 2).sum(), first.sum() - len(found.coefficients))
        beyond = chi2.sf(((off / np.hypot(width, error))[last] ** 2).sum(), last.sum())
        coefficients[k, : len(found.coefficients)] = found.coefficients
        rows.append((value, error, inside, beyond))
    predicted, errors, inside, beyond = (np.array(x) for x in zip(*rows, strict=True))
    return xarray.Dataset(
        {
            "lasts": ("case", lasts),
            "predicted": (("law", "case"), predicted),
            "predicted_error": (("law", "case"), errors),
            "chance": ("law", inside),
            "chance_beyond": ("law", beyond),
            "coefficients": (("law", "coefficient"), coefficients),
            "offset": known.offset,
            "offset_error": known.offset_error,
            "mean_kappa": known.kappa,
        },
        {"law": list(NAMES), "coefficient": ["a", "z", "f", "power"]},
    )


def table(data: "xarray.Dataset") -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return the laws, how likely each is by chance, and what was fitted: header and rows."""
    rows: list[tuple[str, ...]] = []
    for name, label in LABELS.items():
        one = data.sel(law=name)
        numbers = (f"{x:.3g}" if np.isfinite(x) else "" for x in one["coefficients"].values)
        rows.append((label, *numbers, f"{one['chance']:.2g}", f"{one['chance_beyond']:.2g}"))
    header = ("exponent", "a", "z", "coefficient", "power", "p, fitted", "p, largest sizes")
    return header, rows


variables = {
    "log_lifetime": "logarithm of the mean lifetime τ of the active state in sweeps",
    "log_error": "logarithm of the mean lifetime τ, one standard error over networks",
    "ended": "number of lives that ended: sum over networks",
    "spread": "spread of the rates of different networks, relative to their mean",
    "drift": "dependence of the rate of settling on age, in standard errors",
    "last": "whether this is the largest size at its J_D, which is not fitted",
    "active_J_D": "self-coupling J_D, of active networks",
    "active_N": "number of neurons N, of active networks",
    "unstable": "mean fraction u of unstable neurons of active networks",
    "kappa": "κ, distance from J_a(∞) over the root of the unstable fraction",
    "variance": "N times the variance of κ√u in the active state",
    "runs": "number of networks that stayed active",
    "lasts": "whether the lifetime is longer than a flip of each neuron takes",
    "predicted": "logarithm of the lifetime in sweeps by the law that was fitted",
    "chance": "probability of a worse fit by chance, of the sizes that were fitted",
    "chance_beyond": "probability of a larger deviation by chance, of the largest sizes",
    "coefficients": "coefficients of the law: nan where it has none",
    "offset": "offset c in the variance of the unstable fraction",
    "mean_kappa": "mean κ of active networks with few unstable neurons",
    "law": "law of the exponent",
    "coefficient": (
        "coefficient of a law: a and z of the prefactor, f and the power of the exponent"
    ),
}

unjudged = {
    "what is fitted and measured for the lines": ("coefficients", "mean_kappa", "offset_error"),
    "parameters": ("N", "J_D"),
}


def compared(data: "xarray.Dataset") -> Comparisons:
    """Compare lifetimes with the law, fluctuations with their slope, and ages with each other."""
    theory = data.sel(law="theory", drop=True)
    off = data["log_lifetime"] - theory["predicted"]
    last, first = data["lasts"] & data["last"], data["lasts"] & ~data["last"]
    both = (data["log_error"] ** 2 + theory["predicted_error"] ** 2) ** 0.5
    what = "lifetimes of the largest sizes, which were not fitted"
    drawn, unit = "log_lifetime", "of ln τ"
    yield Compared("z", what, (off / both).where(last), drawn, both, unit, shared=True)
    what, error = "lifetimes that the prefactor was fitted to", data["log_error"]
    yield Compared("z", what, (off / error).where(first), drawn, error, unit, shared=True)
    line = SLOPE * (data["offset"] - np.log(data["unstable"]))
    replicas, error = int(data["runs"].min()), data["variance_error"]
    z = student((data["variance"] - line) / error, replicas).where(data["unstable"] < SMALL)
    what = "fluctuations of small unstable fractions"

    def noticed(units: float) -> "xarray.DataArray":
        return error.where(z.notnull()) * untransformed(units, replicas)

    yield Compared("z", what, z, "variance", error, "of the variance", True, noticed=noticed)
    yield Compared("z", "lives of all ages settle at one rate", data["drift"])


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw lifetimes, fluctuations, and what the laws leave."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.4, 2.9))
    left, middle, right = figure.subplots(1, 3)
    _draw_lifetimes(left, data)
    u = data["unstable"].values
    for chosen, face in ((u < SMALL, "C0"), (u >= SMALL, "w")):
        one = data.isel(active=chosen)
        y, error = one["variance"], one["variance_error"]
        label = f"$u < {SMALL:g}$: fitted" if face == "C0" else None
        middle.errorbar(one["unstable"], y, error, fmt="o", mfc=face, color="C0", label=label)
    x = np.geomspace(u.min() / 1.3, u.max() * 1.3)
    middle.plot(x, SLOPE * (float(data["offset"]) - np.log(x)), "k", lw=0.9, label="slope $2/\\pi$")
    middle.set(xscale="log", xlabel="unstable fraction $u$", ylabel="$N$ var($\\kappa\\sqrt{u}$)")
    middle.tick_params(axis="x", which="minor", labelbottom=False)  # labels of few numbers overlap
    middle.legend(loc="upper right")
    draw_left_over(right, data)
    return figure


def _draw_lifetimes(ax: "Axes", data: "xarray.Dataset") -> None:
    """Draw lifetimes, with the law between and beyond the sizes."""
    a, z = data["coefficients"].sel(law="theory").values[:2]
    known = Activity(*(float(data[x]) for x in ("mean_kappa", "offset", "offset_error")))
    theory, _ = law("theory", known)
    for color, J_D in enumerate(np.unique(data["J_D"].values)):
        one = data.isel(case=data["J_D"].values == J_D)
        marker = strokes.MARKERS[color % len(strokes.MARKERS)]
        for last, face in ((False, "w"), (True, f"C{color}")):
            some = one.isel(case=(one["last"].values == last) & one["lasts"].values)
            tau = np.exp(some["log_lifetime"].values)
            error = (tau * some["log_error"].values).tolist()
            ax.errorbar(some["N"], tau, error, fmt=marker, mfc=face, color=f"C{color}")
        short = one.isel(case=~one["lasts"].values)
        ax.plot(short["N"], np.exp(short["log_lifetime"].values), "x", color=f"C{color}")
        N = np.geomspace(one["N"].min() / 1.1, one["N"].max() * 1.1)
        line = np.exp(theory(np.stack([N, np.full(N.size, INFINITE - J_D)]), a, z))
        ax.plot(N, line, color=f"C{color}", lw=0.9)
        ax.plot([], [], f"{marker}-", mfc="w", color=f"C{color}", lw=0.9, label=f"{J_D:g}")
    ax.plot([], [], "o", color="0.4", label="predicted")
    ax.plot([], [], "x", color="0.4", label="left out")
    ax.set(xscale="log", yscale="log", xlabel="neurons $N$", ylabel="mean lifetime $\\tau$")
    ax.tick_params(axis="x", which="minor", labelbottom=False)
    low, high = ax.get_ylim()
    ax.set_ylim(low, high * 12)
    ax.legend(loc="upper left", title="$J_D$", ncols=3, fontsize=6.5, columnspacing=1)
