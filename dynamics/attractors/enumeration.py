"""All fixed points of a small network, by going through all its states."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from foundation.compiled import compiled
from networks import Network
from networks.network import checked

LARGEST = 26  # neurons
_BLOCK = 18  # neurons whose states one call of the kernel goes through


def enumerate_fixed_points(network: Network) -> npt.NDArray[np.int8]:
    """Return all fixed points of a network.

    The states follow one another in a Gray code, so that each one costs a single flip; half of them
    are visited, since `-s` is a fixed point if `s` is.

    Parameters
    ----------
    network
        A network of at most 26 neurons, all layers together.

    Returns
    -------
    Array of entries ±1, of shape (number of fixed points, N), or (..., L, N) for a chain of layers;
    in lexicographic order.

    Raises
    ------
    TypeError, ValueError
        If `network` is not a network, or too large.

    Examples
    --------
    >>> import numpy as np
    >>> import dynamics
    >>> import networks
    >>> import replica
    >>> network = networks.Asymmetric(N=16, J_D=0.5).sample(rng=1)
    >>> fixed_points = dynamics.enumerate_fixed_points(network)
    >>> fixed_points.shape
    (196, 16)
    >>> bool(network.is_fixed_point(fixed_points).all())
    True

    On average over networks there are

    >>> round(float(np.exp(replica.log_expected_fixed_points(N=16, J_D=0.5))), 1)
    204.3
    """
    network = checked(network)
    n = int(np.prod(network.shape))
    if n > LARGEST:
        raise ValueError(f"network must have at most {LARGEST} neurons to enumerate, got {n}")
    # the last neuron comes first, and is the lowest binary digit of a state's code
    outgoing = np.ascontiguousarray(all_couplings(network)[::-1, ::-1])
    low = min(n - 1, _BLOCK)
    found = np.empty(2**low, dtype=np.uint32)
    blocks = []
    for high in range(2 ** (n - 1 - low)):
        base = 2 ** (n - 1) + high * 2**low  # the highest digit is up
        s = 2.0 * (base >> np.arange(n) & 1) - 1
        # fields start afresh in each block: its flips add up rounding errors of 1e-11 at most
        count = _scan(outgoing, network.J_D, s, s @ outgoing, low, found)
        blocks.append(np.uint32(base) + found[:count])
    half = np.sort(np.concatenate(blocks))
    codes = np.concatenate([np.uint32(2**n - 1) - half[::-1], half])
    states = np.empty((len(codes), n), dtype=np.int8)
    for i in range(n):
        states[:, i] = codes >> np.uint32(n - 1 - i) & np.uint32(1)
    states *= 2
    states -= 1
    return states.reshape(-1, *network.shape)


def all_couplings(network: Network) -> npt.NDArray[np.float64]:
    """Return the couplings by sender, between all neurons of all layers."""
    if network.is_sparse:
        return network.outgoing.toarray().astype(np.float64)  # type: ignore[attr-defined]
    layers = network.outgoing.reshape(-1, network.N, network.N)
    L, N = layers.shape[:2]
    all_to_all = np.zeros((L, N, L, N))
    for l in range(L):
        all_to_all[l, :, l, :] = layers[l]
        for k in {l - 1, l + 1} & set(range(L)):
            all_to_all[l, :, k, :] = network.lam * np.eye(N)
    return all_to_all.reshape(L * N, L * N)


@compiled
def _scan(
    outgoing: npt.NDArray[np.float64],
    J_D: float,
    s: npt.NDArray[np.float64],
    h: npt.NDArray[np.float64],
    low: int,
    found: npt.NDArray[np.uint32],
) -> int:
    """Find the fixed points among the states of the first `low` neurons, all down at first.

    `h` are the fields of `s` without self-coupling. What is found is the number whose binary digits
    tell which of the `low` neurons are up.
    """
    n = len(s)
    count = 0
    for step in range(2**low):
        if step > 0:
            j = 0
            while (step >> j) & 1 == 0:
                j += 1
            change = -2 * s[j]
            s[j] = -s[j]
            for i in range(n):
                h[i] += change * outgoing[j, i]
        stable = True
        for i in range(n):
            if s[i] * h[i] + J_D <= 0:
                stable = False
                break
        if stable:
            found[count] = step ^ (step >> 1)
            count += 1
    return count
