"""The groups of a block: their stability against a table, other nodes, and W itself on a grid."""

import math

import numpy as np
import pytest

import replica
from replica.quenched import block_level, jump
from replica.quenched.ground_state import Fields
from replica.quenched.maximum import Shape, climb

# J_D, d and the eigenvalue, by a grid that does not know where the spin jumps
TABLE = [
    (0.1, 0.1, 0.9089),
    (0.1, 0.02, 0.6002),
    (0.1, 0.3, 1.0395),
    (0.1, 0.4, 1.0227),
    (0.2, 0.05, 0.6778),
    (0.2, 0.1, 0.8529),
    (0.2, 0.2, 0.9850),
    (0.2, 0.3, 1.0237),
    (0.3, 0.1, 0.7463),
    (0.3, 0.3, 0.9771),
    (0.3, 0.4, 1.0014),
    (0.5, 0.2, 0.8143),
    (0.06009920188295, 0.05, 0.7931),
    (0.07310769896961, 0.1, 0.9159),
]


@pytest.mark.parametrize(("J_D", "d", "block"), TABLE)
def test_reference_numbers(J_D, d, block):
    state = replica.quenched_local_entropy(d, J_D)
    assert state.block_stability == pytest.approx(block, abs=5.1e-5)
    assert state.block_stability_error < 1e-5


def shape(state):
    return Shape(state.J_D, math.sqrt(2 * state.d), state.chi, state.chi_hat)


def fields(state):
    return Fields(state.q_hat, 1 - 2 * state.d, state.x)


SECOND = np.array([1 / 90, -3 / 20, 3 / 2, -49 / 18, 3 / 2, -3 / 20, 1 / 90])
FIRST = np.array([-1 / 60, 3 / 20, -3 / 4, 0, 3 / 4, -3 / 20, 1 / 60])


def difference(W, stencil, axis):
    windows = np.lib.stride_tricks.sliding_window_view(W, 7, axis)
    return windows @ stencil


def by_differences(state, h):
    """Return the eigenvalue from second differences of W, a maximum from either side, on a grid."""
    reach, at = 7.0, shape(state)
    root, root_q = math.sqrt(state.q_hat), math.sqrt(1 - 2 * state.d)
    far, h_z = reach + state.x * root, h * at.sigma
    t = h * (np.arange(-math.ceil(far / h), math.ceil(far / h)) + 0.37)
    z = h_z * (np.arange(-3, math.ceil(reach / h_z)) + 0.5)
    W = np.array(
        [
            [
                max(climb(root * a, root_q * b, s * at.chi_hat, 0.0, at).W for s in (1.0, -1.0))
                for b in z
            ]
            for a in t
        ]
    )
    uu = difference(W, SECOND, 0)[:, 3:-3] / (h * root) ** 2
    zz = difference(W, SECOND, 1)[3:-3] / (h_z * root_q) ** 2
    uz = difference(difference(W, FIRST, 0), FIRST, 1) / (h * root * h_z * root_q)
    exponent = state.x * W[3:-3, 3:-3] - (t[3:-3, None] ** 2 + z[3:-3] ** 2) / 2
    weight = np.exp(exponent - exponent.max())
    weight /= weight.sum()
    return (weight * uz**2).sum() + math.sqrt((weight * uu**2).sum() * (weight * zz**2).sum())


@pytest.mark.parametrize(("d", "J_D"), [(0.03, 0.1), (0.07, 0.08), (0.35, 0.25)])
def test_second_differences(d, J_D):
    """By them at ten points, with h = 0.0125 the difference is below 1e-7."""
    state = replica.quenched_local_entropy(d, J_D)
    assert by_differences(state, 0.125) == pytest.approx(state.block_stability, abs=5e-6)


@pytest.mark.parametrize(("d", "J_D"), [(0.03, 0.1), (0.1, 0.5), (0.3, 1.0)])
def test_nodes_do_not_matter(d, J_D, monkeypatch):
    """Nor does the last bit of the distance, even where a jump ends among fields of weight."""
    state = replica.quenched_local_entropy(d, J_D)
    monkeypatch.setattr(block_level, "_FINE", 17)
    other = block_level.block_level(fields(state), shape(state))
    assert other.eigenvalue == pytest.approx(state.block_stability, abs=1e-9)
    near = replica.quenched_local_entropy(d * (1 + 1e-15), J_D)
    assert near.block_stability == pytest.approx(state.block_stability, abs=1e-9)


def test_finitely_many_replicas():
    """The stability of groups at y = 10 and 20, extrapolated in 1/y."""
    limit = replica.quenched_local_entropy(0.05, 0.1)
    first, second = replica.quenched_clusters([10.0, 20.0], 0.05, 0.1).outer_stability
    assert abs(first - limit.block_stability) > 1e-2
    assert 2 * second - first == pytest.approx(limit.block_stability, abs=2e-3)


def test_the_end_of_a_jump():
    """There the slope of the field outside and its derivative vanish; beyond, W is equal twice."""
    at = shape(replica.quenched_local_entropy(0.1, 0.5))
    end = jump.end_of_jump(at, 9.0)

    def slope(f, zeta_0):
        return jump.at_spin(f, zeta_0, zeta_0, at).slope

    assert slope(end.f, end.zeta_0) == pytest.approx(0, abs=1e-12)
    h = 1e-3
    assert (slope(end.f + h, end.zeta_0) - slope(end.f - h, end.zeta_0)) / h < 1e-4
    q, zeta_0 = 0.3, end.zeta_0 + 0.09
    gap = jump.first_gap(q, end, at)
    low, high = jump.jump(end.f - gap, end.f + gap, zeta_0, at, jump.gauss_rule(12))
    bottom, top = (jump.at_spin(f, zeta_0, zeta_0, at) for f in (low, high))
    assert top.u_0 == pytest.approx(bottom.u_0, abs=1e-13)
    assert abs(top.W - bottom.W) < 1e-13
    for side, sign in ((top, 1), (bottom, -1)):
        found = climb(side.u_0, zeta_0, sign * at.chi_hat, 0.0, at)
        assert abs(found.W - side.W) < 1e-12
        assert (found.uu, found.uz, found.zz) == pytest.approx((side.uu, side.uz, side.zz))


@pytest.mark.parametrize(
    ("d", "smooth", "text"),
    [(0.089, False, "block_stability diverges"), (0.09, True, "matters from about y = 1e+05 on")],
)
def test_what_jumps_mean(d, smooth, text):
    state = replica.quenched_local_entropy(d, 0.5)
    assert state.smooth == smooth
    assert math.isfinite(state.block_stability) == smooth
    assert text in state.status
