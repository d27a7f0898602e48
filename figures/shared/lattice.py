"""The self-couplings that one-bit couplings tell apart."""

from typing import Any

import numpy as np


def on_lattice(J_D: Any, N: int) -> Any:
    r"""Return the self-coupling that one-bit couplings tell from others, for even N.

    Fields are odd numbers over the root of N: what counts is between which two of them -J_D lies,
    and the middle between the two stands for it.
    """
    return 2 * np.round(np.multiply(J_D, np.sqrt(N) / 2)) / np.sqrt(N)
