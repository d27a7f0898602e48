"""All attractors: against following every state one by one, and against exact mean numbers."""

import re

import numpy as np
import pytest

from dynamics import (
    annealed_cycles,
    census,
    enumerate_fixed_points,
    log_expected_reversing_four_cycles,
    log_expected_two_cycles,
)
from dynamics.attractors.annealed_cycles import pair_chain
from dynamics.attractors.cycle_counts import _log_both_above, _log_one_above
from networks import Asymmetric, Layered, Network

SMALL = [
    Asymmetric(1, 0.0),
    Asymmetric(1, 0.5),
    Asymmetric(2, 0.1),
    Asymmetric(9, 0.0),
    Asymmetric(10, 0.3),
    Asymmetric(9, 0.2, -0.8),
    Asymmetric(9, 0.1, 1.0),
    Layered(4, 2, 0.2, 0.3),
    Layered(1, 5, 0.0, 0.2),
]
RULES = ["synchronous", "sequential"]


def followers(plain, network, rule):
    """Return the state after each one, as numbers, by plain float64."""
    n = int(np.prod(network.shape))
    states = 2 * (np.arange(2**n)[:, None] >> np.arange(n)[::-1] & 1) - 1
    if rule == "synchronous":
        following = np.where(plain.stabilities(network, states) > 0, states, -states)
    else:
        after = [plain.relax(network, s, range(n))[0].ravel() for s in states]
        following = np.array(after)
    return (following > 0).astype(int) @ (1 << np.arange(n)[::-1])


def attractors(following):
    """Return {first state: (length, basin, transients)} by walking from every state."""
    found = {}
    for start in range(len(following)):
        path = [start]
        while (state := following[path[-1]]) not in path:
            path.append(state)
        cycle = path[path.index(state) :]
        found.setdefault(min(cycle), (len(cycle), []))[1].append(len(path) - len(cycle))
    return found


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("ensemble", SMALL, ids=repr)
@pytest.mark.parametrize("seed", [1, 2])
def test_against_every_state_one_by_one(plain, ensemble, rule, seed):
    network = ensemble.sample(rng=seed)
    found = census(network, rule)
    walked = attractors(followers(plain, network, rule))
    assert found.codes.tolist() == sorted(walked)
    assert found.lengths.tolist() == [walked[code][0] for code in found.codes]
    assert found.basins.tolist() == [len(walked[code][1]) for code in found.codes]
    distances = [distance for _, transients in walked.values() for distance in transients]
    assert found.transients.tolist() == np.bincount(distances).tolist()
    assert found.mean_transient == pytest.approx(np.mean(distances))


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize(
    "ensemble", [*SMALL, Asymmetric(18, 0.3), Asymmetric(17, 0.0), Layered(6, 3, 0.1, 0.4)]
)
def test_laws(ensemble, rule):
    network = ensemble.sample(rng=3)
    found = census(network, rule)
    n = int(np.prod(network.shape))
    assert found.basins.sum() == found.transients.sum() == 2**n
    assert found.transients[0] == found.lengths.sum()
    np.testing.assert_array_equal(found.fixed_points, enumerate_fixed_points(network))
    assert found.states.shape == (len(found.lengths), *network.shape)
    # a cycle is its own reverse, or comes with its reverse
    assert not (found.reversing & (found.lengths % 2 == 1)).any()
    others = np.sort(found.lengths[~found.reversing])
    np.testing.assert_array_equal(others[::2], others[1::2])


def test_symmetric_networks_have_short_cycles():
    """Lengths are 1 and 2 for synchronous, 1 for sequential updates (by their energies)."""
    for seed in range(3):
        network = Asymmetric(12, 0.05, 1.0).sample(rng=seed)
        assert census(network).lengths.max() <= 2
        assert census(network, "sequential").lengths.max() == 1


def test_two_neurons_by_hand():
    chase = census(Network([[0, 1], [-1, 0]], 0.0))
    assert chase.lengths.tolist() == [4]
    assert chase.reversing.tolist() == [True]
    assert (chase.mean_length, chase.mean_transient) == (4, 0)
    swap = census(Network([[0, 1], [1, 0]], 0.0))
    assert swap.lengths.tolist() == [1, 2, 1]
    assert swap.states.tolist() == [[-1, -1], [-1, 1], [1, 1]]
    assert swap.reversing.tolist() == [False, True, False]
    assert repr(swap) == (
        "Census(3 attractors, 2 of them fixed points with 0.5 of all 2^2 states, longest cycle 2)"
    )


def assert_mean(samples, expected):
    samples = np.asarray(samples, dtype=float)
    z = (samples.mean() - expected) / (samples.std(ddof=1) / np.sqrt(len(samples)))
    assert abs(z) < 4, f"z = {z}"


@pytest.mark.parametrize(
    ("N", "J_D"),
    [
        pytest.param(2, 0.3, marks=pytest.mark.thorough),
        pytest.param(3, 0.0, marks=pytest.mark.thorough),
        pytest.param(8, 0.0, marks=pytest.mark.thorough),
        (8, 0.2),
        pytest.param(12, 0.0, marks=pytest.mark.thorough),
        pytest.param(11, 0.5, marks=pytest.mark.thorough),
    ],
)
def test_exact_means(N, J_D):
    rng = np.random.default_rng([N, round(10 * J_D)])
    found = [census(Asymmetric(N, J_D).sample(rng)) for _ in range(3000)]
    two = [np.sum(one.lengths == 2) for one in found]
    four = [np.sum((one.lengths == 4) & one.reversing) for one in found]
    assert_mean(two, np.exp(log_expected_two_cycles(N, J_D)))
    assert_mean(four, np.exp(log_expected_reversing_four_cycles(N, J_D)))


@pytest.mark.parametrize(
    ("N", "J_D", "eta"),
    [
        pytest.param(2, 0.3, 0.5, marks=pytest.mark.thorough),
        pytest.param(3, 0.0, 0.7, marks=pytest.mark.thorough),
        pytest.param(6, 0.0, 1.0, marks=pytest.mark.thorough),
        (6, 0.2, -0.4),
        pytest.param(7, 0.2, 0.6, marks=pytest.mark.thorough),
    ],
)
def test_exact_means_with_symmetry(N, J_D, eta):
    rng = np.random.default_rng(N)
    two = [np.sum(census(Asymmetric(N, J_D, eta).sample(rng)).lengths == 2) for _ in range(3000)]
    assert_mean(two, np.exp(log_expected_two_cycles(N, J_D, eta)))


def test_two_neurons_with_symmetry():
    """Exact: both couplings have the same sign, and are beyond the self-coupling."""
    from scipy.stats import multivariate_normal

    J, eta = 0.3 * np.sqrt(2), 0.5
    both = multivariate_normal([0, 0], [[1, eta], [eta, 1]]).cdf([-J, -J])
    assert np.exp(log_expected_two_cycles(2, 0.3, eta)) == pytest.approx(2 * both, rel=1e-6)


@pytest.mark.parametrize("eta", [pytest.param(1e-9, marks=pytest.mark.thorough), -1e-9])
def test_weak_symmetry_is_none(eta):
    for J_D in (0.0, 0.4):
        weak = log_expected_two_cycles(9, J_D, eta)
        assert weak == pytest.approx(float(log_expected_two_cycles(9, J_D)), abs=1e-6)


def by_mpmath(N, J_D):
    """Return both logarithms by one-dimensional integrals of normal densities."""
    import mpmath as mp

    mp.mp.dps = 30
    J = mp.mpf(J_D) * mp.sqrt(mp.mpf(N) / (N - 1))

    def orthant(u, v, rho):  # P(x > u, y > v)
        if abs(rho) == 1:
            return mp.ncdf(-max(u, v)) if rho == 1 else max(0, mp.ncdf(-u) - mp.ncdf(v))
        r = mp.sqrt(1 - rho**2)
        spread = sorted(
            {u, *(p for p in (v / rho - r, v / rho, v / rho + r) if p > u)} if rho else {u}
        )
        return mp.quad(lambda x: mp.npdf(x) * mp.ncdf((rho * x - v) / r), [*spread, mp.inf])

    two = four = mp.mpf(0)
    F = mp.ncdf(J)
    for k in range(1, N + 1):
        agree, differ = mp.mpf(N - 1 - 2 * k) / (N - 1), -mp.mpf(N + 1 - 2 * k) / (N - 1)
        weight = mp.mpf(2) ** N * mp.binomial(N, k)
        here = orthant(-J, -J, agree) if k < N else mp.mpf(1)
        two += weight * here ** (N - k) * orthant(J, J, differ) ** k / 2
        mixed = F - here if k < N else mp.mpf(1)
        four += weight * mixed ** (N - k) * (F - orthant(-J, -J, differ)) ** k / 4
    return float(mp.log(two)), float(mp.log(four))


@pytest.mark.parametrize(("N", "J_D"), [(2, 0.4), (4, 0.0), (5, 1.5)])
def test_exact_means_against_mpmath(N, J_D):
    two, four = by_mpmath(N, J_D)
    assert float(log_expected_two_cycles(N, J_D)) == pytest.approx(two, abs=1e-11)
    assert float(log_expected_reversing_four_cycles(N, J_D)) == pytest.approx(four, abs=1e-11)


@pytest.mark.parametrize(("J", "a"), [(1e-3, 0.3), (0.02, 40), (3, 0.3), (0.4, 100), (60, 5)])
def test_orthants_of_any_size(J, a):
    """The two probabilities, by integrals of normal densities: tiny ones, and steep integrands."""
    import mpmath as mp

    with mp.workdps(30):
        rho, r = (1 - mp.mpf(a) ** 2) / (1 + mp.mpf(a) ** 2), 2 * mp.mpf(a) / (1 + mp.mpf(a) ** 2)
        near = [J + x / (J * (1 + a**2)) for x in (0, 1, 4, 16, 64)]
        ends = sorted({*near, *(x for x in (0.1, 1, 4, 12) if x > J)})
        both = mp.quad(lambda x: mp.npdf(x) * mp.ncdf((rho * x - J) / r), ends)
        near = [t - rho * J for t in (-12, -4, -1, 0, 1, 4, 12)] + [(-J + 5 * r) / rho]
        ends = sorted({mp.mpf(-J), *(x for x in near if x > -J)})
        one = mp.quad(lambda x: mp.npdf(x) * mp.ncdf((-J - rho * x) / r), ends)
        logs = float(mp.log(both)), float(mp.log(one))
    assert float(_log_both_above(np.array(J), np.array(a))) == pytest.approx(logs[0], rel=1e-10)
    assert float(_log_one_above(np.array(J), np.array(a))) == pytest.approx(logs[1], rel=1e-10)


def test_many_neurons():
    """Without self-coupling the numbers have limits, by the Gaussian fluctuations of overlaps."""
    a = 2 / np.pi
    two = np.exp(log_expected_two_cycles(3000, 0.0))
    four = np.exp(log_expected_reversing_four_cycles(3000, 0.0))
    assert two == pytest.approx(0.5 + 0.5 * np.exp(-a) / (1 - a), abs=2e-3)
    assert four == pytest.approx(0.25 * np.exp(a) / (1 + a), abs=2e-3)
    assert log_expected_two_cycles(50, np.zeros((2, 3))).shape == (2, 3)
    for count in (log_expected_two_cycles, log_expected_reversing_four_cycles):
        logs = count(200, [0.0, 5e-324, 1e-3, 1.0, 30.0, 1e5, 1e100])
        assert np.isfinite(logs).all()
        assert logs[0] == logs[1]
        assert count(200, 1e200) == -np.inf


def test_pairs_of_states_move_as_the_chain_says():
    """One step of two states under fresh couplings."""
    N, d = 7, 3
    rng = np.random.default_rng(1)
    start = np.ones((2, N), dtype=int)
    start[1, :d] = -1
    counts = np.zeros(N + 1)
    trials = 6000
    for _ in range(trials):
        J = rng.standard_normal((N, N))
        np.fill_diagonal(J, 0)
        after = np.sign(start @ J.T)
        counts[int((after[0] != after[1]).sum())] += 1
    p = pair_chain(N)[d - 1]
    z = (counts[1:N] - trials * p) / np.sqrt(trials * p * (1 - p))
    assert np.abs(z).max() < 4


def test_annealed_cycles_without_self_coupling():
    """An approximation: 4 % for the mean length, 6 % for the number, besides the errors."""
    N, rng = 12, np.random.default_rng(2)
    found = [census(Asymmetric(N, 0.0).sample(rng)) for _ in range(1500)]
    theory = annealed_cycles(N)
    for samples, mean, accuracy in [
        ([one.mean_length for one in found], theory.mean_length, 0.04),
        ([len(one.lengths) for one in found], theory.attractors, 0.06),
    ]:
        error = np.std(samples) / np.sqrt(len(samples))
        assert abs(np.mean(samples) - mean) < accuracy * mean + 3 * error


def test_annealed_rate():
    rates = [annealed_cycles(N).merging_rate for N in (20, 32)]
    np.testing.assert_allclose(-np.log(rates) / [20, 32], [0.4471, 0.4438], atol=2e-4)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (
            {"network": Asymmetric(27, 0.5).sample(1)},
            ValueError,
            "network must .*at most 26 .*got 27",
        ),
        ({"network": Asymmetric(5, 0.5)}, TypeError, "network must .*got Asymmetric"),
        ({"rule": "parallel"}, ValueError, "rule must .*got 'parallel'"),
    ],
)
def test_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        census(**{"network": Asymmetric(3, 0.5).sample(1), **arguments})


@pytest.mark.parametrize("count", [log_expected_two_cycles, log_expected_reversing_four_cycles])
def test_counts_refused(count):
    for N in (1, 10**6):
        message = f"N must be an integer in [2, 100000], got {N}"
        with pytest.raises(ValueError, match=re.escape(message)):
            count(N, 0.5)
    with pytest.raises(ValueError, match=r"^J_D must"):
        count(5, -0.5)
    with pytest.raises(ValueError, match=re.escape("N must be an integer in [4, 40], got 3")):
        annealed_cycles(3)
