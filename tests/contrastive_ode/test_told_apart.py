"""What looks alike and is not: each case was once taken for another."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

import contrastive_ode as ode
from contrastive_ode import systems

_spec = importlib.util.spec_from_file_location("known", Path(__file__).with_name("known.py"))
known = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(known)
NONE, ONE = known.NONE, known.ONE

TURN = 2 * np.pi
CIRCLE = {
    "x_i": "x_i - y_i - x_i*(x_i**2 + y_i**2)",
    "y_i": "y_i + x_i - y_i*(x_i**2 + y_i**2)",
}
SPIRAL = "in its middle is a fixed point|size of the motion changes"


def fitzhugh(a, b, eps, current):
    """FitzHugh-Nagumo, with a third variable that follows."""
    nagumo = known.system(
        "FitzHugh-Nagumo",
        {
            "v_i": "v_i - v_i**3/3 - w_i + I",
            "w_i": "eps*(v_i + a - b*w_i)",
            "z_i": "v_i - z_i",
        },
        ["a", "b", "eps", "I"],
    )
    return nagumo.on(ONE, a=a, b=b, eps=eps, I=current)


@pytest.mark.parametrize("excess", [5e-4, pytest.param(1e-5, marks=pytest.mark.thorough)])
def test_a_slow_spiral_beside_a_canard_is_no_torus(excess):
    """Both exponents are 0 within 2 / T, and a third one makes volumes shrink."""
    model = fitzhugh(1 + excess, 0.0, 0.01, 0.0)
    with pytest.raises(ode.ConvergenceError, match=SPIRAL):
        ode.settle(model, NONE, [1.0, 0.0, 0.0], T=1000, h=0.05)
    end = ode.settle(model, NONE, [1.0, 0.0, 0.0], T=20 / excess, h=0.05, throw=False)
    assert end.kind == "fixed point"


@pytest.mark.thorough
def test_a_slow_spiral_onto_a_cycle_is_no_torus():
    slow = known.system(
        "slow",
        {**CIRCLE, "u_i": "1.6*v_i - 1e-4*u_i", "v_i": "-1.6*u_i - 1e-4*v_i"},
    )
    with pytest.raises(ode.ConvergenceError, match=SPIRAL):
        ode.settle(slow.on(ONE), NONE, [0.3, 0, 0.5, 0.5], T=500, h=0.05, extensions=0)
    driven = known.system(
        "driven", {"x_i": "y_i", "y_i": "cos(t) - 2.7*x_i - 1e-3*y_i", "z_i": "x_i - z_i"}
    )
    options = {"T": 500, "h": 0.05, "period": TURN, "extensions": 0}
    with pytest.raises(ode.ConvergenceError, match=SPIRAL):
        ode.settle(driven.on(ONE), NONE, [0.3, 0, 0], **options)


@pytest.mark.thorough
def test_a_torus_is_one_though_there_is_a_sink_elsewhere():
    """Langford's flow: round the axis, around a saddle-focus, and a sink far down the axis."""
    langford = known.system(
        "Langford",
        {
            "x_i": "(z_i - 0.7)*x_i - 3.5*y_i",
            "y_i": "3.5*x_i + (z_i - 0.7)*y_i",
            "z_i": "0.6 + 0.95*z_i - z_i**3/3 - (x_i**2 + y_i**2)*(1 + z_i/4)",
        },
    )
    model = langford.on(ONE)
    end = ode.settle(model, NONE, [0.1, 1.0, 0.0], T=500, h=0.02, extensions=1)
    assert end.kind == "quasi-periodic"
    (sink,) = ode.fixed_points(model, NONE, [[0.0, 0.0, -1.2]])
    assert sink.stability == "stable"


def test_rest_in_a_family_of_many_dimensions_is_no_torus():
    """Phases that repel each other rest wherever their mean vanishes, N - 2 ways to move on."""
    clocks = systems.kuramoto.on(ode.all_to_all(8), omega=0.0)
    starts = np.random.default_rng(0).uniform(0, 6, (6, 8))
    found = ode.catalogue(clocks, clocks.pack(K=-0.5), starts, T=200, h=0.1)
    assert found.converged
    assert {a.kind for a in found} == {"fixed point"}
    assert all(a.reason.startswith("marginal") for a in found)
    assert all(abs(np.exp(1j * a.mean).sum()) < 1e-9 for a in found)


def test_a_ghost_beside_a_large_variable_is_no_fixed_point():
    """Rounding of the one does not make the other zero."""
    ghost = known.system("ghost", {"x_i": "1e-9 + x_i**2", "a_i": "1e9 - a_i"}).on(ONE)
    found = ode.fixed_points(ghost, NONE, [[1e-3, 1e9], [-0.1, 0.0]], throw=False)
    assert (len(found), found.failed) == (0, 2)


def test_long_steps_do_not_make_a_centre_attract():
    swing = known.PLANAR.on(ONE, a=0.0, b=1.0, c=0.0, d=-25.0, e=0.0, m=0.0)
    with pytest.raises(ode.ConvergenceError, match="shorten h"):
        ode.settle(swing, NONE, [1.0, 0.0])
    assert ode.settle(swing, NONE, [0.0, 0.0]).reason.startswith("centre")


@pytest.mark.thorough
def test_fixed_points_differ_in_one_small_variable():
    model = known.system(
        "switch beside a large one",
        {"a_i": "1000 - a_i", "z_i": "-1e6*(z_i - 1e-4)*(z_i - 3e-4)*(z_i - 9e-4)"},
    ).on(ONE)
    found = ode.catalogue(model, NONE, [[900, 0], [900, 1e-3], [800, 0]])
    assert [a.count for a in found] == [2, 1]
    starts = [[1000, 1e-4], [1000, 3e-4], [1000, 9e-4]]
    assert [point.unstable for point in ode.fixed_points(model, NONE, starts)] == [0, 1, 0]


@pytest.mark.parametrize("apart", [1e-5, 3e-7, 1e-8])
def test_fixed_points_close_to_each_other(apart):
    """Their errors tell them apart, not a distance that seems small."""
    switch = known.system("switch", {"x_i": "(x_i - 1)*(1 - (x_i - 1)**2/d**2)"}, ["d"])
    found = ode.catalogue(switch.on(ONE, d=apart), NONE, [[1 - apart / 9], [1 + apart / 9]])
    assert [a.mean[0] - 1 for a in found] == pytest.approx([-apart, apart], rel=1e-4)


@pytest.mark.thorough
def test_a_large_variable_does_not_make_a_small_cycle_a_point():
    """A sink, and around it a cycle of radius 0.05."""
    rate = "0.1*(1e4*(x_i**2 + y_i**2) - 1)*(1 - 400*(x_i**2 + y_i**2))"
    node = {"x_i": f"x_i*{rate} - y_i", "y_i": f"y_i*{rate} + x_i", "a_i": "1e9 - a_i"}
    model = known.system("around a sink", node).on(ONE)
    found = ode.catalogue(model, NONE, [[0.04, 0, 9e8], [0.005, 0, 9e8]], T=400, h=0.02)
    assert [a.kind for a in found] == ["limit cycle", "fixed point"]
    np.testing.assert_allclose(np.linalg.norm(found[0].orbit[:, :2], axis=1), 0.05, rtol=1e-6)


@pytest.mark.thorough
@pytest.mark.parametrize("apart", [1.0, 1e-3, 1e-4, 1e-6])
def test_cycles_differ_in_one_small_variable(apart):
    beside = known.system("beside", {**CIRCLE, "z_i": "z_i*(1 - z_i**2/d**2)"}, ["d"])
    starts = [[0.5, 0, apart / 9], [0.5, 0, -apart / 9], [-0.5, 0.1, apart / 9]]
    found = ode.catalogue(beside.on(ONE, d=apart), NONE, starts, T=200, h=0.05)
    assert [(a.kind, a.count) for a in found] == [("limit cycle", 2), ("limit cycle", 1)]


@pytest.mark.thorough
def test_a_symmetry_of_a_tenth_of_a_turn_is_none_of_all_phases():
    teeth = known.system("teeth", {"x_i": "0.1 + sin(10*x_i)/2"}, periods={"x": TURN}).on(ONE)
    starts = TURN * (np.arange(10)[:, None] + 0.5) / 10
    found = ode.catalogue(teeth, NONE, starts, T=200, h=0.05)
    assert [a.kind for a in found] == ["fixed point"] * 10
    assert found[0].exponent == pytest.approx(-5 * np.sqrt(1 - 0.2**2))


@pytest.mark.thorough
def test_a_period_is_one_at_all_times():
    """After half a turn the drive is what it was at t = 0, and another at all other times."""
    driven = known.system("driven", {"x_i": "sin(t) - x_i"}).on(ONE)
    with pytest.raises(ValueError, match="period must be that of the right-hand side"):
        ode.settle(driven, NONE, [0.1], period=np.pi)
    assert ode.settle(driven, NONE, [0.1], period=TURN).strobes == 1


@pytest.mark.thorough
def test_periods_are_those_of_each_variable_wherever_it_goes():
    """Beside a large variable, and where the drive acts above 2 only."""
    beside = {"a_i": "1e9 - a_i", "q_i": "0.1 + sin(q_i)/2"}
    small = known.system("beside", beside, periods={"q": 1.0}).on(ONE)
    with pytest.raises(ValueError, match="periods must be those of phases"):
        ode.settle(small, NONE, [9e8, 0.1])
    right = known.system("beside", beside, periods={"q": TURN}).on(ONE)
    assert len(ode.settle(right, NONE, [9e8, 0.1], T=100).eigenvalues) == 2
    above = known.system("above", {"x_i": "5 - x_i + (Abs(x_i - 2) + x_i - 2)*cos(t)/5"}).on(ONE)
    with pytest.raises(ValueError, match="period must be that of the right-hand side"):
        ode.settle(above, NONE, [0.1], T=100, h=0.02, period=1.0)


def test_a_single_start_leaves_what_has_become_unstable():
    """Its range is 0, but not that of the start and the attractor."""
    values = [-1.0, 0.1, 1.0, -1.0]
    found = ode.follow(lambda mu: (known.cubic(l=mu, k=-1.0), NONE), values, [[0.5]], T=200)
    assert found.labels == ((0,),) * 4
    assert [abs(a.mean[0]) for a in found.of(0)] == pytest.approx([0, 0.1**0.5, 1, 0], abs=1e-9)


def test_seeds_stay_among_the_states():
    """A species that dies out is not made negative: beyond 0 there is another attractor."""

    def community(a):
        pair = ode.all_to_all(3, self_coupling=True)
        model = systems.lotka_volterra.on(pair, r=1, K=1, D=0.0)
        return model, model.pack(alpha=[[1, 2, 0], [a, 1, 0], [2, 2, 1]])

    starts = [[0.3, 0.1, 0.0], [0.1, 0.3, 0.0]]
    found = ode.follow(community, [2.0, 1.5, 0.8], starts, T=400)
    assert found.labels == ((0, 1), (0, 1), (1,))
    assert all(a.low.min() > -1e-9 and a.high[2] == 0 for c in found.catalogues for a in c)


def test_a_flow_of_no_step_is_refused():
    still = known.system("still", {"x_i": "-x_i"}).on(ONE)
    with pytest.raises(ValueError, match=r"T must be at least one stride of 0\.5, or 0"):
        ode.flow(still, NONE, [1.0], 0.2, 0.1, stride=5)
    assert ode.flow(still, NONE, [1.0], 0.0, 0.1).tolist() == [[1.0]]
