"""The chapter “Contrastive learning of ODEs” of the gallery."""

from figures.chapter import Chapter

CHAPTER = Chapter(
    "Contrastive learning of ODEs",
    "A dynamical system runs twice, free and with its outputs nudged towards a target, and the "
    "difference of the two trajectories changes each parameter by what its own nodes see. "
    "This causal rule is compared with the exact gradient, task by task.",
    ("contrastive",),
    (
        "contrastive_amplitude",
        "contrastive_lag",
        "contrastive_allostery",
        "contrastive_synchronisation",
        "contrastive_lif_target",
        "contrastive_speech",
        "contrastive_gates",
        "contrastive_ecology",
        "contrastive_alignment",
        "contrastive_supervisors",
        "contrastive_short_time",
        "contrastive_reciprocal",
        "contrastive_attractors",
        "contrastive_communities",
    ),
    __name__,
)
