"""What scikit-learn accepts as `random_state`, as a generator."""

import numpy as np

from foundation import domains


def as_generator(random_state: object) -> np.random.Generator:
    """Return the generator of a seed, of a generator, of a `RandomState`, or a fresh one.

    A `RandomState` is asked for a seed, and so moves on.
    """
    if isinstance(random_state, np.random.RandomState):
        return np.random.default_rng(random_state.randint(2**31))
    try:
        return domains.generator(random_state)  # type: ignore[arg-type]
    except (TypeError, ValueError) as error:
        raise type(error)(str(error).replace("rng", "random_state")) from None
