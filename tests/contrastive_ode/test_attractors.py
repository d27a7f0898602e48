"""Attractors whose kind, period, multipliers and exponents are known."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import contrastive_ode as ode
from contrastive_ode.attractors.course import Course
from contrastive_ode.attractors.cycles import primitive, shoot
from contrastive_ode.attractors.moving import decided

_spec = importlib.util.spec_from_file_location("known", Path(__file__).with_name("known.py"))
known = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(known)
NONE = known.NONE

TURN = 2 * np.pi


@pytest.mark.parametrize(
    "gamma",
    [
        1.0,
        pytest.param(0.1, marks=pytest.mark.thorough),
        pytest.param(1e-3, marks=pytest.mark.thorough),
        1e-4,
    ],
)
def test_damped_oscillators_end_at_rest(gamma):
    """However slowly: at 1e-4 the amplitude has fallen by a fifth only."""
    end = ode.settle(known.oscillator(gamma), NONE, [1.0, 0.5])
    assert end.kind == "fixed point"
    assert np.abs(end.mean).max() < 1e-12
    exact = -gamma + np.array([1, -1]) * np.emath.sqrt(gamma**2 - 1)
    np.testing.assert_allclose(np.sort(end.eigenvalues), np.sort(exact), atol=1e-7)
    assert end.exponent == pytest.approx(-gamma, abs=1e-7)


@pytest.mark.parametrize("gamma", [0.0, -1e-4])
def test_a_centre_and_a_weak_source_are_no_cycles(gamma):
    with pytest.raises(ode.ConvergenceError, match="volume of phase space does not shrink"):
        ode.settle(known.oscillator(gamma), NONE, [1.0, 0.5])
    (point,) = ode.fixed_points(known.oscillator(gamma), NONE, [1.0, 0.5])
    assert point.stability == ("unstable" if gamma else "centre")


def test_hopf_on_both_sides():
    below = ode.settle(known.hopf(-1e-3), NONE, [0.3, 0.0])
    assert below.kind == "fixed point"
    assert below.exponent == pytest.approx(-1e-3, rel=1e-9)
    above = ode.settle(known.hopf(1e-3), NONE, [0.3, 0.0])
    assert above.kind == "limit cycle"
    np.testing.assert_allclose(np.linalg.norm(above.orbit, axis=1), np.sqrt(1e-3), rtol=1e-8)
    assert abs(above.period - TURN) <= above.period_error < 1e-7
    (multiplier,) = above.multipliers
    assert abs(multiplier - np.exp(-2e-3 * TURN)) <= above.multipliers_error < 1e-6
    assert above.exponents.tolist() == [0.0, pytest.approx(-2e-3, rel=1e-6)]


def test_a_tiny_cycle_is_one():
    """Of radius 1e-7, around a fixed point that repels."""
    end = ode.settle(known.hopf(0.1, cubic=1e13), NONE, [3e-8, 0.0])
    assert end.kind == "limit cycle"
    np.testing.assert_allclose(np.linalg.norm(end.orbit, axis=1), 1e-7, rtol=1e-7)
    with pytest.raises(ode.ConvergenceError, match="rests at an unstable fixed point"):
        ode.settle(known.hopf(0.1), NONE, [0.0, 0.0])


def test_van_der_pol():
    """Period and multiplier at mu = 1, beside an adaptive method of order 8."""
    model = known.van_der_pol(1.0)
    end = ode.settle(model, NONE, [1.0, 0.0], T=100, h=0.05)
    assert end.kind == "limit cycle"
    assert abs(end.period - 6.66328685932313019) <= end.period_error < 1e-6

    def both(t, z):
        return np.append(model.rhs(NONE, z[:2]), np.trace(model.jacobian(NONE, z[:2])))

    start = np.append(end.orbit[0], 0.0)
    other = solve_ivp(both, (0, end.period), start, method="DOP853", rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(other.y[:2, -1], end.orbit[0], atol=1e-7)
    assert end.multipliers[0] == pytest.approx(np.exp(other.y[2, -1]), rel=1e-6)  # Liouville


def test_a_cycle_that_halves_its_steps_is_right():
    """What is claimed of a period covers its error, also where the step is long."""
    for h in (0.02, 0.05, 0.1):
        end = ode.settle(known.van_der_pol(3.0), NONE, [1.0, 0.0], T=200, h=h)
        assert abs(end.period - 8.859095499678) <= end.period_error + 1e-11


@pytest.mark.thorough
def test_closed_orbits_that_do_not_attract_are_no_limit_cycles():
    """One of a family, and one that attracts slower than any exponential."""
    pendulum = known.pendulum(0.0, 0.0)
    assert ode.settle(pendulum, NONE, [0.5, 0.0], h=0.05, throw=False).kind == "undecided"
    model = known.system(
        "weak",
        {"x_i": "-y_i - x_i*(x_i**2 + y_i**2 - 1)**3", "y_i": "x_i - y_i*(x_i**2 + y_i**2 - 1)**3"},
    ).on(known.ONE)
    with pytest.raises(ode.ConvergenceError, match="multipliers are 1 within their errors"):
        ode.settle(model, NONE, [1.0, 0.0], T=200, h=0.05)


def test_no_orbit_closes_on_a_torus():
    """After 8 turns of one and 13 of the other it nearly does."""
    model = known.hopf(1.0, 1.0, omega=(1.0, (1 + np.sqrt(5)) / 2))
    course = Course.of(model, NONE, 0.05)
    assert shoot(course, np.array([1.0, 0.0, 0.0, 1.0]), 16 * np.pi, 2.0) is None


def test_several_turns_are_told_from_one():
    """An orbit that was found with a multiple of its period has the shortest one."""
    course = Course.of(known.van_der_pol(1.0), NONE, 0.05)
    x = course.after(np.array([1.0, 0.0]), 50.0)
    thrice = shoot(course, x, 3 * 6.66, 4.0)
    assert thrice.period == pytest.approx(3 * 6.663286859, rel=1e-8)
    assert primitive(course, thrice, 4.0) == pytest.approx(6.663286859, rel=1e-8)
    once = shoot(course, x, 6.66, 4.0)
    assert primitive(course, once, 4.0) == once.period


def test_torus():
    golden = (1 + np.sqrt(5)) / 2
    model = known.hopf(1.0, 1.0, omega=(1.0, golden))
    end = ode.settle(model, NONE, [0.3, 0.2, 0.1, 0.4], T=400, h=0.05)
    assert end.kind == "quasi-periodic"
    assert (np.abs(end.exponents - [0, 0, -2, -2]) < 5 * end.exponents_error + 2e-3).all()
    again = ode.settle(model, NONE, [1.0, 0.2, -2.0, 0.4], T=400, h=0.05)
    assert end.is_same(again)


@pytest.mark.thorough
def test_a_torus_of_oscillators_that_are_not_harmonic():
    """Its exponents are told from 0 to a few 1e-5, by weights that vanish at both ends."""
    model = known.COUPLED.on(ode.all_to_all(2), omega=[1.0, 1.37])
    end = ode.settle(model, model.pack(K=0.1), [0.3, 0.2, 1.0, 0.0], T=500, h=0.05, extensions=0)
    assert end.kind == "quasi-periodic"
    assert np.abs(end.exponents[:2]).max() < 2e-4
    assert end.exponents_error[:2].max() < 2e-4
    assert (end.exponents[2:] < -1).all()


@pytest.mark.thorough
def test_lorenz_is_one_attractor():
    """0.9056 is the published exponent; the volume shrinks by 41 / 3."""
    model = known.LORENZ.on(known.ONE, rho=28.0)
    starts = np.random.default_rng(0).normal((0, 0, 20), 10, (12, 3))
    found = ode.catalogue(model, NONE, starts, T=100, h=0.01, extensions=0)
    assert [(a.kind, a.count) for a in found] == [("chaotic", 12)]
    exponents, errors = found[0].exponents, found[0].exponents_error
    assert abs(exponents[0] - 0.9056) < 4 * errors[0] < 0.3
    assert abs(exponents[1]) < 4 * errors[1] + 0.01
    assert exponents.sum() == pytest.approx(-41 / 3, abs=5e-4)  # of the step


def test_lorenz_below_chaos():
    """Two fixed points attract, by symmetry equally often; the third one is a saddle."""
    model = known.LORENZ.on(known.ONE, rho=14.0)
    starts = np.random.default_rng(0).normal((0, 0, 20), 10, (40, 3))
    found = ode.catalogue(model, NONE, starts, T=50, h=0.01, first=(5, 0.01))
    r = np.sqrt(8 / 3 * 13)
    np.testing.assert_allclose(sorted(a.mean[0] for a in found), [-r, r], rtol=1e-12)
    low, high = found.interval(0.999)
    assert ((low < 0.5) & (high > 0.5)).all()
    points = ode.fixed_points(model, NONE, starts)
    assert sorted((round(p.x[0], 6), p.unstable) for p in points) == [
        (round(-r, 6), 0),
        (0.0, 1),
        (round(r, 6), 0),
    ]


@pytest.mark.thorough
def test_lorenz_84():
    """Where a fixed point, a cycle and chaos live side by side (Datseris, Wagemakers 2022)."""
    starts = np.random.default_rng(0).uniform([-1, -3, -3], [3, 3, 3], (30, 3))

    def found(a, F, G):
        model = known.LORENZ_84.on(known.ONE, a=a, F=F, G=G)
        options = {"T": 400, "h": 0.02, "first": (5, 0.01), "extensions": 1}
        return ode.catalogue(model, NONE, starts, **options)

    three = found(0.255, 6.886, 1.347)
    assert sorted(a.kind for a in three) == ["chaotic", "fixed point", "limit cycle"]
    assert three.converged
    (only,) = found(0.25, 1.0, 1.0)
    assert only.kind == "fixed point"


@pytest.mark.thorough
def test_lorenz_96():
    """The eigenvalues at x = F are known, and the volume shrinks by 1 a variable."""
    N = 5
    theta = TURN * np.arange(N) / N
    for F, kind in ((0.8, "fixed point"), (1.2, "limit cycle")):
        model, w = known.lorenz_96(N, F)
        end = ode.settle(model, w, F + 0.1 * np.arange(N), T=200, h=0.05)
        assert end.kind == kind
        (point,) = ode.fixed_points(model, w, np.full(N, F))
        exact = -1 + F * (np.exp(1j * theta) - np.exp(-2j * theta))
        found = np.sort(point.eigenvalues.round(10))
        np.testing.assert_allclose(found, np.sort(exact.round(10)), atol=1e-9)
    model, w = known.lorenz_96(8, 8.0)
    spectrum = ode.lyapunov_spectrum(model, w, 8 + 0.1 * np.arange(8), T=200, h=0.02)
    assert spectrum.exponents.sum() == pytest.approx(-8, abs=1e-4)
    assert spectrum.exponents[0] > 5 * spectrum.exponents_error[0]
    assert 2 < spectrum.kaplan_yorke < 8


@pytest.mark.thorough
@pytest.mark.parametrize(("c", "loops"), [(2.3, 1), (3.3, 2), (4.0, 4)])
def test_roessler_doubles_its_period(c, loops):
    end = ode.settle(known.ROESSLER.on(known.ONE, c=c), NONE, [1.0, 1.0, 0.0], T=400, h=0.02)
    assert end.kind == "limit cycle"
    rises = (np.diff(np.sign(end.orbit[:, 1])) > 0).sum()
    assert rises == loops
    assert end.period == pytest.approx(5.8 * loops, rel=0.02)


@pytest.mark.thorough
def test_roessler_chaos():
    """The published exponent at a = b = 0.2, c = 5.7 is 0.0714."""
    model = known.ROESSLER.on(known.ONE, c=5.7)
    end = ode.settle(model, NONE, [1.0, 1.0, 0.0], T=1000, h=0.02, extensions=0)
    assert end.kind == "chaotic"
    assert abs(end.exponent - 0.0714) < 4 * end.exponent_error < 0.06


@pytest.mark.parametrize(
    ("A", "periods"),
    [
        (0.2, 1),
        pytest.param(0.28, 2, marks=pytest.mark.thorough),
        pytest.param(0.29, 4, marks=pytest.mark.thorough),
        (0.37, 5),
    ],
)
def test_driven_duffing(A, periods):
    """Settles in periods of the drive; the product of the multipliers is known."""
    model, drive = known.DUFFING.on(known.ONE, A=A), TURN / 1.2
    options = {"T": 400, "h": 0.05, "first": (20, 0.05), "period": drive, "extensions": 1}
    starts = np.random.default_rng(1).uniform(-1, 1, (6, 2))
    found = ode.catalogue(model, NONE, starts, **options)
    assert {a.strobes for a in found} == {periods}
    assert len(found) == (1 if A == 0.37 else 2)  # one in each well
    for a in found:
        assert a.period == pytest.approx(periods * drive, rel=1e-14)
        assert np.prod(a.multipliers).real == pytest.approx(np.exp(-0.3 * a.period), rel=1e-3)
    other = ode.settle(model, NONE, starts[0], t0=1.0, **options)
    assert other.strobes == periods  # at another phase


def test_a_drive_of_no_strength_leaves_a_network_at_rest():
    """In one of the wells, where the rates are known."""
    model = known.DUFFING.on(known.ONE, A=0.0)
    end = ode.settle(model, NONE, [0.3, 0.1], T=400, h=0.05, period=TURN / 1.2)
    assert end.kind == "fixed point"
    np.testing.assert_allclose(np.abs(end.mean), [1, 0], atol=1e-9)
    assert end.exponents.tolist() == pytest.approx([-0.15, -0.15], rel=1e-6)


def test_driven_duffing_in_chaos():
    model, drive = known.DUFFING.on(known.ONE, A=0.5), TURN / 1.2
    end = ode.settle(model, NONE, [0.1, 0.0], T=600, h=0.05, period=drive, extensions=0)
    assert end.kind == "chaotic"
    assert end.exponents.sum() == pytest.approx(-0.3, abs=1e-5)


def test_time_starts_where_it_is_said_to():
    """A quarter period later the drive is a sine."""
    model = known.DUFFING.on(known.ONE, A=0.5)
    path = ode.flow(model, NONE, [0.5, 0.0], 5, 0.01, t0=1.5)
    other = solve_ivp(
        lambda t, z: model.rhs(NONE, z, t), (1.5, 6.5), [0.5, 0.0], rtol=1e-10, atol=1e-10
    )
    np.testing.assert_allclose(path[-1], other.y[:, -1], atol=1e-6)


def test_explicit_time_needs_its_period():
    model = known.DUFFING.on(known.ONE, A=0.5)
    with pytest.raises(ValueError, match="period must be given"):
        ode.settle(model, NONE, [0.1, 0.0])
    with pytest.raises(ValueError, match="period must be that of the right-hand side"):
        ode.settle(model, NONE, [0.1, 0.0], period=1.0)
    with pytest.raises(ValueError, match="must not depend on time"):
        ode.fixed_points(model, NONE, [0.1, 0.0])


def test_what_exponents_decide():
    errors, T = np.array([0.0003, 0.0003, 0.0003]), 2000.0
    assert decided(np.array([0.9, 0.0, -14.0]), errors, T, 1)[0] == "chaotic"
    assert decided(np.array([0.0004, -0.0003, -1.0]), errors, T, 1)[0] == "quasi-periodic"
    assert "limit cycle that was not found" in decided(np.array([0.0, -0.1, -1]), errors, T, 1)[1]
    assert "All Lyapunov" in decided(np.array([-0.1, -0.2, -1.0]), errors, T, 1)[1]
    # 0 within three errors, which are too large to tell: 60 starts of Lorenz had one such at T = 20
    large = np.array([0.3, 0.3, 0.02])
    assert decided(np.array([0.7, 0.1, -14.0]), large, 30.0, 1)[0] == "undecided"
    # within three errors, but errors are too large to tell
    kind, reason = decided(np.array([0.01, 0.0, -1.0]), errors * 30, T, 1)
    assert (kind, reason[:32]) == ("undecided", "A Lyapunov exponent of 0.01 is n")


def test_merging_counts_and_tells_apart():
    point = ode.Attractor("fixed point", *(np.array([0.5, 0.0]),) * 3)
    error = np.full(2, 1e-7)
    near = ode.Attractor(
        "fixed point", *(np.array([0.5 + 4e-7, 0.0]),) * 3, count=3, mean_error=error
    )
    far = ode.Attractor("fixed point", *(np.array([0.501, 0.0]),) * 3)
    cycle = ode.Attractor("limit cycle", *(np.array([0.5, 0.0]),) * 3, period=2.0)
    other = ode.Attractor("limit cycle", *(np.array([0.5, 0.0]),) * 3, period=2.1)
    lost = ode.Attractor("undecided", *(np.array([0.5, 0.0]),) * 3)
    found = ode.merge([point, far, near, cycle, other, cycle, lost, lost])
    assert [(a.kind, a.count) for a in found] == [
        ("fixed point", 4),
        ("limit cycle", 2),
        ("fixed point", 1),
        ("limit cycle", 1),
        ("undecided", 1),
        ("undecided", 1),
    ]
    with pytest.raises(TypeError, match="found"):
        ode.merge([1])
