"""Whether a relaxation ends at a fixed point."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from learning.measures.labelled import labelled
from learning.measures.trajectory import phases_of
from learning.network import fields
from learning.relaxation.phases import Batch, relax
from learning.relaxation.threads import one_thread
from learning.steered.learner import Learner


def fixed_point_fraction(
    learner: Learner, X: npt.ArrayLike, labels: npt.ArrayLike | None = None
) -> float:
    """Return the fraction of the inputs whose relaxation ends at a fixed point.

    Parameters
    ----------
    learner
        The network.
    X, labels
        As in `trajectory`. It is a fixed point of the last mode, with the label on the readout; so,
        with labels and double dynamics, one that no longer needs the label.

    Raises
    ------
    TypeError, ValueError
        If the arguments do not fit the network.

    Examples
    --------
    >>> from learning import SteeredClassifier, fixed_point_fraction, prototypes
    >>> data = prototypes(N=50, classes=3, per_class=100, flipped=0.2, rng=1)
    >>> learner = SteeredClassifier(H=100, epochs=3, random_state=1).fit(data.X, data.y).learner_
    >>> fixed_point_fraction(learner, data.X) > 0.9
    True
    """
    x, y = labelled(learner, X, labels)
    couplings, recipe = learner.in_use, learner.recipe
    phases = phases_of(learner, y is not None)
    last = [phase.mode for phase in phases if phase.sweeps][-1]
    with one_thread():
        *_, at = relax(Batch(couplings, recipe, x, y, np.random.default_rng(0)), phases)
        h = at.f.copy()
        if last.right:
            fields.add_backward(couplings, at.s, h)
        if last.feedback and y is not None:
            h += fields.feedback(couplings, recipe.strengths.feedback(y))
    return float(np.mean((np.sign(h) == at.s).all(axis=(0, 2))))
