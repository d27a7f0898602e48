"""How chaotic graded neurons are: Lyapunov exponents of infinitely many, and of networks."""

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

import dynamics
import networks
import sweeps
from figures.compared import Compared, Comparisons

if TYPE_CHECKING:
    import xarray
    from matplotlib.figure import Figure

    from figures.chapter import Run

Floats = npt.NDArray[np.float64]

title = "Lyapunov exponents of graded neurons"
equation = (
    r"-\psi'' + [1 - g^2 \langle \phi' \phi' \rangle(\tau)] \psi = E_0 \psi \quad "
    r"\lambda = -1 + \sqrt{1 - E_0} \text{ at } s = 0"
)
caption = (
    "Largest Lyapunov exponent λ of graded neurons in their stationary state. Left: against the "
    "coupling g. Lines: infinitely many neurons; without self-excitation s from the lowest level "
    "of a particle in a well, otherwise from neurons in noise whose correlation is their own, and "
    "a perturbation in noise that is its own (small dots, which the second method gives at s = 0 "
    "too; bars: the error that it claims). Markers: networks, with a straight line in 1/N taken "
    "to N → ∞ (right), and one standard error."
)

CASES = ((0.0, 3.0), (0.0, 4.0), (0.0, 5.0), (1.5, 2.5), (1.5, 3.0), (1.5, 4.0))
DT, EARLY = 0.1, 0.2  # step, and the part of the time that is left out
BATCH = 4


def exponents(N: int, s: float, g: float, t_max: float, rng: np.random.Generator) -> Floats:
    """Return the exponents of a batch of networks, of a perturbation that is carried along."""
    found = []
    for _ in range(BATCH):
        J = g * np.asarray(networks.Graded(N, s, g).sample(rng).couplings)
        x, y = rng.standard_normal(N) * (1 + s), rng.standard_normal(N)
        steps, growth = round(t_max / DT), 0.0
        before: tuple[Floats, Floats] | None = None
        for step in range(steps):
            phi = np.tanh(x)
            moved = (1 - phi**2) * y
            field, change = (J @ part.astype(np.float32) for part in (phi, moved))
            now = (s * phi - x + field, s * moved - y + change)
            old = now if before is None else before
            x = x + DT * (1.5 * now[0] - 0.5 * old[0])
            y = y + DT * (1.5 * now[1] - 0.5 * old[1])
            size = float(np.linalg.norm(y))
            y, before = y / size, (now[0], now[1] / size)
            if step >= EARLY * steps:
                growth += np.log(size)
        found.append(growth / (DT * (steps - int(np.ceil(EARLY * steps)))))
    return np.array(found)


def infinite(
    s: float, g: float, samples: int, settling: int, averaged: int, rng: np.random.Generator
) -> dict[str, float]:
    """Return the exponent of infinitely many neurons, by simulation of their noise."""
    rounds = (settling, averaged)
    found = dynamics.stationary(s, g, samples=samples, rounds=rounds, rng=rng, throw=False)
    return {"value": found.lyapunov, "error": found.lyapunov_error}


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Measure exponents of networks of several sizes, and compute those of N → ∞."""
    import xarray

    sizes, batches, t_max = ([300, 450, 900], 2, 300.0) if full else ([200, 400], 1, 80.0)
    samples, settling, averaged = (250, 25, 35) if full else (100, 12, 18)
    rows, ends = [], []
    for s, g in CASES:
        grid: dict[str, list[Any]] = {"N": sizes, "s": [s], "g": [g], "t_max": [t_max]}
        row = run(exponents, grid, replicas=batches)["result"].squeeze(["s", "g", "t_max"])
        values = row.transpose("N", ...).values.reshape(len(sizes), -1)
        rows.append((values.mean(axis=1), values.std(axis=1, ddof=1) / values.shape[1] ** 0.5))
        grid = {"s": [s], "g": [g], "samples": [samples], "settling": [settling]}
        end = run(infinite, grid | {"averaged": [averaged]}).squeeze(drop=True)
        ends.append((float(end["value"]), float(end["error"])))
    mean, error = (np.array(part) for part in zip(*rows, strict=True))
    fits = [sweeps.extrapolate(sizes, *row) for row in rows]
    couplings = np.linspace(1.0, 5.0, 17 if full else 9)[1:]
    classical = [dynamics.classical_chaos(x).lyapunov for x in couplings]
    exact = [
        float(np.interp(x, couplings, classical)) if s == 0 else np.nan for s, x in CASES
    ]  # at points of the line
    return xarray.Dataset(
        {
            "network": (("case", "N"), mean),
            "network_error": (("case", "N"), error),
            "extrapolated": ("case", [fit.limit for fit in fits]),
            "extrapolated_error": ("case", [fit.error for fit in fits]),
            "slope": ("case", [fit.coefficients[1] for fit in fits]),
            "infinite": ("case", [end[0] for end in ends]),
            "infinite_error": ("case", [end[1] for end in ends]),
            "classical": ("g", classical),
            "exact": ("case", exact),
            "s": ("case", [s for s, _ in CASES]),
            "coupling": ("case", [g for _, g in CASES]),
        },
        {"N": sizes, "g": couplings},
    ).assign_attrs(networks=batches * BATCH, t_max=t_max)


variables = {
    "network": "mean largest Lyapunov exponent λ of networks",
    "extrapolated": (
        "largest Lyapunov exponent λ of networks, taken to N → ∞ by a straight line in 1/N"
    ),
    "slope": "slope of that line in 1/N",
    "infinite": (
        "largest Lyapunov exponent λ of infinitely many neurons, by simulation of their noise"
    ),
    "infinite_error": (
        "largest Lyapunov exponent λ of infinitely many neurons, error that the simulation claims"
    ),
    "classical": (
        "largest Lyapunov exponent λ of infinitely many neurons at s = 0, by the level in a well"
    ),
    "exact": "the same at the couplings of the networks: nan with self-excitation",
    "s": "self-excitation s",
    "coupling": "strength g of the couplings, of the networks",
    "g": "strength g of the couplings",
}

unjudged = {
    "networks of finite size, which are extrapolated": ("network", "network_error", "slope"),
    "drawn between the couplings that are judged": ("classical",),
    "parameters": ("coupling", "s"),
}


def compared(data: "xarray.Dataset") -> Comparisons:
    """Compare networks with infinitely many neurons, and the two ways to compute these."""
    theory = data["exact"].fillna(data["infinite"])
    claimed = data["infinite_error"].where(data["exact"].isnull(), 0.0)
    error = (data["extrapolated_error"] ** 2 + claimed**2) ** 0.5
    off = (data["extrapolated"] - theory) / error
    yield Compared("z", "networks, taken to N → ∞", off, "extrapolated", error, "of λ")
    off = (data["infinite"] - data["exact"]) / data["infinite_error"]
    what = "neurons in their own noise, and the level in the well"
    yield Compared("z", what, off, "infinite", data["infinite_error"], "of λ")


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw exponents over the coupling, and their extrapolation."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.8, 3.0))
    left, right = figure.subplots(1, 2)
    left.plot(data["g"], data["classical"], "C0", label="$s = 0$, exact")
    for color, s in enumerate(np.unique(data["s"])):
        one = data.isel(case=np.flatnonzero(data["s"] == s))
        line = {"ls": "-", "lw": 0.8} if s else {"ls": ""}
        left.errorbar(
            one["coupling"],
            one["infinite"],
            one["infinite_error"],
            marker=".",
            color=f"C{color}",
            label=f"$s = {s:g}$, own noise",
            **line,
        )
        left.errorbar(
            one["coupling"] + 0.04,  # beside the other
            one["extrapolated"],
            one["extrapolated_error"],
            fmt="os"[color],
            mfc="w",
            color=f"C{color}",
            label=f"$s = {s:g}$, networks",
        )
        for k in range(one.sizes["case"]):
            row = one.isel(case=k)
            _draw_extrapolation(right, row, f"C{color}", "os^"[k])
    left.set(xlabel="coupling $g$", ylabel="Lyapunov exponent $\\lambda$")
    right.set(xlabel="$1/N$", ylabel="Lyapunov exponent $\\lambda$")
    left.legend(loc="lower right")
    right.locator_params(axis="x", nbins=4)
    right.legend(loc="lower left", ncols=2, title="$s, g$")
    low, high = right.get_ylim()
    right.set_ylim(low - 0.4 * (high - low), high)
    return figure


def _draw_extrapolation(ax: "object", row: "xarray.Dataset", color: str, marker: str) -> None:
    """Draw the exponents of one case over 1/N, the line, and the theory at its end."""
    theory = float(row["exact"].fillna(row["infinite"]))
    label = f"{float(row['s']):g}, {float(row['coupling']):g}"
    x = 1 / row["N"]
    ends = np.array([0, float(x.max())])
    line = float(row["extrapolated"]) + float(row["slope"]) * ends
    ax.plot(ends, line, color=color, lw=0.7)  # type: ignore[attr-defined]
    ax.plot([0], [theory], "_", color=color, ms=14)  # type: ignore[attr-defined]
    ax.errorbar(  # type: ignore[attr-defined]
        x, row["network"], row["network_error"], fmt=marker, mfc="w", color=color, label=label
    )
