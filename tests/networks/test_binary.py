"""Couplings of one bit: the same network as its dense twin, and random as they should be."""

import re

import numpy as np
import pytest

from networks import Asymmetric, BinaryNetwork, Network
from networks.binary import row_bytes

KINDS = ["binary", "procedural"]
SIZES = [1, 2, 63, 511, 512, 513, 1100]


def draw(N, kind, J_D=0.6, seed=1):
    return Asymmetric(N, J_D, couplings=kind).sample(seed)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("N", SIZES)
def test_fields_are_those_of_the_dense_twin(N, kind):
    network = draw(N, kind)
    J = network.couplings
    assert (J.shape, J.dtype, network.N, network.shape) == ((N, N), np.float32, N, (N,))
    s = np.random.default_rng(2).choice([-1, 1], size=(2, 3, N))
    exact = s @ J.astype(float).T + 0.6 * s
    assert network.fields(s).dtype == np.float32
    np.testing.assert_allclose(network.fields(s), exact, atol=1e-6)
    np.testing.assert_allclose(network.stabilities(s), s * exact, atol=1e-6)
    np.testing.assert_array_equal(network.is_fixed_point(s), (s * exact > 0).all(axis=-1))
    np.testing.assert_array_equal(network.outgoing, J.T)
    assert network.is_fixed_point(s[0, 0]).shape == ()


@pytest.mark.parametrize("kind", KINDS)
def test_fixed_points_of_the_dense_twin(kind):
    network = draw(300, kind, J_D=3.0)
    states = np.random.default_rng(3).choice([-1, 1], size=(200, 300))
    answers = network.is_fixed_point(states)
    np.testing.assert_array_equal(answers, Network(network.couplings, 3.0).is_fixed_point(states))
    assert 0 < answers.sum() < 200


@pytest.mark.parametrize("kind", KINDS)
def test_ties_are_not_stable(kind):
    """An odd number of neurons receives an even number of units: without self-coupling, ties."""
    network = draw(301, kind, J_D=0.0)
    s = np.ones(301, dtype=np.int8)
    units = network.sums(s)[:301] * 2 - 301 + 1
    assert (units == 0).any()
    np.testing.assert_array_equal(network.stabilities(s) == 0, units == 0)


@pytest.mark.parametrize("kind", KINDS)
def test_law(kind):
    """Signs are fair, and independent along rows, along columns and of their mirror images."""
    N = 2000
    J = draw(N, kind).couplings
    signs = np.sign(J).astype(np.float32)
    assert not np.diagonal(J).any()
    assert set(np.unique(np.abs(J))) == {0, np.float32(1 / np.sqrt(N))}
    products = [
        signs,
        signs[1:] * signs[:-1],
        signs[:, 1:] * signs[:, :-1],
        signs[:, 64:] * signs[:, :-64],
        signs * signs.T,
    ]
    for product in products:
        assert abs(product.sum()) < 5 * N
    # eigenvalues fill the unit disc: correlations of many would move them
    assert np.linalg.norm(J[:500, :500], 2) == pytest.approx(2 * np.sqrt(500 / N), rel=0.05)


def test_columns_follow_splitmix64():
    """The reference sequence of the seed 1234567, the same in all implementations."""
    network = BinaryNetwork(512, 0.0, key=1234567)
    bits = np.zeros((512, 512), dtype=bool)
    bits[:] = network.outgoing > 0
    planes = np.zeros(64, dtype=np.uint8)
    for i in range(512):
        planes[i % 64] |= bits[0, i] << (i // 64)
    words = planes.view(np.uint64)
    reference = [6457827717110365317, 3203168211198807973, 9817491932198370423]
    assert words[1:3].tolist() == reference[1:]
    assert words[0] in {reference[0], reference[0] & ~1}  # bit 0 is the diagonal


def test_keys_make_networks():
    first, again, other = (draw(100, "procedural", seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.couplings, again.couplings)
    assert (first.couplings != other.couplings).any()
    stored = [draw(100, "binary", seed=seed).couplings for seed in (1, 1, 2)]
    np.testing.assert_array_equal(stored[0], stored[1])
    assert (stored[0] != stored[2]).any()


def test_storage():
    network = draw(1000, "binary")
    assert network.planes.nbytes == 1000 * row_bytes(1000) == 1000 * 128
    with pytest.raises(ValueError, match="read-only"):
        network.planes[0, 0] = 1
    assert draw(10**9, "procedural").planes is None
    assert repr(network) == "BinaryNetwork(N=1000, J_D=0.6, binary)"
    assert repr(draw(5, "procedural")) == "BinaryNetwork(N=5, J_D=0.6, procedural)"


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"couplings": "float16"}, ValueError, "couplings must be one of gaussian, binary"),
        ({"couplings": 1}, TypeError, "couplings must be one of"),
        ({"couplings": "binary", "eta": 0.5}, ValueError, "eta must be 0 for binary couplings"),
        ({"couplings": "procedural", "eta": -1}, ValueError, "eta must be 0 for procedural"),
        ({"couplings": "procedural", "N": 2**31}, ValueError, "N must be an integer in [1, 2147"),
        (
            {"couplings": "binary", "J_D": 1e300},
            ValueError,
            "J_D must be at most 1e+30, got 1e+300",
        ),
    ],
)
def test_refused(arguments, error, message):
    with pytest.raises(error, match=re.escape(message)):
        Asymmetric(**{"N": 5, "J_D": 0.5, **arguments})


FULL = np.full((5, 64), 255, dtype=np.uint8)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"planes": FULL}, "planes must be zero on the diagonal: the self-coupling is J_D"),
        (
            {"planes": np.asfortranarray(FULL)},
            "planes must be uint8 of shape (5, 64) and row-major",
        ),
        ({"N": 2**31}, "N must be an integer in [1, 2147483647]"),
        ({"J_D": 1e300}, "J_D must be at most 1e+30"),
        ({"key": -1}, "key must be"),
        ({"key": 2**64}, "key must be"),
        ({"N": 0}, "N must be"),
        ({"planes": np.zeros((5, 8), dtype=np.uint8)}, "planes must be uint8 of shape (5, 64)"),
        ({"planes": np.zeros((5, 64))}, "planes must be uint8"),
    ],
)
def test_wrong_bits(arguments, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        BinaryNetwork(**{"N": 5, "J_D": 0.5, **arguments})


def test_wrong_kinds():
    with pytest.raises(TypeError, match=r"^planes must be uint8 of shape \(5, 64\), got 'x'"):
        BinaryNetwork(5, 0.5, planes="x")
    network = draw(5, "binary")
    for s in ("x", None, np.ones(5, dtype=bool)):
        with pytest.raises(TypeError, match=r"^s must be an array of \+1 and -1"):
            network.sums(s)
    for s in (np.ones(4), np.ones((2, 5)), np.zeros(5)):
        with pytest.raises(ValueError, match=r"^s must have"):
            network.sums(s)
