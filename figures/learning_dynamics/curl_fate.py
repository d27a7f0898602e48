"""Where learning with flipped signs goes: the fate of a solution, and what comes after."""

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

import learning_dynamics as ld
from figures.compared import Compared, Comparisons

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from figures.chapter import Run

Floats = npt.NDArray[np.float64]

title = "Where learning with wrong signs goes"
equation = (
    r"\dot W = - D_h w e^T D_i \quad \dot w = - D_r W e \quad e = W^T w - w^* \quad "
    r"\dot \theta = - 2 e \quad e = c_0 \sinh \theta - d_0 \sin \theta - |w^*|"
)
caption = (
    "Upper left: from next to a solution, the rate at which the error grows, against the smallest "
    "eigenvalue λ of the matrix by which it learns (36 neurons, 12 inputs, flips around the "
    "threshold; the line is -λ, which a fast decay approaches slowly: the verdict compares with "
    "the linear equation). The sign of λ tells whether an error comes to grow, not when: it "
    "decays at first, by the other eigenvalues, the longer the less of it lies along the "
    "eigenvector of λ, and is followed until that part outgrows it. Upper right: flips at a "
    "fraction p of the readout of a wide network (circles) and the equation of one angle (lines), "
    "β = 3, ω = 1, |w*| = 2; if all signs are wrong (dotted: the angle) it runs for ever. Lower "
    "left: the error beyond the threshold (three networks each): with flips at hidden neurons, in "
    "either layer, another solution is found; with flips at inputs the error stays. Lower right: "
    "the logarithm of the factor by which a small change of the weights grows from t to 2t (mean "
    "of networks, one standard error). It does not grow with t, as it would for chaos: the "
    "weights run away as a power of time."
)

VERSION = 2  # of `fate`: 1 stopped before a small part of the error could outgrow the others
PLACES = ("readout", "hidden", "inputs")
UNDECIDED, CLOSE = 0.02, 1e-8
FOLDS = 6  # when the part of the error that lasts is e^6 of what all of it was, or has lost that
FRACTIONS = (0.0, 0.2, 0.6, 0.9)
BETA, GAIN, TEACHER = 3.0, 1.0, 2.0
BEYOND = {"readout": (12, 0.5), "hidden": (12, 0.75), "inputs": (6, 0.25)}  # N, p; 12 inputs
LOGARITHM = 0.01  # claimed, of an error that is far below one


def fate(at: str, rng: np.random.Generator) -> dict[str, float]:
    """Return the smallest eigenvalue at a solution, and growth next to it, also if linear."""
    from scipy.linalg import expm

    M, N = 12, 36
    W, w = _student(N, M, rng)
    p = min(rng.uniform(0.3, 1.7) * float(ld.flip_threshold(N / M, GAIN, at)), 0.95)
    flips = ld.Flips.draw(N, M, p, at, rng=rng)
    K, start = flips.correction(W, w), CLOSE * rng.normal(size=M)
    values, vectors = np.linalg.eigh(K)
    least = values[0]
    hidden = np.log(np.linalg.norm(start) / abs(vectors[:, 0] @ start))
    end = (FOLDS + hidden) / abs(least)
    t = np.array([0, 0.6 * end, end])
    error = ld.flipped_flow(flips, W, w, W.T @ w - start, t).error
    linear = [np.linalg.norm(expm(-K * time) @ start) for time in t]
    growths = [np.log(one[2] / one[1]) / (t[2] - t[1]) for one in (error, linear)]
    grown = float(error[2] > error[0])
    claimed = LOGARITHM / (t[2] - t[1])
    names = ("least", "growth", "linear", "claimed", "grown")
    return dict(zip(names, map(float, (least, *growths, claimed, grown)), strict=True))


def wide(p: float, N: int, rng: np.random.Generator) -> Floats:
    """Return the error of a wide network over its first value, at all times."""
    M = 8
    W, w = rng.normal(0, np.sqrt(BETA / N), (N, M)), rng.normal(0, np.sqrt(GAIN / N), N)
    teacher = rng.normal(size=M)
    teacher *= TEACHER / np.linalg.norm(teacher)
    flips = ld.Flips.draw(N, M, p, "readout", rng=rng)
    return ld.flipped_flow(flips, W, w, teacher, _wide_times()).error


def beyond(at: str, rng: np.random.Generator) -> Floats:
    """Return the error that follows when a solution is lost."""
    flips, W, w, teacher = _lost(at, rng)
    return ld.flipped_flow(flips, W, w, teacher, _late_times()).error


def octave(at: str, t: float, rng: np.random.Generator) -> float:
    """Return the logarithm of the growth of a tangent from t to 2t."""
    flips, W, w, teacher = _lost(at, rng)
    return t * ld.flipped_lyapunov(flips, W, w, teacher, t, t, rng=rng).exponent


def _student(N: int, M: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    W, w = rng.normal(0, M**-0.5, (N, M)), rng.normal(size=N)
    return W, w * np.sqrt(GAIN) / np.linalg.norm(w)


def _lost(at: str, rng: np.random.Generator) -> tuple[ld.Flips, Floats, Floats, Floats]:
    """Return signs and weights next to a solution that is not stable."""
    N, p = BEYOND[at]
    while True:
        W, w = _student(N, 12, rng)
        flips = ld.Flips.draw(N, 12, p, at, rng=rng)
        if flips.least_eigenvalue(W, w) < -0.2:
            return flips, W, w, W.T @ w + 0.01 * rng.normal(size=12)


def _wide_times() -> Floats:
    return np.linspace(0, 4, 121)


def _late_times() -> Floats:
    return np.append(0, np.geomspace(0.5, 200, 40))


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Follow networks next to solutions, wide ones, and those beyond the threshold."""
    import xarray

    N, fates, networks = (10_000, 60, 24) if full else (2000, 8, 6)
    octaves = [12.5, 25.0, 50.0, 100.0, 200.0, 400.0] if full else [12.5, 25.0, 50.0, 100.0]
    one = run(fate, {"at": list(PLACES)}, replicas=fates)
    found: dict[str, object] = {
        name: (("at", "network"), one[name].transpose("at", "replica").values)
        for name in ("least", "growth", "linear", "claimed", "grown")
    }
    error = run(wide, {"p": [*FRACTIONS, 1.0], "N": [N]})["result"].squeeze(drop=True)
    t = _wide_times()
    theory = np.array([ld.wide_flipped(p, BETA, GAIN, TEACHER, t) for p in (*FRACTIONS, 1.0)])
    found["error"] = (("p", "t"), error.values[:-1])
    found["angle"] = (("p", "t"), np.abs(theory[:-1]))
    found["running"] = ("t", np.abs(theory[-1]))
    late = run(beyond, {"at": list(PLACES)}, replicas=3)["result"]
    found["late"] = (("at", "one", "time"), late.transpose("at", "replica", ...).values)
    grown = run(octave, {"at": list(PLACES), "t": octaves}, replicas=networks)["result"]
    found["octave"] = (("at", "since"), grown.mean("replica").values)
    spread = grown.std("replica", ddof=1) / np.sqrt(networks)
    found["octave_error"] = (("at", "since"), spread.values)
    coords = {"at": list(PLACES), "p": list(FRACTIONS), "t": t}
    coords |= {"time": _late_times(), "since": octaves}
    return xarray.Dataset(found, coords).assign_attrs(N=N)


variables = {
    "least": "smallest eigenvalue of the matrix by which the student learns at a solution",
    "growth": "rate at which the error grows next to a solution",
    "linear": "rate at which the error grows in the linear equation",
    "claimed": "error of that rate that the linear equation claims",
    "grown": "whether the error has grown: 1 if so",
    "error": "norm of the error of a wide network",
    "angle": "norm of the error by the equation of one angle",
    "running": "norm of the error by the equation of one angle, if all signs are wrong",
    "late": "norm of the error after a solution was lost",
    "octave": (
        "logarithm of the growth of a small change of the weights from t to 2t, mean over networks"
    ),
    "at": "neurons whose signs are flipped",
    "p": "fraction p of wrong signs",
    "t": "time t of learning, of wide networks",
    "time": "time t of learning, after a solution was lost",
    "since": "time t from which growth is measured",
    "network": "number of the network",
    "one": "number of the network",
}

unjudged = {
    "simulation alone: no theory beyond the threshold": ("late", "octave", "octave_error"),
    "a motion that does not end, whose phase drifts": ("running",),
}


def compared(data: "xarray.Dataset") -> Comparisons:
    """Compare fates with eigenvalues, growth with the linear equation, networks with the angle."""
    told = (data["grown"] > 0.5) != (data["least"] < 0)
    what = f"fates that the sign of an eigenvalue beyond {UNDECIDED} tells"
    yield Compared("mismatch", what, told.astype(float).where(abs(data["least"]) > UNDECIDED))
    off = (data["growth"] - data["linear"]) / data["claimed"]
    what = "growth next to a solution and in the linear equation"
    yield Compared("expansion", what, off, "growth", data["claimed"], "of a rate")
    claimed = 3 * TEACHER / np.sqrt(data.attrs["N"])
    off = (data["error"] - data["angle"]) / claimed
    what = "errors of wide networks and of one angle, within 3/√N"
    yield Compared("expansion", what, off, "error", claimed, "of the error")


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw growth next to solutions, wide networks, errors, and the growth of tangents."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.2, 4.8))
    (first, second), (third, fourth) = figure.subplots(2, 2)
    for color, (at, marker) in enumerate(zip(PLACES, "os^", strict=True)):
        one = data.sel(at=at)
        style: dict[str, Any] = {"color": f"C{color}", "ms": 4, "mfc": "w"}
        first.plot(one["least"], one["growth"], marker, label=at, **style)
        for i in range(data.sizes["one"]):
            third.plot(one["time"], one["late"][i], color=f"C{color}", lw=1)
            some = one.isel(time=slice(2 + color, None, 9))
            third.plot(some["time"], some["late"][i], marker, **style)
        apart = one["since"] * 1.06 ** (color - 1)
        fourth.errorbar(apart, one["octave"], one["octave_error"], fmt=marker, **style)
    ends = [float(data["least"].min()), float(data["least"].max())]
    first.plot(ends, [-x for x in ends], "k", lw=0.7)
    first.axhline(0, color="0.6", lw=0.6)
    first.axvline(0, color="0.6", lw=0.6)
    first.set(xlabel="smallest eigenvalue $\\lambda$", ylabel="growth rate of the error")
    first.legend(title="flips at", title_fontsize=7.5)
    _draw_wide(second, data)
    third.set(xscale="log", yscale="log", xlabel="time", ylabel="error $|e|$", ylim=(1e-8, 10))
    since = data["since"].values
    fine = np.geomspace(since[0], since[-1])
    fourth.plot(fine, 0.02 * fine, "k:", lw=0.8, label="an exponent of 0.02")
    fourth.legend(loc="upper left")
    fourth.axhline(0, color="0.6", lw=0.6)
    fourth.set(xscale="log", xlabel="$t$", ylabel="ln growth from $t$ to $2t$")
    fourth.set_xticks(since, [f"{t:g}" for t in since])
    fourth.minorticks_off()
    fourth.set_ylim(-0.6, 0.02 * since[-1] + 0.4)
    return figure


def _draw_wide(ax: "Axes", data: "xarray.Dataset") -> None:
    for color, p in enumerate(data["p"].values):
        one = data.sel(p=p)
        ax.plot(one["t"], one["angle"], color=f"C{color}", label=f"$p = {p:g}$")
        some = one.isel(t=slice(2 * color, None, 8))
        ax.plot(some["t"], some["error"], "o", ms=3, mfc="w", color=f"C{color}")
    ax.plot(data["t"], data["running"], ":", color="k", label="$p = 1$")
    ax.set(xlabel="time", ylabel="error $|e|$", ylim=(0, 4.2))
    ax.legend(loc="upper center", ncols=3)
