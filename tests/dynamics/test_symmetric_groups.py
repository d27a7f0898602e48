"""Pairs and triples of fixed points of small networks: enumerated, exact, and in the limit.

The exact mean number of groups is the number of groups of states times the probability that all
of their stabilities, which are jointly Gaussian, are positive.
"""

import numpy as np
import pytest
from scipy import special

import replica
from dynamics import enumerate_fixed_points, pair_distances
from networks import Asymmetric
from replica.pairs import symmetric_finite_size


def covariance(states, eta):
    """Return the covariance of all stabilities of some states, of shape (y, N)."""
    y, N = states.shape
    C = eta / N * np.einsum("ai,aj,bj,bi->iajb", states, states, states, states)
    for i in range(N):
        others = np.delete(states, i, axis=1)
        C[i, :, i, :] = np.outer(states[:, i], states[:, i]) * (others @ others.T) / N
    return C.reshape(N * y, N * y)


def stable_probability(states, J_D, eta, samples, rng):
    """Return the probability that all stabilities are positive, and its standard error.

    One stability is drawn after the other, each under the condition that it is positive.
    """
    C = covariance(states, eta)
    L = np.linalg.cholesky(C + 1e-13 * np.eye(len(C)))
    x, log_weight = np.zeros((samples, len(C))), np.zeros(samples)
    for i in range(len(C)):
        p = special.ndtr((J_D + x[:, :i] @ L[i, :i]) / L[i, i]).clip(1e-300)
        log_weight += np.log(p)
        x[:, i] = -special.ndtri(p * (1 - rng.random(samples)))
    weight = np.exp(log_weight)
    return weight.mean(), weight.std() / np.sqrt(samples)


def triple(N, D):
    """Return three states at mutual distance D, an even number."""
    states = np.ones((3, N))
    for a in range(3):
        states[a, a * D // 2 : (a + 1) * D // 2] = -1
    return states


def log_triples(N, D):
    """Return the logarithm of the number of ordered triples of states at mutual distance D."""
    agree = N - 3 * D // 2
    differ = 3 * special.gammaln(D // 2 + 1)
    return N * np.log(2) + special.gammaln(N + 1) - special.gammaln(agree + 1) - differ


def log_stable_triple(N, D, J_D):
    """Return the logarithm of the probability that a triple is stable, exact at eta = 0.

    The stabilities of one neuron have the correlations of the other neurons' overlaps. Given one
    of them, the other two are again alike.
    """
    J = J_D * np.sqrt(N / (N - 1))
    same, other = (N - 1 - 2 * D) / (N - 1), (N + 1 - 2 * D) / (N - 1)
    z, w = special.roots_legendre(400)
    z, w = (z + 1) * (J + 9) / 2 - J, w * (J + 9) / 2  # the stability of the first state

    def orthant(rho, rest):
        """Two more of correlation `rho` with the first and `rest` with each other."""
        threshold, conditional = (J + rho * z) / np.sqrt(1 - rho**2), (rest - rho**2) / (1 - rho**2)
        a = np.sqrt((1 - conditional) / (1 + conditional))
        pair = special.ndtr(threshold) - 2 * special.owens_t(threshold, a)
        return w @ (np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi) * pair)

    agree, differ = N - 3 * D // 2, 3 * D // 2
    return agree * np.log(orthant(same, same)) + differ * np.log(orthant(-other, same))


def count_triples(states, D):
    """Return the number of ordered triples at mutual distance D among some states."""
    spins = states.astype(float)
    at_distance = (spins @ spins.T == len(spins.T) - 2 * D).astype(float)
    return np.sum(at_distance @ at_distance * at_distance)


def limit_per_neuron(y, d, J_D, eta=0.0):
    """Return the limit of the logarithm of the probability that a group is stable."""
    p = {2: d, 3: 1.5 * d}[y]
    entropy = special.entr(p) + special.entr(1 - p) + (np.log(3) * p if y == 3 else 0)
    return replica.integer_clusters(y, d, J_D, eta).free_entropy - np.log(2) - entropy


def extrapolation(sizes):
    """Return the weights that give a, of a + b/N + c/N^2 through three points."""
    return np.linalg.inv(np.vander(1 / sizes, 3, increasing=True))[0]


def samples_of(N, J_D, eta, count, replicas):
    rng = np.random.default_rng([N, round(10 * J_D), round(10 * eta)])
    ensemble = Asymmetric(N, J_D, eta)
    return np.array(
        [count(enumerate_fixed_points(ensemble.sample(rng))) for _ in range(replicas)], dtype=float
    )


def assert_mean(samples, expected, tolerance=0.0):
    error = np.hypot(samples.std(axis=0, ddof=1) / np.sqrt(len(samples)), tolerance)
    z = (samples.mean(axis=0) - expected) / error
    assert (np.abs(z) < 4).all(), f"z = {z}"


@pytest.mark.parametrize(
    ("N", "J_D", "eta", "k"), [(5, 0.3, 0.7, 1), (8, 0.2, 1.0, 2), (12, 0.1, 0.5, 5)]
)
def test_exact_pairs_against_sampled_stabilities(N, J_D, eta, k):
    states = np.ones((2, N))
    states[1, :k] = -1
    rng = np.random.default_rng(k)
    p, error = stable_probability(states, J_D, eta, 20_000, rng)
    log_number = N * np.log(2) + np.log(special.binom(N, k))
    exact = np.exp(replica.log_expected_symmetric_pairs(N, J_D, eta)[k] - log_number)
    assert abs(p - exact) < 4 * error
    assert error < 0.04 * exact


def test_exact_pairs_at_weak_symmetry():
    """They tend to those of an asymmetric network, with a slope."""
    asymmetric = replica.log_expected_pairs(6, 0.4)
    slopes = [
        (replica.log_expected_symmetric_pairs(6, 0.4, eta) - asymmetric) / eta
        for eta in (0.001, 0.002)
    ]
    np.testing.assert_allclose(2 * slopes[0] - slopes[1], slopes[0], rtol=2e-3)
    assert replica.log_expected_symmetric_pairs(5, 0.0, 0.5)[[1, 4]].tolist() == [-np.inf] * 2


def test_neighbours_at_weak_self_couplings():
    """Two states that differ in one neuron: both are stable with a probability ~ J_D."""

    def ratio(J_D):
        return np.exp([replica.log_expected_symmetric_pairs(3, J, 0.5)[1] for J in J_D]) / J_D

    # a difference of two normal distributions at large J_D, an integral at small ones
    large, small = np.array([2e-3, 4e-3, 8e-3]), np.array([1e-240, 1e-16, 1e-12, 5e-4])
    extrapolated = np.polyval(np.polyfit(large, ratio(large), 2), small)
    np.testing.assert_allclose(ratio(small), extrapolated, rtol=1e-6)
    assert replica.log_expected_symmetric_pairs(3, 1e-320, 0.5)[1] == -np.inf


REPLICAS = [pytest.param(200, id="few"), pytest.param(4000, id="many", marks=pytest.mark.long)]


@pytest.mark.parametrize("replicas", REPLICAS)
@pytest.mark.parametrize(
    "eta",
    [
        pytest.param(0.3, marks=pytest.mark.thorough),
        0.6,
        pytest.param(1.0, marks=pytest.mark.thorough),
    ],
)
def test_enumerated_pairs(eta, replicas):
    N, J_D = 14, 0.3
    expected = np.exp(replica.log_expected_symmetric_pairs(N, J_D, eta))
    pairs = samples_of(N, J_D, eta, pair_distances, replicas)
    many = (expected > 1) & (np.arange(N + 1) <= N // 2)
    assert many.sum() >= 6
    assert_mean(pairs[:, many], expected[many])


@pytest.mark.parametrize("eta", [0.3, 1.0])
def test_pairs_in_the_limit(eta):
    """Extrapolated in N at one distance, the exact mean gives the entropy of pairs."""
    d, J_D, sizes = 0.25, 0.3, np.array([40, 56, 80])
    finite = [np.log(symmetric_finite_size._coupled(N, N // 4, J_D, eta)) / N for N in sizes]
    extrapolated = extrapolation(sizes) @ finite
    assert extrapolated == pytest.approx(limit_per_neuron(2, d, J_D, eta), abs=1e-5)
    assert abs(finite[0] - extrapolated) > 5e-4


@pytest.mark.parametrize("J_D", [0.0, 0.3, 1.0])
def test_triples_in_the_limit(J_D):
    """The exact mean of a large asymmetric network, extrapolated in 1/N."""
    d, sizes = 0.25, np.array([1000, 2000, 4000])
    finite = np.array([log_stable_triple(N, N // 4, J_D) / N for N in sizes])
    once = 2 * finite[1:] - finite[:-1]
    twice = (4 * once[1] - once[0]) / 3
    assert twice == pytest.approx(limit_per_neuron(3, d, J_D), abs=1e-8)
    assert abs(finite[0] - twice) > 1e-4


def test_exact_triples_against_sampled_stabilities():
    states, rng = triple(12, 4), np.random.default_rng(0)
    distances = [(states[a] != states[b]).sum() for a, b in ((0, 1), (0, 2), (1, 2))]
    assert distances == [4, 4, 4]
    p, error = stable_probability(states, 0.3, 0.0, 20_000, rng)
    assert abs(p - np.exp(log_stable_triple(12, 4, 0.3))) < 4 * error
    assert error < 0.02 * p


@pytest.mark.parametrize("replicas", REPLICAS)
@pytest.mark.parametrize(("N", "D"), [(14, 4), (16, 6)])
def test_enumerated_triples(N, D, replicas):
    J_D = 0.4
    triples = samples_of(N, J_D, 0.0, lambda states: count_triples(states, D), replicas)
    expected = np.exp(log_triples(N, D) + log_stable_triple(N, D, J_D))
    assert expected > 10
    assert_mean(triples, expected)


@pytest.mark.parametrize("replicas", REPLICAS)
@pytest.mark.parametrize("eta", [0.3, 1.0])
def test_enumerated_symmetric_triples(eta, replicas):
    N, D, J_D = 14, 4, 0.3
    triples = samples_of(N, J_D, eta, lambda states: count_triples(states, D), replicas)
    rng = np.random.default_rng(1)
    p, error = stable_probability(triple(N, D), J_D, eta, 20 * replicas + 6_000, rng)
    number = np.exp(log_triples(N, D))
    assert_mean(triples, number * p, number * error)


@pytest.mark.parametrize("samples", [20_000, pytest.param(400_000, marks=pytest.mark.long)])
@pytest.mark.parametrize("eta", [0.3, 1.0])
def test_symmetric_triples_in_the_limit(eta, samples):
    d, J_D, rng = 0.25, 0.3, np.random.default_rng(2)
    sizes, finite, error = np.array([8, 16, 32]), [], []
    for N in sizes:
        p, spread = stable_probability(triple(N, N // 4), J_D, eta, samples, rng)
        finite.append(np.log(p) / N)
        error.append(spread / p / N)
    weights = extrapolation(sizes)
    sampling = np.linalg.norm(weights * error)
    deviation = weights @ finite - limit_per_neuron(3, d, J_D, eta)
    # what the extrapolation misses, known without symmetry
    exact = weights @ [log_stable_triple(N, N // 4, J_D) / N for N in sizes]
    missed = abs(exact - limit_per_neuron(3, d, J_D))
    assert missed < 0.003
    assert sampling < 0.007
    assert abs(deviation) < 4 * sampling + missed
    assert abs(finite[0] - weights @ finite) > 0.005


@pytest.mark.parametrize(
    ("eta", "replicas", "sizes"),
    [
        (0.0, 200, [12, 14, 16, 18]),
        (0.6, 100, [10, 12, 14, 16]),
        pytest.param(0.0, 600, [16, 18, 20, 22], marks=pytest.mark.long),
        pytest.param(0.6, 600, [16, 18, 20, 22], marks=pytest.mark.long),
    ],
)
def test_counts_of_triples_extrapolated_in_the_size(eta, replicas, sizes):
    """A line in 1/N through the deviations from the limit, interpolated to d = 1/4."""
    J_D = 0.3
    deviations, errors, exact = [], [], []
    for N in sizes:
        D = 2 * (N // 8) + np.array([0, 2])  # the even distances below and above N / 4
        share = np.interp(0.25, D / N, [0, 1]) * np.array([-1, 1]) + np.array([1, 0])
        number = np.array([log_triples(N, k) for k in D])
        limits = [[limit_per_neuron(3, k / N, J_D, e) for k in D] for e in (eta, 0.0)]
        counts = samples_of(
            N, J_D, eta, lambda s, D=D: np.array([count_triples(s, k) for k in D]), replicas
        )
        mean = counts.mean(axis=0)
        deviations.append(share @ ((np.log(mean) - number) / N - limits[0]))
        errors.append(np.std(counts / mean @ share) / N / np.sqrt(replicas))
        stable = np.array([log_stable_triple(N, k, J_D) for k in D])
        exact.append(share @ (stable / N - limits[1]))
    fit = {"x": 1 / np.array(sizes), "deg": 1, "w": 1 / np.array(errors)}
    (_, intercept), variance = np.polyfit(y=deviations, cov="unscaled", **fit)
    uncertainty = np.sqrt(variance[1, 1])
    # what the line misses of the curve, known without symmetry
    curvature = abs(np.polyfit(y=exact, **fit)[1])
    assert curvature < 0.02
    assert uncertainty < 0.05
    assert abs(intercept) < 4 * uncertainty + 2 * curvature
