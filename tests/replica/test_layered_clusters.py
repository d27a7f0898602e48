"""Clusters of two layers: limits, integer y by sums over types, grids against finer ones."""

import itertools
import math
import re

import numpy as np
import pytest
from scipy import optimize, special

import replica
from replica.two_layers import clusters as two_layers
from replica.two_layers.site import _field_grid, _spin_grid, two_layer_site

J_D, LAM = 0.05, 0.4


def by_types(y, d, J, lam):
    """Sum over how many of the y replicas have each (s_1, s_2): each layer is one integral."""
    q = 1 - 2 * d
    z = np.linspace(-9, 9, 6001)
    weight = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi) * (z[1] - z[0])
    log_P = {
        (s, tau): special.log_ndtr((J + lam * tau + s * np.sqrt(q) * z) / np.sqrt(1 - q))
        for s in (1, -1)
        for tau in (1, -1)
    }

    def layer(pp, pm, mp, mm):
        up, down = pp * log_P[1, 1] + pm * log_P[1, -1], mp * log_P[-1, -1] + mm * log_P[-1, 1]
        return np.log(weight @ np.exp(up + down))

    terms, squares = [], []
    for pp, pm, mp in itertools.product(range(y + 1), repeat=3):
        mm = y - pp - pm - mp
        if mm >= 0:
            ways = math.factorial(y) / math.prod(map(math.factorial, (pp, pm, mp, mm)))
            terms.append(np.log(ways) + layer(pp, pm, mp, mm) + layer(pp, mp, pm, mm))
            squares.append((pp + pm - mp - mm) ** 2 + (pp + mp - pm - mm) ** 2)
    terms, squares = np.array(terms), np.array(squares)

    def free_entropy(log_q_hat):
        q_hat = np.exp(log_q_hat)
        return (-q_hat * (q * y * (y - 1) + y) + special.logsumexp(terms + q_hat / 2 * squares)) / 2

    return optimize.minimize_scalar(
        free_entropy, bounds=(-6, 2), method="bounded", options={"xatol": 1e-8}
    ).fun


@pytest.mark.parametrize(("y", "d"), [(2, 0.1), (3, 0.1), (3, 0.02), (5, 0.3)])
def test_integer_y_by_types(y, d):
    state = replica.two_layer_clusters(y, d, J_D, LAM)
    assert state.free_entropy == pytest.approx(by_types(y, d, J_D, LAM), abs=1e-10)


@pytest.mark.parametrize(
    ("J", "lam"),
    [
        (0.0, 0.34),
        pytest.param(0.5, 1.0, marks=pytest.mark.thorough),
        pytest.param(2.0, 0.0, marks=pytest.mark.long),
    ],
)
def test_one_and_two(J, lam):
    d = np.array([0.03, 0.49])
    one = replica.two_layer_clusters(1, d, J, lam)
    np.testing.assert_allclose(one.free_entropy, replica.layered_entropy(J, lam, 2), atol=1e-9)
    two = replica.two_layer_clusters(2, d, J, lam)
    pairs = replica.layered_pair_entropy(d, J, lam, 2)
    np.testing.assert_allclose(two.free_entropy, pairs, atol=1e-9)


@pytest.mark.parametrize(("y", "d", "J", "lam"), [(2, 0.3, 1.0, 0.2), (9, 0.02, 0.1, 0.5)])
def test_what_is_left_out_is_negligible(y, d, J, lam):
    """Against the plain sum over all nodes."""
    q_hat, step = 0.05, 1.5
    z = _field_grid(d, J, lam, step / np.sqrt(max(1, y / 4)))
    t = _spin_grid(y, q_hat, step)
    s = np.array([1, -1])
    argument = J + lam * s + s[:, None, None] * np.sqrt(1 - 2 * d) * z.nodes[:, None]
    H = special.ndtr(argument / np.sqrt(2 * d))  # s, z, s s'
    one = log_M = spin_2 = 0
    for (z_1, w_1), (z_2, w_2) in itertools.product(enumerate(z.weights), repeat=2):
        M, m = 0, 0
        for (a, s_1), (b, s_2) in itertools.product(enumerate(s), repeat=2):
            u = np.sqrt(q_hat) * (s_1 * t.nodes[:, None] + s_2 * t.nodes)
            term = np.exp(u) * H[a, z_1, int(a != b)] * H[b, z_2, int(a != b)]
            M, m = M + term, m + s_1 * term
        power = w_1 * w_2 * t.weights[:, None] * t.weights * M**y
        one, log_M = one + power.sum(), log_M + (power * np.log(M)).sum()
        spin_2 += (power * (m / M) ** 2).sum()
    site = two_layer_site(y, q_hat, d, J, lam, step)
    assert site.log_I() == pytest.approx(np.log(one), abs=1e-13)
    assert site.log_M() == pytest.approx(log_M / one, rel=1e-13)
    assert site.overlap() == pytest.approx(spin_2 / one, rel=1e-13)


def one_layer(y, d, J):
    """Integrate the two fields of a single layer on a plain grid."""
    q = 1 - 2 * d
    x = np.linspace(-12, 12, 1201)
    weight = np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi) * 0.02
    up = special.ndtr((J + np.sqrt(q) * x) / np.sqrt(1 - q))

    def free_entropy(log_q_hat):
        q_hat = np.exp(log_q_hat)
        tilt = np.exp(np.sqrt(q_hat) * x)[:, None]
        I = weight @ (tilt * up + up[::-1] / tilt) ** y @ weight
        return -q_hat * (q * y * (y - 1) + y) / 2 + np.log(I)

    return optimize.minimize_scalar(
        free_entropy, bounds=(-6, 2), method="bounded", options={"xatol": 1e-7}
    ).fun


@pytest.mark.parametrize(
    ("y", "d", "J"), [(2.5, 0.1, 0.3), pytest.param(6.3, 0.03, 0.1, marks=pytest.mark.thorough)]
)
def test_uncoupled_layers_are_single_ones(y, d, J):
    state = replica.two_layer_clusters(y, d, J, 0.0)
    assert state.free_entropy == pytest.approx(one_layer(y, d, J), abs=1e-9)


def test_the_local_entropy_is_a_derivative():
    y, h = 3.7, 1e-3
    below, here, above = (replica.two_layer_clusters(y + k * h, 0.06, J_D, LAM) for k in (-1, 0, 1))
    slope = (above.free_entropy - below.free_entropy) / (2 * h)
    assert here.local_entropy == pytest.approx(slope, abs=1e-7)
    complexity = here.free_entropy - y * here.local_entropy
    assert here.complexity == pytest.approx(complexity, abs=1e-14)
    assert abs(here.residual) < 1e-9
    assert here.lam == LAM


def test_the_overlap_makes_the_free_entropy_stationary():
    y, d = 4.0, 0.05
    q_hat = replica.two_layer_clusters(y, d, J_D, LAM).q_hat
    site = [two_layer_site(y, q_hat * (1 + k * 1e-4), d, J_D, LAM, 0.6) for k in (-1, 0, 1)]
    slope = (site[2].log_I() - site[0].log_I()) / (2e-4 * q_hat)
    assert slope == pytest.approx(y * (y - 1) * site[1].overlap() + y, rel=1e-7)
    assert site[1].overlap() == pytest.approx(1 - 2 * d, abs=1e-9)


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("y", "d", "J", "lam"),
    [
        (4, 0.03, 0.0, 0.4),
        (9, 0.2, 0.3, 0.8),
        pytest.param(2, 0.002, 0.1, 2.0, marks=pytest.mark.long),
    ],
)
def test_the_error_bounds_the_difference_to_a_finer_grid(y, d, J, lam):
    state = replica.two_layer_clusters(y, d, J, lam)
    fine = two_layer_site(y, state.q_hat, d, J, lam, 0.35)
    overlap = 1 - 2 * d
    free = (fine.log_I() - state.q_hat * (overlap * y * (y - 1) + y)) / 2
    local = (fine.log_M() - state.q_hat * (overlap * (2 * y - 1) + 1)) / 2
    assert abs(state.free_entropy - free) < state.error < 1e-6
    assert abs(state.local_entropy - local) < state.error
    assert state.converged


@pytest.mark.thorough
def test_zero_complexity():
    state = replica.two_layer_local_entropy([0.1, 0.3], 0.0, 0.4)
    assert np.abs(state.complexity).max() < 1e-8
    again = replica.two_layer_clusters(state.y, state.d, 0.0, 0.4)
    np.testing.assert_allclose(again.local_entropy, state.local_entropy, atol=1e-9)
    np.testing.assert_allclose(state.local_entropy, state.free_entropy / state.y, atol=1e-8)
    # fewer replicas look at sparser clusters, of which there are more
    sparser = replica.two_layer_clusters(state.y * 0.9, state.d, 0.0, 0.4)
    assert (sparser.complexity > 0).all()
    assert (sparser.local_entropy < state.local_entropy).all()


@pytest.mark.long
def test_where_no_y_is_large_enough():
    with pytest.raises(RuntimeError, match=r"No number .* y in \[1, 150\] has zero .*lam=0, where"):
        replica.two_layer_local_entropy(0.49, 0.6, 0.0)
    state = replica.two_layer_local_entropy([0.49], 0.6, 0.0, throw=False)
    assert not state.converged.any()
    assert state.y[0] == 150
    assert "1 of 1 not converged" in repr(state)


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("y", 0.5, r"\[1, 150\]"),
        ("d", 0.5, r"\[0.001, 0.49\]"),
        ("d", 1e-4, r"\[0.001, 0.49\]"),
        ("J_D", 3.0, r"\[0, 2\]"),
        ("lam", -0.1, r"\[0, 2\]"),
        ("lam", float("nan"), r"\[0, 2\]"),
    ],
)
def test_refused(name, value, allowed):
    good = {"y": 2.0, "d": 0.1, "J_D": 0.1, "lam": 0.1}
    with pytest.raises(ValueError, match=f"^{name} must be a number in {allowed}, got {value}"):
        replica.two_layer_clusters(**{**good, name: value})
    del good["y"]
    if name != "y":
        with pytest.raises(ValueError, match=f"^{name} must be"):
            replica.two_layer_local_entropy(**{**good, name: value})


@pytest.mark.thorough
def test_broadcasting():
    assert isinstance(replica.two_layer_clusters(2, 0.1, 0.1, 0.1).free_entropy, float)
    table = replica.two_layer_clusters([[1.5], [2.0]], [0.1, 0.2, 0.3], 0.1, 0.3)
    assert table.local_entropy.shape == (2, 3)
    single = replica.two_layer_clusters(2.0, 0.3, 0.1, 0.3)
    assert table.free_entropy[1, 2] == single.free_entropy


def test_a_minimum_that_is_not_exact_enough(monkeypatch):
    monkeypatch.setattr(two_layers, "_TOLERATED", 0.0)
    sentence = (
        r"^The minimum was found to an error of .* only at y=2, .* lam=0\.2; try a smaller y\.$"
    )
    with pytest.raises(replica.ConvergenceError, match=sentence):
        replica.two_layer_clusters(2, 0.2, 0.3, 0.2)
    state = replica.two_layer_clusters(2, 0.2, 0.3, 0.2, throw=False)
    assert state.converged is False
    assert re.match(sentence, state.status)


def test_a_minimum_that_is_not_found(monkeypatch):
    monkeypatch.setattr(two_layers, "_ITERATIONS", 1)
    with pytest.raises(replica.ConvergenceError, match=r"^No minimum was found in 1 steps"):
        replica.two_layer_clusters(2, 0.2, 0.3, 0.2)
