"""When learning with flipped signs leaves its solutions: edges of random matrices."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

import learning_dynamics as ld
import sweeps
from figures.compared import Compared, Comparisons, student

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from figures.chapter import Run

title = "How many wrong signs learning endures"
equation = (
    r"\dot e = - [(w^T D_h w) D_i + W^T D_r W] e \quad "
    r"\lambda_r = \omega + \max_{0<u<1} \Big[ -\frac1u + \alpha \Big( \frac{1-p}{1+u} - "
    r"\frac{p}{1-u} \Big) \Big] \quad \lambda_h = \omega (1-2p) + (\sqrt\alpha - 1)_+^2"
)
caption = (
    "A student w^T W x with N hidden neurons and M inputs, α = N/M, has found its teacher; the "
    "plasticity of a fraction p of its neurons has the wrong sign. Its error decays if the "
    "smallest eigenvalue λ of the matrix by which it learns is positive. Left: flips at the "
    "readout, ω = |w|² = 1; middle: at the inputs (full lines, ω = 1) and at the hidden neurons "
    "of the first layer (dashed; colours as on the left). Lines: M → ∞; markers: means over "
    "random matrices at the largest M. Right: means against the size, in the power of M of Tracy "
    "and Widom, with the fit that extrapolates them (α = 3, p = 0.2), and the theory at zero "
    "(stars). One standard error. The verdict is on the extrapolated values at all fractions: "
    "markers on the left and in the middle still have the shift of their size."
)

PLACES = ("readout", "inputs", "hidden")
RATIOS = (1.0, 3.0, 6.0)
FRACTIONS = (0.1, 0.2, 0.4, 0.6, 0.8)
GAIN, SHOWN, SHOWN_FRACTION = 1.0, 3.0, 0.2
POWERS = (2 / 3, 4 / 3)
BATCH = 5


def least(at: str, ratio: float, p: float, M: int, rng: np.random.Generator) -> float:
    """Return the mean smallest eigenvalue of a batch of students."""
    N, found = round(ratio * M), []
    for _ in range(BATCH):
        W, w = rng.normal(0, M**-0.5, (N, M)), rng.normal(size=N)
        w *= np.sqrt(GAIN) / np.linalg.norm(w)
        found.append(ld.Flips.draw(N, M, p, at, rng=rng).least_eigenvalue(W, w))
    return float(np.mean(found))


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Sample eigenvalues, extrapolate them, and compute edges."""
    import xarray

    sizes, batches = ([40, 80, 160, 320], 30) if full else ([20, 40, 80, 160], 8)
    ratios = list(RATIOS) if full else [1.0, 3.0]
    grid = {"at": list(PLACES), "ratio": ratios, "p": list(FRACTIONS), "M": sizes}
    data = sweeps.summary(run(least, grid, replicas=batches))
    mean, error = data["result"], data["result_error"]
    limit, limit_error = (xarray.full_like(mean.isel(M=0, drop=True), np.nan) for _ in range(2))
    curve = xarray.full_like(mean, np.nan)
    for key in np.ndindex(limit.shape):
        one = sweeps.extrapolate(sizes, mean.values[key], error.values[key], power=POWERS)
        limit.values[key], limit_error.values[key] = one.limit, one.error
        curve.values[key] = one.at(1 / np.array(sizes))
    fine = np.linspace(0, 1, 101)[1:-1]
    lines = _edges(ratios, fine)
    return xarray.Dataset(
        {
            "mean": mean,
            "error": error,
            "limit": limit,
            "limit_error": limit_error,
            "fit": curve,
            "edge": (limit.dims, _edges(ratios, np.array(FRACTIONS))),
            "line": (("at", "ratio", "fraction"), lines),
        },
        {"fraction": fine},
    ).assign_attrs(batches=batches)


def _edges(ratios: list[float], p: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.array([[ld.flip_edge(p, ratio, GAIN, at) for ratio in ratios] for at in PLACES])


variables = {
    "mean": "mean smallest eigenvalue of the matrix by which a student learns",
    "error": "smallest eigenvalue, one standard error",
    "limit": "smallest eigenvalue, extrapolated to many inputs",
    "fit": "fit by which the smallest eigenvalues are extrapolated",
    "edge": "smallest eigenvalue by theory, M → ∞",
    "line": "smallest eigenvalue by theory, M → ∞, on a fine grid",
    "at": "neurons whose signs are flipped",
    "ratio": "ratio α = N/M of hidden neurons and inputs",
    "p": "fraction p of wrong signs",
    "M": "number of inputs M",
    "fraction": "fraction p of wrong signs, of the lines",
}

unjudged = {
    "matrices of finite size, which the verdict extrapolates": ("mean", "error", "fit"),
    "theory alone, at more fractions": ("line",),
}


def compared(data: "xarray.Dataset") -> Comparisons:
    """Compare extrapolated eigenvalues with edges."""
    off = student((data["limit"] - data["edge"]) / data["limit_error"], data.attrs["batches"])
    for at, name in zip(PLACES, ("the readout", "the inputs", "hidden neurons"), strict=True):
        one = off.sel(at=at)
        error = data["limit_error"].sel(at=at)
        what = f"smallest eigenvalues for many neurons, flips at {name}"
        yield Compared("z", what, one, "limit", error, "of an eigenvalue")


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw edges, eigenvalues, and their extrapolation."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.2, 2.7))
    left, middle, right = figure.subplots(1, 3)
    for color, ratio in enumerate(data["ratio"].values):
        one = data.sel(ratio=ratio)
        _draw(left, one.sel(at="readout"), f"C{color}", "-", f"$\\alpha = {ratio:g}$")
        _draw(middle, one.sel(at="inputs"), f"C{color}", "-", "")
        _draw(middle, one.sel(at="hidden"), f"C{color}", "--", "")
    for style, name in (("-", "inputs"), ("--", "hidden")):
        middle.plot([], [], style, color="0.3", label=name)
    for ax in (left, middle):
        ax.axhline(0, color="k", lw=0.6)
        ax.set(xlabel="fraction $p$ of flips", ylabel="smallest eigenvalue $\\lambda$")
        ax.legend(loc="best")
    for marker, at in zip("os^", PLACES, strict=True):
        one = data.sel(at=at, ratio=SHOWN, p=SHOWN_FRACTION)
        x = one["M"] ** (-2 / 3)
        right.errorbar(x, one["mean"], one["error"], fmt=marker, mfc="w", color="0.2", label=at)
        right.plot(np.append(x, 0), np.append(one["fit"], one["limit"]), color="0.5", lw=0.9)
        right.errorbar(0, one["limit"], one["limit_error"], fmt=marker, color="0.5")
        right.plot(0, one["edge"], "*", ms=9, color="C1", mec="w", mew=0.4, zorder=5)
    right.set(xlabel="$M^{-2/3}$", ylabel="smallest eigenvalue $\\lambda$")
    right.legend(loc="center", bbox_to_anchor=(0.6, 0.72))
    return figure


def _draw(ax: "Axes", data: "xarray.Dataset", color: str, style: str, label: str) -> None:
    ax.plot(data["fraction"], data["line"], style, color=color, label=label or None)
    last = data.isel(M=-1)
    marker = "o" if style == "-" else "s"
    ax.errorbar(last["p"], last["mean"], last["error"], fmt=marker, mfc="w", ms=3.5, color=color)
