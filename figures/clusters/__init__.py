"""The chapter “Dense clusters” of the gallery."""

from figures.chapter import Chapter

CHAPTER = Chapter(
    "Dense clusters",
    "Typical fixed points are isolated; rare ones lie close together, in exponential numbers. "
    "Below a threshold of J_D such clusters are missing at some distances, which is an overlap "
    "gap. Symmetric couplings and excitation between layers move it.",
    ("clusters", "typical", "symmetric", "layered"),
    (
        "local_entropy",
        "complexity",
        "overlap_gap",
        "typical_clusters",
        "symmetric_networks",
        "layered_networks",
    ),
    __name__,
)
