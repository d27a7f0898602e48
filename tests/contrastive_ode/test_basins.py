"""Basins, phases, fixed points that repel, and attractors along a parameter."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

import contrastive_ode as ode
from contrastive_ode import systems

_spec = importlib.util.spec_from_file_location("known", Path(__file__).with_name("known.py"))
known = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(known)
NONE = known.NONE


@pytest.mark.thorough
def test_three_magnets_have_equal_basins():
    """By symmetry: over the square of starts, whose corners break it, nearly so."""
    rng = np.random.default_rng(0)
    angle, radius = rng.uniform(0, 2 * np.pi, 240), 2 * np.sqrt(rng.random(240))
    still = np.zeros(240)
    starts = np.stack([radius * np.cos(angle), radius * np.sin(angle), still, still], axis=1)
    found = ode.catalogue(known.magnets(), NONE, starts, T=60, h=0.05, first=(10, 0.02))
    assert [a.kind for a in found] == ["fixed point"] * 3
    assert found.fractions.sum() == 1
    low, high = found.interval(0.999)
    assert ((low < 1 / 3) & (high > 1 / 3)).all()
    assert np.bincount(found.labels).tolist() == [a.count for a in found]


def test_intervals_are_those_of_clopper_and_pearson():
    """For 0 and all of n the bounds have closed forms."""
    point = ode.Attractor("fixed point", *(np.zeros(1),) * 3, count=10)
    low, high = ode.Catalogue((point,), np.zeros(10, dtype=int)).interval(0.9)
    assert (low[0], high[0]) == (pytest.approx(0.05 ** (1 / 10)), 1.0)


def test_starts_that_diverge_are_counted():
    """X' = x (x - 1) and what is beyond 1 escapes."""
    model = known.cubic(l=-1.0, q=1.0)
    starts = [[0.5], [2.0], [-1.0], [3.0]]
    found = ode.catalogue(model, NONE, starts, T=50, h=0.05)
    assert [(a.kind, a.count) for a in found] == [("fixed point", 2)]
    assert (found.diverged, found.undecided, found.labels.tolist()) == (2, 0, [0, -2, 0, -2])
    assert found.fractions.tolist() == [0.5]
    assert not found.converged
    assert "2 diverged" in found.status
    assert "x_0 of example 0 blew up" in found.status
    assert repr(found) == "Catalogue(1 attractor of 4 starts: 1 fixed point, 2 starts diverged)"
    with pytest.raises(ode.ConvergenceError, match="2 diverged"):
        ode.catalogue(model, NONE, starts, T=50, h=0.05, throw=True)
    with pytest.raises(ode.BlowUpError):
        ode.settle(model, NONE, [2.0], T=50, h=0.05)
    end = ode.settle(model, NONE, [2.0], T=50, h=0.05, throw=False)
    assert (end.kind, end.converged) == ("diverged", False)
    path = ode.flow(model, NONE, [2.0], 5, 0.05, throw=False)
    assert np.isfinite(path[0]).all()
    assert np.isnan(path[-1]).all()
    assert np.isnan(ode.lyapunov_exponent(model, NONE, [2.0], 50, 0.05, throw=False))


def test_a_marginal_fixed_point_is_not_decided():
    model = known.cubic(k=-1.0)
    assert ode.settle(model, NONE, [1.0], T=50, h=0.1, throw=False).kind == "undecided"
    (point,) = ode.fixed_points(model, NONE, [1.0])
    assert (point.stability, point.unstable) == ("marginal", 0)


def test_slow_points():
    """X' = x^2 + mu has no fixed point for mu > 0, but is slowest at 0."""
    model = known.cubic(c=1e-3, q=1.0)
    with pytest.raises(ode.ConvergenceError, match="No start leads to a fixed point"):
        ode.fixed_points(model, NONE, [[0.3], [-0.2]])
    found = ode.fixed_points(model, NONE, [[0.3], [-0.2]], throw=False)
    assert (len(found), found.failed, found.converged) == (0, 2, False)
    (ghost,) = ode.fixed_points(model, NONE, [[0.3]], slow=0.01)
    assert (ghost.stability, ghost.speed) == ("slow", pytest.approx(1e-3))
    assert abs(ghost.x[0]) < 1e-2


@pytest.mark.parametrize("turns", [0.0, 0.16])
def test_locked_phases_are_one_state(turns):
    """Shifted by any number of turns, at rest or rotating; the frequency is the mean."""
    omega = np.array([0.3, -0.1, 0.4, 0.0, 0.2]) - 0.16 + turns
    model = systems.kuramoto.on(ode.all_to_all(5), omega=omega)
    w = model.pack(K=0.5)
    starts = np.random.default_rng(0).uniform(-30, 30, (10, 5))
    (end,) = ode.catalogue(model, w, starts, T=200, h=0.05)
    assert end.count == 10
    assert end.kind == ("rotating fixed point" if turns else "fixed point")
    assert end.frequency == pytest.approx(turns, abs=1e-12)
    assert len(end.eigenvalues) == 4  # without the common shift
    assert end.exponent < -2
    residual = model.rhs(w, end.mean) - turns
    assert np.abs(residual).max() < 1e-12
    points = ode.fixed_points(model, w, [*starts, end.mean + 0.3 * np.arange(5)])
    (stable,) = [point for point in points if point.stability == "stable"]
    assert stable.frequency == pytest.approx(turns, abs=1e-12)
    assert all(((point.x >= 0) & (point.x < 2 * np.pi)).all() for point in points)


def test_phases_that_drift_apart_are_a_cycle_in_a_frame_that_turns():
    """The difference of two obeys phi' = D - 2 K sin phi: its period is known."""
    model = systems.kuramoto.on(ode.all_to_all(2), omega=[0.2, 1.5])
    starts = np.random.default_rng(0).uniform(-9, 9, (4, 2))
    (end,) = ode.catalogue(model, model.pack(K=0.3), starts, T=200, h=0.05)
    assert (end.kind, end.count) == ("rotating limit cycle", 4)
    exact = 2 * np.pi / np.sqrt(1.3**2 - 0.6**2)
    assert abs(end.period - exact) <= end.period_error < 1e-7
    # both turn with 0.85 in the mean, and lose one turn to each other in a period
    turns = (0.85 - end.frequency) * exact / (2 * np.pi)
    assert turns == pytest.approx(round(2 * turns) / 2, abs=1e-8)
    one_apart = systems.kuramoto.on(ode.all_to_all(4), omega=[0.0, 0.1, 0.2, 2.5])
    starts = np.random.default_rng(0).uniform(-9, 9, (6, 4))
    (end,) = ode.catalogue(one_apart, one_apart.pack(K=0.4), starts, T=200, h=0.05)
    assert (end.kind, end.count, len(end.multipliers)) == ("rotating limit cycle", 6, 2)


@pytest.mark.thorough
def test_a_driven_pendulum():
    """Period 1, period 2, chaos; rotations either way; chaos, once (Baker and Gollub)."""
    pendulum = known.system(
        "driven pendulum",
        {"x_i": "v_i", "v_i": "A*cos(2*t/3) - v_i/2 - sin(x_i)"},
        ["A"],
        periods={"x": 2 * np.pi},
    )

    def found(A):
        starts = np.random.default_rng(1).normal(0, 1, (4, 2))
        options = {"T": 1000, "h": 0.05, "period": 3 * np.pi, "extensions": 1}
        ends = ode.catalogue(pendulum.on(known.ONE, A=A), NONE, starts, **options)
        assert ends.converged
        return [(a.kind, a.strobes) for a in ends], ends

    assert found(0.9)[0] == [("limit cycle", 1)]
    assert set(found(1.07)[0]) == {("limit cycle", 2)}
    assert found(1.15)[0] == [("chaotic", 0)]
    rotations = found(1.35)
    assert rotations[0] == [("limit cycle", 1)] * 2
    # one turn a period of the drive
    np.testing.assert_allclose(sorted(a.mean[1] for a in rotations[1]), [-2 / 3, 2 / 3], rtol=1e-8)
    assert found(1.5)[0] == [("chaotic", 0)]


@pytest.mark.thorough
def test_twisted_states_of_a_ring():
    """The splay states of a ring are known: eigenvalues -2 cos(2 pi q / N) (1 - cos k)."""
    N = 9
    model = systems.kuramoto.on(ode.graph(N, [(i, (i + 1) % N) for i in range(N)]), omega=0.0)
    w = model.pack(K=1.0)
    k = 2 * np.pi * np.arange(1, N) / N
    for q in (0, 1, 2):
        twisted = 2 * np.pi * q * np.arange(N) / N
        end = ode.settle(model, w, twisted + 0.01 * np.cos(np.arange(N)), T=100, h=0.1)
        exact = -2 * np.cos(2 * np.pi * q / N) * (1 - np.cos(k))
        np.testing.assert_allclose(np.sort(end.eigenvalues.real), np.sort(exact), atol=1e-10)
    assert not end.is_same(ode.settle(model, w, -twisted, T=100, h=0.1))  # turns the other way


def test_a_pendulum_that_goes_round_has_a_period():
    """Y'' + y' / 10 + sin y = 1: with the declared phase a rotation is a limit cycle."""
    pendulum = known.pendulum(1.0, 0.1, periods={"x": 2 * np.pi})
    end = ode.settle(pendulum, NONE, [0.0, 8.0], T=200, h=0.05)
    assert end.kind == "limit cycle"
    assert (end.low[0], end.high[0]) == (0.0, 2 * np.pi)
    assert np.diff(end.orbit[[0, -1], 0])[0] == pytest.approx(2 * np.pi, rel=1e-8)
    # friction takes what the torque gives: 2 pi = integral of v^2 / 10
    assert end.period * (end.orbit[:-1, 1] ** 2).mean() / 10 == pytest.approx(2 * np.pi, rel=1e-7)
    wrong = known.pendulum(1.0, 0.1, periods={"x": 6.0})
    with pytest.raises(ValueError, match="periods must be those of phases"):
        ode.settle(wrong, NONE, [0.0, 8.0])


def test_periods_are_checked():
    with pytest.raises(ValueError, match="periods must be of states"):
        ode.System("x", node="-x_i", periods={"y": 1.0})
    with pytest.raises(ValueError, match=r"periods\['x'\]"):
        ode.System("x", node="-x_i", periods={"x": 0.0})


def test_random_communities_below_the_threshold_have_one_fixed_point():
    """Below sigma = sqrt(2) (Bunin 2017) it is unique; it solves its equations."""
    S = 24
    model = systems.lotka_volterra.on(ode.all_to_all(S, self_coupling=True), r=1, K=1, D=1e-6)
    for seed in range(12):
        rng = np.random.default_rng(seed)
        alpha = 4 / S + rng.normal(0, 0.9 / np.sqrt(S), (S, S))
        np.fill_diagonal(alpha, 1)
        w = model.pack(alpha=alpha)
        (end,) = ode.catalogue(model, w, rng.random((3, S)), T=1000)
        assert (end.kind, end.count) == ("fixed point", 3)
        x = end.mean
        assert np.abs(x * (1 - alpha @ x) + 1e-6).max() < 1e-14
        assert end.exponent < 0


def test_random_communities_above_the_threshold():
    """Fixed points lose their stability or uniqueness."""
    S = 60
    model = systems.lotka_volterra.on(ode.all_to_all(S, self_coupling=True), r=1, K=1, D=1e-6)
    many = 0
    for seed in range(3):
        rng = np.random.default_rng(seed)
        alpha = 4 / S + rng.normal(0, 2.0 / np.sqrt(S), (S, S))
        np.fill_diagonal(alpha, 1)
        found = ode.catalogue(model, model.pack(alpha=alpha), rng.random((4, S)), T=400)
        many += len(found) > 1 or found[0].kind != "fixed point"
    assert many


def test_labels_are_kept_along_a_parameter():
    """Lorenz: one fixed point splits at rho = 1; two and chaos at 24; chaos alone at 28."""
    starts = np.random.default_rng(2).normal((0, 0, 20), 10, (8, 3))

    def lorenz(rho):
        return known.LORENZ.on(known.ONE, rho=rho), NONE

    found = ode.follow(
        lorenz, [0.5, 10.0, 14.0, 28.0], starts, T=60, h=0.01, first=(5, 0.01), extensions=1
    )
    first, second, third, last = found.labels
    assert (len(first), len(second), len(third), len(last)) == (1, 2, 2, 1)
    assert 0 in second  # the origin repels: its label goes on to one side
    assert set(second) == set(third)
    for label in second:
        sides = [np.sign(a.mean[0]) for a in found.of(label)[1:3]]
        assert sides[0] == sides[1]
    assert found.of(last[0])[-1].kind == "chaotic"
    np.testing.assert_allclose(found.fractions.sum(axis=1), 1)
    told = " ".join(found.events)
    assert "0.5: label 0 appears: fixed point" in told
    assert "changes from fixed point to chaotic" in told or "appears: chaotic" in told
    assert "is lost" in told


def test_options_are_checked():
    model = known.oscillator(0.1)
    with pytest.raises(TypeError, match="options must be of T, h"):
        ode.catalogue(model, NONE, [[1, 0]], steps=3)
    with pytest.raises(TypeError, match="options must be of T, h"):
        ode.follow(lambda g: (model, NONE), [1.0], [[1, 0]], steps=3)
    with pytest.raises(ValueError, match="level must be"):
        ode.catalogue(model, NONE, [[1, 0]]).interval(2.0)
