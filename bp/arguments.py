"""The arguments that the algorithms share."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from foundation import domains
from networks import BinaryNetwork, MemoryNetwork, Network, trusted
from networks.network import checked, dense

Replicas = float | Callable[[float], float]  # y, or y as a function of the overlap


def network(value: object) -> Network:
    """Return a network if it is one, with independent couplings `J_ij` and `J_ji`."""
    drawn = checked(value)
    if isinstance(drawn, MemoryNetwork):
        raise ValueError(
            "network must have independent couplings, got one with stored patterns, which all of "
            "its couplings share: messages would count them as independent"
        )
    drawn = dense(drawn, "the sum of a neuron's inputs is taken as Gaussian")
    eta, error = _symmetry(drawn)
    if abs(eta) > 6 * error:
        raise ValueError(
            "network must have independent couplings J_ij and J_ji, as of Asymmetric(eta=0), got "
            f"a correlation of {eta:.2g}"
        )
    return drawn


def _symmetry(network: Network) -> tuple[float, float]:
    """Return the correlation of `J_ij` and `J_ji` in a sample of pairs, and its standard error."""
    N = network.N
    if isinstance(network, BinaryNetwork) and network.planes is None:
        return 0.0, 1.0  # all bits are independent
    pairs = min(N * (N - 1) // 2, 100_000)
    if pairs == 0:
        return 0.0, 1.0
    rng = np.random.default_rng(0)
    i = rng.integers(0, N, pairs)
    j = (i + rng.integers(1, N, pairs)) % N
    if isinstance(network, BinaryNetwork):
        J, back = trusted.signs(network, j, i)[None], trusted.signs(network, i, j)[None]
    else:
        outgoing = network.outgoing.reshape(-1, N, N)
        J, back = outgoing[:, i, j].astype(float), outgoing[:, j, i].astype(float)
    scale = (J**2 + back**2).sum() / 2
    return (float((J * back).sum() / scale), (J.size) ** -0.5) if scale else (0.0, 1.0)


def fields(name: str, value: npt.ArrayLike, network: Network) -> npt.NDArray[np.float64]:
    """Return finite fields on all neurons, of shape (L, N)."""
    array = domains.reals(name, value)
    if array.shape not in ((), network.shape):
        raise ValueError(
            f"{name} must be a number or have shape {network.shape}, got shape {array.shape}"
        )
    return np.broadcast_to(array, network.shape).reshape(-1, network.N)


def below_one(name: str, value: object) -> float:
    """Return a number in [0, 1)."""
    number = domains.real(name, value, low=0)
    if number >= 1:
        raise ValueError(f"{name} must be in [0, 1), got {number}")
    return number


def ends(name: str, value: object) -> tuple[object, object]:
    """Return the first and the last value of a range that is given as a pair."""
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) != 2:
        raise TypeError(f"{name} must be a pair (first, last), got {value!r}")
    return value[0], value[1]


def protocol(value: Iterable[Any]) -> list[tuple[float, Replicas]]:
    """Return the points (gamma, y) of a protocol, all checked."""
    try:
        points = [(gamma, y) for gamma, y in value]
    except (TypeError, ValueError):
        raise TypeError(
            f"protocol must be an iterable of pairs (gamma, y), got {value!r}"
        ) from None
    if not points:
        raise ValueError("protocol must have at least one pair (gamma, y), got none")
    return [
        (
            domains.real("gamma of the protocol", gamma, low=0),
            y if callable(y) else domains.real("y of the protocol", y, low=1),
        )
        for gamma, y in points
    ]


def positive(name: str, value: object) -> float:
    """Return a finite number > 0."""
    number = domains.real(name, value, low=0)
    if number == 0:
        raise ValueError(f"{name} must be > 0, got 0")
    return number
