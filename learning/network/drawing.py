"""How the couplings of a steered network are drawn."""

from math import sqrt

import numpy as np

from learning.network.couplings import Array, Couplings
from learning.network.strengths import Strengths
from networks.asymmetric import gaussian_couplings


def draw(
    N: int, H: int, C: int, L: int, strengths: Strengths, rng: np.random.Generator
) -> Couplings:
    """Draw the couplings of a network: independent Gaussians of variance strength² / senders.

    `Recipe.check` has to be asked beforehand whether the strengths fit the sizes.
    """
    own = rng.spawn(7)  # a strength that is zero must not change what else is drawn
    couplings = Couplings(
        J=np.stack([_internal(H, strengths, own[0]) for _ in range(L)]),
        W_in=_input(N, H, L, strengths, own[1]),
        W_f=_chain(L, strengths.lam_f_skip, strengths.lam_f, _gaussian(H, C, own[2])),
        W_b=_chain(L, strengths.lam_b_skip, strengths.lam_b, _gaussian(C, H, own[3])),
        forward=_dense(H, L, strengths.lam_fc, own[4]),
        backward=_dense(H, L, strengths.lam_fc, own[4]),
        W_io=np.float32(L * strengths.lam_io) * _gaussian(N if strengths.lam_io else 0, C, own[5]),
        bias=np.float32(strengths.bias) * own[6].standard_normal((L, H), dtype=np.float32),
        self_coupling=strengths.lam_int * strengths.J_D,
        lam=strengths.lam,
    )
    couplings.reset_diagonals()
    return couplings


def _gaussian(senders: int, receivers: int, rng: np.random.Generator) -> Array:
    """Return couplings that give every receiver a field of variance one."""
    G = rng.standard_normal((senders, receivers), dtype=np.float32)
    return G / np.float32(sqrt(max(senders, 1)))


def _internal(H: int, strengths: Strengths, rng: np.random.Generator) -> Array:
    J = gaussian_couplings(H, rng)
    if strengths.kept < 1:
        J *= (rng.random((H, H)) < strengths.kept) / np.float32(sqrt(strengths.kept))
    if strengths.symmetric:
        J = (J + J.T) / np.float32(2)
    return np.float32(strengths.lam_int) * J


def _input(N: int, H: int, L: int, strengths: Strengths, rng: np.random.Generator) -> Array:
    layers = L if strengths.input_to == "all" else 1
    if strengths.input_to == "clamp":
        W = np.eye(N, H, dtype=np.float32)[None]
    else:
        W = np.stack([_gaussian(N, H, rng) for _ in range(layers)])
    return np.float32(strengths.lam_in) * W


def _chain(L: int, skip: float, last: float, G: Array) -> Array:
    """Return the couplings of the last layer, after those of all others if there are any."""
    factors = [skip] * (L - 1) + [last] if skip else [last]
    return np.stack([np.float32(factor) * G for factor in factors])


def _dense(H: int, L: int, lam_fc: float, rng: np.random.Generator) -> Array:
    layers = L - 1 if lam_fc else 0
    matrices = [np.float32(lam_fc) * gaussian_couplings(H, rng) for _ in range(layers)]
    return np.array(matrices, dtype=np.float32).reshape(layers, H, H)
