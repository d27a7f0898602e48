"""The chapter “How many fixed points” of the gallery."""

from figures.chapter import Chapter

CHAPTER = Chapter(
    "How many fixed points",
    "With a self-coupling J_D > 0, or with partly symmetric couplings, the fixed points of a "
    "random network are exponentially many. Their mean number, and that of pairs at a given "
    "distance, is exact at any N; it is compared with networks whose states were all "
    "enumerated.",
    ("fixed-points",),
    ("fixed_point_counts", "pair_distances"),
    __name__,
)
