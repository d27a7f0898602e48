"""The chapter “The whole” of the gallery."""

from figures.chapter import Chapter

CHAPTER = Chapter(
    "The whole",
    "All thresholds on one axis of the self-coupling J_D: where fixed points appear, how they "
    "cluster, and where dynamics, message passing and learning find them.",
    ("phase-diagram",),
    ("phase_diagram", "atlas"),
    __name__,
)
