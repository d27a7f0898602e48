"""Fixed points of graded neurons: against quadrature, binary neurons, and exact finite N."""

import itertools

import numpy as np
import pytest
from scipy import integrate, optimize, special, stats

import dynamics
import networks
import replica
from replica.graded import stable
from replica.graded.proposals import Independent, Mixture, Scales
from replica.graded.units import inner_and_outer, outer


def test_grids_are_measures():
    """Of the fields, on one branch and on all: against the normal distribution."""
    for s, g in ((0.5, 1.0), (1.5, 2.0), (4.0, 5.0)):
        units = outer(s, g)
        density = np.exp(-(units.field**2) / (2 * g**2)) / np.sqrt(2 * np.pi) / g
        h_c = networks.Branches(s).h_c if s > 1 else 0.0
        weight = (density * units.stiffness * units.dx).sum()
        np.testing.assert_allclose(weight, special.ndtr(h_c / g), rtol=1e-12)
        every = inner_and_outer(s, g)
        half = (every.dx * np.exp(-(every.x**2) / 2)).sum() / np.sqrt(2 * np.pi)
        np.testing.assert_allclose(half, 0.5, rtol=1e-12)


def test_no_digits_are_lost_at_the_end_of_a_branch():
    import mpmath

    branches = networks.Branches(2.5)
    units = outer(2.5, 2.0)
    with mpmath.workdps(120):
        for i in np.searchsorted(units.log_t, [-140.0, -30.0, -3.0]):
            x = mpmath.acosh(mpmath.sqrt(2.5)) + mpmath.exp(units.log_t[i])
            exact = 1 - 2.5 * mpmath.sech(x) ** 2
            np.testing.assert_allclose(units.stiffness[i], float(exact), rtol=1e-11)
    above = np.array([0, 1e-20, 1e-10, 0.3, 50.0])
    x = branches._upper(above)
    t = np.sqrt(above / branches.phi_c)
    np.testing.assert_allclose((x - branches.x_c)[1:3], t[1:3], rtol=1e-4)
    np.testing.assert_allclose(x - 2.5 * np.tanh(x), above - branches.h_c, atol=1e-13)


@pytest.mark.parametrize(("s", "g", "known"), [(1.5, 2.0, 0.081990), (1.1, 2.0, 0.002804)])
def test_stable_saddle_point_is_stationary(s, g, known):
    """A quadrature in the field, another variable, and differences instead of conditions."""
    found = replica.graded_fixed_point_entropy(s, g)
    np.testing.assert_allclose(found.entropy, known, atol=1e-6)
    branches = networks.Branches(s)

    def exponent(q, q_hat, kappa):
        def integrand(log_above):
            above = np.exp(log_above)
            phi = np.tanh(branches._upper(np.array([above]))[0])
            rise = phi - branches.phi_c
            chi = (1 - phi**2) / (s * rise * (phi + branches.phi_c))
            H = above - branches.h_c
            tilt = q_hat * (phi**2 - q) - kappa * ((g * chi) ** 2 - 1)
            return 2 * above * np.exp(-(H**2) / (2 * g**2 * q) + tilt)

        ends = [-22, -8, -3, 0, np.log(branches.h_c + 9 * g)]
        total = sum(
            integrate.quad(integrand, a, b, epsabs=1e-12, epsrel=1e-10)[0]
            for a, b in itertools.pairwise(ends)
        )
        return np.log(total / np.sqrt(2 * np.pi * g**2 * q))

    at = np.array([found.q, found.q_hat, found.multiplier])
    np.testing.assert_allclose(exponent(*at), found.entropy, atol=1e-7)
    for k in range(3):
        step = np.zeros(3)
        step[k] = 1e-3 * at[k]
        slope = (exponent(*(at + step)) - exponent(*(at - step))) / (2 * step[k])
        np.testing.assert_allclose(slope * at[k], 0, atol=1e-6)


def test_determinant_of_all():
    """Girko's formula at the saddle point, against random matrices."""
    found = replica.graded_fixed_point_entropy(0.0, 3.0, "all")
    units = inner_and_outer(0.0, 3.0)
    size = np.sqrt(units.stiffness**2 + found.multiplier * units.slope**2)
    weights = units.dx * size
    weights *= np.exp(-(units.field**2) / (2 * 9 * found.q) + found.q_hat * units.phi**2)
    weights /= weights.sum()
    formula = weights @ np.log(size) - found.multiplier / 18
    rng = np.random.default_rng(1)
    x = np.interp((np.arange(1000) + 0.5) / 1000, np.cumsum(weights), units.x)
    slope = np.cosh(x) ** -2.0
    logs = [
        np.linalg.slogdet(np.eye(1000) - 3 * slope * rng.standard_normal((1000, 1000)) / 1000**0.5)[
            1
        ]
        for _ in range(3)
    ]
    np.testing.assert_allclose(np.mean(logs) / 1000, formula, atol=4e-3)


def test_pairs_that_share_nothing_are_independent():
    """Twice the entropy without the bound of stability, and nowhere more: typical is the mean."""
    for s, g in ((2.0, 2.0), (1.2, 2.0)):
        pairs = replica.graded_pair_entropy([0.0, 0.9], s, g)
        units = stable.StableUnits(outer(s, g), g)
        single = units.at(stable.unbounded(units), 0.0).entropy
        np.testing.assert_allclose(pairs.entropy[0], 2 * single, atol=1e-8)
        assert (np.diff(pairs.entropy) < 0).all()
        assert (pairs.error < 1e-8).all()


def test_pairs_by_differences_and_another_quadrature():
    """The saddle point is stationary, and the integral is that of nodes in the inputs."""
    s, g, r = 2.0, 2.0, 0.4
    found = replica.graded_pair_entropy(r, s, g)
    branches = networks.Branches(s)
    nodes, weights = np.polynomial.legendre.leggauss(160)
    x = branches.x_c + (nodes + 1) / 2 * 20  # inputs, not fields
    dH = weights * 10 * (1 - s / np.cosh(x) ** 2)
    H, phi = x - s * np.tanh(x), np.tanh(x)
    H, phi, dH = (np.concatenate(two) for two in ((H, -H), (phi, -phi), (dH, dH)))

    def exponent(q, q_hat, r_hat):
        normal = stats.multivariate_normal(cov=g**2 * q * np.array([[1, r], [r, 1]]))
        fields = np.stack(np.meshgrid(H, H), axis=-1)
        tilt = q_hat * (phi[:, None] ** 2 + phi**2 - 2 * q) + r_hat * (np.outer(phi, phi) - r * q)
        return np.log(np.sum(normal.pdf(fields) * np.exp(tilt) * np.outer(dH, dH)))

    y = np.array([found.q, found.q_hat, found.overlap_hat])
    np.testing.assert_allclose(exponent(*y), found.entropy, atol=1e-6)
    for step in 1e-3 * np.diag(y):
        slope = (exponent(*(y + step)) - exponent(*(y - step))) / 2e-3
        np.testing.assert_allclose(slope, 0, atol=1e-5)


def test_pairs_at_high_gain_are_binary():
    d = np.array([0.4, 0.1])
    pairs = replica.graded_pair_entropy(1 - 2 * d, 25.0, 50.0)
    binary = replica.pair_entropy(d, networks.Branches(25.0).h_c / 50)
    np.testing.assert_allclose(pairs.entropy, binary, atol=1e-4)
    with pytest.raises(ValueError, match="overlap must be"):
        replica.graded_pair_entropy(0.99, 2.0, 2.0)
    with pytest.raises(ValueError, match="s must be"):
        replica.graded_pair_entropy(0.5, 1.0, 2.0)


def test_high_gain_is_binary():
    h_c = networks.Branches(50.0).h_c
    found = replica.graded_fixed_point_entropy(50.0, 100.0)
    np.testing.assert_allclose(found.entropy, replica.fixed_point_entropy(h_c / 100), atol=1e-5)
    assert found.multiplier == 0
    crowded = replica.graded_fixed_point_entropy([0.05, 0.1, 0.2], 2.0, "all")
    assert (np.diff(crowded.entropy) > 0).all()


def test_published_numbers_near_the_onset():
    """The entropy of all fixed points starts as the third power of g - 1."""
    g = 1 + np.array([0.02, 0.03, 0.05])
    ratio = replica.graded_fixed_point_entropy(0.0, g, "all").entropy / (g - 1) ** 3
    np.testing.assert_allclose(ratio, [0.184, 0.178, 0.167], atol=6e-4)


def test_thresholds():
    assert abs(replica.graded_existence_threshold(2.0).s - 1.08318) < 1e-5
    aligned = replica.graded_existence_threshold(2.0, "aligned")

    def slack(s):
        """By adaptive quadrature over the field."""
        branches = networks.Branches(s)

        def mean(f, q):
            def integrand(z):
                x = branches.upper(2 * np.sqrt(q) * z)
                return 2 * np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi) * float(f(np.tanh(x)))

            return integrate.quad(integrand, 0, 9, epsabs=1e-9)[0]

        q = optimize.brentq(lambda q: mean(np.square, q) - q, 0.5, 1, xtol=1e-7)
        return 1 - 4 * mean(lambda phi: ((1 - phi**2) / (1 - s + s * phi**2)) ** 2, q)

    low, high = aligned.s - 1e-4, aligned.s + 1e-4
    assert slack(low) < 0 < slack(high)


def test_densities_are_normalised():
    """Every part of a mixture is the mean of its ratio to the whole."""
    rng = np.random.default_rng(1)
    scales = Scales(0.01, 3.0)
    neurons = Independent(np.array([0, 0.5, 2.0]), np.array([1.0, 3.0]))
    mixture = Mixture(scales, neurons, 0.4)
    x = mixture.draw(20000, 3, rng)
    for part, share in ((scales, 0.4), (neurons, 0.6)):
        ratio = np.exp(part.log_density(x) - mixture.log_density(x))
        assert abs(ratio.mean() - 1) < 4 * ratio.std() / np.sqrt(len(x)), share
    r = np.sqrt((scales.draw(20000, 3, rng) ** 2).sum(axis=1))
    inside = np.mean(r < 1)
    radius = np.linspace(1e-4, 1, 4001)
    points = np.zeros((4001, 3))
    points[:, 0] = radius
    shells = 4 * np.pi * radius**2 * np.exp(scales.log_density(points))
    assert abs(integrate.trapezoid(shells, radius) - inside) < 4 * np.sqrt(0.25 / 20000)


def test_one_neuron_in_closed_form():
    """It has two fixed points where s + g J > 1, and both are stable."""
    for s, g, which in ((0.0, 2.0, "all"), (1.5, 1.0, "stable"), (0.5, 1.0, "stable")):
        found = replica.log_expected_graded_fixed_points(1, s, g, which, 20000, rng=1)
        exact = np.log(2 * special.ndtr((s - 1) / g))
        assert abs(found.log_mean - exact) < 4 * found.error < 0.1


def test_two_neurons_by_search():
    """All fixed points and the stable ones, by Newton's method from many starts."""
    s, g, count, starts = 0.0, 3.0, 600, 40
    rng = np.random.default_rng(3)
    J = rng.standard_normal((count, 1, 2, 2)) / np.sqrt(2)
    scale = np.exp(rng.uniform(-3, 2, (1, starts, 1)))
    x = scale * rng.standard_normal((count, starts, 2))
    for _ in range(60):
        phi = np.tanh(x)
        slope = (g * J * (1 - phi**2)[:, :, None, :]) - np.eye(2)
        velocity = (g * J @ phi[..., None])[..., 0] - x
        step = -np.linalg.solve(slope + 1e-14, velocity[..., None])[..., 0]
        x = x + step / np.maximum(1, np.abs(step).max(-1, keepdims=True))
    size = np.abs(x).max(-1)
    good = (np.abs(velocity).max(-1) < 1e-10) & (size > 1e-5)
    stable = good & (np.linalg.eigvals(slope).real.max(-1) < 0)
    for which, chosen in (("all", good), ("stable", stable)):
        counts = [
            len(np.unique(np.round(row[use], 5) + 0.0, axis=0))
            for row, use in zip(np.abs(x) * np.sign(x * x[..., :1]), chosen, strict=True)
        ]
        found = replica.log_expected_graded_fixed_points(2, s, g, which, 20000, rng=rng)
        mean = np.exp(found.log_mean)
        error = np.hypot(2 * np.std(counts) / np.sqrt(count), mean * found.error)
        assert abs(2 * np.mean(counts) - mean) < 4 * error, which


@pytest.mark.parametrize(("N", "s", "g", "networks_"), [(4, 1.5, 1.5, 200), (6, 2.0, 2.0, 120)])
def test_zones_against_exact_means(N, s, g, networks_):
    rng = np.random.default_rng(5)
    ensemble = networks.Graded(N, s, g)
    counts = [len(dynamics.graded_zones(ensemble.sample(rng))) for _ in range(networks_)]
    found = replica.log_expected_graded_fixed_points(N, s, g, "outer", 8000, rng=rng)
    mean = np.exp(found.log_mean)
    error = np.hypot(np.std(counts) / np.sqrt(networks_), mean * found.error)
    assert abs(np.mean(counts) - mean) < 4 * error


@pytest.mark.long
def test_entropies_of_another_implementation():
    """With other grids and another solver: all fixed points at s = 0, stable ones at high gain."""
    g = [1.05, 1.1, 1.5, 2, 3, 5, 10, 50]
    known = [2.1e-5, 1.44e-4, 7.14e-3, 0.0248, 0.0614, 0.111, 0.168, 0.236]
    found = replica.graded_fixed_point_entropy(0.0, g, "all").entropy
    half = np.array([5e-7, 5e-7, 5e-6, 5e-5, 5e-5, 5e-4, 5e-4, 5e-4])  # of the last digit
    assert (np.abs(found - known) < half).all()
    g = np.array([5.0, 10, 20, 40, 100, 1000])
    known = [0.13511, 0.21380, 0.26136, 0.28888, 0.30793, 0.32201]
    found = replica.graded_fixed_point_entropy(g / 2, g).entropy
    np.testing.assert_allclose(found, known, atol=6e-6)


@pytest.mark.long
@pytest.mark.parametrize(("N", "s", "g"), [(8, 1.5, 1.5), (10, 2.0, 2.0), (12, 2.0, 2.0)])
def test_more_zones_against_exact_means(N, s, g):
    rng = np.random.default_rng(6)
    ensemble = networks.Graded(N, s, g)
    counts = [len(dynamics.graded_zones(ensemble.sample(rng))) for _ in range(150)]
    found = replica.log_expected_graded_fixed_points(N, s, g, "outer", 15000, rng=rng)
    mean = np.exp(found.log_mean)
    error = np.hypot(np.std(counts, ddof=1) / np.sqrt(150), mean * found.error)
    assert abs(np.mean(counts) - mean) < 3.5 * error


@pytest.mark.long
def test_constants_at_large_N():
    """The exact mean is a constant times exp(N Sigma), with the entropy's third digit seen."""
    for which, kind, s, g in (("all", "all", 0.0, 3.0), ("outer", "stable", 1.5, 2.0)):
        entropy = replica.graded_fixed_point_entropy(s, g, kind).entropy
        excess = [
            replica.log_expected_graded_fixed_points(N, s, g, which, 20000, rng=N).log_mean
            - N * entropy
            for N in (16, 32, 64)
        ]
        assert np.ptp(excess) < 0.3


def test_bad_arguments():
    with pytest.raises(ValueError, match="s must be > 1 for a neuron to have two branches, got 1"):
        networks.Branches(1.0)
    with pytest.raises(ValueError, match=r"s \+ g must be > 1.* got s=0.2, g=0.5"):
        replica.graded_fixed_point_entropy([1.5, 0.2], 0.5)
    with pytest.raises(ValueError, match="N must be at most 8 for which='stable', got 9"):
        replica.log_expected_graded_fixed_points(9, 1.5, 2.0)
    with pytest.raises(ValueError, match="two branches"):
        replica.log_expected_graded_fixed_points(9, 0.5, 2.0, "outer")
    with pytest.raises(ValueError, match="which must be one of all, stable"):
        replica.graded_fixed_point_entropy(1.5, 2.0, "some")
    with pytest.raises(replica.ConvergenceError, match="raise samples"):
        replica.log_expected_graded_fixed_points(40, 1.02, 5.0, "outer", 100, rng=1)
