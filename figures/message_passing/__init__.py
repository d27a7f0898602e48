"""The chapter “Message passing” of the gallery."""

from figures.chapter import Chapter

CHAPTER = Chapter(
    "Message passing",
    "Where no simple dynamics settles, message passing on one drawn network can still find a "
    "fixed point, by looking for regions dense in them. It measures their local entropy too.",
    ("message-passing", "focusing-dynamics"),
    (
        "focusing_success",
        "focusing_protocols",
        "focusing_trajectory",
        "focusing_dynamics",
        "focusing_thresholds",
        "local_entropy_instances",
    ),
    __name__,
)
