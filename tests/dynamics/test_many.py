"""Many starts, couplings of one bit, other orders, and synchronous updates."""

import itertools
import re

import numpy as np
import pytest

from dynamics import Cycle, census, relax, relax_many, synchronous
from networks import Asymmetric, Layered, Network

ORDERS = ["permutation", "random", "fixed", "most_unstable"]


def starts_of(network, number, seed=1):
    return np.random.default_rng(seed).choice([-1, 1], size=(number, *network.shape))


@pytest.mark.parametrize("kind", ["binary", "procedural"])
@pytest.mark.parametrize("order", ORDERS[:3])
@pytest.mark.parametrize(("N", "J_D", "sweeps"), [(63, 0.2, 40), (600, 0.1, 12), (520, 0.9, 99)])
def test_bits_move_like_numbers(kind, order, N, J_D, sweeps):
    """The same flips, one by one; long enough for the 8 bits to be carried many times."""
    network = Asymmetric(N, J_D, couplings=kind).sample(1)
    twin = Network(network.couplings, J_D)
    starts = starts_of(network, 3)
    pairs = [relax_many(one, starts, order, sweeps, rng=2, history=True) for one in (network, twin)]
    for bits, numbers in zip(*pairs, strict=True):
        np.testing.assert_array_equal(bits.state, numbers.state)
        np.testing.assert_array_equal(bits.unstable_fraction, numbers.unstable_fraction)
        assert (bits.flips, bits.sweeps) == (numbers.flips, numbers.sweeps)
    assert J_D > 0.5 or pairs[0][0].flips > 254


@pytest.mark.parametrize("order", ["permutation", "fixed", "most_unstable"])
@pytest.mark.parametrize(
    "ensemble",
    [Asymmetric(150, 0.7), Layered(40, 3, 0.6, 0.2), Asymmetric(150, 0.6, couplings="binary")],
    ids=repr,
)
def test_many_starts_are_single_ones(ensemble, order):
    network = ensemble.sample(2)
    starts = starts_of(network, 5)
    together = relax_many(network, starts, order, 80, rng=3, history=True)
    for start, one in zip(starts, together, strict=True):
        alone = relax(network, start, order, 80, rng=3, history=True)
        np.testing.assert_array_equal(one.state, alone.state)
        np.testing.assert_array_equal(one.unstable_fraction, alone.unstable_fraction)
        assert (one.flips, one.sweeps, one.converged) == (
            alone.flips,
            alone.sweeps,
            alone.converged,
        )
        assert one.converged == bool(network.is_fixed_point(one.state))
    assert len({one.sweeps for one in together}) > 1 or order == "most_unstable"


def test_random_starts_differ_and_have_no_mean():
    network = Asymmetric(400, 5.0).sample(1)
    states = np.array([one.state for one in relax_many(network, 50, rng=1)])
    assert len(np.unique(states, axis=0)) == 50
    assert abs(states.mean()) < 5 / np.sqrt(states.size)


@pytest.mark.parametrize("kind", ["gaussian", "binary"])
def test_the_most_unstable_neuron_is_the_one_flipped(plain, kind):
    network = Asymmetric(30, 0.2, couplings=kind).sample(4)
    s = starts_of(network, 1)[0]
    result = relax(network, s, "most_unstable", 1)
    J = plain.dense(network)
    flips = 0
    while flips < 30 and (s * (J @ s)).min() + 0.2 <= 0:
        lowest = np.flatnonzero(s * (J @ s) < (s * (J @ s)).min() + 1e-6)
        s[lowest[0]] *= -1  # of equal ones, couplings of one bit, the first
        flips += 1
    assert result.flips == flips
    np.testing.assert_array_equal(result.state, s)


@pytest.mark.parametrize("kind", ["gaussian", "binary", "procedural"])
@pytest.mark.parametrize("order", ["permutation", "fixed", "most_unstable"])
def test_a_neuron_without_a_field_is_flipped(kind, order):
    """It receives one unit of each sign, and no neuron is less stable."""
    units = Asymmetric(3, 0.0, couplings="binary" if kind == "gaussian" else kind).sample(1)
    network = Network(units.couplings, 0.0) if kind == "gaussian" else units
    states = np.array(list(itertools.product([-1, 1], repeat=3)))
    tied = states[units.stabilities(states).min(axis=1) == 0]
    assert len(tied) >= 2
    for result in (*relax_many(network, tied, order, 1), relax(network, tied[0], order, 1)):
        assert result.flips > 0


def test_binary_couplings_have_the_same_limit():
    """The first sweeps of large networks, by the universality of sums of many."""
    fractions = {
        kind: np.array(
            [
                relax(
                    Asymmetric(1500, 0.5, couplings=kind).sample(seed),
                    max_sweeps=3,
                    rng=seed,
                    history=True,
                ).unstable_fraction
                for seed in range(16)
            ]
        )
        for kind in ("gaussian", "binary")
    }
    means, errors = (
        [np.asarray(f(values)) for values in fractions.values()]
        for f in (lambda v: v.mean(axis=0), lambda v: v.std(axis=0, ddof=1) / 4)
    )
    assert (np.abs(means[0] - means[1]) < 4.5 * np.hypot(*errors)).all()


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(
    "ensemble", [Asymmetric(11, 0.0), Layered(4, 3, 0.1, 0.2), Asymmetric(9, 0.1, 1.0)]
)
def test_cycles_of_the_census(ensemble, seed):
    network = ensemble.sample(seed)
    found = census(network)
    for start in starts_of(network, 8, seed):
        cycle = synchronous(network, start)
        assert cycle.converged
        assert cycle.length in found.lengths
        assert cycle.transient < len(found.transients)
        # by hand, with all states kept
        states, s = {}, start
        while s.tobytes() not in states:
            states[s.tobytes()] = len(states)
            s = np.where(network.stabilities(s) > 0, s, -s)
        assert cycle.transient == states[s.tobytes()]
        assert cycle.length == len(states) - cycle.transient
        assert cycle.state.astype(start.dtype).tobytes() in states
        assert states[cycle.state.astype(start.dtype).tobytes()] >= cycle.transient


def test_ends_of_synchronous_updates():
    chase = synchronous(Network([[0, 1], [-1, 0]], 0.0), [1, 1])
    assert (chase.length, chase.transient) == (4, 0)
    assert repr(chase) == "Cycle(in a cycle of length 4 after 0 steps)"
    held = synchronous(Network([[0, 1], [-1, 0]], 2.0), [1, 1])
    assert repr(held) == "Cycle(in a fixed point after 0 steps)"
    lost = synchronous(Asymmetric(200, 0.0).sample(1), max_steps=20, rng=1)
    assert isinstance(lost, Cycle)
    assert (lost.converged, lost.length, lost.transient) == (False, None, 20)
    assert repr(lost) == "Cycle(none found within 20 steps)"
    assert lost.status == "No cycle was found within 20 steps; raise max_steps."
    assert held.status == "Reached a fixed point after 0 steps."
    np.testing.assert_array_equal(
        lost.state, synchronous(Asymmetric(200, 0.0).sample(1), max_steps=20, rng=1).state
    )


GOOD = {"network": Asymmetric(3, 0.5).sample(1), "starts": 2}


@pytest.mark.parametrize(
    ("name", "value", "error", "message"),
    [
        ("network", None, TypeError, "network must be a networks.Network, got None"),
        ("starts", 0, ValueError, "starts must be an integer in [1, 1000000000], got 0"),
        ("starts", [1, 1, 1], ValueError, "starts must have shape (number, 3), got (3,)"),
        ("starts", [[1, 1]], ValueError, "starts must have the last dimensions (3,), got shape"),
        ("starts", [[1], [1, 1]], TypeError, "starts must be an array of +1 and -1, got a ragged"),
        ("starts", "x", TypeError, "starts must be an array of +1 and -1, got 'x'"),
        ("starts", True, TypeError, "starts must be an integer in [1, 1000000000], got True"),
        ("starts", 10**400, ValueError, "starts must be an integer in [1, 1000000000], got 1000"),
        ("history", "yes", TypeError, "history must be True or False, got 'yes'"),
        ("max_sweeps", True, TypeError, "max_sweeps must be an integer >= 0, got True"),
        ("starts", [[1, 1, 0]], ValueError, "starts must have entries +1 or -1, got 0"),
        ("order", "sorted", ValueError, "order must be one of"),
    ],
)
def test_refused(name, value, error, message):
    with pytest.raises(error, match=re.escape(message)):
        relax_many(**{**GOOD, name: value})


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"network": 1}, TypeError, "network must be"),
        ({"start": [1, 1]}, ValueError, "start must have shape (3,), got (2,)"),
        ({"start": [1, 1, 2]}, ValueError, "start must have entries"),
        ({"start": [[1], [1, 1]]}, TypeError, "start must be an array of +1 and -1, got a ragged"),
        ({"start": [True] * 3}, TypeError, "start must be an array of +1 and -1"),
        ({"max_steps": 0}, ValueError, "max_steps must be an integer >= 1, got 0"),
    ],
)
def test_synchronous_refused(arguments, error, message):
    with pytest.raises(error, match=re.escape(message)):
        synchronous(**{"network": GOOD["network"], **arguments})
