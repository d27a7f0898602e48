"""The attractors of a community, before and after it learned."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

import contrastive_ode as ode
from contrastive_ode.tasks import demonstration, ecology
from figures.contrastive.contrastive_runs import trained

if TYPE_CHECKING:
    import xarray
    from matplotlib.figure import Figure

    from figures.chapter import Run

title = "Attractors before and after learning"
equation = r"\dot{x}_i = \frac{r_i}{K_i} x_i \Big( K_i - \sum_j \alpha_{ij} x_j \Big) + D"
caption = (
    "Where random initial states end: every attractor that was found, with its kind, the number "
    "of species alive in it, and the fraction of states that lead there, with Clopper-Pearson "
    "68 % intervals. Right: the mean abundance of every species on it; the species to bring back "
    "is marked. A trajectory is a fixed point if nothing moves by 1e-6, after extensions: slow "
    "spirals look like cycles for long; cycles return to a point of a section; tori and chaos "
    "differ in the Lyapunov exponent. Training leaves one attractor, the target, where the paper "
    "reports six."
)
KINDS = ("fixed point", "limit cycle", "quasi-periodic", "chaotic", "unsettled")


def settle_batch(
    w: str, count: int, batch: int, rng: np.random.Generator
) -> dict[str, npt.NDArray[np.float64]]:
    """Return where random states end: kind, period, exponent, mean, minimum, maximum.

    The parameters come as the hexadecimal text of their bytes, which a ledger can keep.
    """
    made = demonstration("ecology", rng=0)
    parameters = np.frombuffer(bytes.fromhex(w))
    found = [
        ode.settle(made.model, parameters, x) for x in ecology.random_states(32, count, rng=rng)
    ]
    return {
        "kind": np.array([float(KINDS.index(a.kind)) for a in found]),
        "period": np.array([a.period for a in found]),
        "exponent": np.array([a.exponent for a in found]),
        "mean": np.array([a.mean for a in found]),
        "low": np.array([a.low for a in found]),
        "high": np.array([a.high for a in found]),
    }


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Settle random states of both communities, and sort out where they end."""
    import xarray

    iterations, count, batches = (2500, 100, 100) if full else (1200, 10, 4)
    data = trained(run, "ecology", iterations, (0,))
    parts = []
    for learned in (False, True):
        w = data["after" if learned else "before"].sel(seed=0).values
        grid = {"w": [w.tobytes().hex()], "count": [count], "batch": list(range(batches))}
        ends = run(settle_batch, grid).squeeze(["w", "count", "replica"], drop=True)
        parts.append(_listed(ode.merge(_attractors(ends))))
    listed = xarray.concat(parts, xarray.DataArray(["before", "after"], dims="when", name="when"))
    return listed.assign(gradient_deviation=data["gradient_deviation"]).assign_attrs(
        states=count * batches, output=int(demonstration("ecology", rng=0).task.outputs[0])
    )


def _attractors(ends: "xarray.Dataset") -> list[ode.Attractor]:
    """Return what was stored as attractors again."""
    flat = {name: ends[name].values.reshape(-1, *ends[name].shape[2:]) for name in ends}
    return [
        ode.Attractor(
            KINDS[int(flat["kind"][m])],
            mean=flat["mean"][m],
            low=flat["low"][m],
            high=flat["high"][m],
            period=float(flat["period"][m]),
            exponent=float(flat["exponent"][m]),
        )
        for m in range(len(flat["kind"]))
    ]


def _listed(found: list[ode.Attractor], rows: int = 12) -> "xarray.Dataset":
    """Return the most frequent attractors as a table."""
    import xarray

    table = {name: np.full(rows, np.nan) for name in ("kind", "count", "alive", "period")}
    mean = np.full((rows, 32), np.nan)
    for m, attractor in enumerate(found[:rows]):
        table["kind"][m] = KINDS.index(attractor.kind)
        table["count"][m] = attractor.count
        table["alive"][m] = attractor.alive.sum()
        table["period"][m] = attractor.period
        mean[m] = attractor.mean
    data = {name: ("attractor", values) for name, values in table.items()}
    return xarray.Dataset({**data, "mean": (("attractor", "species"), mean), "found": len(found)})


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw how often each attractor is reached, and who lives in it."""
    from matplotlib.figure import Figure
    from scipy.stats import binomtest

    figure = Figure(figsize=(9.2, 3.6))
    axes = figure.subplots(2, 2, width_ratios=[1, 1.4])
    states, o = data.attrs["states"], data.attrs["output"]
    for row, when in enumerate(data["when"].values):
        here = data.sel(when=when)
        shown = int(np.isfinite(here["count"]).sum())
        left, right = axes[row]
        labels = []
        for m in range(shown):
            one = here.isel(attractor=m)
            count, kind = int(one["count"]), KINDS[int(one["kind"])]
            low, high = binomtest(count, states).proportion_ci(0.68)
            p = count / states
            left.barh(m, p, xerr=[[p - low], [high - p]], color=f"C{int(one['kind'])}", capsize=2)
            period = f", period {float(one['period']):.0f}" if np.isfinite(one["period"]) else ""
            labels.append(f"{kind}{period}: {int(one['alive'])} alive")
        left.set_yticks(range(shown), labels)
        left.set(xlim=(0, 1), ylim=(max(shown, 2) - 0.4, -0.6), title=f"{when} training")
        image = right.imshow(
            here["mean"].values[:shown], aspect="auto", vmin=0, vmax=1, cmap="viridis"
        )
        right.axvline(o - 0.5, color="w", lw=0.7)
        right.axvline(o + 0.5, color="w", lw=0.7)
        right.set_yticks(range(shown))
        right.set(title="mean abundance" if row == 0 else "")
        figure.colorbar(image, ax=right)
    axes[1, 0].set_xlabel(f"fraction of {states} random states")
    axes[1, 1].set_xlabel("species (between white lines: the one to bring back)")
    return figure
