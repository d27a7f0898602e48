"""The chapter “Relaxation” of the gallery."""

from figures.chapter import Chapter

CHAPTER = Chapter(
    "Relaxation",
    "Start anywhere and let every neuron follow its field: does the network settle, and after "
    "how many sweeps? For infinitely many neurons the dynamics is known; in small networks "
    "every state is followed to its attractor.",
    ("dynamics",),
    (
        "relaxation",
        "activity_decay",
        "persistence",
        "active_lifetime",
        "relaxation_threshold",
        "relaxation_layered",
        "attractor_census",
        "cycle_transition",
    ),
    __name__,
)
