"""Groups of an integer number of fixed points: other formulas, other precision, limits."""

import dataclasses
import re

import mpmath
import numpy as np
import pytest
from mpmath import mpf

import replica
from replica import integer_clusters
from replica.gauss import spin_columns
from replica.groups import integer_clusters as module
from replica.groups.integer_exponent import Exponent, stationary


@pytest.mark.parametrize("eta", [-1.0, -0.5, 0.0, 0.3, 1.0])
@pytest.mark.parametrize("d", [1e-6, 1e-3, 0.03, 0.2, 0.45, 0.5])
def test_two_are_a_pair(d, eta):
    for J_D in (0.0, 0.1, 2.0):
        if (J_D, eta) == (0, -1):
            continue
        groups = integer_clusters(2, d, J_D, eta)
        assert groups.free_entropy == pytest.approx(replica.pair_entropy(d, J_D, eta), abs=1e-13)
        assert groups.error < 1e-12


@pytest.mark.parametrize("y", [2, 3, 7, 12])
@pytest.mark.parametrize("d", [0.005, 0.1, 0.45])
def test_asymmetric_groups_are_those_of_any_real_number(y, d):
    for J_D in (0.0, 2.0):
        groups, clusters = integer_clusters(y, d, J_D), replica.clusters(y, d, J_D)
        tolerance = 1e-11 + groups.error + clusters.error
        assert groups.free_entropy == pytest.approx(clusters.free_entropy, abs=tolerance)
        assert groups.q_hat == pytest.approx(clusters.q_hat, rel=1e-7, abs=1e-9)


class Literal:
    """The exponent as it is written on the page of the theory, at any precision."""

    def __init__(self, y, d, J_D, eta):
        self.y, self.q, self.J_D, self.eta = y, 1 - 2 * mpf(d), mpf(J_D), mpf(eta)

    def __call__(self, q_hat, a, b):
        y, q, eta = self.y, self.q, self.eta
        terms = [
            mpmath.binomial(y, k) * mpmath.exp(q_hat / 2 * (2 * k - y) ** 2) * self.stable(k, a, b)
            for k in range(y + 1)
        ]
        return (
            -q_hat / 2 * (q * y * (y - 1) + y)
            - eta / 2 * (y * a**2 + y * (y - 1) * b**2)
            + mpmath.log(mpmath.fsum(terms))
        )

    def stable(self, k, a, b):
        y, q = self.y, self.q
        up = self.J_D + self.eta * (a + b * (2 * k - y - 1))
        down = self.J_D + self.eta * (a + b * (y - 2 * k - 1))

        def integrand(z):
            x = mpmath.sqrt(q) * z
            plus = mpmath.ncdf((up + x) / mpmath.sqrt(1 - q))
            minus = mpmath.ncdf((down - x) / mpmath.sqrt(1 - q))
            return mpmath.npdf(z) * plus**k * minus ** (y - k)

        return mpmath.quad(integrand, [-13, *np.linspace(-6, 6, 9), 13])


@pytest.mark.parametrize(
    ("y", "d", "J_D", "eta", "directions"),
    [
        (4, 0.2, 0.0, 0.6, [(1.0, -2.0, 3.0)]),
        pytest.param(3, 0.05, 0.1, 0.0, np.eye(3), marks=pytest.mark.long),
        pytest.param(7, 0.02, 0.3, 1.0, np.eye(3), marks=pytest.mark.long),
    ],
)
def test_the_formula_in_many_digits(y, d, J_D, eta, directions):
    groups = integer_clusters(y, d, J_D, eta)
    point = mpmath.matrix([groups.q_hat, groups.shift, groups.overlap_shift])
    with mpmath.workdps(25):
        exponent = Literal(y, d, J_D, eta)
        assert abs(exponent(*point) - groups.free_entropy) < 1e-13
        for direction in directions:
            step = mpf(10) ** -8 * mpmath.matrix(list(direction))
            slope = (exponent(*(point + step)) - exponent(*(point - step))) / mpf(2e-8)
            assert abs(slope) < 1e-10, f"not stationary along {direction}"


@pytest.mark.parametrize("eta", [-0.5, 0.0, 0.4, 1.0])
@pytest.mark.parametrize(("y", "d", "J_D"), [(3, 0.004, 0.05), (8, 0.02, 0.1)])
def test_slopes(y, d, J_D, eta):
    groups = integer_clusters(y, d, J_D, eta)
    for name, x in (("d", d), ("J_D", J_D)):
        h = 1e-4 * x
        values = [
            integer_clusters(
                **{"y": y, "d": d, "J_D": J_D, "eta": eta, name: x + i * h}
            ).free_entropy
            for i in (-2, -1, 1, 2)
        ]
        slope = (values[0] - 8 * values[1] + 8 * values[2] - values[3]) / (12 * h)
        expected = groups.slope_d if name == "d" else groups.slope_J_D
        assert slope == pytest.approx(expected, rel=1e-7, abs=1e-7)


@pytest.mark.parametrize("y", [2, 3, 6, 12])
def test_limits(y):
    """Far apart without symmetry the states are independent; close together they are one."""
    for J_D in (0.0, 0.3):
        alone = replica.fixed_point_entropy(J_D)
        assert integer_clusters(y, 0.5, J_D).free_entropy == pytest.approx(y * alone, abs=1e-12)
    for eta in (-0.4, 0.0, 1.0):
        alone = replica.fixed_point_entropy(0.3, eta)
        near = integer_clusters(y, 1e-6, 0.3, eta).free_entropy - alone
        assert -0.003 < near < 0
    assert integer_clusters(y, 0.1, 40.0, 0.5).slope_J_D == pytest.approx(0, abs=1e-12)


def test_strong_self_couplings_hold_every_group():
    """Then three columns of four can differ: d = 2p/3 with p of them, and each is free."""
    p = 1.5 * 0.2
    entropy = -p * np.log(p / 3) - (1 - p) * np.log(1 - p)
    held = integer_clusters(3, 0.2, 40.0, 1.0).free_entropy
    assert held == pytest.approx(np.log(2) + entropy, abs=1e-13)


@pytest.mark.parametrize("seed", range(6))
def test_one_extremum(seed):
    """Above y = 3 and eta = 0 no theorem says so: Newton's method from anywhere."""
    rng = np.random.default_rng(seed)
    y, d = int(rng.integers(4, 13)), float(np.exp(rng.uniform(-6, -1)))
    J_D, eta = rng.uniform(0, [0.5, 1])
    exponent = Exponent(y, d, J_D, eta)
    found = [stationary(exponent, start, 0.3).point for start in rng.uniform(0, 2, size=(4, 2))]
    for point in found:
        assert np.abs(point.gradient).max() < 1e-8
        assert np.linalg.eigvalsh(point.hessian).max() < 0
    np.testing.assert_allclose([point.value for point in found], found[0].value, atol=1e-11)


@pytest.mark.parametrize("y", [4, 8, 30])
def test_more_symmetry_and_more_self_coupling_make_more_groups(y):
    d = 0.02
    entropies = [integer_clusters(y, d, 0.1, eta).free_entropy for eta in (-0.5, 0, 0.5, 1)]
    assert (np.diff(entropies) > 0).all()
    assert integer_clusters(y, d, 0.1, 0.5).slope_J_D > 0


@pytest.mark.parametrize(
    ("name", "value", "error", "message"),
    [
        ("y", 1, ValueError, "an integer in [2, 50], got 1"),
        ("y", 51, ValueError, "an integer in [2, 50], got 51"),
        ("y", 2.5, TypeError, "got 2.5"),
        ("d", 0.0, ValueError, "a number in [1e-06, 0.5], got 0.0"),
        ("d", 0.6, ValueError, "got 0.6"),
        ("d", [0.1, 0.7], ValueError, "got 0.7"),
        ("y", [3, 51], ValueError, "an integer in [2, 50], got 51"),
        ("J_D", -1.0, ValueError, "a number in [0, 40], got -1.0"),
        ("eta", 1.1, ValueError, "a number in [-1, 1], got 1.1"),
        ("eta", float("nan"), ValueError, "got nan"),
    ],
)
def test_refused(name, value, error, message):
    arguments = {"y": 3, "d": 0.1, "J_D": 0.1, "eta": 0.5}
    with pytest.raises(error, match=f"^{name} must be ") as caught:
        integer_clusters(**{**arguments, name: value})
    assert message in str(caught.value)


def test_what_is_not_found_is_said(monkeypatch):
    """Antisymmetric networks without self-coupling have no fixed point: nothing is stationary."""
    sentence = r"^At y=3, d=0\.1, J_D=0, eta=-1 no extremum was found .* larger eta or J_D\.$"
    with pytest.raises(replica.ConvergenceError, match=sentence):
        integer_clusters(3, 0.1, 0.0, -1.0)
    state = integer_clusters(3, 0.1, 0.0, -1.0, throw=False)
    assert not state.converged
    assert re.match(sentence, state.status)
    assert repr(state).endswith(f"{state.status})")
    monkeypatch.setattr(module, "_TOLERANCE", 0.0)
    state = integer_clusters(3, 0.1, 0.1, 0.5, throw=False)
    assert "the extremum was found to an error of" in state.status


def test_broadcasting():
    table = integer_clusters([[2], [5]], [0.02, 0.1, 0.3], 0.1, 0.2)
    assert repr(table) == "IntegerClusters(shape (2, 3), converged)"
    single = integer_clusters(5, 0.3, 0.1, 0.2)
    for field in dataclasses.fields(table):
        assert getattr(table, field.name)[1, 2] == getattr(single, field.name)
    with pytest.raises(ValueError, match="shape"):
        integer_clusters([2, 3], [0.1, 0.2, 0.3], 0.1)


def test_results_are_plain_numbers():
    values = dataclasses.asdict(integer_clusters(3, 0.1, 0.1, 0.5))
    assert all(type(value) in (int, float, bool, str) for value in values.values())


def test_small_distances_take_as_few_nodes_as_count(monkeypatch):
    """All nodes and those that count give the same; a million were summed before."""
    at = {"y": 7, "d": 3e-6, "J_D": 0.05, "eta": -0.4}
    few = replica.integer_clusters(**at)
    monkeypatch.setattr(spin_columns, "_MANY", 10**9)
    all_nodes = replica.integer_clusters(**at)
    for name in ("free_entropy", "slope_d", "slope_J_D", "q_hat", "shift", "overlap_shift"):
        assert getattr(few, name) == pytest.approx(getattr(all_nodes, name), rel=1e-9), name


@pytest.mark.thorough
def test_a_search_without_an_extremum_ends(monkeypatch):
    """It took minutes: steps that lead nowhere were halved, on ever finer grids."""
    calls = []
    true = Exponent.__call__
    monkeypatch.setattr(Exponent, "__call__", lambda *a: calls.append(1) or true(*a))
    found = replica.integer_clusters(24, 1.00004e-6, 1.29e-10, -0.9999999998, throw=False)
    assert not found.converged
    assert "no extremum was found" in found.status
    assert len(calls) < 1000
