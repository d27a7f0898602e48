"""Which figures there are, in chapters, and what a figure is."""

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    import xarray
    from matplotlib.figure import Figure

    Run = Callable[..., xarray.Dataset]

Table = tuple[tuple[str, ...], list[tuple[str, ...]]]  # its header and its rows


@dataclass(frozen=True)
class Chapter:
    """Figures that belong together.

    Attributes
    ----------
    title, introduction
        What its figures ask, in a few words and in a few sentences.
    theory
        The pages of `docs/theory` that derive it.
    names
        Its figures, in the order of reading.
    """

    title: str
    introduction: str
    theory: tuple[str, ...]
    names: tuple[str, ...]


CHAPTERS = (
    Chapter(
        "The whole",
        "All thresholds on one axis of the self-coupling J_D: where fixed points appear, how they "
        "cluster, and where dynamics, message passing and learning find them.",
        ("phase-diagram",),
        ("phase_diagram",),
    ),
    Chapter(
        "How many fixed points",
        "With a self-coupling J_D > 0, or with partly symmetric couplings, the fixed points of a "
        "random network are exponentially many. Their mean number, and that of pairs at a given "
        "distance, is exact at any N; networks whose states were all enumerated are held against "
        "it.",
        ("fixed-points",),
        ("fixed_point_counts", "pair_distances"),
    ),
    Chapter(
        "Dense clusters",
        "Typical fixed points are isolated; rare ones lie close together, in exponential numbers. "
        "Below a threshold of J_D such clusters are missing at some distances, which is an overlap "
        "gap. Symmetric couplings and excitation between layers move it.",
        ("clusters", "symmetric", "layered"),
        ("local_entropy", "complexity", "overlap_gap", "symmetric_networks", "layered_networks"),
    ),
    Chapter(
        "Relaxation",
        "Start anywhere and let every neuron follow its field: does the network settle, and after "
        "how many sweeps? For infinitely many neurons the dynamics is known; in small networks "
        "every state is followed to its attractor.",
        ("dynamics",),
        (
            "relaxation",
            "activity_decay",
            "persistence",
            "relaxation_threshold",
            "relaxation_layered",
            "attractor_census",
        ),
    ),
    Chapter(
        "Message passing",
        "Where no simple dynamics settles, message passing on one drawn network can still find a "
        "fixed point, by looking for regions dense in them. It measures their local entropy too.",
        ("message-passing",),
        ("focusing_success", "focusing_trajectory", "local_entropy_instances"),
    ),
    Chapter(
        "Learning by steering",
        "A network is steered to a label while it settles, and a local rule makes the state where "
        "it came to rest more stable. These figures ask what this learns, and what self-coupling, "
        "feedback, symmetry and depth have to do with it.",
        ("learning",),
        (
            "emnist_width",
            "learning_transition",
            "ferromagnetic_ablation",
            "feedback_ablation",
            "symmetry",
            "representations",
            "equilibration_time",
            "capacity_depth",
        ),
    ),
    Chapter(
        "Contrastive learning of ODEs",
        "A dynamical system runs twice, free and with its outputs nudged towards a target, and the "
        "difference of the two trajectories changes each parameter by what its own nodes see. "
        "This causal rule is compared with the exact gradient, task by task.",
        ("contrastive",),
        (
            "contrastive_amplitude",
            "contrastive_lag",
            "contrastive_allostery",
            "contrastive_synchronisation",
            "contrastive_lif_target",
            "contrastive_speech",
            "contrastive_gates",
            "contrastive_ecology",
            "contrastive_alignment",
            "contrastive_short_time",
            "contrastive_reciprocal",
            "contrastive_attractors",
        ),
    ),
)
NAMES = tuple(name for chapter in CHAPTERS for name in chapter.names)


class FigureModule(Protocol):
    """What a module of a figure offers.

    It may offer a function `table(data) -> Table` too, a header and rows of text, which the page
    shows below the figure.
    """

    title: str
    caption: str
    equation: str

    def compute(self, run: "Run", full: bool) -> "xarray.Dataset":
        """Return data, errors and theory; `full` asks for publication sizes."""

    def draw(self, data: "xarray.Dataset") -> "Figure":
        """Draw what `compute` returned."""


def load(name: str) -> FigureModule:
    """Return the module of a figure.

    Raises
    ------
    TypeError, ValueError
        If there is no such figure.
    """
    from networks import domains  # not for `steering --help`

    name = domains.choice("figure", name, NAMES)
    return cast(FigureModule, importlib.import_module(f"figures.{name}"))


def tabulate(name: str) -> "Callable[[xarray.Dataset], Table] | None":
    """Return the function `table` of a figure, None if it has none."""
    return getattr(load(name), "table", None)
