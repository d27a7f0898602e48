"""The arguments that all measures of a network have in common."""

import numpy as np
import numpy.typing as npt

from learning.network.couplings import Array
from learning.steered.learner import Learner


def labelled(
    learner: Learner, X: npt.ArrayLike, labels: npt.ArrayLike | None
) -> tuple[Array, Array | None]:
    """Return inputs, and labels of entries ±1, as a network takes them."""
    if not isinstance(learner, Learner):
        raise TypeError(
            f"learner must be a Learner (of a classifier, its learner_), got {learner!r}"
        )
    x = learner.inputs(X)
    if labels is None:
        return x, None
    truth = learner.classes(labels, len(x))
    return x, 2 * np.eye(learner.couplings.C, dtype=np.float32)[truth] - 1
