"""The stable fixed points of a small network of graded neurons, by their signs."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from foundation import domains
from networks import Branches, GradedNetwork, Revealed

Floats = npt.NDArray[np.float64]

LARGEST = 14  # neurons
_ITERATIONS = 15  # what has not converged by then leaves the zone for good
_EXACT = 1e-10


def graded_zones(network: GradedNetwork) -> Floats:
    """Return the stable fixed points whose neurons are all on outer branches, for s > 1.

    A zone is a choice of branches, in which there is at most one. In each of them Newton's method
    starts from `x = s * signs`; what it finds counts if it is in the zone and stable. (That no
    other fixed point is in the zone was found, not proved: mean numbers agree with
    `replica.log_expected_graded_fixed_points`. Stable ones with a neuron between its branches
    exist in small networks, and are not looked for.)

    Parameters
    ----------
    network
        At most 14 neurons, with s > 1 and a matrix of couplings.

    Returns
    -------
    States, of shape (number, N), in the order of their signs.

    Raises
    ------
    TypeError, ValueError
        If `network` is outside its documented domain.

    Examples
    --------
    >>> import dynamics
    >>> import networks
    >>> network = networks.Graded(N=8, s=2.0, g=1.5).sample(rng=1)
    >>> found = dynamics.graded_zones(network)
    >>> found.shape
    (18, 8)
    >>> all(network.is_stable(x) for x in found)
    True
    """
    network = domains.instance("network", network, GradedNetwork)
    if network.N > LARGEST:
        raise ValueError(f"network must have at most {LARGEST} neurons, got {network.N}")
    if isinstance(network.couplings, Revealed):
        raise ValueError("network must have a matrix of couplings, got deferred ones")
    end = Branches(network.s).x_c
    codes = np.arange(2 ** (network.N - 1))  # the first neuron is up: -x is a fixed point if x is
    signs = 1.0 - 2.0 * (codes[:, None] >> np.arange(network.N)[::-1] & 1)
    x = _newton(network, np.array(network.s * signs, dtype=np.float64))
    inside = (x * signs > end).all(axis=1)
    x = x[inside]
    missed = np.abs(_velocities(network, x)).max(axis=1, initial=0)
    x = x[missed < _EXACT]
    stable = np.linalg.eigvals(_jacobians(network, x)).real.max(axis=1, initial=-np.inf) < 0
    return np.concatenate([x[stable], -x[stable][::-1]])


def _newton(network: GradedNetwork, x: Floats) -> Floats:
    """Return where Newton's method leads, with steps of at most one; not all are solutions."""
    moving = np.arange(len(x))
    for _ in range(_ITERATIONS):
        velocities = _velocities(network, x[moving])
        jacobians = _jacobians(network, x[moving])
        step = -np.linalg.solve(jacobians, velocities[:, :, None])[:, :, 0]
        size = np.abs(step).max(axis=1)
        x[moving] += step / np.maximum(size, 1)[:, None]
        moving = moving[size > 1e-13 * (1 + network.s)]
        if not moving.size:
            break
    return x


def _velocities(network: GradedNetwork, x: Floats) -> Floats:
    phi = np.tanh(x)
    J = np.asarray(network.couplings, dtype=float)
    return network.s * phi - x + network.g * phi @ J.T


def _jacobians(network: GradedNetwork, x: Floats) -> Floats:
    slope = 1 - np.tanh(x) ** 2
    jacobians = network.g * np.asarray(network.couplings, dtype=float) * slope[:, None, :]
    i = np.arange(network.N)
    jacobians[:, i, i] += network.s * slope - 1
    return jacobians
