"""Stored patterns: published numbers, independent computations, sampled stabilities."""

import math

import mpmath as mp
import numpy as np
import pytest
from scipy import integrate, optimize

import dynamics
import networks
import replica
from replica.memories import hopfield
from replica.memories.field_average import field_average


@pytest.mark.parametrize(
    ("mu", "sigma", "T"),
    [
        (0.9, 0.4, 0.5),
        pytest.param(0.9, 0.4, 0.39, marks=pytest.mark.thorough),
        pytest.param(0.7, 3, 0.2, marks=pytest.mark.thorough),
        (0, 1, 0.01),
    ],
)
def test_averages_over_fields(mu, sigma, T):
    ends = sorted({mu - 12 * sigma, -3 * T, 0.0, 3 * T, float(mu), mu + 12 * sigma})

    def mean(f):
        return float(mp.quad(lambda x: mp.npdf(x, mu, sigma) * f(x / T), ends))

    found = field_average(mu, sigma, T)
    assert found.m == pytest.approx(mean(mp.tanh), abs=1e-13)
    assert found.chi == pytest.approx(mean(lambda u: mp.sech(u) ** 2) / T, abs=1e-12)
    assert found.quartic == pytest.approx(mean(lambda u: mp.sech(u) ** 4) / T, abs=1e-12)
    assert found.log_cosh == pytest.approx(T * mean(lambda u: mp.log(2 * mp.cosh(u))), abs=1e-13)


def test_the_capacity_of_amit_gutfreund_and_sompolinsky():
    """0.137906 at an overlap of 0.967, by the closed form of T = 0, too."""

    def g(y):
        return math.erf(y) / y - 2 / math.sqrt(math.pi) * math.exp(-(y**2))

    best = optimize.minimize_scalar(lambda y: -g(y), bounds=(1, 2), method="bounded")
    found = replica.memory_capacity()
    assert found.alpha == pytest.approx(g(best.x) ** 2 / 2, abs=1e-12)
    assert round(found.alpha, 6) == 0.137906
    assert round(found.overlap, 3) == 0.967
    assert found.alpha_error < 1e-8
    cold = replica.memory_capacity(1e-4)
    assert cold.alpha == pytest.approx(found.alpha, abs=1e-5)


def test_patterns_are_ground_states_below_a_load_of_0051():
    def excess(alpha):
        return (
            hopfield.at_load(alpha, 0.0).free_energy
            - hopfield.glass_at_load(alpha, 0.0).free_energy
        )

    assert optimize.brentq(excess, 0.03, 0.1) == pytest.approx(0.0518, abs=1e-4)  # 0.051 of AGS
    assert replica.memory_phase(0.051) == "retrieval"
    assert replica.memory_phase(0.053) == "mixed"


@pytest.mark.parametrize("state", [replica.memory_retrieval, replica.memory_spin_glass])
def test_energies_are_derivatives_of_free_energies(state):
    T, h = 0.3, 1e-4
    low, middle, high = (state(0.04, t) for t in (T - h, T, T + h))
    beta_f = [low.free_energy / low.T, high.free_energy / high.T]
    assert middle.energy == pytest.approx(np.diff(beta_f)[0] / (1 / high.T - 1 / low.T), abs=1e-6)
    assert middle.entropy == pytest.approx((low.free_energy - high.free_energy) / (2 * h), abs=1e-6)


def test_states_are_stationary_points_of_the_free_energy():
    """The free energy as a function of m and q, by plain quadrature, has no slope there."""
    alpha, T = 0.06, 0.4
    state = replica.memory_retrieval(alpha, T)
    z, dz = np.linspace(-9, 9, 4001, retstep=True)
    weight = np.exp(-(z**2) / 2) * dz / np.sqrt(2 * np.pi)

    def f(m, q):
        D = 1 - (1 - q) / T
        r = q / D**2
        h = (m + np.sqrt(alpha * r) * z) / T
        noise = alpha / 2 * (1 + T * np.log(D) - q / D) + alpha * r * (1 - q) / (2 * T)
        return noise + m**2 / 2 - T * weight @ np.logaddexp(h, -h)

    assert f(state.overlap, state.q) == pytest.approx(state.free_energy, abs=1e-12)
    h = 1e-5
    for dm, dq in ((h, 0), (0, h)):
        up, down = f(state.overlap + dm, state.q + dq), f(state.overlap - dm, state.q - dq)
        assert (up - down) / (2 * h) == pytest.approx(0, abs=1e-8)


def test_the_spin_glass_at_zero_temperature():
    alpha = np.array([0.05, 1.0, 1e6])
    state = replica.memory_spin_glass(alpha)
    np.testing.assert_allclose(state.energy, -np.sqrt(2 * alpha / np.pi) - 1 / np.pi, rtol=1e-12)
    # Sherrington and Kirkpatrick: -0.798 in energy, -0.159 in entropy
    assert state.energy[2] / 1e3 == pytest.approx(-math.sqrt(2 / math.pi), abs=1e-3)
    assert state.entropy[2] == pytest.approx(-1 / (2 * math.pi), abs=1e-3)
    assert (replica.memory_spin_glass(alpha[:2], 0.3).stability < 0).all()


def test_the_paramagnet_begins_at_one_plus_the_root_of_the_load():
    state = replica.memory_spin_glass(0.25, [1.499, 1.501])
    assert 0 < state.q[0] < 0.01
    assert state.q[1] == 0
    assert replica.memory_phase(0.25, 1.501) == "paramagnet"


def test_where_replica_symmetry_breaks():
    """Recall is stable but near T = 0: T_R = sqrt(8 alpha / 9 pi) exp(-1 / 2 alpha) (AGS)."""
    alpha = 0.05

    law = math.sqrt(8 * alpha / (9 * math.pi)) * math.exp(-1 / (2 * alpha))
    low, high = replica.memory_retrieval(alpha, [0.9 * law, 1.1 * law]).stability
    assert low < 0 < high


def test_the_pseudo_inverse_against_the_iterated_equations():
    """With the noise left free: it dies out, and what is left is the closed form."""
    alpha, T, m, q = 0.3, 0.3, 1.0, 1.0
    z, dz = np.linspace(-9, 9, 801, retstep=True)
    weight = np.exp(-(z**2) / 2) * dz / np.sqrt(2 * np.pi)
    for _ in range(400):
        chi = max((1 - q) / T, 1e-9)
        R = (chi - 1 + np.sqrt((1 - chi) ** 2 + 4 * alpha * chi)) / (2 * chi)
        slope = R * (1 - R) / (1 - chi + 2 * chi * R)
        t = np.tanh((m * (1 - R) + np.sqrt(max(q - m**2, 0) * slope) * z) / T)
        m, q = weight @ t, weight @ t**2
    found = replica.memory_retrieval(alpha, T, "pseudo-inverse")
    assert found.overlap == pytest.approx(m, abs=1e-9)
    assert found.noise == 0
    assert replica.memory_capacity(0, "pseudo-inverse").alpha == 1
    low, high = (replica.memory_retrieval(alpha, t, "pseudo-inverse") for t in (0.2999, 0.3001))
    energy = (high.free_energy / 0.3001 - low.free_energy / 0.2999) / (1 / 0.3001 - 1 / 0.2999)
    assert found.energy == pytest.approx(energy, abs=1e-6)


def test_the_diluted_network():
    alpha = np.array([0.1, 0.4])
    m = replica.memory_retrieval(alpha, rule="diluted").overlap
    np.testing.assert_allclose(
        m, [math.erf(x / math.sqrt(2 * a)) for x, a in zip(m, alpha, strict=True)]
    )
    assert replica.memory_capacity(rule="diluted").alpha == pytest.approx(2 / math.pi, rel=1e-12)
    warm = replica.memory_capacity(0.4, "diluted").alpha
    assert replica.memory_retrieval(warm * 1.01, 0.4, "diluted").overlap == 0
    assert 0 < replica.memory_retrieval(warm * 0.99, 0.4, "diluted").overlap < 0.2


def test_metastable_states_published_by_gardner_and_of_the_spin_glass():
    assert round(replica.memory_gap_threshold(), 3) == 0.113
    assert replica.memory_fixed_point_entropy(1e6) == pytest.approx(0.1992, abs=1e-4)
    J_D = 0.5  # in units of sqrt(alpha): partly symmetric networks with eta = 1
    many = replica.memory_fixed_point_entropy(1e6, J_D=J_D * 1e3)
    assert many == pytest.approx(replica.fixed_point_entropy(J_D, eta=1.0), abs=1e-3)


def stable_probability(N, P, overlap, J_D, draws, rng):
    """Return how often a state at an overlap with a pattern is a fixed point, over patterns."""
    s = np.ones(N)
    s[: round(N * (1 - overlap) / 2)] = -1
    found = 0
    for _ in range(draws):
        x = rng.choice([-1.0, 1.0], size=(P, N))
        x[0] = 1
        h = (x @ s) @ x / N - P / N * s
        found += bool((s * h + J_D > 0).all())
    return found / draws


def test_fixed_points_around_a_pattern_by_sampling():
    """The chance of a state to be fixed, from N and 2 N: its prefactor drops out."""
    rng, alpha, m, J_D, draws = np.random.default_rng(1), 0.25, 0.8, 1.1, 4000
    chance = np.array(
        [stable_probability(N, round(alpha * N), m, J_D, draws, rng) for N in (40, 80)]
    )
    error = np.sqrt(np.sum((1 - chance) / (draws * chance))) / 40
    share = (1 + m) / 2
    states = -share * np.log(share) - (1 - share) * np.log(1 - share)
    theory = replica.memory_fixed_point_entropy(alpha, m, J_D) - states
    assert (chance > 0.02).all()
    assert np.log(chance[1] / chance[0]) / 40 == pytest.approx(theory, abs=3 * error)


def test_fixed_points_of_the_diluted_network_are_counted_by_enumeration():
    """Independent noises of the same variance: exact at any N, here for N = 10."""
    rng, N, alpha, J_D, draws = np.random.default_rng(2), 10, 0.3, 0.3, 300
    counts = np.zeros(N + 1)
    for _ in range(draws):
        J = (1 + np.sqrt(alpha * N) * rng.normal(size=(N, N))) / N
        np.fill_diagonal(J, 0)
        for s in dynamics.enumerate_fixed_points(networks.Network(J, J_D)):
            counts[np.count_nonzero(s < 0)] += 1 / draws
    for k in (0, 1, 2, 5):
        up, down = (N - k) * [1], k * [-1]
        chances = []
        for s in up + down:
            signal = (N - 2 * k) / N - s / N
            noise = math.sqrt(alpha * (N - 1) / N)
            chances.append(0.5 * math.erfc(-(signal * s + J_D) / noise / math.sqrt(2)))
        mean = math.comb(N, k) * math.prod(chances)
        assert abs(counts[k] - mean) < 5 * math.sqrt(mean / draws) + 0.02


def test_gardner():
    assert replica.gardner_capacity() == pytest.approx(2, abs=1e-14)
    for K in (-5.0, -1.0, 0.7):
        value = integrate.quad(lambda t: (t + K) ** 2 * np.exp(-t * t / 2), -K, -K + 15)[0]  # noqa: B023
        found = replica.gardner_capacity(max(K, 0), max(-K, 0))
        assert found == pytest.approx(math.sqrt(2 * math.pi) / value, rel=1e-9)
    b = 1 - 1e-9  # sparse: 1 / ((1 - b) |ln (1 - b)|), slowly
    law = 1 / ((1 - b) * abs(math.log(1 - b)))
    assert replica.gardner_capacity(bias=b) == pytest.approx(law, rel=0.3)
    near = replica.gardner_capacity(0.4, bias=1e-4)
    assert near == pytest.approx(replica.gardner_capacity(0.4), rel=1e-6)


def test_a_load_above_capacity_is_a_status():
    for rule in ("hebbian", "pseudo-inverse", "diluted"):
        state = replica.memory_retrieval(3.0, 0.2, rule)
        assert state.overlap == 0
        assert state.converged
        assert "above the capacity" in state.status


@pytest.mark.long
@pytest.mark.parametrize(
    ("rule", "alpha", "T"),
    [("hebbian", 0.05, 0.3), ("hebbian", 0.02, 0.5), ("pseudo-inverse", 0.2, 0.3)],
)
def test_simulated_recall(rule, alpha, T):
    kind = networks.Hebbian if rule == "hebbian" else networks.PseudoInverse
    runs = []
    for seed in range(6):
        network = kind(2000, round(alpha * 2000)).sample(rng=seed)
        runs.append(dynamics.glauber(network, T, network.patterns[0], sweeps=200, rng=seed))
    theory = replica.memory_retrieval(alpha, T, rule)
    for name in ("overlap", "energy"):
        values = np.array([getattr(run, name) for run in runs])
        error = values.std(ddof=1) / np.sqrt(len(values))
        assert abs(values.mean() - getattr(theory, name)) < 4 * error + 1 / 2000
