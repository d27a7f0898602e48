"""The eigenvalues of the loop along learning, and where it is stable."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

import learning_dynamics as ld
from figures.compared import ROUNDING, Compared, Comparisons

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from figures.chapter import Run

title = "The spectrum of a loop that learns"
equation = (
    r"(\lambda - 1)^2 = k + \frac{b}{\lambda - a} \quad \to \quad "
    r"k = -\varphi, \; a = -\frac{2}{\varphi}, \; b = 2 \varphi, \; "
    r"\lambda = \varphi^{-2} \quad \varphi = \frac{1 + \sqrt 5}{2}"
)
caption = (
    "A network of rank one learns to bring a point mass to rest. Left: the eigenvalues of the "
    "loop, from light to dark; they start around 1, are inside the circle once there is "
    "a memory, and end in a double one at the square of the inverse golden ratio (star; the third "
    "at zero). Middle: the region of stability in the plane of feedback k and memory b for "
    "some recurrences a, by Jury's criterion (lines) and by eigenvalues (dots: a = -0.6), with the "
    "path of learning (black) and its end. Right: the overlaps and their golden limits (dashed)."
)

RECURRENCES = (0.4, 0.0, -0.6, -1.236)
KNOWN, SOME = 300, 40
LEFT = 3  # the last third of learning moves overlaps by more than all that would follow
T, RATE, CLIP = 50, 1e-4, 1.0  # no step of it turns back
VERSION = 2  # of `course`: 1 bounced at a larger rate


def course(steps: int) -> dict[str, npt.NDArray[np.float64] | int]:
    """Return eigenvalues and overlaps along learning, and how many steps turn back."""
    loop = ld.Loop(ld.double_integrator(), T)
    found = ld.overlap_flow(loop, ld.initial_gram(100, rng=1), RATE, steps, CLIP)
    at = np.geomspace(10, steps, KNOWN).round().astype(int)
    O, moved = found.overlaps[at], np.diff(found.overlaps, axis=0)
    values = loop.spectrum(O)[:, 1:]  # the first is zero
    return {
        "time": at * RATE,
        "real": values.real,
        "imaginary": values.imag,
        "overlaps": np.stack([O[:, 0, 0], O[:, 1, 1], O[:, 0, 1] * O[:, 1, 0]], axis=1),
        "turns": int(np.sum(np.sum(moved[1:] * moved[:-1], axis=(1, 2)) < 0)),
    }


def stable(a: float, points: int) -> dict[str, npt.NDArray[np.float64]]:
    """Return where the loop is stable in the plane of k and b, by Jury and by eigenvalues."""
    k, b = (axis[..., None, None] for axis in np.meshgrid(*_plane(points), indexing="ij"))
    one = np.ones_like(k)
    O = np.block([[k, b], [one, a * one]])
    radius = np.asarray(ld.Loop(ld.double_integrator(), T).spectral_radius(O))
    jury = ld.is_stable(k[..., 0, 0], a, b[..., 0, 0])
    return {"jury": jury.astype(float), "roots": (radius < 1).astype(float)}


def _plane(points: int) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return grids on which no loop is on the boundary."""
    return np.linspace(-3.2, 0.4, points) + 1e-5, np.linspace(-0.3, 5.2, points) + 2e-5


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Follow learning, and map the plane."""
    import xarray

    points = 481 if full else 241
    one = run(course, {"steps": [600_000 if full else 200_000]}).squeeze(drop=True)
    plane = run(stable, {"a": list(RECURRENCES), "points": [points]}).squeeze(drop=True)
    k, b = _plane(points)
    end = ld.golden_end()
    found = {
        "real": (("i", "root"), one["real"].values),
        "imaginary": (("i", "root"), one["imaginary"].values),
        "overlaps": (("i", "overlap"), one["overlaps"].values),
        "end": (("overlap",), np.array([end.k, end.a, end.b])),
        "turns": one["turns"].astype(float),
        "jury": (("a", "k", "b"), plane["jury"].values.astype(np.int8)),
        "roots": (("a", "k", "b"), plane["roots"].values.astype(np.int8)),
    }
    return xarray.Dataset(
        found,
        {
            "time": ("i", one["time"].values),
            "a": list(RECURRENCES),
            "k": k,
            "b": b,
            "overlap": ["k", "a", "b"],
        },
    ).assign_attrs(radius=end.radius)


variables = {
    "real": "real part of an eigenvalue of the loop",
    "imaginary": "imaginary part of an eigenvalue of the loop",
    "overlaps": "feedback k, recurrence a and memory b",
    "end": "golden limit of an overlap",
    "turns": "number of steps of learning that turn back",
    "jury": "whether the loop is stable by Jury's criterion: 1 if so",
    "roots": "whether the loop is stable by its eigenvalues: 1 if so",
    "time": "time of learning: steps times rate",
    "a": "recurrence a",
    "k": "feedback k",
    "b": "memory b",
    "overlap": "which overlap: feedback k, recurrence a, memory b",
}

unjudged = {
    "theory alone: an exact map along learning": ("real", "imaginary"),
}


def compared(data: "xarray.Dataset") -> Comparisons:
    """Compare the end of learning with golden ratios, and Jury's criterion with eigenvalues."""
    path = data["overlaps"]
    late = float(data["time"][-1]) * (1 - 1 / LEFT)
    moved = abs(path - path.isel(i=np.flatnonzero(data["time"] <= late)[-1])).isel(i=-1)
    off = (path.isel(i=-1) - data["end"]) / (moved + ROUNDING)
    what = "the end of learning and golden ratios, within what its last part still moved"
    yield Compared("expansion", what, off, "overlaps", moved + ROUNDING, "of an overlap")
    yield Compared("mismatch", "steps of learning, of which none may turn back", data["turns"])
    off = abs(data["jury"].astype(float) - data["roots"])
    yield Compared("mismatch", "stability by Jury and by eigenvalues", off)


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw eigenvalues, the region of stability, and overlaps."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.2, 2.7))
    left, middle, right = figure.subplots(1, 3)
    angle = np.linspace(0, 2 * np.pi, 200)
    left.plot(np.cos(angle), np.sin(angle), "k", lw=0.7)
    shade = np.log(np.broadcast_to(data["time"].values[:, None], data["real"].shape))
    low = shade.min() - 0.3 * np.ptp(shade)
    left.scatter(data["real"], data["imaginary"], c=shade, s=4, cmap="Blues", vmin=low)
    left.plot(data.attrs["radius"], 0, "*", ms=9, color="C1", mec="w", mew=0.4)
    left.set(xlabel="Re $\\lambda$", ylabel="Im $\\lambda$", aspect="equal", xlim=(-0.2, 1.3))
    left.set_ylim(-0.75, 0.75)
    _draw_plane(middle, data)
    for color, name in enumerate(data["overlap"].values):
        one = data.sel(overlap=name)
        right.plot(data["time"], one["overlaps"], color=f"C{color + 2}", label=f"${name}$")
        right.axhline(float(one["end"]), color=f"C{color + 2}", ls="--", lw=0.8)
    right.set(xscale="log", xlabel="rate $\\times$ steps", ylabel="overlaps")
    right.legend(loc="center left", bbox_to_anchor=(0, 0.75))
    return figure


def _draw_plane(ax: "Axes", data: "xarray.Dataset") -> None:
    k, b = data["k"].values, data["b"].values
    for color, a in enumerate(data["a"].values):
        one = data.sel(a=a)
        ax.contour(k, b, one["jury"].values.T, levels=[0.5], colors=f"C{color}", linewidths=1)
        ax.plot([], [], color=f"C{color}", label=f"$a = {a:g}$")
    some = max(1, len(k) // SOME)
    inside = data["roots"].sel(a=-0.6).values[::some, ::some]
    at = np.nonzero(inside)
    ax.plot(k[::some][at[0]], b[::some][at[1]], ".", ms=2, color="C2")
    path, end = data["overlaps"], data["end"]
    ax.plot(path.sel(overlap="k"), path.sel(overlap="b"), "k", lw=1)
    ax.plot(end.sel(overlap="k"), end.sel(overlap="b"), "*", ms=9, color="C1", mec="w", mew=0.4)
    ax.set(xlabel="feedback $k$", ylabel="memory $b$")
    ax.legend(loc="upper right")
