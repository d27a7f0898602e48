"""The atlas: what the theory says at any self-coupling, on one page with sliders."""

from typing import TYPE_CHECKING

import replica
from figures.atlas import page as atlas_page
from figures.atlas import picture
from figures.compared import Compared, Comparisons
from figures.whole.atlas_tables import tabulate

if TYPE_CHECKING:
    import xarray
    from matplotlib.figure import Figure

    from figures.chapter import Run

title = "Atlas: one slider for the self-coupling"
equation = (
    r"\Phi(J_D, \eta), \; \tfrac1N \ln E[\#] \quad \Phi(y, d) \quad S_\mathrm{int}(d) "
    r"\quad \Phi_2(d; \lambda) \quad \langle \theta(-h s) \rangle(t)"
)
caption = (
    "What the sliders of the page atlas.html move, where they start: J_D = 0.05, just below the "
    "closing of the overlap gap. There are exponentially many fixed points, yet no groups of four "
    "at some distances (shaded), and around a typical one none nearby; a coupling λ = 0.2 between "
    "two layers does not close the gap of pairs. The activity of infinitely many neurons does not "
    "decay, and no algorithm finds a fixed point. Lines: theory. Markers: stored simulations, with "
    "one standard error, or a 68 % interval of a fraction; thin: their logistic fits."
)

variables = {
    "t": "time t in sweeps",
    "count_limit": "entropy of fixed points per neuron: of infinitely many neurons",
    "count_exact": "entropy of fixed points per neuron: exact mean of N neurons",
    "groups": "entropy of groups of y fixed points per neuron: at mutual distance d",
    "groups_error": "entropy of groups, numerical error that the solver claims",
    "densest": "local entropy per neuron of the densest clusters: a bound; nan if not computed",
    "two_layers": "entropy of pairs of fixed points per neuron: two layers, at distance d in each",
    "layers": "entropy of pairs of fixed points per neuron: infinitely many layers",
    "unstable": "fraction of unstable neurons: infinitely many, after t sweeps",
    "unstable_error": "fraction of unstable neurons, one standard error",
    "typical": "entropy of fixed points per neuron around a typical one: at distance d",
    "gap_threshold": "self-coupling J_D at which the gap of groups of y closes",
    "closing": "self-coupling J_D at which all gaps have closed",
    "merging": "self-coupling J_D at which narrow and extended clusters merge",
}

CLAIMED = 1e-9  # of pairs in layers, which state no error


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Compute the tables."""
    return tabulate(run, full)


unjudged = {
    "theory alone: other figures hold it against simulations, which lie on the page": (
        "count_limit",
        "count_exact",
        "layers",
        "typical",
    ),
}


def compared(data: "xarray.Dataset") -> Comparisons:
    """Compare tables with closed forms, with each other, and with the thresholds."""
    pairs = data["groups"].sel(y=2.0)
    closed = replica.pair_entropy(data["d"].values, data["J_D"].values[:, None])
    error = data["groups_error"].sel(y=2.0)
    what = "groups of two and the closed form of pairs"
    yield Compared("deviation", what, (pairs - closed) / error, "groups", error, "of the entropy")

    alone = data["two_layers"].sel(lam=0.0, drop=True)
    claimed = error + CLAIMED
    what = "layers that are not coupled and one layer"
    yield Compared(
        "deviation", what, (alone - pairs) / claimed, "two_layers", claimed, "of the entropy"
    )

    below = data["J_D"] < data["gap_threshold"]
    differ = ((data["groups"].min("d") < 0) != below).astype(float)
    yield Compared("mismatch", "gaps of groups of y, and their thresholds", differ)
    differ = ((data["densest"].min("d") < 0) != (data["J_D"] < data["closing"])).astype(float)
    yield Compared("mismatch", "gaps of the densest, and the threshold", differ)

    from scipy.special import ndtr

    first = data[["unstable", "unstable_error"]].sel(t=0, drop=True)
    off = (first["unstable"] - ndtr(-data["J_D"])) / first["unstable_error"]
    what, unit = "the unstable fraction of random states and H(J_D)", "of the fraction"
    yield Compared("z", what, off, "unstable", first["unstable_error"], unit)


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw all panels with the sliders where they start."""
    return picture.draw(data)


def page(data: "xarray.Dataset") -> str:
    """Return the page with the sliders."""
    made = f"The tables are those of {data.attrs['command']}." if "command" in data.attrs else ""
    return atlas_page.render(data, "atlas.png", caption, made)
