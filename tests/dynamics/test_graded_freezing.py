"""Graded neurons in time, their limit of slow fields, and where they freeze."""

import numpy as np
import pytest
from scipy import integrate

import dynamics
import networks


def exactly(network, x, t):
    """Return the state at a time by an adaptive solver, in double precision."""
    J = np.array(network.couplings, dtype=float)

    def velocity(t, x):
        return network.s * np.tanh(x) - x + network.g * J @ np.tanh(x)

    return integrate.solve_ivp(velocity, (0, t), x, rtol=1e-10, atol=1e-12).y[:, -1]


def test_steps_of_second_order():
    network = networks.Graded(50, 1.5, 2.0).sample(rng=1)
    start = np.random.default_rng(2).standard_normal(50)
    exact = exactly(network, start, 2.0)
    errors = [
        np.abs(dynamics.settle(network, start, t_max=2.0, dt=dt).state - exact).max()
        for dt in (0.05, 0.025)
    ]
    assert 3.3 < errors[0] / errors[1] < 4.7
    assert errors[1] < 1e-2


def test_settled_states_are_stable_fixed_points():
    network = networks.Graded(300, 4.0, 2.0).sample(rng=1)
    settled = dynamics.settle(network, rng=2, history=True)
    assert settled.converged
    assert settled.history[-1] < 1e-12 <= settled.history[-2]
    assert settled.t[-1] == pytest.approx(settled.time)
    assert np.abs(network.velocities(settled.state)).max() < (300 * 1e-12) ** 0.5
    assert network.is_stable(settled.state)
    again = dynamics.settle(network, settled.state, t_max=1.0)
    assert again.time == 0


def test_deferred_couplings_follow_the_same_law():
    """Mean squared rates at the same times, of eight networks each."""
    found = []
    for kind in ("gaussian", "deferred"):
        rates = []
        for seed in range(8):
            network = networks.Graded(400, 1.5, 2.5, couplings=kind).sample(rng=seed)
            state = dynamics.settle(network, t_max=6.0, rng=seed).state
            rates.append([np.mean(np.tanh(state) ** 2), np.mean(state**2)])
        found.append((np.mean(rates, axis=0), np.std(rates, axis=0, ddof=1) / 8**0.5))
    (a, a_error), (b, b_error) = found
    assert (np.abs(a - b) < 4.5 * np.hypot(a_error, b_error)).all()
    assert (a_error < 0.1 * a).all()


def test_directions_follow_the_time_and_not_the_steps():
    count = []
    for dt in (0.1, 0.05):
        network = networks.Graded(2000, 0.0, 2.0, couplings="deferred").sample(rng=1)
        dynamics.settle(network, t_max=8.0, dt=dt, rng=1)
        count.append(network.couplings.directions[0])
    assert count[0] <= count[1] < 1.35 * count[0]  # of twice the steps


def test_infinitely_many_are_the_limit_of_networks():
    """All correlations between a few times, of 12 dense networks with the same step."""
    run = dynamics.graded_mean_field(1.5, 2.5, 4.0, 0.1, 9600, snapshots=5, rng=1)
    rng = np.random.default_rng(2)
    found = []
    for _ in range(12):
        J = rng.standard_normal((800, 800)) / 800**0.5
        x, before, rates = rng.standard_normal(800), None, []
        for step in range(41):
            phi = np.tanh(x)
            if step % 10 == 0:
                rates.append(phi)
            velocity = 1.5 * phi - x + 2.5 * J @ phi
            x = x + 0.1 * (velocity if before is None else 1.5 * velocity - 0.5 * before)
            before = velocity
        found.append(np.array(rates) @ np.transpose(rates) / 800)
    error = np.hypot(np.std(found, axis=0, ddof=1) / 12**0.5, run.correlation_error)
    z = (run.correlation - np.mean(found, axis=0)) / error
    assert np.abs(z).max() < 4.5
    assert (error[1:, 1:] < 0.02).all()
    np.testing.assert_allclose(np.diag(run.correlation), run.q[::10], atol=1e-12)


def test_hysterons_step_by_step():
    """Against branches found by bisection, for a few steps."""
    network = networks.Graded(40, 2.5, 2.0).sample(rng=1)
    branches = networks.Branches(2.5)
    sign = np.random.default_rng(3).choice([-1.0, 1.0], 40)
    run = dynamics.hysterons(network, steps=5, rng=np.random.default_rng(3))
    x = sign * branches.upper(0.0)
    for k in range(5):
        H = network.fields(x)
        jumped = sign * H < -branches.h_c
        sign = np.where(jumped, -sign, sign)
        low, high = np.full(40, branches.x_c), np.full(40, 50.0)
        for _ in range(70):
            middle = (low + high) / 2
            above = middle - 2.5 * np.tanh(middle) > sign * H
            low, high = np.where(above, low, middle), np.where(above, middle, high)
        x = sign * low
        assert run.flips[k] == pytest.approx(jumped.mean())
        assert run.q[k] == pytest.approx(np.mean(np.tanh(x) ** 2), abs=1e-6)
    np.testing.assert_allclose(run.state, x, atol=1e-4)


def test_hysterons_come_to_rest_in_fixed_points():
    network = networks.Graded(300, 5.0, 2.0).sample(rng=1)
    run = dynamics.hysterons(network, steps=300, rng=2)
    assert run.converged
    assert np.abs(network.velocities(run.state)).max() < 1e-5
    assert network.is_stable(run.state)


def test_binary_neurons_in_continuous_time():
    """The flips of a small network, against events found exactly one after the other."""
    network = networks.Asymmetric(12, 0.2).sample(rng=5)
    run = dynamics.continuous_time(network, t_max=20.0, dt=1e-3, intervals=20, rng=7)
    J = np.array(network.couplings, dtype=float)
    x = np.random.default_rng(7).standard_normal(12)
    s = np.where(x > 0, 1.0, -1.0)
    t, counts = 0.0, np.zeros(20)
    while True:
        field = J @ s + 0.2 * s
        with np.errstate(divide="ignore", invalid="ignore"):
            wait = np.where(s * field < 0, np.log((x - field) / -field), np.inf)
        i = int(np.argmin(wait))
        t += wait[i]
        if t > 20:
            break
        x = field + (x - field) * np.exp(-wait[i])
        x[i] = 0.0
        s[i] *= -1
        counts[int(t)] += 1
    np.testing.assert_allclose(run.flip_rate * 12, counts, atol=1.01)  # one near a boundary
    assert abs(run.flip_rate.sum() * 12 - counts.sum()) <= 2
    np.testing.assert_array_equal(run.state, s)


def test_freezing_of_small_networks():
    found = dynamics.freezing_threshold(8.0, N=500, steps=120, rng=1)
    assert found.converged
    assert abs(found.coupling - 0.8145) < 4 * found.coupling_error + 0.02 < 0.15
    h_c = networks.Branches(found.s).h_c
    assert 0.95 < h_c / (8.0 * found.coupling) < 1
    with pytest.raises(dynamics.ConvergenceError, match="stayed active, 4 are needed"):
        dynamics.freezing_threshold(2.0, [6.0, 7.0], N=100, steps=60, rng=1)


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda n: dynamics.settle(n, dt=0.4), r"dt must be in \(0, 0.333\] at s = 0.5, g = 2"),
        (lambda n: dynamics.settle(n, np.zeros(3)), r"start must have shape \(5,\)"),
        (lambda n: dynamics.settle(n, t_max=1e6), "t_max must be > 0 and at most a million steps"),
        (dynamics.hysterons, "s must be > 1 for a neuron to have two branches, got 0.5"),
        (dynamics.graded_zones, "s must be > 1 for a neuron to have two branches, got 0.5"),
        (lambda n: dynamics.freezing_threshold(2.0, [0.9]), "s must be > 1"),
        (
            lambda n: dynamics.continuous_time(
                networks.Asymmetric(5, 0.5, couplings="binary").sample(rng=1)
            ),
            "network must have one layer and a matrix of couplings",
        ),
        (
            lambda n: dynamics.continuous_time(networks.Asymmetric(5, 0.5).sample(rng=1), t_max=1),
            "t_max must be 30 to ten million steps",
        ),
    ],
)
def test_what_cannot_be_is_refused(call, match):
    with pytest.raises(ValueError, match=match):
        call(networks.Graded(5, 0.5, 2.0).sample(rng=1))


@pytest.mark.long
def test_universality_to_half_a_percent():
    """Binary neurons in continuous time, N = 6000: the threshold of all other orders."""
    couplings = np.repeat([0.3, 0.4, 0.5, 0.6], 20)  # of eight networks it is known to 0.003
    rates = np.array(
        [
            dynamics.continuous_time(
                networks.Asymmetric(6000, J_D).sample(rng=k), t_max=300.0, rng=k
            )
            .flip_rate[10:]
            .mean()
            for k, J_D in enumerate(couplings)
        ]
    )
    shifted = couplings + 1.4603545 * np.sqrt(2 * rates)
    line, covariance = np.polyfit(rates, shifted, 1, cov=True)
    assert np.sqrt(covariance[1, 1]) < 0.0015
    assert abs(line[1] - 0.8145) < 0.005
