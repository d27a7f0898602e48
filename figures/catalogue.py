"""Which figures there are, and what a figure is."""

import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    import xarray
    from matplotlib.figure import Figure

    Run = Callable[..., xarray.Dataset]

NAMES = (
    "phase_diagram",
    "fixed_point_counts",
    "pair_distances",
    "local_entropy",
    "complexity",
    "overlap_gap",
    "symmetric_networks",
    "layered_networks",
    "relaxation",
    "activity_decay",
    "persistence",
    "relaxation_threshold",
    "relaxation_layered",
    "attractor_census",
    "focusing_success",
    "focusing_trajectory",
    "local_entropy_instances",
    "emnist_width",
    "learning_transition",
    "ferromagnetic_ablation",
    "feedback_ablation",
    "symmetry",
    "representations",
    "equilibration_time",
    "capacity_depth",
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
)


class FigureModule(Protocol):
    """What a module of a figure offers."""

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
