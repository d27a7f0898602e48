"""Mean lifetimes: of lives that were drawn from a known law, and of networks step by step."""

import numpy as np
import pytest

import dynamics
from dynamics.relaxing.active_state import estimated
from networks import Asymmetric, Layered


def drawn(rates, sweeps, rng, delay=0):
    """Return lives of networks that settle at these rates, later than `delay` sweeps."""
    networks = []
    for rate in rates:
        rows, left = [], sweeps
        while left > 0:
            length = delay + rng.geometric(rate)
            rows.append((min(length, left), length <= left))
            left -= length
        networks.append(np.array(rows, dtype=np.int64))
    return networks


def test_the_mean_of_a_known_law_is_found_with_its_error():
    """Half of the lives are cut short; the errors cover, and are those of a bootstrap."""
    rng = np.random.default_rng(1)
    found = [estimated(drawn(np.full(20, 1 / 400), 800, rng, 5), 5) for _ in range(200)]
    off = np.array([np.log(one.value / 400) / (one.error / one.value) for one in found])
    assert abs(off.mean()) < 0.35
    assert 0.85 < off.std() < 1.25
    drifts = np.array([one.drift for one in found])
    assert abs(drifts.mean()) < 0.3
    assert 0.8 < drifts.std() < 1.3
    assert np.mean([one.spread for one in found]) < 0.3
    last = found[-1]
    chosen = rng.integers(20, size=(4000, 20))
    again = last.exposure[chosen].sum(axis=1) / last.settled[chosen].sum(axis=1)
    assert last.error == pytest.approx(again.std(), rel=0.25)


def test_networks_that_differ_have_a_spread_and_larger_errors():
    rng = np.random.default_rng(2)
    rates = np.exp(0.5 * rng.standard_normal(400)) / 300
    found = estimated(drawn(rates, 6000, rng), 0)
    assert found.value == pytest.approx(1 / rates.mean(), rel=0.1)
    assert found.spread == pytest.approx(rates.std() / rates.mean(), rel=0.15)
    assert abs(found.drift) < 3
    assert found.error / found.value > 1.5 / np.sqrt(found.settled.sum())


def test_a_start_that_is_not_forgotten_drifts():
    rng = np.random.default_rng(3)
    lives = drawn(np.full(40, 0.02), 4000, rng, delay=50)
    assert estimated(lives, 50).converged
    found = estimated(lives, 0)
    assert found.drift > 5
    assert not found.converged
    assert "burn_in" in found.status


def test_networks_that_differ_do_not_drift():
    """Not even if they settle once or never."""
    rng = np.random.default_rng(6)
    drifts = [
        estimated(drawn(np.exp(rng.standard_normal(40)) / 300, 600, rng, 10), 10).drift
        for _ in range(200)
    ]
    assert abs(np.mean(drifts)) < 0.25
    assert 0.85 < np.std(drifts) < 1.15


def test_survival_is_that_of_all_lives_if_none_is_cut_short():
    rng = np.random.default_rng(4)
    lengths = rng.geometric(0.1, size=(5, 30))
    found = estimated([np.stack([rows, np.ones_like(rows)], axis=1) for rows in lengths], 0)
    t = np.array([0, 1, 5, 12.5])
    np.testing.assert_allclose(found.survival(t), (lengths[..., None] > t).mean(axis=(0, 1)))
    assert np.isnan(found.survival(lengths.max() + 1))
    assert found.value == pytest.approx(lengths.mean())
    cut = estimated([np.array([[2, 1], [3, 0], [4, 1]])] * 3, 0)  # by hand
    np.testing.assert_allclose(cut.survival([1, 2, 3, 4]), [1, 2 / 3, 2 / 3, 0])


def test_lives_are_those_of_relax():
    """A network's first life, and its time, all lives together."""
    ensemble = Asymmetric(40, 0.5)
    found = dynamics.lifetime(ensemble, 4, 300, 0, rng=5, throw=False)
    rng = np.random.default_rng(5)
    first = dynamics.relax(ensemble.sample(rng), max_sweeps=300, rng=rng)
    assert (found.ages[0], found.ended[0]) == (first.sweeps, first.converged)
    assert (found.exposure <= 300).all()
    assert found.ages.sum() == found.exposure.sum()
    late = dynamics.lifetime(ensemble, 4, 300, 10, rng=5, throw=False)
    np.testing.assert_array_equal(late.ages, found.ages[found.ages > 10] - 10)


def test_layers_settle_too():
    assert dynamics.lifetime(Layered(30, 2, 0.5, 0.3), 4, 300, 5, rng=1, throw=False).value > 0


def test_nothing_that_ends_is_told():
    with pytest.raises(dynamics.ConvergenceError, match="Only 0 lives ended"):
        dynamics.lifetime(Asymmetric(300, 0.0), 3, 20, 5, rng=1)
    found = dynamics.lifetime(Asymmetric(300, 0.0), 3, 20, 5, rng=1, throw=False)
    assert (found.value, found.error, found.converged) == (np.inf, np.inf, False)
    np.testing.assert_array_equal(found.survival([0, 15]), 1)
    short = dynamics.lifetime(Asymmetric(20, 3.0), 3, 50, 40, rng=1, throw=False)
    assert (short.exposure == 0).all()
    assert not short.converged


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((Asymmetric(5, 0.1).sample(1),), TypeError, "ensemble must be"),
        ((Asymmetric(5, 0.1), 2), ValueError, "count must be"),
        ((Asymmetric(5, 0.1), 5, 0), ValueError, "sweeps must be"),
        ((Asymmetric(5, 0.1), 5, 10, 10), ValueError, "burn_in must be"),
    ],
)
def test_domains(arguments, error, message):
    with pytest.raises(error, match=message):
        dynamics.lifetime(*arguments)
