"""What the panels of the atlas show: for the page in a browser and for the picture alike."""

from dataclasses import dataclass

COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")
GREY = "#767676"


@dataclass(frozen=True)
class Slider:
    """A parameter that is changed by hand.

    Attributes
    ----------
    name
        That of the axis of the tables, or of the overlays alone.
    symbol
        As HTML.
    about
        What it is, in words.
    start
        Where it stands at first, or at the value next to it.
    """

    name: str
    symbol: str
    about: str
    start: float


@dataclass(frozen=True)
class Line:
    """A curve of theory.

    Attributes
    ----------
    table
        The variable of the data.
    label
        With sliders' values in braces.
    color
        Of the cycle.
    dash
        Whether it is dashed.
    fixed
        Parameters that no slider moves, and their values.
    """

    table: str
    label: str
    color: str
    dash: bool = False
    fixed: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Panel:
    """One plot.

    Attributes
    ----------
    name, title, seen
        Its name in the page, what it is about, and what to look at; `*d*` is a variable.
    x, x_label, y_label
        Its axis of the tables, and both labels as HTML.
    lines, sliders
        Its curves, and the names of its own sliders; all follow that of J_D.
    log
        Which axes are logarithmic: "", "x" or "xy".
    range
        Of the ordinate; None for that of the curves.
    gap
        The table whose negative values are shaded, with a word for what is missing there.
    figures
        The figures of the gallery that hold more.
    """

    name: str
    title: str
    seen: str
    x: str
    x_label: str
    y_label: str
    lines: tuple[Line, ...]
    sliders: tuple[str, ...] = ()
    log: str = ""
    range: tuple[float, float] | None = None
    gap: tuple[str, str] | None = None
    figures: tuple[str, ...] = ()


J_D = "<var>J</var><sub>D</sub>"
SLIDERS = (
    Slider("J_D", J_D, "self-coupling", 0.05),
    Slider("eta", "<var>η</var>", "symmetry of the couplings", 0.0),
    Slider("N", "<var>N</var>", "neurons", 18),
    Slider("y", "<var>y</var>", "fixed points in a group", 4),
    Slider("lam", "<var>λ</var>", "coupling between layers", 0.2),
    Slider("size", "<var>N</var>", "neurons, about", 1000),
)
BLUE, ORANGE, GREEN, PINK = COLORS[:4]
TYPICAL = Line("typical", "around a typical one", ORANGE, dash=True)
PANELS = (
    Panel(
        "counts",
        "How many fixed points",
        "Their number grows exponentially where the entropy is positive: at any J_D > 0 without "
        "symmetry, from some J_D on where *η* < 0. The exact mean of *N* neurons, and the mean "
        "over networks whose states were all enumerated, lie close to the limit.",
        "J_D",
        f"self-coupling {J_D}",
        "entropy per neuron, (1/<var>N</var>) ln E[#]",
        (
            Line("count_limit", "η = 0, N → ∞", GREY, fixed=(("eta", 0.0),)),
            Line("count_limit", "N → ∞", BLUE),
            Line("count_exact", "N = {N}, exact", ORANGE, dash=True),
        ),
        ("eta", "N"),
        range=(-0.3, 0.65),
        figures=("fixed_point_counts",),
    ),
    Panel(
        "groups",
        "Groups at mutual distance *d*",
        "Where the curve is negative, a large network has no *y* fixed points at this distance of "
        "each other: an overlap gap. Around a typical fixed point there are none nearby at any "
        "J_D.",
        "d",
        "distance <var>d</var>",
        "entropy of groups per neuron",
        (Line("groups", "groups of {y}", BLUE), TYPICAL),
        ("y",),
        log="x",
        gap=("groups", "groups of {y}"),
        figures=("overlap_gap", "pair_distances"),
    ),
    Panel(
        "densest",
        "The densest clusters",
        "The entropy of fixed points inside the densest clusters of diameter *d*, an upper bound. "
        "It is negative at some distances below J_D = 0.0601, and grows with distance from 0.0731 "
        "on. It is tabulated up to 0.4.",
        "d",
        "diameter <var>d</var>",
        "local entropy per neuron",
        (Line("densest", "densest clusters", GREEN), TYPICAL),
        log="x",
        gap=("densest", "clusters"),
        figures=("local_entropy", "local_entropy_instances"),
    ),
    Panel(
        "layers",
        "Layers that excite each other",
        "Pairs of fixed points at distance *d* in each layer. Coupled layers close the gap that "
        "each of them has alone.",
        "d",
        "distance <var>d</var> in each layer",
        "entropy of pairs per neuron",
        (
            Line("groups", "one layer", GREY, fixed=(("y", 2.0),)),
            Line("two_layers", "two layers", BLUE),
            Line("layers", "infinitely many", PINK, dash=True),
        ),
        ("lam",),
        log="x",
        gap=("two_layers", "pairs in two layers"),
        figures=("layered_networks",),
    ),
    Panel(
        "relaxation",
        "How activity decays",
        "The fraction of unstable neurons after *t* sweeps from a random state. Infinitely many "
        "neurons stay active below J_D = 0.815; small networks settle long before.",
        "t",
        "sweeps <var>t</var>",
        "unstable fraction",
        (Line("unstable", "N → ∞", BLUE),),
        log="xy",
        range=(5e-4, 0.6),
        figures=("relaxation", "persistence"),
    ),
    Panel(
        "finding",
        "Who finds one",
        "The fraction of networks in which a fixed point was found. Message passing finds one "
        "where relaxation, given 1000 sweeps, does not settle; what parts them grows with *N*. "
        "Curves: logistic fits.",
        "J_D",
        f"self-coupling {J_D}",
        "fraction of networks",
        (),
        ("size",),
        range=(-0.03, 1.03),
        figures=("focusing_success", "relaxation_threshold"),
    ),
)
# of the axes, and of the scale of the slider of J_D
TICKS = {
    "J_D": (0.0, 0.2, 0.4, 0.6, 0.8, 1.0),
    "d": (0.001, 0.003, 0.01, 0.03, 0.1, 0.3),
    "t": (1, 2, 5, 10, 20),
    "slider": (0.0, 0.05, 0.1, 0.2, 0.5, 1.0),
}
PLACES = (  # of the slider of J_D, and what is there
    (0.05, "overlap gap"),
    (0.075, "clusters at all distances"),
    (0.2, "message passing"),
    (0.5, "small networks settle"),
    (0.9, "activity dies"),
)
