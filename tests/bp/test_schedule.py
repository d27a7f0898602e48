"""The protocol that is taken where none is given."""

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import norm

import bp
import networks
from bp.solving import schedule


@pytest.mark.parametrize("J_D", [0.0, 0.05, 0.2, 0.48])
def test_the_scale_of_the_rates(J_D):
    kappa = norm.pdf(J_D) / norm.cdf(J_D)

    def growth(slope):
        return (1 + slope) * kappa * ((1 + 2 * slope) * kappa - J_D) - 1

    slope = brentq(growth, 0, 20, xtol=1e-14)
    assert schedule.scale(J_D) == pytest.approx(slope / (1 + slope), rel=1e-10)


@pytest.mark.parametrize("J_D", [0.6, 1.0, 2.5])
def test_above_the_fold_the_rates_enclose_the_onset(J_D):
    rates = bp.protocol(networks.Asymmetric(100, J_D)).rates
    onset = bp.onset(J_D).rate
    assert rates[0] == pytest.approx(0.8 * onset, rel=1e-8)
    assert rates[-1] == pytest.approx((1 + onset) / 2, rel=1e-8)


@pytest.mark.parametrize("J_D", [0.0, 0.1, 0.3, 0.7, 2.0, 1e3])
def test_focusing_follows_the_rates(J_D):
    made = bp.protocol(networks.Asymmetric(100, J_D), effort=400)
    gamma, y = np.array(list(made)).T
    weak = (y - 1) * np.tanh(gamma) ** 2
    np.testing.assert_allclose(weak, made.rates / (1 - made.rates))
    assert (np.diff(made.rates) > 0).all()
    assert len(gamma) == len(made.rates)


@pytest.mark.parametrize("effort", [1, 9, 10, 39, 47, 1000, 12345])
def test_effort_is_a_bound(effort):
    made = bp.protocol(networks.Asymmetric(500, 0.12), effort)
    assert made.effort <= max(effort, 10)
    assert made.effort > 0.8 * effort - 50
    assert made.effort == made.runs * made.iterations * len(made.rates)


def test_networks_and_ensembles_alike():
    for ensemble in (networks.Asymmetric(60, 0.15), networks.Layered(30, 2, 0.15, 0.3)):
        drawn = bp.protocol(ensemble.sample(rng=1))
        np.testing.assert_array_equal(drawn.rates, bp.protocol(ensemble).rates)
        assert drawn.runs == bp.protocol(ensemble).runs


@pytest.mark.parametrize("algorithm", [bp.focusing, bp.reinforcement])
def test_taken_where_none_is_given(algorithm):
    network = networks.Asymmetric(150, 0.25).sample(rng=1)
    made = bp.protocol(network, 1800)
    default, given = (algorithm(network, effort=1800, rng=1), algorithm(network, made, rng=1))
    assert default.converged
    assert (default.state == given.state).all()
    assert default.status == given.status
    rates = made.rates if algorithm is bp.reinforcement else list(made)
    plain = algorithm(network, rates, runs=made.runs, rng=1)
    assert plain.overlap != default.overlap, "it starts from other fields"
    with pytest.raises(ValueError, match="effort must be None with a protocol of one's own"):
        algorithm(network, rates, effort=100)


@pytest.mark.parametrize(
    "J_D",
    [
        0.25,
        pytest.param(0.6, marks=pytest.mark.thorough),
        pytest.param(1.0, marks=pytest.mark.thorough),
        2.0,
    ],
)
def test_finds_fixed_points_at_all_self_couplings(J_D):
    for ensemble in (networks.Asymmetric(200, J_D), networks.Layered(60, 2, J_D, 0.2)):
        network = ensemble.sample(rng=1)
        for algorithm in (bp.focusing, bp.reinforcement):
            solution = algorithm(network, effort=4800, rng=1)
            assert solution.converged, solution.status
            assert network.is_fixed_point(solution.state)


def test_refused():
    with pytest.raises(ValueError, match="independent couplings"):
        bp.protocol(networks.Asymmetric(100, 0.2, eta=0.5))
    with pytest.raises(ValueError, match="independent couplings"):
        bp.protocol(networks.Asymmetric(100, 0.2, eta=0.9).sample(rng=1))
    with pytest.raises(ValueError, match="effort"):
        bp.protocol(networks.Asymmetric(100, 0.2), effort=0)
    with pytest.raises(TypeError, match="network"):
        bp.protocol(7)
