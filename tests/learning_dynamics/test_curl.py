"""Flipped signs: edges on matrices, the flow on differences, one angle on a wide network."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import learning_dynamics as ld
import sweeps

PLACES = ("readout", "inputs", "hidden")


def student(N, M, gain, rng, scale=1.0):
    W, w = rng.normal(0, scale / np.sqrt(M), (N, M)), rng.normal(size=N)
    return W, w * np.sqrt(gain) / np.linalg.norm(w)


def scanned(p, ratio, gain, at):
    """Return an edge by a scan of the map whose image is free of the spectrum."""
    if at == "readout":
        u = np.linspace(1e-4, 1 - 1e-7, 100_001)
        return gain + np.max(-1 / u + ratio * ((1 - p) / (1 + u) - p / (1 - u)))
    zeta = -gain - np.geomspace(1e-9, 50, 100_001)
    m = (1 - p) / (gain - zeta) + p / (-gain - zeta)
    return np.max(zeta + ratio / (1 + m))


@pytest.mark.parametrize("at", ["readout", "inputs"])
@pytest.mark.parametrize("ratio", [0.3, 4.0])
def test_edges_are_maxima(at, ratio):
    for p in (0.01, 0.4, 1.0):
        found = ld.flip_edge(p, ratio, 0.7, at)
        assert found == pytest.approx(scanned(p, ratio, 0.7, at), abs=1e-5)


@pytest.mark.parametrize("at", PLACES)
@pytest.mark.parametrize("ratio", [0.5, 3.0])
def test_edges_are_those_of_matrices(at, ratio):
    """At M = 120, where the edge of a bulk is rounded off on the scale M^(-2/3)."""
    M, rng = 120, np.random.default_rng(1)
    N = int(ratio * M)
    for p in (0.2, 0.6):
        found = np.mean(
            [
                ld.Flips.draw(N, M, p, at, rng=rng).least_eigenvalue(*student(N, M, 1.5, rng))
                for _ in range(4)
            ]
        )
        width = 4 * (1 + np.sqrt(ratio)) ** 2 * M ** (-2 / 3) + 4 / np.sqrt(N) * (at == "hidden")
        assert abs(found - ld.flip_edge(p, ratio, 1.5, at)) < width / 2


@pytest.mark.thorough
@pytest.mark.parametrize("at", PLACES)
def test_edges_are_those_of_matrices_without_end(at):
    """Means at three sizes, extrapolated in the power of M of Tracy and Widom, and the next."""
    sizes, found, rng = [15, 30, 60, 120], [], np.random.default_rng(2)
    for M in sizes:
        found.append(
            [
                ld.Flips.draw(2 * M, M, 0.2, at, rng=rng).least_eigenvalue(
                    *student(2 * M, M, 1.0, rng)
                )
                for _ in range(2400 // M)
            ]
        )
    mean = np.array([np.mean(one) for one in found])
    error = np.array([np.std(one, ddof=1) / len(one) ** 0.5 for one in found])
    limit = sweeps.extrapolate(sizes, mean, error, power=[2 / 3, 4 / 3])
    assert limit.converged
    assert abs(limit.limit - ld.flip_edge(0.2, 2, 1.0, at)) < 3 * limit.error
    assert limit.error < 0.1


def test_edges_without_and_with_all_flips():
    wishart = (np.sqrt(3) - 1) ** 2
    for at in PLACES:
        assert ld.flip_edge(0, [0.5, 3], 1.5, at) == pytest.approx([1.5, 1.5 + wishart], rel=1e-12)
    assert ld.flip_edge(1, 3, 1.5) == pytest.approx(1.5 - (np.sqrt(3) + 1) ** 2, rel=1e-9)
    assert ld.flip_edge(1, 3, 1.5, "inputs") == pytest.approx(-1.5 + wishart, rel=1e-9)
    assert ld.flip_edge(0.6, 0.5, 1.5, "inputs") == -1.5  # an atom: more flips than neurons


@pytest.mark.parametrize(
    ("ratio", "gain", "at", "threshold"),
    [
        (0.25, 1, "readout", 0.0151),
        (1, 1, "readout", 0.0551),
        (16, 1, "readout", 0.2871),
        (3, 1.3117, "inputs", 0.2),
        (0.5, 2, "hidden", 0.5),
        (16, 1, "hidden", 1.0),
    ],
)
def test_thresholds(ratio, gain, at, threshold):
    found = ld.flip_threshold(ratio, gain, at)
    assert found == pytest.approx(threshold, abs=5e-5)
    if threshold < 1:
        assert ld.flip_edge(found, ratio, gain, at) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(
    ("ratio", "gain", "at", "few"),
    [(1.4, 1, "inputs", 0), (1.6, 1, "inputs", 1), (1, 0.4, "readout", 0), (1, 0.6, "readout", 1)],
)
def test_a_single_flip(ratio, gain, at, few):
    """Its eigenvalue by itself, -omega + 2 omega alpha/(1 + 2 omega) or omega - 1 + alpha/2."""
    assert (ld.flip_threshold(ratio, gain, at) > 0) == few
    rng = np.random.default_rng(4)
    W, w = student(int(300 * ratio), 300, gain, rng)
    flips = ld.Flips.draw(len(w), 300, 1.01 / (300 if at == "inputs" else len(w)), at, rng=rng)
    alone = {
        "inputs": -gain + 2 * gain * ratio / (1 + 2 * gain),
        "readout": gain - 1 + ratio / 2,
    }[at]
    assert flips.least_eigenvalue(W, w) == pytest.approx(alone, abs=0.15)
    assert (alone > 0) == few


def test_the_flow_is_its_differential_equation():
    """Written out with matrices, and solved by another method."""
    rng = np.random.default_rng(3)
    N, M = 7, 4
    W, w = student(N, M, 0.3, rng, scale=0.5)
    flips = ld.Flips(*(rng.choice([-1.0, 1.0], size=n) for n in (M, N, N)))
    teacher = rng.normal(0, 0.5, size=M)

    def rhs(_, y):
        W, w = y[: N * M].reshape(N, M), y[N * M :]
        e = W.T @ w - teacher
        return np.append(-np.outer(flips.hidden * w, e * flips.inputs), -flips.readout * (W @ e))

    exact = solve_ivp(rhs, (0, 0.5), np.append(W, w), method="DOP853", rtol=1e-12, atol=1e-12)
    course = ld.flipped_flow(flips, W, w, teacher, [0, 0.2, 0.5])
    assert np.append(course.W, course.w) == pytest.approx(exact.y[:, -1], abs=2e-5)
    K = flips.correction(W, w)
    e, h = W.T @ w - teacher, 1e-6
    change = rhs(0, np.append(W, w))
    ahead = np.append(W, w) + h * change
    moved = ahead[: N * M].reshape(N, M).T @ ahead[N * M :] - teacher
    assert (moved - e) / h == pytest.approx(-K @ e, abs=1e-4)


@pytest.mark.parametrize("at", PLACES)
def test_the_smallest_eigenvalue_tells_the_fate(at):
    """Near a solution the error grows or decays at the rate of the smallest eigenvalue."""
    told = 0
    for seed in range(6):
        rng = np.random.default_rng(seed)
        N, M = 36, 12
        W, w = student(N, M, 1.2, rng)
        p = ld.flip_threshold(3, 1.2, at) * (0.5 + seed / 5) + 0.05
        flips = ld.Flips.draw(N, M, min(p, 0.9), at, rng=rng)
        least = flips.least_eigenvalue(W, w)
        if abs(least) < 0.02:
            continue
        end = min(8 / abs(least), 300)
        course = ld.flipped_flow(
            flips, W, w, W.T @ w + 1e-7 * rng.normal(size=M), np.linspace(0, end, 61)
        )
        assert (course.error[-1] > course.error[0]) == (least < 0)
        growth = np.log(course.error[-1] / course.error[-21]) / (end / 3)
        assert growth == pytest.approx(-least, rel=0.1)
        told += 1
    assert told >= 4


def test_a_fate_takes_the_longer_the_less_of_the_error_lies_along_its_eigenvector():
    rng = np.random.default_rng(4)
    W, w = student(36, 12, 1.0, rng)
    flips = ld.Flips.draw(36, 12, 0.95, "hidden", rng=rng)
    values, vectors = np.linalg.eigh(flips.correction(W, w))
    assert values[0] < -0.1 < 0.1 < values[-1]
    start = 1e-8 * (np.exp(-9) * vectors[:, 0] + vectors[:, -1])
    t = np.array([0, 6, 15]) / -values[0]
    error = ld.flipped_flow(flips, W, w, W.T @ w + start, t).error
    assert error[1] < 0.1 * error[0]
    assert error[2] == pytest.approx(1e-8 * np.exp(6), rel=0.01)


@pytest.mark.parametrize("p", [0.0, 0.2, 0.6, 0.9])
def test_a_wide_network_is_one_angle(p):
    rng = np.random.default_rng(1)
    N, M = 2500, 6
    W, w = rng.normal(0, np.sqrt(3 / N), (N, M)), rng.normal(0, N**-0.5, N)
    teacher = rng.normal(size=M)
    teacher *= 2 / np.linalg.norm(teacher)
    t = np.linspace(0, 4, 9)
    course = ld.flipped_flow(ld.Flips.draw(N, M, p, rng=rng), W, w, teacher, t)
    theory = np.abs(ld.wide_flipped(p, 3, 1, 2, t))
    assert np.abs(course.error - theory).max() / 2 < 3 / np.sqrt(N)


def test_one_angle_at_its_limits():
    t = [0, 0.1, 0.3, 1]
    rate = 2 + 0.5  # no teacher to speak of: exponential, at beta + omega
    small = ld.wide_flipped(0, 2, 0.5, 1e-6, t)
    assert small == pytest.approx(-1e-6 * np.exp(-rate * np.array(t)), rel=1e-4, abs=1e-10)
    late = np.linspace(50, 60, 41)
    assert np.ptp(ld.wide_flipped(1, 3, 1, 1.1, np.append(0, late))[1:]) > 1  # runs for ever
    assert np.abs(ld.wide_flipped(1, 3, 1, 0.9, np.append(0, late))[1:]).max() < 1e-6


def test_exponents_by_two_networks():
    """The tangent grows as the distance of two networks that are 1e-7 apart."""
    rng = np.random.default_rng(4)
    W, w = student(6, 12, 1.0, rng)
    flips = ld.Flips.draw(6, 12, 0.25, "inputs", rng=rng)
    teacher = W.T @ w + 0.01
    found = ld.flipped_lyapunov(flips, W, w, teacher, time=8, settle=0, rng=5)
    rng = np.random.default_rng(5)
    change = rng.normal(size=W.size + w.size)
    change *= 1e-7 / np.linalg.norm(change)
    one = ld.flipped_flow(flips, W, w, teacher, [0, 8])
    other = ld.flipped_flow(
        flips, W + change[: W.size].reshape(W.shape), w + change[W.size :], teacher, [0, 8]
    )
    apart = np.linalg.norm(np.append(other.W - one.W, other.w - one.w))
    assert found.exponent == pytest.approx(np.log(apart / 1e-7) / 8, abs=1e-4)


def test_flipped_inputs_run_away_and_are_not_chaotic():
    """The error stays, the first layer grows without end, and a tangent only as a power of time."""
    rng = np.random.default_rng(0)
    W, w = student(6, 12, 1.0, rng)
    flips = ld.Flips.draw(6, 12, 0.25, "inputs", rng=rng)
    teacher = W.T @ w + 0.01 * rng.normal(size=12)
    middle = ld.flipped_flow(flips, W, w, teacher, [0, 40])
    end = ld.flipped_flow(flips, middle.W, middle.w, teacher, [40, 160])
    assert end.error[-1] == pytest.approx(middle.error[-1], rel=0.05)
    assert end.error[-1] > 0.3
    assert 1.2 < np.linalg.norm(end.W, 2) / np.linalg.norm(middle.W, 2) < 2.2
    found = ld.flipped_lyapunov(flips, W, w, teacher, time=80, settle=80, rng=1)
    assert abs(found.exponent) < 1 / 80


def test_weights_that_diverge_say_so():
    flips = ld.Flips([1.0], [-1.0], [-1.0])  # ascent
    with pytest.raises(ld.ConvergenceError, match="end the times before"):
        ld.flipped_flow(flips, [[1.0]], [1.0], [0.0], np.linspace(0, 10, 11))
    course = ld.flipped_flow(flips, [[1.0]], [1.0], [0.0], np.linspace(0, 10, 11), throw=False)
    assert not course.converged
    assert 0 < len(course.t) < 11
    found = ld.flipped_lyapunov(flips, [[1.0]], [1.0], [0.0], 10, 0, rng=1, throw=False)
    assert not found.converged
    with pytest.raises(ValueError, match="readout must have 1 signs"):
        ld.Flips([1.0], [1.0], [1.0, 1.0])
    with pytest.raises(ValueError, match=r"W must have shape \(1, 1\)"):
        flips.correction([[1.0, 2.0]], [1.0])
    with pytest.raises(ValueError, match="t must increase"):
        ld.flipped_flow(flips, [[1.0]], [1.0], [0.0], [0, 0])
