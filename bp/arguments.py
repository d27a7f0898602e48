"""The arguments that the algorithms share."""



import numpy as np
import numpy.typing as npt

from networks import Network, domains




def network(value: object) -> Network:
    """Return a network if it is one, with independent couplings `J_ij` and `J_ji`."""
    if not isinstance(value, Network):
        raise TypeError(f"network must be a networks.Network, got {value!r}")
    eta, error = _symmetry(value)
    if abs(eta) > 6 * error:
        raise ValueError(
            "network must have independent couplings J_ij and J_ji, as of Asymmetric(eta=0), got "
            f"a correlation of {eta:.2g}"
        )
    return value


def _symmetry(network: Network) -> tuple[float, float]:
    """Return the correlation of `J_ij` and `J_ji` in a sample of pairs, and its standard error."""
    N = network.N
    pairs = min(N * (N - 1) // 2, 100_000)
    if pairs == 0:
        return 0.0, 1.0
    rng = np.random.default_rng(0)
    i = rng.integers(0, N, pairs)
    j = (i + rng.integers(1, N, pairs)) % N
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


def damping(value: object) -> float:
    """Return a damping in [0, 1)."""
    number = domains.real("damping", value, low=0)
    if number >= 1:
        raise ValueError(f"damping must be in [0, 1), got {number}")
    return number


def positive(name: str, value: object) -> float:
    """Return a finite number > 0."""
    number = domains.real(name, value, low=0)
    if number == 0:
        raise ValueError(f"{name} must be > 0, got 0")
    return number
