"""Message passing on infinite networks: against networks with couplings, and known numbers."""

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import norm

import bp
from bp.infinite import focusing_dynamics
from networks import Asymmetric

PROTOCOL = ((0.303, 7.0), (0.364, 7.0), (0.426, 7.0), (0.487, 7.0), (0.579, 7.0))


def on_networks(N, J_D, protocol, networks, rng, **options):
    """Return overlaps, unstable fractions and entropies on networks with couplings."""
    runs = [
        bp.focusing_trajectory(Asymmetric(N, J_D).sample(rng), protocol, rng=rng, **options)
        for _ in range(networks)
    ]
    names = ("overlap", "unstable_fraction", "local_entropy")
    return [np.array([getattr(run, name) for run in runs]) for name in names]


@pytest.mark.thorough
def test_networks_with_couplings():
    """At the same number of neurons: the same law, but for the diagonal, of order 1/N."""
    N, J_D = 400, 0.3
    options = {"damping": 0.6, "iterations": 6}
    protocol = [(gamma, 7.0) for gamma in np.linspace(0.2, 0.6, 12)]
    direct = on_networks(N, J_D, protocol, 40, np.random.default_rng(1), **options)
    run = bp.focusing_dynamics(J_D, protocol, N=N, runs=40, rng=2, **options)
    pairs = [
        (run.overlap, run.overlap_error),
        (run.unstable_fraction, run.unstable_fraction_error),
        (run.local_entropy, run.local_entropy_error),
    ]
    for samples, (mean, error) in zip(direct, pairs, strict=True):
        own = samples.std(axis=0, ddof=1) / np.sqrt(len(samples))
        z = (samples.mean(axis=0) - mean) / (np.hypot(own, error) + 0.3 / N / 4)
        assert np.abs(z).max() < 4
    assert run.overlap[-1] > 0.8  # a cluster was chosen


@pytest.mark.thorough
def test_reinforcement_on_networks_with_couplings():
    N, J_D, rates = 400, 0.3, np.linspace(0.1, 0.5, 8)
    rng = np.random.default_rng(1)
    runs = [
        bp.reinforcement(
            Asymmetric(N, J_D).sample(rng), rates, iterations=8, history=True, rng=rng
        ).trajectory
        for _ in range(40)
    ]
    run = bp.focusing_dynamics(J_D, rates, N=N, runs=40, kind="reinforcement", iterations=8, rng=2)
    for name in ("overlap", "unstable_fraction"):
        samples = np.array([getattr(one, name)[:6] for one in runs if len(one.gamma) >= 6])
        assert len(samples) > 30
        own = samples.std(axis=0, ddof=1) / np.sqrt(len(samples))
        error = getattr(run, f"{name}_error")[:6]
        z = (samples.mean(axis=0) - getattr(run, name)[:6]) / np.hypot(own, error)
        assert np.abs(z).max() < 4
    np.testing.assert_allclose(run.gamma, rates)
    assert (run.y == 1).all()


@pytest.mark.long
def test_published_trajectory():
    """`docs/theory/focusing-dynamics.md`: three runs at N = 24,000, by another program."""
    protocol = list(bp.scoping(steps=50, gamma=(0.15, 0.9)))
    run = bp.focusing_dynamics(0.2, protocol, N=24_000, runs=3, damping=0.6, iterations=5, rng=1)
    at = [np.abs(run.gamma - gamma).argmin() for gamma in (0.364, 0.426, 0.487, 0.579, 0.67)]
    q = [(0.7180, 13), (0.8379, 12), (0.8966, 7), (0.9368, 8), (0.9553, 2)]
    for k, (value, digits) in zip(at, q, strict=True):
        assert abs(run.overlap[k] - value) < 4 * np.hypot(digits * 1e-4, run.overlap_error[k])


def fold(J_D):
    """Return where the branch of responses ends, from the two equations themselves."""
    kappa = norm.pdf(J_D) / norm.cdf(J_D)

    def residuals(a, b, slope):
        A = np.array(
            [[1 + slope, (1 + slope) * kappa], [(1 + slope) * kappa, kappa * (kappa * slope - J_D)]]
        )
        B = np.linalg.solve(np.eye(2) - A @ np.diag([a, b]), A)
        return np.array([a - B[1, 1] - J_D * kappa, b - B[0, 0] + 1])

    def slope_of(b):
        """Return the slope and a at which b is the response, by Newton's method from b = 0."""
        x = np.array([0.0, 0.0])
        for part in np.linspace(0, b, 40)[1:]:
            for _ in range(6):
                f = residuals(x[0], part, x[1])
                steps = 1e-7 * np.eye(2)
                J = np.stack(
                    [(residuals(*(x + s)[[0]], part, (x + s)[1]) - f) / 1e-7 for s in steps], 1
                )
                x = x - np.linalg.solve(J, f)
        return x[1]

    def rise(b):
        return slope_of(b * 1.001) - slope_of(b * 0.999)

    return slope_of(brentq(rise, 0.3, 8, xtol=1e-4))


@pytest.mark.parametrize(
    "J_D",
    [
        pytest.param(0.05, marks=pytest.mark.thorough),
        pytest.param(0.2, marks=pytest.mark.thorough),
        0.3,
    ],
)
def test_onset_is_the_fold_of_the_response(J_D):
    assert bp.onset(J_D).slope == pytest.approx(fold(J_D), abs=2e-7)


@pytest.mark.parametrize(
    ("J_D", "slope", "rate", "three", "seven"),
    [
        (0.05, 0.042522, 0.040788, 0.146858, 0.084384),
        (0.1, 0.061490, 0.057928, 0.177173, 0.101582),
        (0.16, 0.088238, 0.081083, 0.213219, 0.121869),
        (0.18, 0.098092, 0.089329, 0.225194, 0.128565),
        (0.2, 0.108406, 0.097803, 0.237164, 0.135234),
        (0.3, 0.166776, 0.142937, 0.297223, 0.168292),
    ],
)
def test_onset_in_numbers(J_D, slope, rate, three, seven):
    found = bp.onset(J_D, y=3)
    assert found == pytest.approx((slope, rate, three), abs=1e-6)
    assert bp.onset(J_D).gamma == pytest.approx(seven, abs=1e-6)


@pytest.mark.parametrize("J_D", [0.5, 0.8, 1.5, 3.0])
def test_onset_at_an_infinite_response(J_D):
    """From J_D + kappa = 1 on, in closed form."""
    kappa = norm.pdf(J_D) / norm.cdf(J_D)
    c = kappa * (kappa + J_D)
    assert bp.onset(J_D).slope == pytest.approx(J_D * (1 - c) / (kappa + J_D * c), rel=1e-13)


def test_onset_is_smooth_where_the_fold_goes_to_infinity():
    J_D = np.linspace(0.4, 0.56, 33)
    slopes = [bp.onset(x).slope for x in J_D]
    assert np.abs(np.diff(slopes, 3)).max() < 2e-6


@pytest.mark.parametrize("J_D", [0.2, 0.8])
def test_onset_in_the_dynamics(J_D):
    """Overlaps decay below it, and grow above."""
    slope = bp.onset(J_D).slope
    ends = []
    for factor in (0.8, 1.25):
        gamma = np.arctanh(np.sqrt(factor * slope / 6))
        run = bp.focusing_dynamics(
            J_D, [(gamma, 7.0)] * 12, N=2000, runs=2, damping=0.6, start=0.1, rng=1
        )
        ends.append(run.overlap[-1])
    assert ends[0] < 3e-5
    assert ends[1] > 3e-3


def test_small_unstable_fractions_have_the_error_of_counting():
    run = bp.focusing_dynamics(6.0, [0.1, 0.2], kind="reinforcement", N=500, runs=2, rng=1)
    assert (run.unstable_fraction == 0).all()
    np.testing.assert_array_equal(run.unstable_fraction_error, 1e-3)
    smallest = run.smallest_unstable
    assert (smallest.value, smallest.error) == (0, 1e-3)
    best = run.unstable_fraction_runs.min(axis=0).mean()
    assert best == smallest.value


def test_a_linear_field_is_fed_back():
    run = bp.focusing_dynamics(0.5, np.linspace(0.2, 1, 6), N=500, kind="linear", rng=1)
    assert (np.diff(run.overlap[2:]) > 0).all()
    np.testing.assert_allclose(run.gamma, np.linspace(0.2, 1, 6))


def test_same_seed_same_bits():
    runs = [bp.focusing_dynamics(0.3, PROTOCOL, N=300, rng=rng) for rng in (1, 1, 2)]
    np.testing.assert_array_equal(runs[0].overlap, runs[1].overlap)
    assert (runs[0].overlap != runs[2].overlap).any()


def test_frozen_runs_end(monkeypatch):
    monkeypatch.setattr(focusing_dynamics, "FROZEN", 0.9)
    run = bp.focusing_dynamics(0.3, PROTOCOL, N=300, rng=1)
    assert len(run.gamma) < len(PROTOCOL)
    assert run.overlap[-1] > 0.1


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"J_D": -1}, ValueError, "J_D must be"),
        ({"protocol": []}, ValueError, "protocol must have at least one pair"),
        ({"protocol": [0.1], "kind": "focusing"}, TypeError, "protocol must be an iterable"),
        ({"protocol": [1.5], "kind": "reinforcement"}, ValueError, r"rates of the protocol must"),
        ({"protocol": [], "kind": "linear"}, ValueError, "protocol must have at least one entry"),
        ({"protocol": [-1], "kind": "linear"}, ValueError, "protocol must be"),
        ({"protocol": 1.0, "kind": "linear"}, TypeError, "protocol must be an iterable of numbers"),
        ({"N": 1}, ValueError, r"N must be an integer in \[2"),
        ({"runs": 1}, ValueError, "runs must be"),
        ({"kind": "other"}, ValueError, "kind must be"),
        ({"damping": 1}, ValueError, "damping must be"),
        ({"iterations": 0}, ValueError, "iterations must be"),
        ({"start": 0}, ValueError, "start must be > 0"),
        ({"rng": "x"}, TypeError, "rng must be"),
    ],
)
def test_refused(arguments, error, message):
    with pytest.raises(error, match=f"^{message}"):
        bp.focusing_dynamics(**{"J_D": 0.3, "protocol": PROTOCOL, "N": 100, **arguments})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [((-1,), "J_D must be"), ((11,), "J_D must be"), ((0.2, 1), "y must be > 1")],
)
def test_onset_refused(arguments, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        bp.onset(*arguments)
