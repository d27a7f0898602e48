"""The generators that belong to nobody, whose numbers the seed of a sweep does not determine."""

import ctypes
import random
import sys
import threading
from typing import Any

import numpy as np

_TWISTER = 4 * 625  # bytes of the words and the position of a Mersenne twister


def places() -> tuple[object, ...]:
    """Return where the global generators of `np.random`, `random` and numba are now."""
    # in other threads, an executor like dask's draws from `random` while the point is computed
    alone = threading.current_thread() is threading.main_thread()
    return len(sys.modules), alone and random.getstate()[1], _of_numpy(), *_of_numba()


def moved(before: tuple[object, ...], after: tuple[object, ...]) -> bool:
    """Return whether some generator is elsewhere; one that did not exist before is not compared.

    Nor is `random`, if modules were imported meanwhile: some draw from it as they are (rich).
    """
    first = 2 if before[0] != after[0] else 1
    pairs = zip(before[first:], after[first:], strict=True)
    return any(a != b for a, b in pairs if a is not None)


def _of_numpy() -> bytes:
    """Return the state of `np.random`; its property `state` takes 30 us."""
    generator: Any = np.random.mtrand.get_bit_generator()
    if not isinstance(generator, np.random.MT19937):
        return repr(generator.state).encode()
    return ctypes.string_at(generator.ctypes.state_address, _TWISTER)


def _of_numba() -> tuple[bytes | None, bytes | None]:
    """Return the states from which this thread draws in compiled functions."""
    helper: Any = sys.modules.get("numba._helperlib")
    try:
        found = helper.rnd_get_np_state_ptr(), helper.rnd_get_py_state_ptr()
    except AttributeError:  # numba is not loaded, or is another version
        return None, None
    return ctypes.string_at(found[0], _TWISTER), ctypes.string_at(found[1], _TWISTER)
