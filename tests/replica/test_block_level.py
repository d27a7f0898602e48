"""The groups of a block: their stability against a table, other nodes, and W itself on a grid."""

import math
from typing import NamedTuple

import numba
import numpy as np
import pytest

import replica
from replica.quenched import jump
from replica.quenched.block_level import block_level
from replica.quenched.ground_state import Fields, averages
from replica.quenched.jump import Shape

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


class Maximum(NamedTuple):
    """A maximum: where it is, and ln M and its derivatives there."""

    W: float
    a: float
    b: float
    T: float
    g: float
    uu: float
    uz: float
    zz: float


@numba.njit(cache=True)
def free_energy(u, zeta, a, b, shape):
    """Return what is maximised, and ln M and its derivatives, at the fields u + a, zeta + b."""
    sigma = shape.sigma
    up, down = (shape.J_D + zeta + b) / sigma, (shape.J_D - zeta - b) / sigma
    log_up, log_down = jump.log_cdf(up), jump.log_cdf(down)
    m_up, m_down = jump.ratio(up) / sigma, jump.ratio(down) / sigma
    field = u + a + (log_up - log_down) / 2
    e = math.exp(-2 * abs(field))
    log_M = (log_up + log_down) / 2 + abs(field) + math.log1p(e)
    T = math.copysign((1 - e) / (1 + e), field)
    spread = 4 * e / (1 + e) ** 2
    p, turn = (1 + T) / 2, (m_up + m_down) / 2
    curved = -p * m_up * (up / sigma + m_up) - (1 - p) * m_down * (down / sigma + m_down)
    return Maximum(
        log_M - a * a / (2 * shape.chi_hat) - b * b / (2 * shape.chi),
        a,
        b,
        T,
        p * m_up - (1 - p) * m_down,
        spread,
        spread * turn,
        curved + spread * turn * turn,
    )


@numba.njit(cache=True)
def climb(u, zeta, a, b, shape):
    """Return the maximum above (a, b): uphill, and by Newton's method where it is concave."""
    here = free_energy(u, zeta, a, b, shape)
    for _ in range(100):
        slope_a, slope_b = here.T - here.a / shape.chi_hat, here.g - here.b / shape.chi
        A, B = here.uu - 1 / shape.chi_hat, here.zz - 1 / shape.chi
        det = A * B - here.uz * here.uz
        if A < 0 and det > 0:
            da = (here.uz * slope_b - B * slope_a) / det
            db = (here.uz * slope_a - A * slope_b) / det
        else:
            da, db = shape.chi_hat * slope_a, 0.5 * shape.chi * slope_b
        size = abs(da) + abs(db)
        there = free_energy(u, zeta, here.a + da, here.b + db, shape)
        while there.W < here.W - 1e-13 and abs(da) + abs(db) > 1e-9 * size:
            da, db = da / 2, db / 2
            there = free_energy(u, zeta, here.a + da, here.b + db, shape)
        here = there
        if size < 1e-11:
            break
    return here


SECOND = np.array([1 / 90, -3 / 20, 3 / 2, -49 / 18, 3 / 2, -3 / 20, 1 / 90])
FIRST = np.array([-1 / 60, 3 / 20, -3 / 4, 0, 3 / 4, -3 / 20, 1 / 60])


def difference(W, stencil, axis):
    windows = np.lib.stride_tricks.sliding_window_view(W, 7, axis)
    return windows @ stencil


def by_differences(state, h):
    """Return averages from differences of W, a maximum from either side, on a grid."""
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
    T = difference(W, FIRST, 0)[:, 3:-3] / (h * root)
    g = difference(W, FIRST, 1)[3:-3] / (h_z * root_q)
    inside, z = W[3:-3, 3:-3], z[3:-3]
    return [(weight * x).sum() for x in (T**2, g**2, uu, inside, z * T, z * g, uu**2, uz**2, zz**2)]


@pytest.mark.parametrize(("d", "J_D"), [(0.03, 0.1), (0.07, 0.08), (0.35, 0.25)])
def test_second_differences(d, J_D):
    """By them at ten points, with h = 0.0125 the difference is below 1e-7."""
    state = replica.quenched_local_entropy(d, J_D)
    _, means = averages(fields(state), shape(state), 14)
    found = by_differences(state, 0.125)
    np.testing.assert_allclose(means[1:7], found[:6], rtol=1e-6)
    uu, uz, zz = found[6:]
    assert uz + math.sqrt(uu * zz) == pytest.approx(state.block_stability, abs=5e-6)


@pytest.mark.parametrize(("d", "J_D"), [(0.03, 0.1), (0.1, 0.5), (0.3, 1.0)])
def test_nodes_do_not_matter(d, J_D):
    """Nor does the last bit of the distance, even where a jump ends among fields of weight."""
    state = replica.quenched_local_entropy(d, J_D)
    means = [averages(fields(state), shape(state), nodes)[1] for nodes in (20, 14)]
    other = block_level(*means)
    assert other.eigenvalue == pytest.approx(state.block_stability, abs=1e-9)
    near = replica.quenched_local_entropy(d * (1 + 1e-15), J_D)
    assert near.block_stability == pytest.approx(state.block_stability, abs=1e-9)


@pytest.mark.thorough
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
