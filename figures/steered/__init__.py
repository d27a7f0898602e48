"""The chapter “Learning by steering” of the gallery."""

from figures.chapter import Chapter

CHAPTER = Chapter(
    "Learning by steering",
    "A network is steered to a label while it settles, and a local rule makes the state where "
    "it came to rest more stable. These figures ask what this learns, and what self-coupling, "
    "feedback, symmetry and depth have to do with it.",
    ("learning", "learning-transition"),
    (
        "emnist_width",
        "robustness",
        "learning_transition",
        "learning_collapse",
        "ferromagnetic_ablation",
        "feedback_ablation",
        "symmetry",
        "representations",
        "equilibration_time",
        "benchmarks_learning",
        "error_depth",
        "capacity_depth",
    ),
    __name__,
)
