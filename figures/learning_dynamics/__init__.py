"""The chapter “Learning in the loop” of the gallery."""

from figures.chapter import Chapter

CHAPTER = Chapter(
    "Learning in the loop",
    "A linear network learns to control what it sees. Its weights enter by a few overlaps, and "
    "gradient descent is an exact map of their Gram matrix: of 10⁶ neurons as of ten. Why does it "
    "stop on plateaus, how long does it wait there, and where does it end?",
    ("closed-loop", "deep-linear", "curl-descent", "feature-emergence"),
    (
        "closed_loop",
        "plateaus",
        "time_to_stability",
        "loop_spectrum",
        "competing_horizons",
        "tracking",
        "deep_linear",
        "curl_edges",
        "curl_fate",
        "feature_emergence",
    ),
    __name__,
)
