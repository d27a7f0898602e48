"""Loss, adjoint and spectrum of the loop, against differences, closed forms and simulation."""

import numpy as np
import pytest

import learning_dynamics as ld

TEACHER = [[-0.7, 0.6], [0.5, -0.3]]
DRIVEN = ld.Environment(A=[[0.5, 0.2], [0, 0.3]], B=[[1], [0]], C=[[1, 1]])
LOOPS = {
    "point mass": ld.Loop(ld.double_integrator(), steps=20),
    "leaky reference": ld.Loop(ld.tracking([0.1, 0.3], dt=0.3), steps=20, leak=0.4),
    "teacher": ld.Loop(ld.imitation(TEACHER, leak=0.7), steps=20, leak=0.7),
    "teacher for ever": ld.Loop(ld.imitation(TEACHER), steps=None),
    "driven for ever": ld.Loop(DRIVEN, steps=None, leak=0.6),
}


def overlaps(loop, rank, rng):
    environment = loop.environment
    shape = (environment.outputs + rank, environment.inputs + rank)
    return rng.normal(0, 0.2, size=shape)


@pytest.mark.parametrize("rank", [0, 1, 2])
@pytest.mark.parametrize("name", LOOPS)
def test_adjoint_against_differences(name, rank):
    """Of fourth order, whose errors are of the order 1e-11."""
    loop, rng, step = LOOPS[name], np.random.default_rng(rank), 1e-3
    O = overlaps(loop, rank, rng)
    direction = rng.normal(size=O.shape)
    losses = [loop.loss(O + k * step * direction) for k in (-2, -1, 1, 2)]
    difference = np.dot([1, -8, 8, -1], losses) / (12 * step)
    gradient = loop.gradient(O)
    scale = np.linalg.norm(gradient) * np.linalg.norm(direction)
    assert abs(np.vdot(gradient, direction) - difference) < 1e-8 * scale


@pytest.mark.parametrize("name", LOOPS)
def test_spectrum_is_that_of_the_motion(name):
    """The moved part alone: its powers grow as the largest eigenvalue says."""
    loop, rng = LOOPS[name], np.random.default_rng(5)
    O = np.array([overlaps(loop, 1, rng) for _ in range(3)])
    values = loop.spectrum(O)
    radius = loop.spectral_radius(O)
    np.testing.assert_array_equal(radius, np.abs(values).max(-1))
    moved = loop.environment.reached().sum() + loop.environment.inputs + 1
    assert values.shape == (3, moved)
    assert radius.shape == (3,)
    assert loop.spectral_radius(O[0]) == pytest.approx(radius[0], rel=1e-12)


def test_spectrum_of_rank_one():
    """The polynomial of the loop, and Jury's conditions on it."""
    rng = np.random.default_rng(1)
    loop = LOOPS["point mass"]
    k, a, b = rng.uniform([-2.5, -1.5, -1], [0.5, 1, 4], size=(3000, 3)).T
    O = np.stack([np.stack([k, b], -1), np.stack([np.ones_like(a), a], -1)], -2)
    values = loop.spectrum(O)
    x = values[:, 1:]
    polynomial = (x - 1) ** 2 * (x - a[:, None]) - k[:, None] * (x - a[:, None]) - b[:, None]
    assert np.abs(polynomial).max() < 1e-8
    assert np.abs(values[:, 0]).max() < 1e-6  # the fourth is zero
    radius = loop.spectral_radius(O)
    clear = abs(radius - 1) > 1e-9
    stable = ld.is_stable(k, a, b)
    np.testing.assert_array_equal(stable[clear], radius[clear] < 1)
    assert 50 < stable.sum() < 2900


def test_imitation_on_white_noise():
    """Against its closed form, and a long simulation."""
    loop, rng = ld.Loop(ld.imitation(TEACHER), steps=None), np.random.default_rng(2)
    (k0, _), (_, a0) = TEACHER
    b0 = TEACHER[0][1] * TEACHER[1][0]
    for _ in range(5):
        O = rng.uniform(-0.8, 0.8, (2, 2))
        k, a, b = O[0, 0], O[1, 1], O[0, 1] * O[1, 0]
        form = (k - k0) ** 2 + b**2 / (1 - a**2) - 2 * b * b0 / (1 - a * a0) + b0**2 / (1 - a0**2)
        assert loop.loss(O) == pytest.approx(form / 2, rel=1e-12)
        assert loop.spectral_radius(O) == pytest.approx(abs(a), rel=1e-12)
    y, square = rng.normal(size=40_000), 0.0
    student, teacher = np.zeros(2), np.zeros(2)
    for noise in y:
        student = np.array([noise, O[1] @ student])
        teacher = np.array([noise, np.dot(TEACHER[1], teacher)])
        square += (O[0] @ student - np.dot(TEACHER[0], teacher)) ** 2
    assert loop.loss(O) == pytest.approx(square / 2 / len(y), rel=0.05)


def test_reference_is_the_sum_of_its_frequencies():
    frequencies, O = [0.1, 0.4], np.array([[-0.3, 0.4, 0.2], [0.1, -0.2, 0.3]])
    together, first, second = (
        ld.Loop(ld.tracking(frequencies, amplitudes), steps=60, leak=0.1).loss(O)
        for amplitudes in ([1, 0.5], [1, 0], [0, 0.5])
    )
    assert together == pytest.approx(first + second, rel=1e-12)
    t, dt = np.arange(60), 0.1  # without forces the mass stays where it is
    silent = ld.Loop(ld.tracking([0.4], 0.5), steps=60).loss([[0, 0]])
    phases = 2 * np.pi * np.arange(8) / 8
    sines = 0.5 * np.cos(2 * np.pi * 0.4 * dt * t[:, None] + phases)
    assert silent == pytest.approx((sines**2).mean() / 2, rel=1e-12)


def test_without_a_horizon_an_unstable_loop_has_no_loss():
    loop = ld.Loop(ld.double_integrator(), steps=None)
    assert loop.loss([[-0.1]]) == np.inf
    assert np.isnan(loop.gradient([[-0.1]])).all()
    assert ld.Loop(ld.tracking([0.1]), steps=None).loss([[0, 0]]) == np.inf


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"A": np.eye(3)}, "B must have shape"),
        ({"A": np.ones((2, 3))}, "A must have shape"),
        ({"C": [[1, 0, 0]]}, "C must have shape"),
        ({"Q": [[1, 1], [0, 1]]}, "Q must be symmetric"),
        ({"Sigma": [[1, 0], [0, -1]]}, "Sigma must not be negative"),
        ({"B": [0, 1]}, "B must be a matrix"),
        ({"A": [[np.nan, 0], [0, 1]]}, "A must be finite"),
    ],
)
def test_environments_that_are_none(change, message):
    with pytest.raises(ValueError, match=message):
        ld.Environment(**({"A": np.eye(2), "B": [[0], [1]], "C": [[1, 0]]} | change))


def test_ranks_that_do_not_fit():
    loop = LOOPS["point mass"]
    for wrong in (np.zeros((2, 3)), np.zeros((0, 0)), np.zeros(2), np.zeros((1, 2))):
        with pytest.raises(ValueError, match="overlaps must have shape"):
            loop.loss(wrong)
    with pytest.raises(ValueError, match="overlaps must be one matrix"):
        loop.loss(np.zeros((4, 2, 2)))
