"""The chapter “Memories” of the gallery."""

from figures.chapter import Chapter

CHAPTER = Chapter(
    "Memories",
    "Networks that store patterns and recall them by settling. How many patterns can be stored, "
    "by which rule, and how well are they recalled, at a temperature and with a self-coupling?",
    ("memories",),
    ("memory_capacity", "memory_self_coupling", "dense_memory"),
    __name__,
)
