"""The chapter “Graded neurons” of the gallery."""

from figures.chapter import Chapter

CHAPTER = Chapter(
    "Graded neurons",
    "Rates instead of signs: neurons that excite themselves by s and each other at random by g. "
    "How many fixed points have they, when are they chaotic, and when do they freeze? At high "
    "gain they are binary neurons with a self-coupling h_c(s)/g.",
    ("graded-neurons",),
    ("graded_phase_diagram", "graded_complexity", "graded_lyapunov", "freezing_universality"),
    __name__,
)
