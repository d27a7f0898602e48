"""Deep linear networks: matrices, differential equations and integrals, one against the other."""

import mpmath
import numpy as np
import pytest
from scipy.integrate import solve_ivp

import learning_dynamics as ld
import sweeps


def regression(strengths, outputs=4, inputs=3, seed=1):
    rng = np.random.default_rng(seed)
    U, V = (np.linalg.qr(rng.normal(size=(n, len(strengths))))[0] for n in (outputs, inputs))
    return ld.Regression(U @ np.diag(strengths) @ V.T)


def test_the_gradient_is_that_of_the_loss():
    one = regression([2.0, 1.0, 0.5])
    O, change = np.random.default_rng(2).normal(size=(2, 4, 3))
    up, down = (one.loss(O + h * change) for h in (1e-5, -1e-5))
    assert np.vdot(one.gradient(O), change) == pytest.approx((up - down) / 2e-5, rel=1e-9)
    assert one.modes(one.target) == pytest.approx(one.strengths, rel=1e-12)


@pytest.mark.parametrize("N", [2, 100])
def test_two_layers_and_their_gram_matrix(N):
    one = regression([2.0, 1.0, 0.5])
    rng = np.random.default_rng(N)
    A, B = rng.normal(0, 0.3 / np.sqrt(N), (N, 4)), rng.normal(0, 0.7 / np.sqrt(N), (N, 3))
    both = np.hstack([A, B])
    theory = ld.regression_flow(one, both.T @ both, rate=0.02, steps=400)
    network = ld.train_layers(one, [B, A.T], rate=0.02, steps=400)
    assert np.abs(network.overlaps - theory.overlaps).max() < 1e-12
    assert np.abs(network.loss - theory.loss).max() < 1e-12
    assert theory.loss[-1] < 0.2 * theory.loss[0]


@pytest.mark.parametrize("depth", [1, 2, 3, 5, 10])
def test_layers_and_their_recursion(depth):
    one = regression([2.0, 1.4, 0.7])
    layers = ld.aligned_layers(one, a0=0.1, depth=depth, rng=depth)
    network = ld.train_layers(one, layers, rate=0.01, steps=600)
    theory = ld.mode_recursion([2.0, 1.4, 0.7], 0.1, depth, rate=0.01, steps=600)
    assert np.abs(network.modes - theory).max() < 1e-11
    times = ld.mode_time([2.0, 1.4, 0.7], 0.1, depth)
    reached = np.argmax(theory > theory[-1:] * 0 + [1.0, 0.7, 0.35], axis=0)
    assert reached * 0.01 * depth == pytest.approx(times, abs=2 * 0.01 * depth)


@pytest.mark.parametrize(
    ("s", "c0"), [(3.0, 0.01), (1.0, 3.0), (0.6, 30.0), (1.0, 1e-12), (2.0, 2.0), (0.0, 1.0)]
)
def test_wide_layers_solve_their_equations(s, c0):
    """Against an integration in the variables (o, c), which know nothing of the closed form."""
    end = 1.5 / max(s, c0) * max(1.0, np.log(1 / c0))
    t = end * np.array([0.0, 0.2, 0.6, 1.0])
    exact = solve_ivp(
        lambda _, y: [2 * y[1] * (s - y[0]), 2 * y[0] * (s - y[0])],
        (0, end),
        [0, c0],
        method="DOP853",
        t_eval=t,
        rtol=1e-13,
        atol=1e-22,
    )
    assert ld.wide_two_layer(s, c0, t) == pytest.approx(exact.y[0], rel=1e-9, abs=1e-15)


def test_wide_layers_from_rich_to_lazy():
    half = np.log(2 * 2 / 1e-9) / (2 * 2)
    assert ld.wide_two_layer(2, 1e-9, half) == pytest.approx(1, rel=1e-3)
    t = np.array([0.002, 0.01])
    assert ld.wide_two_layer(1, 1e3, t) == pytest.approx(1 - np.exp(-2e3 * t), rel=1e-6)


@pytest.mark.parametrize("c0", [0.01, 3.0])
def test_deviations_from_wide_layers_fall_as_the_root_of_N(c0):
    one = ld.Regression(np.diag([3.0, 1.2]))
    rate, steps, off = 0.001, 2500 if c0 < 1 else 500, []
    theory = ld.wide_two_layer([3, 1.2], c0, rate * np.arange(steps + 1)[:, None])
    for N in (10**2, 10**4):
        modes = [
            ld.regression_flow(one, c0 * ld.initial_gram(N, 0, 2, 2, rng=seed), rate, steps).modes
            for seed in range(5)
        ]
        off.append(np.sqrt(np.mean((np.array(modes) - theory) ** 2)))
    assert 5 < off[0] / off[1] < 20  # 10, and an error of the rate


@pytest.mark.thorough
def test_a_learned_mode_waits_for_the_others_at_finite_N_only():
    """Late means are off by more than their scatter, by 1/N; extrapolated they are not."""
    one, c0, rate, steps = ld.Regression(np.diag([3.0, 0.6])), 0.3, 1e-3, 4000
    theory, sizes, found = ld.wide_two_layer(3, c0, rate * steps), [300, 1000, 3000], []
    for N in sizes:
        found.append([])
        for seed in range(40):
            gram = c0 * ld.initial_gram(N, 0, 2, 2, rng=N + seed)
            fine, coarse = (
                ld.regression_flow(one, gram, k * rate, steps // k).modes[-1, 0] for k in (1, 2)
            )
            found[-1].append(2 * fine - coarse)
    mean = np.mean(found, axis=1)
    error = np.std(found, axis=1, ddof=1) / 40**0.5
    limit = sweeps.extrapolate(sizes, mean, error)
    assert (mean - theory > 3 * error).all()
    assert limit.converged
    assert abs(limit.limit - theory) < 3 * limit.error


@pytest.mark.parametrize("depth", [1, 2, 3.5, 40, np.inf])
def test_times_are_integrals(depth):
    power = 2 - 2 / mpmath.mpf(depth)
    exact = mpmath.quad(lambda a: 1 / (a**power * (1.5 - a)), [0.01, 0.03, 0.1, 0.4, 1.2])
    assert ld.mode_time(1.5, 0.01, depth, fraction=0.8) == pytest.approx(float(exact), rel=1e-10)
    if depth == np.inf:
        closed = (1 / 0.01 - 1 / 1.2) / 1.5 + np.log(1.2 * 1.49 / (0.01 * 0.3)) / 1.5**2
        assert float(exact) == pytest.approx(closed, rel=1e-12)


def test_what_does_not_fit_is_refused_and_what_diverges_says_so():
    one = regression([2.0, 1.0])
    with pytest.raises(ValueError, match="gram must have outputs"):
        ld.regression_flow(one, np.eye(3), 0.1, 1)
    with pytest.raises(ValueError, match="layers must be matrices from 3 inputs to 4 outputs"):
        ld.train_layers(one, [np.eye(3)], 0.1, 1)
    with pytest.raises(ValueError, match="a0 must be at most"):
        ld.mode_time(1, 0.6, 2)
    for learn, start in (
        (ld.regression_flow, np.eye(7)),
        (ld.train_layers, ld.aligned_layers(one, 1.0, 3, rng=1)),
    ):
        with pytest.raises(ld.ConvergenceError, match="lower the rate"):
            learn(one, start, 5.0, 100)
        course = learn(one, start, 5.0, 100, throw=False)
        assert not course.converged
        assert 0 < len(course.loss) < 100
        assert f"Diverged at step {len(course.loss)}" in course.status
