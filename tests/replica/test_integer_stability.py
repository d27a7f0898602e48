"""Stabilities of an integer number of replicas: literal second differences, limits, other forms."""

import itertools

import numpy as np
import pytest
from scipy import special

import replica
from replica.groups.common_field import common_field
from replica.groups.integer_exponent import Exponent, stationary
from replica.groups.integer_stability import _curvatures
from replica.groups.site import site

BLOCK = np.kron(np.eye(2), np.ones((2, 2)))
SHIFT = 3 * BLOCK - np.ones((4, 4)) - 2 * np.eye(4)  # of rows that add up to zero


class Matrices:
    """The exponent of four replicas at given matrices of overlaps, conjugates and responses.

    Their fields are sums of one of all four, of one of each block of two, and of their own.
    """

    z = np.arange(-7.6, 7.7, 0.2)[:, None]
    weight = 0.2 * np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    nodes, weights = special.roots_hermitenorm(12)  # for the field of a block, which is weak
    spins = np.array([(1, *others) for others in itertools.product([1, -1], repeat=3)])

    def __init__(self, d, J_D, eta):
        groups = replica.integer_clusters(4, d, J_D, eta)
        self.J_D, self.eta, self.diagonal = J_D, eta, groups.shift * np.eye(4)
        self.symmetric = np.array([groups.q_hat, groups.overlap_shift, 1 - 2 * d])
        self.stability = groups.inner_stability

    def __call__(self, shift):
        """Return it where the (q_hat, a, q) are shifted by these multiples of `SHIFT`."""
        off = 1 - np.eye(4)
        q_hat, a, q = np.multiply.outer(self.symmetric, off) + np.multiply.outer(shift, SHIFT)
        a += self.diagonal
        energy = np.einsum("sa,ab,sb->s", self.spins, q_hat, self.spins) / 2
        stable = self.log_stable(self.J_D + self.eta * self.spins * (self.spins @ a), q)
        bilinear = (q_hat * q).sum() + self.eta * (a * a.T).sum()
        return np.log(2) + special.logsumexp(energy + stable) - bilinear / 2

    def log_stable(self, J, q):
        """Return the logarithm of the probability that all four are, for each row of spins."""
        own, block, all_four = 1 - q[0, 1], q[0, 1] - q[0, 2], q[0, 2]
        w = np.sqrt(block + 0j) * self.nodes  # imaginary where a block is less alike than all
        field = (np.sqrt(all_four) * self.z + w)[..., None, None]
        total = self.weight
        for i in ([0, 1], [2, 3]):
            both = special.ndtr((J[:, i] + field * self.spins[:, i]) / np.sqrt(own)).prod(axis=-1)
            total = total * np.einsum("zws,w->zs", both, self.weights).real / self.weights.sum()
        return np.log(total.sum(axis=0))


def second_differences(function, h):
    """Return the matrix of second derivatives at zero, to fourth order in h."""
    units = np.eye(3)

    def along(direction):
        values = [function(i * h * direction) for i in (-2, -1, 0, 1, 2)]
        return np.dot([-1, 16, -30, 16, -1], values) / (12 * h**2)

    single = [along(unit) for unit in units]
    matrix = np.diag(single)
    for i, j in itertools.combinations(range(3), 2):
        both = along(units[i] + units[j])
        matrix[i, j] = matrix[j, i] = (both - single[i] - single[j]) / 2
    return matrix


@pytest.mark.parametrize(("d", "J_D", "eta"), [(0.1, 0.1, 0.5), (0.2, 0.4, 1.0), (0.1, 0.1, -0.3)])
def test_second_differences_of_the_exponent(d, J_D, eta):
    """Of four replicas in two blocks: the smallest number of which any can differ."""
    exponent = Matrices(d, J_D, eta)
    assert exponent(np.zeros(3)) == pytest.approx(
        replica.integer_clusters(4, d, J_D, eta).free_entropy, abs=1e-10
    )
    bilinear = (SHIFT**2).sum() / 2 * np.array([[0, 0, 1], [0, 2 * eta, 0], [1, 0, 0]])
    curvature = second_differences(exponent, 2e-3) + bilinear
    eigenvalues = np.linalg.eigvals(np.linalg.solve(bilinear, curvature))
    largest = eigenvalues.real[eigenvalues.imag == 0].max()
    assert largest == pytest.approx(exponent.stability, abs=1e-6)


@pytest.mark.parametrize(("y", "d", "J_D"), [(4, 0.1, 0.1), (5, 1e-3, 0.3), (30, 0.4, 0.0)])
def test_without_symmetry_they_are_those_of_any_real_number(y, d, J_D):
    """The limit is continuous; those at any real y come from other integrals."""
    known = replica.clusters(y, d, J_D)
    for eta, tolerance in ((0.0, 1e-12), (1e-9, 1e-8), (-1e-9, 1e-8)):
        groups = replica.integer_clusters(y, d, J_D, eta)
        assert groups.inner_stability == pytest.approx(known.inner_stability, abs=tolerance)
        assert groups.outer_stability == pytest.approx(known.outer_stability, abs=tolerance)


@pytest.mark.parametrize(("y", "d", "J_D", "eta"), [(7, 0.1, 0.1, 0.6), (4, 0.02, 0.3, 1.0)])
def test_replicas_in_correlated_fields(y, d, J_D, eta):
    """They are independent, given fields on the spin and on the threshold that are correlated."""
    groups = replica.integer_clusters(y, d, J_D, eta)
    q, a = 1 - 2 * d, groups.overlap_shift
    field = common_field(q, d, J_D + eta * (groups.shift - a), 0.05)
    fields = site(field, y, groups.q_hat - (eta * a) ** 2 / q, eta * a * field.z / np.sqrt(q))
    bilinear = groups.q_hat * (q * y * (y - 1) + y)
    bilinear += eta * (y * groups.shift**2 + y * (y - 1) * a**2)
    assert fields.log_I() - bilinear / 2 == pytest.approx(groups.free_entropy, abs=1e-12)
    exponent = Exponent(y, d, J_D, eta)
    bc, point = stationary(exponent, np.ones(2), 0.1)
    AA, _, CC, _, _, BB = _curvatures(y, *exponent.rules(bc, 0.1)) @ point.p
    assert fields.mean(fields.spread_2) == pytest.approx(AA, rel=1e-9)
    assert fields.mean(fields.spin_zeta_2) == pytest.approx(CC, rel=1e-9)
    assert fields.mean(fields.log_M_zetazeta_2) == pytest.approx(BB, rel=1e-9)


def test_far_apart_groups_are_as_stable_as_replicas():
    """At d = 1/2 nothing tells the members of one group from those of another."""
    groups = replica.integer_clusters(6, [0.5 - 1e-6, 0.5], 0.1, 0.5)
    np.testing.assert_allclose(groups.outer_stability, groups.inner_stability[1], rtol=1e-5)
    assert groups.outer_stability[1] == pytest.approx(groups.inner_stability[1], rel=1e-12)
    overlap = replica.integer_clusters(6, 0.45 + 1e-9 * np.array([-1, 1]), 0.1, 0.5)
    assert overlap.outer_stability[0] == pytest.approx(overlap.outer_stability[1], abs=1e-8)


def test_two_or_three_cannot_differ():
    groups = replica.integer_clusters([2, 3, 4], 0.1, 0.1, 0.5)
    assert np.isnan(groups.inner_stability).tolist() == [True, True, False]
    assert groups.converged.all()
    assert ["no inner_stability" in status for status in groups.status] == [True, True, False]
