"""What scikit-learn accepts as `random_state`, as a generator."""

import numpy as np

from foundation import domains


def as_generator(random_state: object) -> np.random.Generator:
    """Return a given generator, that of a seed or of a `RandomState`, or a fresh one for None.

    A `RandomState` is asked for a seed, and so moves on.
    """
    if isinstance(random_state, np.random.RandomState):
        return np.random.default_rng(random_state.randint(2**31))
    return domains.generator(random_state, "random_state")  # type: ignore[arg-type]
