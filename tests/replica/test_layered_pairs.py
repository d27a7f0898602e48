"""Pairs in a chain of layers: limits, sums over all states, thresholds by brute force."""

import itertools

import mpmath
import numpy as np
import pytest
from scipy import optimize, special

import dynamics
import networks
import replica
from replica.gauss.orthant import orthant
from replica.gauss.unequal_orthant import log_unequal_orthant
from replica.pairs.layered_pairs import entropy_at_distances
from replica.pairs.total_distance import two_layer_entropy

J_D = np.array([0.0, 1e-3, 0.05, 0.5, 4.0])
d = np.array([1e-20, 1e-12, 1e-6, 1e-3, 0.028, 0.2, 0.5, 0.9])


def integrated_orthant(u, v, delta):
    """Integrate over the variable with the lower threshold, around every scale it has."""
    with mpmath.workdps(30):
        u, v, delta = map(mpmath.mpf, (min(u, v), max(u, v), delta))
        rho, sigma = 1 - 2 * delta, 2 * mpmath.sqrt(delta * (1 - delta))

        def density(s):
            return mpmath.exp(u * s - s**2 / 2) * mpmath.ncdf((v - rho * u + rho * s) / sigma)

        scales = [1 / (1 + abs(u)), sigma, sigma**2, abs(v - rho * u)]
        points = {a * mpmath.mpf(2) ** k for a in scales for k in range(-6, 7, 2)}
        if rho:
            step = (rho * u - v) / rho
            points |= {step + k * sigma for k in (-16, -4, -1, 0, 1, 4, 16)}
        points |= {u + k for k in range(-8, 9, 2)}
        top = max(u, mpmath.mpf(0)) + 14
        nodes = [mpmath.mpf(0), *sorted(x for x in points if 0 < x < top), top]
        integral = mpmath.quad(density, nodes, maxdegree=5)
        return float(-(u**2) / 2 - mpmath.log(2 * mpmath.pi) / 2 + mpmath.log(integral))


ORTHANTS = [
    (-3, -2.9, 0.02),
    (-0.4, 0.41, 0.5),
    (-8, 1, 0.9),
    (0.3, 3, 1 - 2**-20),
    (0.3, 0.9, 1e-12),
]
FURTHER = [
    (-3, -2.9, 1e-12),
    (-3, -2.9, 0.9),
    (-0.4, 0.41, 1 - 2**-20),
    (-8, 1, 0.3),
    (0, 0.5, 0.02),
]


@pytest.mark.parametrize(
    ("u", "v", "delta"),
    [*ORTHANTS, *(pytest.param(*case, marks=pytest.mark.thorough) for case in FURTHER)],
)
def test_unequal_orthant_by_mpmath(u, v, delta):
    exact = integrated_orthant(u, v, delta)
    for pair in ((u, v), (v, u)):
        log_P = log_unequal_orthant(*pair, delta, 1 - delta)
        assert log_P == pytest.approx(exact, rel=2e-14, abs=2e-15)


@pytest.mark.parametrize("u", [-20.0, -0.5, 0.0, 0.5, 3.0])
def test_equal_thresholds(u):
    delta = np.array([1e-12, 1e-3, 0.3, 0.5, 0.8, 0.999])
    equal = orthant(np.full(6, u), delta, 1 - delta).log_scaled
    equal -= np.where(u < 0, u**2 / (2 * (1 - delta)), 0)
    np.testing.assert_allclose(log_unequal_orthant(u, u, delta, 1 - delta), equal, rtol=1e-13)


def test_full_correlation():
    u, v = np.array([-5.0, -1.0, 0.0, 0.3, 3.0]), np.array([4.0, 1.5, 0.0, 0.2, -3.0])
    same, opposite = (log_unequal_orthant(u, v, x, 1 - x) for x in (0.0, 1.0))
    np.testing.assert_allclose(same, special.log_ndtr(np.minimum(u, v)), rtol=1e-14)
    between = np.maximum(special.ndtr(v) - special.ndtr(-u), 0)
    np.testing.assert_allclose(np.exp(opposite), between, rtol=1e-10, atol=1e-300)
    close = log_unequal_orthant(u, v, 1 - 1e-15, 1e-15)
    np.testing.assert_allclose(np.exp(close), between, atol=1e-7)


@pytest.mark.parametrize("L", [1, 2, 3, 6, None])
def test_uncoupled_layers_and_independent_pairs(L):
    single = replica.pair_entropy(d[:, None], J_D)
    uncoupled = replica.layered_pair_entropy(d[:, None], J_D, 0.0, L)
    np.testing.assert_allclose(uncoupled, single, rtol=1e-13, atol=5e-15)
    for lam in (0.1, 0.5, 2.0, 40.0):
        pairs = replica.layered_pair_entropy([0.0, 0.5, 1.0], J_D[:, None], lam, L)
        Phi = replica.layered_entropy(J_D, lam, 1 if L == 1 else L)
        np.testing.assert_allclose(pairs[:, 1], 2 * Phi, rtol=1e-13, atol=5e-15)
        np.testing.assert_allclose(pairs[:, [0, 2]], Phi[:, None] + [0, 0], atol=5e-15)


def test_one_layer():
    np.testing.assert_array_equal(
        replica.layered_pair_entropy(d, 0.3, 0.7, 1), replica.pair_entropy(d, 0.3)
    )


@pytest.mark.parametrize("lam", [0.4, 1.0])
def test_long_chains(lam):
    """What a layer adds to a long chain is the infinite chain."""
    L = 12 if lam < 1 else 40
    x, J = np.array([1e-6, 0.03, 0.3]), np.array([[0.0], [0.5]])
    longer, long = ((n * replica.layered_pair_entropy(x, J, lam, n)) for n in (L + 1, L))
    np.testing.assert_allclose(longer - long, replica.layered_pair_entropy(x, J, lam), atol=2e-10)


def weights_of_a_site(J, lam, q):
    """Sum the weights over the bonds by brute force: W[a_1, ..., a_L], 1 where states differ."""
    L = len(q)
    W = np.zeros((2,) * L)
    for first in itertools.product([1, -1], repeat=L):
        for second in itertools.product([1, -1], repeat=L):
            w = 1.0
            for l in range(L):
                near = [k for k in (l - 1, l + 1) if 0 <= k < L]
                u, v = (J + lam * s[l] * sum(s[k] for k in near) for s in (first, second))
                a = first[l] * second[l]
                w *= np.exp(log_unequal_orthant(u, v, (1 - a * q[l]) / 2, (1 + a * q[l]) / 2))
            W[tuple(int(s != t) for s, t in zip(first, second, strict=True))] += w / 2
    return W


@pytest.mark.parametrize("distances", [(0.1, 0.1), (0.05, 0.3), (0.1, 0.1, 0.1), (0.02, 0.4, 0.2)])
@pytest.mark.parametrize(("J", "lam"), [(0.0, 0.4), (0.3, 1.0)])
def test_by_a_sum_over_all_states_and_a_plain_minimum(distances, J, lam):
    distances = np.array(distances)
    q = 1 - 2 * distances
    W = weights_of_a_site(J, lam, q)
    a = 1 - 2 * np.array(list(np.ndindex(W.shape)))
    found = optimize.minimize(
        lambda mu: special.logsumexp(a @ mu, b=W.ravel()) - mu @ q, np.arctanh(q), tol=1e-9
    )
    plain = (np.log(2) + found.fun) / len(q)
    exact = entropy_at_distances(distances[None], np.array([J]), np.array([lam]))[0]
    assert exact == pytest.approx(plain, abs=1e-10)
    if (distances == distances[0]).all():
        equal = replica.layered_pair_entropy(distances[0], J, lam, len(q))
        assert equal == pytest.approx(exact, abs=1e-15)


def test_the_quadratic_equation_of_two_layers():
    rng = np.random.default_rng(0)
    x = rng.uniform(0, 1, (200, 2)) * rng.choice([1, 1e-3, 1e-9], (200, 1))
    x[:30, 1] = x[:30, 0]
    x[30:40, 1] = 0
    J, lam = rng.choice([0, 0.1, 1, 4], 200), rng.choice([0, 0.1, 0.5, 2], 200)
    np.testing.assert_allclose(
        two_layer_entropy(*x.T, J, lam), entropy_at_distances(x, J, lam), atol=3e-15
    )


def test_total_distance_is_best_spent_alike_or_in_one_layer():
    s = np.linspace(0, 1, 33)
    one = np.ones(33)
    for x, J, lam in itertools.product([1e-4, 0.03, 0.2, 0.5], [0.0, 0.2, 1.0], [0.0, 0.3, 1.0]):
        along = two_layer_entropy((1 + s) * x, (1 - s) * x, J * one, lam * one)
        total = replica.total_distance_pair_entropy([x, 1 - x], J, lam)
        np.testing.assert_allclose(total, along.max(), atol=1e-14)
        assert total[0] >= replica.layered_pair_entropy(x, J, lam, 2) - 1e-14


@pytest.mark.parametrize("J", [0.0, 0.1])
def test_subnormal_distances_are_none(J):
    tiny = [0.0, 5e-324, 1e-320, 1e-308, 1e-300]
    single = replica.layered_entropy(J, 0.3, 2)
    np.testing.assert_allclose(replica.total_distance_pair_entropy(tiny, J, 0.3), single, 1e-14)
    np.testing.assert_allclose(replica.layered_pair_entropy(tiny, J, 0.3, 2), single, 1e-14)


@pytest.mark.parametrize("lam", [1e9, 1e20, 1e160, 1e300])
def test_layers_that_cannot_differ(lam):
    """Two layers in one state have N pairs of stabilities, all held by their own layer."""
    x, J = np.array([0.1, 0.5]), 0.5
    locked = special.entr(x) + special.entr(1 - x) + np.log(2)
    for L in (2, 3, None):
        strong = replica.layered_pair_entropy(x, J, 100.0, L)
        np.testing.assert_allclose(replica.layered_pair_entropy(x, J, lam, L), strong, 1e-13)
    np.testing.assert_allclose(2 * replica.layered_pair_entropy(x, J, lam, 2), locked, 1e-13)
    total = replica.total_distance_pair_entropy(x, J, lam)
    np.testing.assert_allclose(total, locked / 2, 1e-13)
    # states with k_1 = k_2 only
    assert replica.log_expected_layered_pairs(5, [1, 2], J, lam) == -np.inf
    pairs = replica.log_expected_layered_pairs(5, [2, 2], J, lam)
    assert pairs == pytest.approx(np.log(2**5 * special.binom(5, 2)), rel=1e-13)


def test_domain_walls():
    """With the total distance fixed, a long chain has no gap: one wall costs O(1)."""
    J, lam, lacks = 0.0, 0.1, []
    Phi = replica.layered_entropy(J, lam)
    for L in (4, 8, 16):
        x = np.where(np.arange(L) < L // 2, 0.0, 0.5)[None]
        line = L / 2 * Phi + L / 2 * 2 * Phi
        lacks.append(L * entropy_at_distances(x, np.array([J]), np.array([lam]))[0] - line)
    np.testing.assert_allclose(lacks[1:], lacks[-1], atol=1e-3)
    assert replica.layered_pair_entropy(0.03, J, lam) < 0 < Phi


@pytest.mark.parametrize(
    "L",
    [
        2,
        pytest.param(3, marks=pytest.mark.thorough),
        pytest.param(None, marks=pytest.mark.thorough),
    ],
)
def test_thresholds_by_a_brute_scan(L):
    found = replica.layered_overlap_gap_threshold(0.0, L)
    assert found.lam_error < 1e-9
    x = found.d * np.linspace(0.8, 1.2, 401)
    below, above = (
        replica.layered_pair_entropy(x, 0.0, found.lam + sign * 1e-5, L).min() for sign in (-1, 1)
    )
    assert below < 0 < above
    x = np.geomspace(1e-4, 0.5, 200)
    assert replica.layered_pair_entropy(x, 0.0, found.lam, L).min() > -1e-6
    assert abs(found.d - 0.028) < 5e-4
    assert ("an infinite chain" if L is None else f"L={L}") in repr(found)


@pytest.mark.thorough
def test_the_gap_in_total_distance_closes_first():
    equal = replica.layered_overlap_gap_threshold(0.0, 2)
    total = replica.layered_overlap_gap_threshold(0.0, 2, "total")
    assert 0.3 < total.lam < equal.lam < 0.4
    x = np.linspace(0.06, 0.08, 2001)
    scan = [
        replica.total_distance_pair_entropy(x, 0.0, total.lam + shift).min()
        for shift in (-1e-4, 1e-4)
    ]
    assert scan[0] < 0 < scan[1]


@pytest.mark.parametrize(("J", "distance"), [(0.05, "each layer"), (0.03, "total")])
def test_no_gap(J, distance):
    assert replica.total_distance_pair_entropy(np.geomspace(1e-3, 0.5, 99), J, 0.0).min() > 0
    with pytest.raises(ValueError, match=f"got {J}: there is no gap"):
        replica.layered_overlap_gap_threshold(J, 2, distance)


def test_total_distance_of_other_chains():
    with pytest.raises(ValueError, match="L must be 2 for distance='total', got None"):
        replica.layered_overlap_gap_threshold(0.0, None, "total")


def test_finite_chains_without_coupling_and_of_one_state():
    single = replica.log_expected_pairs(8, 0.3)
    assert replica.log_expected_layered_pairs(8, [5], 0.3, 1.0) == single[5]
    for k in ([2, 3], [0, 8, 1]):
        uncoupled = replica.log_expected_layered_pairs(8, k, 0.3, 0.0)
        assert uncoupled == pytest.approx(single[k].sum(), rel=1e-13)
    for L in (1, 2, 3):
        one = replica.log_expected_layered_fixed_points(5, L, 0.2, 0.6)
        for k in ([0] * L, [5] * L):
            same = replica.log_expected_layered_pairs(5, k, 0.2, 0.6)
            assert same == pytest.approx(one, rel=1e-13)


def test_many_neurons():
    """(1/LN) ln E[#] tends to Phi_2; two fixed distances cost a factor 1/N."""
    rest = []
    for N in (40, 80):
        log_E = replica.log_expected_layered_pairs(N, [N // 4] * 2, 0.0, 0.5)
        rest.append(log_E + np.log(N) - 2 * N * replica.layered_pair_entropy(0.25, 0.0, 0.5, 2))
    assert abs(rest[1] - rest[0]) < 0.01
    assert abs(rest[1]) < 3


@pytest.mark.parametrize(
    ("N", "L", "J", "lam", "count"), [(5, 2, 0.0, 0.5, 1500), (3, 3, 0.2, 0.7, 1500)]
)
def test_finite_chains_by_enumeration(N, L, J, lam, count):
    """The classes of a network are correlated: they are judged together, by Hotelling's T^2."""
    rng, ensemble = np.random.default_rng(5), networks.Layered(N, L, J, lam)
    classes = [k for k in np.ndindex((N + 1,) * L) if k <= tuple(N - np.array(k))]
    exact = np.exp([replica.log_expected_layered_pairs(N, k, J, lam) for k in classes])
    often = np.flatnonzero(exact > 0.2)
    tables = np.zeros((count, *(N + 1,) * L))
    for table in tables:
        states = dynamics.enumerate_fixed_points(ensemble.sample(rng)).astype(int)
        k = (N - np.einsum("ali,bli->abl", states, states)) // 2
        np.add.at(table, tuple(k.reshape(-1, L).T), 1)
    counts = np.array([tables[(slice(None), *classes[i])] for i in often]).T
    deviation = counts.mean(axis=0) - exact[often]
    covariance = np.cov(counts.T) / count
    z = deviation / np.sqrt(np.diagonal(covariance))
    assert np.abs(z).max() < 4
    T_squared = deviation @ np.linalg.solve(covariance, deviation)
    chance = special.chdtrc(len(often), T_squared)
    assert chance > 1e-3
    assert len(often) > 5
