"""Message passing on couplings of one bit: the same as on the same couplings as numbers."""

import numpy as np
import pytest

import bp
from bp.messages.dense import DenseMessages
from bp.messages.one_bit import OneBitMessages, messages
from networks import Asymmetric, Network, trusted
from networks.bit_products import subset_sums, transposed

KINDS = ["binary", "procedural"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("N", [1, 7, 64, 515, 1030])
@pytest.mark.parametrize(("dtype", "tolerance"), [("float32", 1e-5), ("float64", 1e-12)])
def test_products(kind, N, dtype, tolerance):
    network = Asymmetric(N, 0.3, couplings=kind).sample(rng=1)
    J = network.couplings.astype(float)
    x = np.random.default_rng(2).standard_normal((3, N)).astype(dtype)
    for found, wanted in (
        (trusted.product(network, x), x @ J.T),
        (trusted.back(network, x), x @ J),
    ):
        assert found.dtype == dtype
        np.testing.assert_allclose(found, wanted, atol=tolerance)


def test_subset_sums():
    x = np.random.default_rng(1).standard_normal(8)
    table = np.empty(256)
    subset_sums(x, table)
    bits = (np.arange(256)[:, None] >> np.arange(8)) & 1
    np.testing.assert_allclose(table, bits @ x, atol=1e-14)


def test_transposition():
    rng = np.random.default_rng(1)
    for _ in range(20):
        bits = rng.integers(0, 2, size=(8, 8))
        word, turned = (
            int.from_bytes(np.packbits(b, axis=1, bitorder="little").tobytes(), "little")
            for b in (bits, bits.T)
        )
        assert int(transposed(np.uint64(word))) == turned


def test_iterations_as_on_the_same_couplings():
    network = Asymmetric(300, 0.3, couplings="binary").sample(rng=1)
    same = Network(network.couplings, network.J_D)
    found, wanted = messages(network, 2), DenseMessages(same, 2)
    assert isinstance(found, OneBitMessages)
    assert not isinstance(messages(same, 2), OneBitMessages)
    gamma, y = np.full(2, 0.3), np.full(2, 7.0)
    for state in (found, wanted):
        state.start_at_random(np.random.default_rng(3), 0.3)
        for _ in range(12):
            state.step(0.0, gamma, y, 0.6)
    np.testing.assert_allclose(found.square, wanted.square, rtol=1e-5)
    for name in ("m", "omega", "h", "v"):
        np.testing.assert_allclose(getattr(found, name), getattr(wanted, name), atol=2e-4)


@pytest.mark.thorough
@pytest.mark.parametrize("kind", KINDS)
def test_finds_fixed_points(kind):
    network = Asymmetric(500, 0.3, couplings=kind).sample(rng=1)
    solution = bp.focusing(network, bp.scoping(), runs=2, rng=1)
    assert solution.converged
    assert network.is_fixed_point(solution.state)


def test_belief_propagation():
    network = Asymmetric(200, 0.5, couplings="binary").sample(rng=1)
    same = Network(network.couplings, network.J_D)
    found, wanted = (bp.belief_propagation(one, field=0.3, rng=1) for one in (network, same))
    assert found.entropy == pytest.approx(wanted.entropy, abs=1e-6)
    np.testing.assert_allclose(found.magnetisations, wanted.magnetisations, atol=1e-5)


def test_symmetric_bits_are_refused():
    network = Asymmetric(200, 0.5, couplings="binary").sample(rng=1)
    J = np.sign(network.couplings)
    J = np.triu(J, 1) + np.triu(J, 1).T
    W = network.planes.shape[1]
    planes = np.zeros_like(network.planes)
    for j, i in np.argwhere(J > 0):
        planes[j, i % W] |= np.uint8(1 << (i // W))
    symmetric = type(network)(200, 0.5, planes)
    np.testing.assert_array_equal(np.sign(symmetric.couplings), J)
    with pytest.raises(ValueError, match="must have independent couplings"):
        bp.belief_propagation(symmetric, rng=1)


def test_nothing_of_size_N_squared_is_made(monkeypatch):
    """The numbers would be 32 times the bits."""
    network = Asymmetric(400, 0.3, couplings="binary").sample(rng=1)

    def outgoing(self):
        raise AssertionError("all couplings as numbers")

    monkeypatch.setattr(type(network), "outgoing", property(outgoing))
    bp.focusing(network, bp.scoping(steps=3), rng=1, history=True)
    bp.reinforcement(network, [0.1], rng=1)
    bp.local_entropy(network, np.ones(400, np.int8), fields=[1.0], throw=False, max_iterations=3)


def test_large_binary_networks_are_not_repaired(monkeypatch):
    from bp.solving import repair

    network = Asymmetric(40, 0.3, couplings="binary").sample(rng=1)
    assert bp.focusing(network, bp.scoping(steps=2), repair_sweeps=1, rng=1).state.shape == (40,)
    monkeypatch.setattr(repair, "MOST_UNPACKED", 39)
    with pytest.raises(ValueError, match="repair_sweeps must be 0 for more than 39 neurons"):
        bp.focusing(network, bp.scoping(steps=2), repair_sweeps=1, rng=1)
