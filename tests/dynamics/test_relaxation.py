"""Relaxation: the same trajectory as in plain float64, and the laws that every order obeys."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dynamics import Relaxation, enumerate_fixed_points, relax
from networks import Asymmetric, Layered, Network

ORDERS = ["permutation", "random", "fixed"]
ENSEMBLES = [
    Asymmetric(1, 0.4),
    Asymmetric(60, 0.7),
    Asymmetric(200, 0.1),
    Asymmetric(80, 0.1, 1.0),
    Asymmetric(50, 0.9, -0.5),
    Layered(30, 3, 0.6, 0.3),
    Layered(30, 2, 0.3, 0.1),
    Layered(1, 6, 0.0, 0.5),
]


def start_of(network, seed=1):
    return np.random.default_rng(seed).choice([-1, 1], size=network.shape)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("ensemble", ENSEMBLES, ids=repr)
def test_what_it_says_is_so(plain, ensemble, order):
    """It converges to fixed points, and to nothing else; and the numbers fit together."""
    for seed in range(4):
        network = ensemble.sample(rng=seed)
        result = relax(network, order=order, max_sweeps=60, rng=seed, history=True)
        assert (result.state.shape, result.state.dtype) == (network.shape, np.int8)
        unstable = np.mean(plain.stabilities(network, result.state[None]) <= 0)
        assert result.converged == (unstable == 0) == bool(network.is_fixed_point(result.state))
        history = result.unstable_fraction
        assert len(history) == result.sweeps + 1
        assert history[-1] == unstable
        assert (history[:-1] > 0).all()
        assert result.converged or result.sweeps == 60
        assert result.flips >= (result.sweeps if order != "random" else 0)
        start = relax(network, max_sweeps=0, rng=seed).state
        moved = int((start != result.state).sum())
        assert result.flips >= moved
        assert (result.flips - moved) % 2 == 0


def test_both_endings_occur():
    endings = [relax(e.sample(rng=1), max_sweeps=60, rng=1).converged for e in ENSEMBLES]
    assert len(set(endings)) == 2


@pytest.mark.parametrize("ensemble", ENSEMBLES, ids=repr)
@pytest.mark.parametrize("sweeps", [1, 2, 7])
def test_the_fixed_order_step_by_step(plain, ensemble, sweeps):
    network = ensemble.sample(rng=2)
    start = start_of(network)
    result = relax(network, start, order="fixed", max_sweeps=sweeps, history=True)
    state, flips = start, 0
    history = [np.mean(plain.stabilities(network, start[None]) <= 0)]
    while history[-1] > 0 and len(history) <= sweeps:
        state, more = plain.relax(network, state, range(start.size))
        flips += more
        history.append(np.mean(plain.stabilities(network, state[None]) <= 0))
    np.testing.assert_array_equal(result.state, state)
    np.testing.assert_array_equal(result.unstable_fraction, history)
    assert (result.flips, result.sweeps) == (flips, len(history) - 1)


def test_a_permutation_visits_every_neuron_once():
    """Neurons that only fall down: one sweep brings down all; independent visits miss a third."""
    N = 400
    J = np.zeros((N, N))
    J[1:, 0] = 1  # all follow the first, which is stable by its self-coupling
    J[0, 1] = 1e-3
    start = np.ones(N)
    start[0] = -1
    down = {
        order: relax(Network(J, 0.5), start, order=order, max_sweeps=1, rng=1) for order in ORDERS
    }
    assert down["permutation"].flips == down["fixed"].flips == N - 1
    assert down["permutation"].converged
    missed = 1 - down["random"].flips / (N - 1)
    assert abs(missed - np.exp(-1)) < 4 * np.sqrt(np.exp(-1) * (1 - 2 * np.exp(-1)) / N)


@pytest.mark.parametrize("n", [2, 3, 4])
def test_every_permutation_is_as_likely(n):
    """A chain in which each follows the one before it: the flips of a sweep tell its order."""
    from math import factorial

    from dynamics.relaxing.orders import plan_sweep

    rng = np.random.default_rng(3)
    visits = np.arange(n)
    draws = 400 * factorial(n)
    seen = {}
    for _ in range(draws):
        plan_sweep(visits, "permutation", rng)
        seen[tuple(visits)] = seen.get(tuple(visits), 0) + 1
    assert len(seen) == factorial(n)
    chi_squared = sum((count - 400) ** 2 / 400 for count in seen.values())
    dof = factorial(n) - 1
    assert chi_squared < dof + 5 * np.sqrt(2 * dof)


@pytest.mark.parametrize("order", ORDERS)
def test_a_fixed_point_stays(order):
    for ensemble in (Asymmetric(14, 0.5), Layered(7, 2, 0.4, 0.3)):
        network = ensemble.sample(rng=4)
        found = enumerate_fixed_points(network)
        assert len(found) > 0
        for s in found[:6]:
            result = relax(network, s, order=order, rng=1, history=True)
            np.testing.assert_array_equal(result.state, s)
            assert (result.converged, result.flips, result.sweeps) == (True, 0, 0)
            assert result.unstable_fraction.tolist() == [0]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("ensemble", [Asymmetric(90, 0.5), Layered(30, 3, 0.4, 0.2)])
def test_same_seed_same_bits(ensemble, order):
    network = ensemble.sample(rng=5)
    runs = [
        relax(network, order=order, max_sweeps=5, rng=rng)
        for rng in (6, np.random.default_rng(6), 7)
    ]
    np.testing.assert_array_equal(runs[0].state, runs[1].state)
    assert (runs[0].flips, runs[0].sweeps) == (runs[1].flips, runs[1].sweeps)
    assert (runs[0].state != runs[2].state).any()


def test_the_start_is_left_alone():
    network = Asymmetric(40, 0.3).sample(rng=6)
    for dtype in (np.int8, np.int64, np.float32, float):
        start = start_of(network).astype(dtype)
        kept = start.copy()
        relax(network, start, max_sweeps=3, rng=1)
        np.testing.assert_array_equal(start, kept)
    np.testing.assert_array_equal(relax(network, start, max_sweeps=0).state, kept)
    assert relax(network, start, max_sweeps=0, history=True).unstable_fraction.size == 1
    assert relax(network, start, max_sweeps=3).unstable_fraction is None


@pytest.mark.parametrize("order", ORDERS)
def test_symmetric_networks_go_downhill(plain, order):
    """The energy of a symmetric network, -s J s / 2, falls by at least 2 J_D with every flip."""
    network = Asymmetric(200, 0.1, 1.0).sample(rng=7)
    J = plain.dense(network)
    s = start_of(network)
    energies, flips = [-s @ J @ s / 2], []
    for sweep in range(30):
        result = relax(network, s, order=order, max_sweeps=1, rng=sweep)
        s = result.state.astype(int)
        energies.append(-s @ J @ s / 2)
        flips.append(result.flips)
    assert sum(flips) > 50
    assert (np.diff(energies) <= -2 * network.J_D * np.array(flips) + 1e-9).all()
    assert result.converged


def test_two_neurons_by_hand():
    attract = Network([[0, 1], [1, 0]], 0.0)
    result = relax(attract, [1, -1], order="fixed")
    assert (result.state.tolist(), result.flips, result.sweeps) == ([-1, -1], 1, 1)
    chase = Network([[0, 1], [-1, 0]], 0.0)  # one follows, the other flees
    result = relax(chase, [1, 1], order="fixed", max_sweeps=10, history=True)
    assert not result.converged
    assert result.unstable_fraction.tolist() == [0.5] * 11
    assert result.flips == 19  # of the first neuron's visits, the first changes nothing
    held = relax(Network([[0, 1], [-1, 0]], 1.5), [1, 1])
    assert (held.converged, held.flips) == (True, 0)


def test_a_neuron_without_input():
    never = relax(Network([[0.0]], 0.0), max_sweeps=9, rng=1, history=True)
    assert (never.converged, never.sweeps, never.flips) == (False, 9, 9)
    assert never.unstable_fraction.tolist() == [1] * 10
    assert relax(Network([[0.0]], 1e-9)).converged


def test_layers_hold_each_other():
    """Without couplings inside, a chain of layers is an Ising chain: its walls do not move."""
    network = Network(np.zeros((4, 2, 2)), 0.5, lam=1.0)
    start = np.array([[1, 1], [1, -1], [-1, -1], [-1, 1]])
    result = relax(network, start, order="fixed")
    assert result.converged
    assert result.state[:, 0].tolist() == [1, 1, -1, -1]
    # -1 between 1 and 1 in the second column: both neurons at the ends have one neighbour only
    assert result.state[:, 1].tolist() == [-1, -1, -1, -1]


def test_what_it_prints():
    network = Asymmetric(50, 2.0).sample(rng=8)
    settled = relax(network, rng=1)
    assert isinstance(settled, Relaxation)
    assert repr(settled).startswith(f"Relaxation(settled into a fixed point after {settled.sweeps}")
    moving = relax(Asymmetric(50, 0.0).sample(rng=8), max_sweeps=2, rng=1)
    assert repr(moving).startswith("Relaxation(still moving after 2 sweeps, ")
    assert settled.status == f"Settled into a fixed point after {settled.sweeps} sweeps."
    assert moving.status == "Still moving after 2 sweeps, the maximum; raise max_sweeps or J_D."


@settings(derandomize=True, deadline=None, max_examples=80)
@given(
    N=st.integers(1, 9),
    L=st.integers(1, 3),
    J_D=st.floats(0, 3),
    lam=st.floats(0, 2),
    order=st.sampled_from(ORDERS),
    max_sweeps=st.integers(0, 20),
    seed=st.integers(0, 2**32),
)
def test_the_domain(N, L, J_D, lam, order, max_sweeps, seed):
    network = Layered(N, L, J_D, lam).sample(seed)
    result = relax(network, None, order, max_sweeps, rng=seed, history=True)
    assert result.converged == bool(network.is_fixed_point(result.state))
    assert result.sweeps <= max_sweeps
    assert result.flips <= result.sweeps * N * L
    assert ((result.unstable_fraction >= 0) & (result.unstable_fraction <= 1)).all()


GOOD = {"network": Asymmetric(3, 0.5).sample(rng=1)}


@pytest.mark.parametrize(
    ("name", "value", "error", "message"),
    [
        ("network", Asymmetric(3, 0.5), TypeError, "a networks.Network, got Asymmetric(N=3"),
        ("network", np.zeros((3, 3)), TypeError, "a networks.Network, got array"),
        ("start", [1, -1], ValueError, "shape (3,), got (2,)"),
        ("start", [[1, 1, 1]], ValueError, "shape (3,), got (1, 3)"),
        ("start", 1, ValueError, "shape (3,), got ()"),
        ("start", [1, 0, 1], ValueError, "entries +1 or -1, got 0"),
        ("start", [1, 1, float("nan")], ValueError, "got nan"),
        ("start", [1, 1, 1.5], ValueError, "got 1.5"),
        ("start", ["+", "-", "+"], TypeError, "+1 and -1"),
        ("start", [True, True, True], TypeError, "+1 and -1"),
        ("order", "sorted", ValueError, "permutation, random, fixed, most_unstable, got 'sorted'"),
        ("order", "", ValueError, "got ''"),
        ("order", 1, TypeError, "got 1"),
        ("order", None, TypeError, "got None"),
        ("max_sweeps", -1, ValueError, "an integer >= 0, got -1"),
        ("max_sweeps", 1.5, TypeError, "got 1.5"),
        ("max_sweeps", float("inf"), TypeError, "got inf"),
        ("max_sweeps", True, TypeError, "got True"),
        ("rng", -1, ValueError, "an integer >= 0, got -1"),
        ("rng", "1", TypeError, "got '1'"),
        ("rng", 0.5, TypeError, "got 0.5"),
    ],
)
def test_refused(name, value, error, message):
    with pytest.raises(error, match=f"^{name} must .*{re.escape(message)}"):
        relax(**{**GOOD, name: value})


def test_a_start_of_the_wrong_layers():
    network = Layered(3, 2, 0.5, 0.1).sample(rng=1)
    for shape in [(3,), (6,), (3, 2), (1, 2, 3)]:
        with pytest.raises(ValueError, match=re.escape(f"shape (2, 3), got {shape}")):
            relax(network, np.ones(shape))


def test_tie_in_float32_is_decided_as_the_fixed_point_test_does():
    j = np.float32(0.7)  # less than 0.7
    network = Network([[0, j], [j, 0]], J_D=0.7)
    assert network.is_fixed_point([1, -1])
    relaxation = relax(network, start=[1, -1], order="fixed")
    assert relaxation.converged
    assert relaxation.flips == 0


def test_a_rounding_error_of_the_flips_is_not_taken_for_stability():
    """Neuron 0 gets A (s_1 + s_2) - s_3 / 2; at s_1 = s_2, float32 has lost the last term."""
    A = 5 * 2.0**20
    J = np.zeros((4, 4))
    J[0, 1:] = A, A, -0.5
    J[2, 3] = -1  # makes neuron 2 flip
    network = Network(J, J_D=0.25)
    end = relax(network, [1, 1, 1, 1], order="fixed")
    assert end.state.tolist() == [-1, 1, -1, 1]
    assert end.converged
    assert (end.flips, end.sweeps) == (2, 2)
