"""The default protocol and what it replaces, at equal effort."""

import functools
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from figures.compared import Compared, Comparisons
from figures.shared import fractions
from figures.shared.searches import compare_protocols

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from figures.chapter import Run

title = "Protocols of message passing"
equation = (
    r"\rho(s) = \rho_0 + (\rho_1 - \rho_0)\, s^p \quad "
    r"(y - 1) \tanh^2 \gamma = \frac{\rho}{1 - \rho}"
)
caption = (
    "Four protocols on the same networks, with the same number of iterations of all runs "
    "together: focusing and reinforcement as they are without a protocol, scoping (y = 7, γ from "
    "0.15 to 0.7 in equal steps) and reinforcement at equally spaced rates from 0.1 to 0.6. Left: "
    "the fraction of networks solved, with Clopper-Pearson 68 % intervals. Right: how many more "
    "networks are solved than by scoping, as a fraction of all; the error is the square root of "
    "the number of networks that one of the two solves alone. Without a protocol neither solves "
    "fewer networks than scoping by more than chance would make it; at full size both solve more "
    "in sum, and reinforcement the most from N = 2000 on."
)

PROTOCOLS = ("focusing", "reinforcement", "scoping", "rates")
LABELS = ("focusing", "reinforcement", "scoping", "equally spaced rates")
DEFAULTS = ("focusing", "reinforcement")


class Case(NamedTuple):
    """Networks, and the iterations spent on each by every protocol."""

    N: int
    J_D: float
    effort: int
    networks: int


QUICK = (Case(100, 0.15, 400, 24), Case(200, 0.18, 400, 24))
FULL = (
    Case(250, 0.115, 6000, 100),
    Case(500, 0.125, 6000, 60),
    Case(1000, 0.12, 6000, 60),
    Case(1000, 0.14, 6000, 40),
    Case(2000, 0.15, 6000, 12),
    Case(4000, 0.165, 6000, 6),
    Case(8000, 0.18, 6000, 3),
)


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Run all protocols on the networks of all cases."""
    import xarray

    return xarray.concat([_case(run, case) for case in (FULL if full else QUICK)], "case")


def _case(run: "Run", case: Case) -> "xarray.Dataset":
    """Return how many networks each protocol solves, and how many one default or scoping alone."""
    import xarray

    grid = {"N": [case.N], "J_D": [case.J_D], "effort": [case.effort]}
    left = run(compare_protocols, grid, replicas=case.networks).squeeze(drop=True)
    solved = left[list(PROTOCOLS)].to_dataarray("protocol") == 0
    scoping, own = solved.sel(protocol="scoping", drop=True), solved.sel(protocol=list(DEFAULTS))
    own = own.rename(protocol="default")
    counts = solved.sum("replica").transpose("protocol")
    return xarray.Dataset(
        {
            "solved": counts,
            "interval": (("protocol", "end"), fractions.intervals(counts, case.networks)),
            "won": (own & ~scoping).sum("replica"),
            "lost": (scoping & ~own).sum("replica"),
            "count_mismatch": left["miscounted"].sum("replica"),
        },
        {"end": ["low", "high"], **case._asdict()},
    )


variables = {
    "solved": "number of networks that the protocol solves",
    "interval": "fraction of networks solved, ends of its Clopper-Pearson 68 % interval",
    "won": "number of networks that the default solves and scoping does not",
    "lost": "number of networks that scoping solves and the default does not",
    "count_mismatch": (
        "number of states with another number of unstable neurons in double precision"
    ),
    "protocol": "protocol",
    "default": "rule without a protocol",
}

unjudged = {"fractions, of which the differences are judged": ("solved", "interval")}


def compared(data: "xarray.Dataset") -> Comparisons:
    """Count unstable neurons again, and hold the defaults against scoping."""
    what = "unstable neurons counted again in double precision"
    yield Compared("mismatch", what, data["count_mismatch"])
    won, lost = (data[name].values for name in ("won", "lost"))
    off = data["won"].copy(data=sign_scores(lost, won))
    seen = functools.partial(further_losses, data["lost"], data["won"])
    what = "networks that scoping alone solves, and a default alone, by the sign test"
    yield Compared("bound", what, off, "lost", unit="networks", noticed=seen)


def sign_scores(lost: npt.ArrayLike, won: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return the exact chance of so many losses or more, of fair coins, as that of a normal one."""
    from scipy.special import betainc, ndtri

    lost, won = np.asarray(lost), np.asarray(won)
    return np.where(lost + won > 0, -ndtri(betainc(lost, won + 1, 0.5)), np.nan)


def further_losses(
    lost: "xarray.DataArray", won: "xarray.DataArray", score: float
) -> "xarray.DataArray":
    """Return how many further losses would have had so large a score."""
    more = np.arange(1, 1000)
    scores = sign_scores(lost.values[..., None] + more, won.values[..., None])
    return lost.copy(data=1.0 + (scores < score).sum(axis=-1))


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw the fractions solved, and the differences to scoping."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.2, 3.1))
    left, right = figure.subplots(1, 2)
    _draw_fractions(left, data)
    _draw_differences(right, data)
    cases = [f"{N}\n{J_D:g}" for N, J_D in zip(data["N"].values, data["J_D"].values, strict=True)]
    for ax in (left, right):
        ax.set_xticks(range(len(cases)), cases)
        ax.set(xlabel="$N$, $J_D$", xlim=(-0.5, len(cases) - 0.5))
    return figure


def _draw_fractions(ax: "Axes", data: "xarray.Dataset") -> None:
    """Draw the fraction of networks solved by each protocol."""
    x, networks = np.arange(data.sizes["case"]), data["networks"].values
    for k, (name, label) in enumerate(zip(PROTOCOLS, LABELS, strict=True)):
        one = data.sel(protocol=name)
        errors = np.abs(one["interval"].values.T - one["solved"].values / networks)
        ax.errorbar(
            x + 0.12 * (k - 1.5),
            one["solved"].values / networks,
            errors,
            fmt="osD^"[k],
            mfc=f"C{k}" if name in DEFAULTS else "w",
            color=f"C{k}",
            label=label,
        )
    ax.set(ylabel="fraction of networks solved", ylim=(-0.05, 1.4))
    ax.set_yticks(np.linspace(0, 1, 6))
    ax.legend(loc="upper center", ncols=2)


def _draw_differences(ax: "Axes", data: "xarray.Dataset") -> None:
    """Draw how many more networks the defaults solve than scoping, as a fraction of all."""
    x, networks = np.arange(data.sizes["case"]), data["networks"].values
    ax.axhline(0, color="0.5", lw=0.8)
    for k, name in enumerate(DEFAULTS):
        won, lost = (data[count].sel(default=name).values for count in ("won", "lost"))
        ax.errorbar(
            x + 0.12 * (k - 0.5),
            (won - lost) / networks,
            np.sqrt(won + lost) / networks,
            fmt="os"[k],
            color=f"C{k}",
            label=f"{LABELS[k]} − scoping",
        )
    ax.set(ylabel="difference of the fractions")
    ax.legend()
