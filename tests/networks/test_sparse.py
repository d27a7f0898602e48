"""Sparse couplings do what the dense ones of the same numbers do."""

import re

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st

import bp
import dynamics
from networks import Hebbian, Network


def drawn(N, inputs, seed, J_D=0.3):
    rng = np.random.default_rng(seed)
    J = rng.standard_normal((N, N)) / np.sqrt(inputs) * (rng.random((N, N)) < inputs / N)
    np.fill_diagonal(J, 0)
    return Network(scipy.sparse.csr_array(J), J_D), Network(J, J_D)


@given(N=st.integers(1, 40), seed=st.integers(0, 10**6), J_D=st.sampled_from([0.0, 0.4]))
@settings(max_examples=30, deadline=None)
def test_fields_are_those_of_the_dense_network_in_float64(N, seed, J_D):
    few, all_ = drawn(N, 5, seed, J_D)
    s = np.random.default_rng(seed).choice([-1, 1], (2, 3, N))
    np.testing.assert_array_equal(few.couplings.toarray(), all_.couplings)
    exact = s @ all_.couplings.T.astype(float) + J_D * s
    np.testing.assert_allclose(few._sparse_fields(s.astype(np.int8)), exact, atol=1e-12)
    np.testing.assert_allclose(few.fields(s), all_.fields(s), atol=1e-5)
    assert few.fields(s).dtype == np.float32
    np.testing.assert_array_equal(few.is_fixed_point(s), (s * exact > 0).all(axis=-1))
    assert few.is_fixed_point(s[0, 0]).shape == ()


def test_fields_of_few_digits_are_the_same_to_the_last_bit():
    J = np.round(8 * drawn(200, 20, 1)[1].couplings) / 8
    s = np.random.default_rng(2).choice([-1, 1], (5, 200))
    fields = Network(scipy.sparse.coo_array(J), 0.25).fields(s)
    np.testing.assert_array_equal(fields, Network(J, 0.25).fields(s))


@pytest.mark.parametrize("form", ["csr", "csc", "coo", "lil", "dok", "bsr"])
def test_any_form_is_taken_and_copied(form):
    J = np.array([[0, 1.5], [-2, 0]])
    given_ = scipy.sparse.csr_array(J).asformat(form)
    network = Network(given_, 0.5)
    if form == "csr":
        given_.data[:] = 7
    np.testing.assert_array_equal(network.couplings.toarray(), J)
    assert network.is_sparse
    assert network.outgoing.format == "csr"
    assert (network.N, network.shape) == (2, (2,))
    assert repr(network) == "Network(N=2, J_D=0.5, 1 inputs each)"
    with pytest.raises(ValueError, match="read-only"):
        network.couplings.data[0] = 1


def test_duplicates_are_summed_and_zeros_dropped():
    entries = [1.0, 2.0, 0.0], ([0, 0, 1], [1, 1, 0])
    network = Network(scipy.sparse.coo_array(entries, shape=(2, 2)), 0)
    np.testing.assert_array_equal(network.couplings.toarray(), [[0, 3], [0, 0]])
    assert network.couplings.nnz == 1


@pytest.mark.parametrize(
    ("J", "error", "message"),
    [
        (np.ones((2, 3)), ValueError, "sparse couplings must be square, (N, N), got shape (2, 3)"),
        (np.eye(2), ValueError, "couplings must have a zero diagonal: the self-coupling is J_D"),
        ([[0, 1e39], [0, 0]], ValueError, "couplings must be finite as float32, got an entry of"),
        ([[0, np.nan], [0, 0]], ValueError, "couplings must be finite as float32, got an entry of"),
        ([[0, 1j], [0, 0]], TypeError, "couplings must be real numbers, got complex128"),
        (np.zeros((0, 0)), ValueError, "couplings must not be empty, got shape (0, 0)"),
    ],
)
def test_what_is_no_sparse_matrix_of_couplings(J, error, message):
    with pytest.raises(error, match=f"^{re.escape(message)}"):
        Network(scipy.sparse.csr_array(J), 0.5)


def test_solvers_that_need_a_full_matrix_say_so():
    few, _ = drawn(30, 3, 1)
    wanted = r"network must have dense couplings, since .*, got Network\(N=30, .*toarray\(\)"
    for solve in (bp.belief_propagation, bp.focusing, dynamics.continuous_time):
        with pytest.raises(ValueError, match=wanted):
            solve(few, rng=1)
    again = Network(few.couplings.toarray(), few.J_D)
    assert not again.is_sparse
    assert dynamics.continuous_time(again, t_max=2, rng=1)


@pytest.mark.parametrize("symmetric", [True, False])
def test_diluted_memories_are_sparse(symmetric):
    N, P, c = 600, 7, 0.05
    network = Hebbian(N, P, J_D=0.1, dilution=c, symmetric=symmetric).sample(rng=1)
    J, x = network.couplings.toarray(), network.patterns.astype(float)
    there = J != 0  # an odd sum is never zero
    np.testing.assert_allclose(J[there], (x.T @ x / (c * N))[there], rtol=1e-6)
    pairs = N * (N - 1)
    assert network.couplings.nnz == there.sum()
    assert abs(there.sum() / pairs - c) < 4 * np.sqrt(2 * c * (1 - c) / pairs)
    both = np.sum(there & there.T) / pairs
    assert abs(both - (c if symmetric else c**2)) < 0.003
    assert np.array_equal(J, J.T) == symmetric
    inputs = there.sum(axis=1)  # binomial
    assert abs(inputs.var() / ((N - 1) * c * (1 - c)) - 1) < 5 * np.sqrt(2 / N)
    assert abs(network.overlaps(network.patterns[2])[2] - 1) < 1e-9
    assert not Hebbian(N, P, dilution=0.2).sample(rng=1).is_sparse
    assert Hebbian(1, 1, dilution=0.05).sample(rng=1).couplings.nnz == 0
