"""How many pairs of states lie at each distance."""

from __future__ import annotations

from math import comb

import numpy as np
import numpy.typing as npt

from foundation import domains

_TRANSFORMED = 24  # neurons, at most: numbers at all corners of the cube fit into memory
_EXACT = 2**53  # up to here numbers in double precision count


def pair_distances(fixed_points: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Return the number of ordered pairs of states at every Hamming distance.

    Parameters
    ----------
    fixed_points
        States of entries ±1, of shape (number of states, ...).

    Returns
    -------
    Array over the distances 0 ... n, n the number of neurons. It counts each state's pair with
    itself, and (s, s') as well as (s', s), as `replica.log_expected_pairs` does.

    Raises
    ------
    TypeError, ValueError
        If an entry is not ±1, or there is no dimension of neurons.

    Examples
    --------
    >>> import dynamics
    >>> dynamics.pair_distances([[1, 1, 1], [1, 1, -1], [-1, -1, -1]])
    array([3, 2, 2, 2])
    """
    shape = domains.array("fixed_points", fixed_points, "states of one shape").shape
    if len(shape) < 2 or 0 in shape[1:]:
        raise ValueError(f"fixed_points must have shape (number of states, ...), got {shape}")
    states = domains.spins("fixed_points", fixed_points, shape[1:])
    n = int(np.prod(shape[1:]))
    states = states.reshape(-1, n)
    if n <= _TRANSFORMED and len(states) ** 2 > 4 * 2**n:
        codes = (states > 0) @ 2 ** np.arange(n)
        numbers = np.bincount(codes, minlength=2**n)
        if 2**n * int(numbers @ numbers) < _EXACT:
            return _by_transform(numbers, n)
    return _by_products(states)


def _by_products(states: npt.NDArray[np.int8]) -> npt.NDArray[np.int64]:
    """Return the numbers of pairs from the overlaps of all of them."""
    count, n = states.shape
    s = states.astype(np.float32)
    pairs = np.zeros(n + 1, dtype=np.int64)
    rows = 2**22 // max(1, count) + 1
    for i in range(0, count, rows):
        overlaps = (s[i : i + rows] @ s.T).astype(np.int64)
        pairs += np.bincount((n - overlaps.ravel()) // 2, minlength=n + 1)
    return pairs


def _by_transform(numbers: npt.NDArray[np.int64], n: int) -> npt.NDArray[np.int64]:
    r"""Return the numbers of pairs from the number f of states at each corner of the cube.

    .. math:: \sum_{|x - y| = k} f(x) f(y) = 2^{-n} \sum_u K_k(|u|) \hat f(u)^2, \qquad
              \hat f(u) = \sum_x (-1)^{u \cdot x} f(x),

    with the polynomials of Krawtchouk, which are the transforms of spheres (MacWilliams, Bell
    Syst. Tech. J. 42, 79 (1963)). It takes n 2^n sums, however many states there are.
    """
    spectrum = numbers
    for i in range(n):
        halves = spectrum.reshape(-1, 2, 2**i)
        spectrum = np.stack([halves[:, 0] + halves[:, 1], halves[:, 0] - halves[:, 1]], axis=1)
    weights = np.bitwise_count(np.arange(2**n))
    # sums of integers below 2^53 are exact
    power = np.bincount(weights, spectrum.ravel().astype(float) ** 2, minlength=n + 1)
    whole = [int(value) for value in power]
    return np.array(
        [sum(_krawtchouk(n, k, w) * p for w, p in enumerate(whole)) >> n for k in range(n + 1)]
    )


def _krawtchouk(n: int, k: int, w: int) -> int:
    return sum((-1) ** j * comb(w, j) * comb(n - w, k - j) for j in range(min(k, w) + 1))
