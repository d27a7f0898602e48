"""The laws of the three stages, each against an independent computation."""

import numpy as np
import pytest
from scipy.linalg import solve_discrete_are
from scipy.optimize import minimize
from scipy.stats import ks_2samp

import learning_dynamics as ld


def point_mass(steps):
    return ld.Loop(ld.double_integrator(), steps)


def test_memoryless_loss():
    for s, T in ((0.3, 12), (1.6, 50), (4.0, 37)):
        loss, slope = ld.memoryless_loss(s, T)
        loop = point_mass(T)
        assert loss == pytest.approx(loop.loss([[-s / T]]), rel=1e-12)
        assert slope == pytest.approx(-loop.gradient([[-s / T]])[0, 0] / T, rel=1e-10)


@pytest.mark.parametrize(
    ("steps", "count"),
    [(10, 1), (40, 2), (160, 5), pytest.param(640, 10, marks=pytest.mark.thorough)],
)
def test_ladder_of_plateaus(steps, count):
    found, limits = ld.plateaus(steps), ld.plateau_limits()
    assert len(found.k) == count
    assert abs(count - limits.density * np.sqrt(steps)) < 1.5
    loop = point_mass(steps)
    for k, loss in zip(found.k, found.loss, strict=True):
        near = [loop.loss([[k * (1 + x)]]) for x in (-1e-4, 0, 1e-4)]
        assert min(near) == near[1] == pytest.approx(loss, rel=1e-10)
    assert (found.growth < 0).all()


def test_limits_of_the_plateaus():
    """Roots that were found; and the corrections at T = 2560, which fall as its root."""
    found, limits = ld.plateaus(2560), ld.plateau_limits()
    s, best = limits.s, found.loss.argmin()
    assert len(found.k) == 19
    assert s * np.exp(s) == pytest.approx(2 * np.expm1(s), rel=1e-12)
    assert found.loss[best] / 2560 == pytest.approx(limits.loss, rel=1 / np.sqrt(2560))
    assert -found.k[best] * 2560 == pytest.approx(s, rel=1 / np.sqrt(2560))
    assert found.growth[0] / 2560**2 == pytest.approx(limits.growth, rel=6 / np.sqrt(2560))
    smooth = -((s - 1) * np.exp(s) + 1) / (4 * s**3)
    assert smooth == pytest.approx(-0.2422, abs=1e-4)
    assert found.growth[best] / 2560**2 == pytest.approx(smooth, rel=6 / np.sqrt(2560))
    kT = -found.k * 2560
    assert limits.first < kT.min() < kT.max() < limits.last
    s = np.linspace(0.3, 4, 200)
    off = [
        np.abs(ld.memoryless_loss(s, T)[0] / T - ld.plateau_loss(s, T)).max() for T in (200, 2000)
    ]
    assert off[0] < 0.025
    assert off[1] < off[0] / 8  # as 1/T


def test_escape_rate_is_that_of_the_map():
    """Memory of the order 1e-6 on the plateau grows by this rate, in networks of unit vectors."""
    T, rate = 20, 4e-5
    k = ld.plateaus(T).k[0]
    S = np.eye(4)  # Z V M U
    S[0, 2] = S[2, 0] = k
    S[0, 3] = S[3, 0] = S[1, 2] = S[2, 1] = 1e-6
    course = ld.overlap_flow(point_mass(T), S, rate, 300)
    memory = np.log(course.overlaps[:, 0, 1])
    assert (memory[300] - memory[100]) / 200 == pytest.approx(rate * ld.escape_rate(T), rel=0.02)


@pytest.mark.parametrize(("steps", "rate", "slope"), [(20, 4e-5, 107.2), (40, 6e-6, 154.5)])
def test_slope_of_the_time_to_stability(steps, rate, slope):
    assert ld.stability_slope(steps, rate) == pytest.approx(slope, abs=0.05)


@pytest.mark.parametrize(
    ("steps", "rate", "clip", "samples"),
    [
        (20, 4e-5, 200, 25),
        pytest.param(20, 4e-5, 200, 600, marks=pytest.mark.long),
        pytest.param(40, 6e-6, 1000, 300, marks=pytest.mark.long),
    ],
)
def test_time_to_stability_grows_as_the_logarithm(steps, rate, clip, samples):
    sizes = [10**3, 10**6]
    found = [
        ld.time_to_stability(point_mass(steps), N, rate, clip, samples=samples, rng=N)
        for N in sizes
    ]
    slope = (found[1].mean - found[0].mean) / np.log(1000)
    error = np.hypot(found[0].error, found[1].error) / np.log(1000)
    assert abs(slope - ld.stability_slope(steps, rate)) < 3 * error
    assert error < 0.35 * slope / np.sqrt(samples / 10)


def test_networks_are_stable_when_wishart_matrices_are():
    """One by one when their own Gram matrices are; and these have the law of Wishart matrices."""
    loop, options = point_mass(20), {"rate": 4e-5, "clip": 200}
    weights = ld.Weights.draw(50, rng=1)
    network = ld.train(loop, weights, steps=400, **options)
    assert (
        network.stable_from == ld.overlap_flow(loop, weights.gram, steps=400, **options).stable_from
    )
    assert network.stable_from is not None
    times = []
    for seed in range(30):
        gram = ld.Weights.draw(50, rng=seed).gram
        found = ld.overlap_flow(loop, gram, steps=1500, **options).stable_from
        times.append(1500 if found is None else found)
    drawn = ld.time_to_stability(loop, 50, **options, samples=40, rng=1)
    assert ks_2samp(times, np.minimum(drawn.times, 1500)).pvalue > 0.01


@pytest.mark.long
@pytest.mark.parametrize("N", [100, 1000])
def test_mean_times_of_networks_and_wishart_matrices(N):
    loop, rate, clip = point_mass(20), 4e-5, 200
    times = [
        ld.train(loop, ld.Weights.draw(N, rng=seed), rate, 2500, clip).stable_from
        for seed in range(60)
    ]
    assert None not in times
    drawn = ld.time_to_stability(loop, N, rate, clip, samples=1000, rng=N)
    error = np.hypot(np.std(times, ddof=1) / 60**0.5, drawn.error)
    assert abs(np.mean(times) - drawn.mean) < 3 * error


def test_a_full_matrix_does_not_wait():
    times = [
        ld.full_matrix_flow(
            point_mass(20), ld.initial_gram(N, 0, rng=1), 4e-5, 300, 200
        ).stable_from
        for N in (10**3, 10**6)
    ]
    assert abs(times[0] - times[1]) < 20
    assert max(times) < 150


def test_a_student_that_imitates_makes_its_loop_worse_first():
    """On the white noise of a teacher whose loop is stable; the loop in which it learned is not."""
    loop, gram = point_mass(50), ld.initial_gram(100, rng=2)
    teacher = ld.overlap_flow(loop, gram, 1e-4, 10_000, clip=1)
    assert teacher.radius[-1] < 1
    assert teacher.radius.max() < 1.01 * teacher.radius[0]
    student = ld.overlap_flow(
        ld.Loop(ld.imitation(teacher.overlaps[-1]), steps=None), gram, 1e-2, 3000
    )
    radius = loop.spectral_radius(student.overlaps)
    assert (np.diff(student.loss) < 0).all()
    assert radius.max() > 1.03 * teacher.radius.max()
    assert radius[-1] < 1


def test_late_samples_are_told():
    with pytest.raises(ld.ConvergenceError, match="3 of 3 samples were not stable within 100"):
        ld.time_to_stability(point_mass(20), 100, 1e-9, samples=3, max_steps=100, rng=1)
    found = ld.time_to_stability(
        point_mass(20), 100, 1e-9, samples=3, max_steps=100, rng=1, throw=False
    )
    assert np.isnan(found.times).all()
    assert not found.converged


def test_golden_end_is_the_minimum():
    loop, end = point_mass(None), ld.golden_end()

    def cost(x):
        return 2 * loop.loss([[x[0], x[2]], [1, x[1]]])

    found = minimize(
        cost,
        [-1.5, -1.0, 3.0],
        method="Nelder-Mead",
        options={"xatol": 1e-10, "fatol": 1e-14, "maxiter": 2000},
    )
    np.testing.assert_allclose(found.x, [end.k, end.a, end.b], rtol=0, atol=1e-6)
    assert found.fun == pytest.approx(end.cost, rel=1e-12)
    O = [[end.k, end.b], [1, end.a]]
    assert np.abs(loop.gradient(O)).max() < 1e-6
    np.testing.assert_allclose(np.sort(np.abs(loop.spectrum(O)))[2:], end.radius, atol=1e-6)


@pytest.mark.long
def test_training_comes_to_the_golden_end():
    course = ld.overlap_flow(point_mass(50), ld.initial_gram(100, rng=1), 1e-3, 60_000, clip=1)
    O, end = course.overlaps[-1], ld.golden_end()
    np.testing.assert_allclose(
        [O[0, 0], O[1, 1], O[0, 1] * O[1, 0]], [end.k, end.a, end.b], rtol=0.01
    )


@pytest.mark.parametrize(
    "environment",
    [
        ld.double_integrator(),
        ld.tracking([0.1, 0.3], dt=0.5),
        ld.Environment(A=[[0.9, 0.3], [-0.2, 1.1]], B=[[0, 1], [1, 0.5]], C=[[1, 0.3]]),
    ],
)
def test_lqg_bound_is_the_best_linear_controller(environment):
    """By least squares over all forces that are linear in what was seen from t = 1 on."""
    T = 7
    A, B, C = (np.asarray(getattr(environment, name)) for name in "ABC")
    values, vectors = np.linalg.eigh(np.asarray(environment.Q))
    root = (np.sqrt(np.maximum(values, 0)) * vectors).T
    starts = environment.starts()
    powers = [np.linalg.matrix_power(A, t) for t in range(T)]
    free = np.concatenate([root @ power @ starts for power in powers])
    columns = []
    for t in range(1, T - 1):
        late = [root @ powers[s - 1 - t] @ B if s > t else 0 * root @ B for s in range(T)]
        seen = np.concatenate([C @ powers[s] @ starts for s in range(1, t + 1)])
        columns += [np.outer(u, y).ravel() for u in np.concatenate(late).T for y in seen]
    design = np.array(columns).T
    best = np.linalg.lstsq(design, -free.ravel(), rcond=None)[0]
    cost = np.sum((design @ best + free.ravel()) ** 2) / (2 * T)
    assert ld.lqg_bound(ld.Loop(environment, T)) == pytest.approx(cost, rel=1e-9)
    assert cost < 0.99 * ld.Loop(environment, T).loss(np.zeros((B.shape[1], len(C))))


def test_lqg_bound_for_ever():
    """By the algebraic Riccati equation of scipy, for forces that cost next to nothing."""
    environment = ld.double_integrator()
    A, B = np.asarray(environment.A), np.asarray(environment.B)
    P = solve_discrete_are(A, B, np.eye(2), 1e-9 * np.eye(1))
    weight = float((B.T @ P @ B)[0, 0])
    K = B.T @ P @ A / weight
    start = np.eye(2)
    moved = A @ A.T
    gain = moved[:, :1] @ moved[:1] / moved[0, 0]
    bound = np.trace(P @ start) + weight * float((K @ start @ K.T)[0, 0])
    bound += weight * float((K @ (moved - gain) @ K.T)[0, 0])
    assert ld.lqg_bound(point_mass(200)) == pytest.approx(bound / 400, rel=1e-6)
    eigenvalues = np.linalg.eigvals(A - B @ K)
    assert np.abs(eigenvalues).max() == pytest.approx(ld.golden_end().radius, rel=1e-4)


def test_no_network_beats_the_bound():
    end = ld.golden_end()
    O = [[end.k, end.b], [1, end.a]]
    for T in (20, 50):
        assert ld.lqg_bound(point_mass(T)) < point_mass(T).loss(O)
    assert ld.lqg_bound(point_mass(50)) == pytest.approx(0.16517, abs=5e-6)


def test_cosine_of_horizons_is_that_of_networks():
    """By the gradients of a network, from differences of its losses."""
    loop, weights = point_mass(12), ld.Weights.draw(8, rng=4)
    names = "ZVMU"

    def losses(vectors):
        O = ld.Weights(*vectors).overlaps
        early = point_mass(5).loss(O) * 5
        return np.array([early, loop.loss(O) * 12 - early])

    vectors = [np.asarray(getattr(weights, name)) for name in names]
    gradients = []
    for part in range(4):
        for i in range(8):
            pair = []
            for step in (1e-5, -1e-5):
                moved = [v.copy() for v in vectors]
                moved[part][i] += step
                pair.append(losses(moved))
            gradients.append((pair[0] - pair[1]) / 2e-5)
    early, late = np.array(gradients).T
    cosine = early @ late / np.linalg.norm(early) / np.linalg.norm(late)
    assert ld.gradient_cosine(loop, weights.gram, 5) == pytest.approx(cosine, abs=1e-7)


def test_first_stable():
    assert ld.first_stable(np.full(51, 0.5)) == 0
    assert ld.first_stable(np.full(50, 0.5)) is None
    assert ld.first_stable([1.0, 0.5, 0.5], hold=1) == 1
    assert ld.first_stable([0.5, 2.0, 0.5], hold=1) is None
