"""The dynamics and the enumeration once more, in plain numpy and float64: the fixture `plain`."""

import itertools
import sys

import numpy as np
import pytest


@pytest.fixture
def plain():
    return sys.modules[__name__]


def dense(network):
    """Return the matrix between all neurons of all layers, without self-coupling."""
    layers = np.array(network.couplings, dtype=float).reshape(-1, network.N, network.N)
    L, N = layers.shape[:2]
    J = network.lam * (np.eye(L * N, k=N) + np.eye(L * N, k=-N)) * (L > 1)
    for l in range(L):
        J[l * N : (l + 1) * N, l * N : (l + 1) * N] = layers[l]
    return J


def stabilities(network, states):
    s = np.asarray(states, dtype=float).reshape(len(states), -1)
    return s * (s @ dense(network).T) + network.J_D


def fixed_points(network):
    """Return all fixed points, by going through all states in lexicographic order."""
    n = network.couplings[..., 0].size
    states = np.array(list(itertools.product([-1, 1], repeat=n)))
    return states[(stabilities(network, states) > 0).all(axis=1)].reshape(-1, *network.shape)


def relax(network, start, visits):
    """Return the state after the visits, and how many flips they made."""
    J, s, flips = dense(network), np.array(start, dtype=float).ravel(), 0
    for i in visits:
        if s[i] * (J[i] @ s) + network.J_D <= 0:
            s[i] *= -1
            flips += 1
    return s.reshape(network.shape), flips
