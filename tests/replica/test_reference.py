"""Clusters around a free reference state."""

import numpy as np
import pytest
from scipy import optimize, special

import replica
from replica import high_precision
from replica.gauss.orthant import orthant_probability
from replica.reference import extremum

entr = special.entr


def ball(d):
    return entr(d) + entr(1 - d)


def pair_around(x, d, J_D):
    """Count pairs of which each differs from the reference at a share x of sites by itself."""
    agree = np.log(orthant_probability(J_D, 2 * x, 1 - 2 * x))
    differ = np.log(orthant_probability(J_D, 1 - 2 * x, 2 * x))
    types = entr(1 - d - x) + entr(d - x) + 2 * entr(x)
    return np.log(2) + types + (1 - 2 * x) * agree + 2 * x * differ


def first_maximum_of_pairs(d, J_D):
    """Return the value at the first local maximum from independent replicas on, or None."""
    share = np.concatenate([1 - np.geomspace(1e-12, 0.5, 2000), np.linspace(0.5, 0, 2000)[1:-1]])
    x = d * (1 - d) * share
    values = pair_around(x, d, J_D)
    falls = np.flatnonzero(values < np.maximum.accumulate(values) - 1e-12)
    if not len(falls):
        return None
    peak = np.argmax(values[: falls[0]])
    ends = x[peak + 1], x[max(peak - 1, 0)]
    options = {"xatol": 1e-12}
    found = optimize.minimize_scalar(
        lambda x: -pair_around(x, d, J_D), bounds=ends, method="bounded", options=options
    )
    return -found.fun


@pytest.mark.parametrize("d", [1e-3, 0.05, 0.1, 0.45])
@pytest.mark.parametrize(
    "J_D",
    [
        pytest.param(0.0, marks=pytest.mark.thorough),
        0.1,
        pytest.param(0.25, marks=pytest.mark.thorough),
        pytest.param(1.0, marks=pytest.mark.thorough),
        4.0,
    ],
)
def test_pairs_around_a_reference(d, J_D):
    """By their own formula; where that has no maximum, none is found."""
    exact = first_maximum_of_pairs(d, J_D)
    state = replica.reference_clusters(2, d, J_D, throw=False)
    assert state.converged == (exact is not None)
    if exact is not None:
        assert state.free_entropy == pytest.approx(exact, abs=1e-12)


def around(y, d, J_D, overlaps):
    """Return the free entropy at given overlaps: a sum over up spins, and Newton's method."""
    k = np.arange(y + 1)
    m, log_number = 2.0 * k - y, np.log(special.binom(y, k))
    moments, unknowns, values = np.array([m, m**2 / 2]), np.array([np.arctanh(1 - 2 * d), 0.0]), []
    for q in overlaps:
        root, sigma = np.sqrt(q), np.sqrt(1 - q)
        h = min(1, sigma / root) / 8
        z = np.arange(-12, 12, h)
        log_H = [special.log_ndtr((J_D + s * root * z) / sigma) for s in (1, -1)]
        terms = k[:, None] * log_H[0] + (y - k)[:, None] * log_H[1] - z**2 / 2
        column = log_number + special.logsumexp(terms, axis=1) + np.log(h / np.sqrt(2 * np.pi))
        target = np.array([y * (1 - 2 * d), (y + y * (y - 1) * q) / 2])

        def value(unknowns, column=column, target=target):
            return special.logsumexp(column + unknowns @ moments) - unknowns @ target

        for _ in range(200):
            weight = special.softmax(column + unknowns @ moments)
            gradient = moments @ weight - target
            hessian = (moments * weight) @ moments.T - np.outer(moments @ weight, moments @ weight)
            step, here = np.linalg.solve(hessian, gradient), value(unknowns)
            for _ in range(40):
                if value(unknowns - step) <= here + 1e-13:
                    break
                step /= 2
            unknowns = unknowns - step
            if np.abs(gradient / target).max() < 1e-11:
                break
        values.append(np.log(2) + value(unknowns))
    return np.array(values)


# y, d, J_D; the extremum has vanished in the second line
PROFILES = [(3, 0.1, 0.3), (10, 0.3, 0.0), (5, 0.003, 0.3)]
MORE = [(12, 0.05, 0.3), (20, 0.01, 0.06), (5, 0.05, 0.06), (20, 0.3, 0.0), (10, 0.05, 0.06)]
MORE += [(5, 0.003, 0.06)]


@pytest.mark.parametrize(
    ("y", "d", "J_D"),
    [*PROFILES, *(pytest.param(*at, marks=pytest.mark.thorough) for at in MORE)],
)
def test_it_is_the_first_maximum_over_the_overlap(y, d, J_D):
    state = replica.reference_clusters(y, d, J_D, throw=False)
    least = max((1 - 2 * d) ** 2, 1 - 4 * d)
    overlaps = least + (1 - least) * special.expit(np.linspace(-8, 8, 60))
    values = around(y, d, J_D, overlaps)
    peaks = np.flatnonzero((values[1:-1] > values[:-2]) & (values[1:-1] > values[2:])) + 1
    assert values[1] > values[0]
    if not len(peaks):
        assert not state.converged
        assert np.isnan(state.free_entropy)
        return
    assert overlaps[peaks[0] - 1] < state.overlap < overlaps[peaks[0] + 1]
    left, middle, right = around(
        y, d, J_D, state.overlap + (1 - state.overlap) * np.array([-0.01, 0, 0.01])
    )
    assert middle == pytest.approx(state.free_entropy, abs=1e-10)
    assert left < middle > right


@pytest.mark.parametrize(("d", "J_D"), [(0.05, 1.0), (0.1, 0.5), (0.3, 0.0), (0.45, 0.2)])
def test_one_replica(d, J_D):
    state = replica.reference_clusters(1, d, J_D)
    exact = replica.fixed_point_entropy(J_D) + ball(d)
    assert state.free_entropy == pytest.approx(exact, abs=1e-13)


@pytest.mark.parametrize(
    ("y", "d", "J_D", "start"),
    [
        (2, 0.05, 0.3, (0.92, 0.65, 0.86)),
        pytest.param(3, 0.1, 0.3, (0.77, 0.21, 0.56), marks=pytest.mark.thorough),
        pytest.param(8, 0.1, 0.5, (0.67, 0.05, 0.52), marks=pytest.mark.long),
        pytest.param(12, 0.02, 0.2, (0.93, 0.05, 0.8), marks=pytest.mark.long),
    ],
)
def test_twins(y, d, J_D, start):
    state = replica.reference_clusters(y, d, J_D)
    twin = high_precision.reference_clusters(y, d, J_D, start, digits=13)
    assert abs(float(twin.free_entropy - state.free_entropy)) < min(1e-10, state.error)
    assert state.overlap == pytest.approx(float(twin.overlap), abs=1e-9)
    assert state.q_hat == pytest.approx(float(twin.q_hat), rel=1e-8)
    assert state.p_hat == pytest.approx(float(twin.p_hat), rel=1e-8)


@pytest.mark.parametrize(
    ("y", "d", "J_D"),
    [
        (1.6, 0.1, 0.5),
        pytest.param(3, 0.1, 0.3, marks=pytest.mark.thorough),
        pytest.param(40, 0.01, 0.3, marks=pytest.mark.thorough),
        (900, 0.3, 1.0),
    ],
)
def test_the_local_entropy_is_a_difference(y, d, J_D):
    state, h = replica.reference_clusters(y, d, J_D), 1e-3 * y
    values = replica.reference_clusters(y + h * np.array([-2, -1, 1, 2]), d, J_D).free_entropy
    slope = np.dot([1, -8, 8, -1], values) / (12 * h)
    assert state.local_entropy == pytest.approx(slope, rel=1e-8, abs=1e-9)
    rest = state.free_entropy - y * state.local_entropy
    assert state.complexity == pytest.approx(rest, abs=state.error)


@pytest.mark.parametrize(
    ("point", "expected"),
    [
        ((2, 0.05, 0.3), (0.402986567, 0.921336, 0.65219, 0.85582, 0.014083, 0.374820)),
        ((2, 0.1, 0.3), (0.557612790, 0.805320, 0.37849, 0.70213, 0.044762, 0.468090)),
        ((3, 0.1, 0.3), (0.616939044, 0.767711, 0.21320, 0.56044, 0.071183, 0.403391)),
    ],
)
def test_numbers_of_the_derivation(point, expected):
    state = replica.reference_clusters(*point)
    names = ("free_entropy", "overlap", "q_hat", "p_hat", "local_entropy", "complexity")
    np.testing.assert_allclose([getattr(state, n) for n in names], expected, atol=6e-6)
    assert state.free_entropy == pytest.approx(expected[0], abs=6e-10)


@pytest.mark.parametrize("point", [(1.0, 0.4999, 5.0), (1e4, 0.4999, 5.0)])
def test_the_corners_of_the_domain(point):
    state = replica.reference_clusters(*point)
    assert state.converged
    assert state.error < 2e-8


@pytest.mark.parametrize(("y", "d", "J_D"), [(3, 0.1, 0.3), (60, 0.003, 0.4), (1e3, 0.05, 0.3)])
def test_the_error_covers_another_grid(y, d, J_D, monkeypatch):
    first = replica.reference_clusters(y, d, J_D)
    field = extremum.common_field
    finer = lambda q, d, J, step: field(q, d, J, 0.37 * step)  # noqa: E731
    monkeypatch.setattr(extremum, "common_field", finer)
    second = replica.reference_clusters(y, d, J_D)
    for name in ("free_entropy", "local_entropy", "complexity"):
        assert abs(getattr(first, name) - getattr(second, name)) <= first.error + second.error


def test_coincident_replicas_do_not_pass_for_an_extremum():
    """They lie at q_1 = 1, and have a larger free entropy than the extremum here."""
    state = replica.reference_clusters(2, 0.05, 0.3)
    assert state.free_entropy < replica.fixed_point_entropy(0.3) + ball(0.05)
    assert state.overlap < 0.95
    gone = replica.reference_clusters(2, 1e-4, 1.0, throw=False)
    assert not gone.converged
    assert np.isnan(gone.free_entropy)
    assert gone.status.endswith("was found at y=2, d=0.0001, J_D=1; try a larger y.")
    with pytest.raises(replica.ConvergenceError, match=r"No extremum between independent and"):
        replica.reference_clusters(2, 1e-4, 1.0)


@pytest.mark.thorough
def test_zero_complexity():
    d, J_D = np.array([[0.01], [0.3]]), np.array([0.06, 0.3])
    state = replica.reference_local_entropy(d, J_D)
    assert (np.abs(state.complexity) <= state.error).all()
    np.testing.assert_allclose(state.local_entropy, state.free_entropy / state.y, atol=1e-12)
    assert (state.local_entropy < replica.densest_reference(d, J_D)).all()
    above = replica.reference_clusters(1.1 * state.y, d, J_D)
    assert (above.complexity < 0).all()


@pytest.mark.thorough
def test_no_zero_of_the_complexity():
    """At small d and J_D the extremum vanishes first; at large J_D it takes too many replicas."""
    state = replica.reference_local_entropy([1e-3, 0.1], [0.06, 3.0], throw=False)
    assert state.converged.tolist() == [False, False]
    assert state.status[0].startswith("The extremum vanishes at y=")
    with pytest.raises(
        replica.ConvergenceError,
        match=r"No number of replicas y in \[1, 10000\] has .* d=0\.1, J_D=3, where it is 0\.4",
    ):
        replica.reference_local_entropy(0.1, 3.0)


@pytest.mark.thorough
@pytest.mark.parametrize("J_D", [0.06, 1.0])
def test_many_replicas_around_a_reference(J_D):
    d = np.array([0.01, 0.4])
    limit = replica.densest_reference(d, J_D)
    for y in (1e3, 1e4):
        state = replica.reference_clusters(y, d, J_D)
        assert (state.local_entropy <= limit + state.error).all()
        np.testing.assert_allclose(state.local_entropy, limit, atol=2 / y)
        np.testing.assert_allclose(state.free_entropy / y, limit, atol=5 / y)


@pytest.mark.parametrize("J_D", [0.0, 0.06, 0.5, 3.0])
def test_the_densest_reference_by_another_maximisation(J_D):
    for d in (1e-3, 0.05, 0.3, 0.49):
        p, sigma = 1 - 2 * d, 2 * np.sqrt(d * (1 - d))

        def loss(z, d=d, p=p, sigma=sigma):
            up, down = ((J_D + s * p * z) / sigma for s in (1, -1))
            return -(1 - d) * special.log_ndtr(up) - d * special.log_ndtr(down)

        z = np.linspace(-2, 6, 2001)
        best = z[np.argmin(loss(z))]
        found = optimize.minimize_scalar(
            loss, bounds=(best - 0.01, best + 0.01), method="bounded", options={"xatol": 1e-10}
        )
        exact = ball(d) - found.fun
        assert replica.densest_reference(d, J_D) == pytest.approx(exact, abs=1e-13)


def test_the_densest_reference_at_the_ends():
    d = np.array([1e-12, 1e-4, 0.1, 0.4999])
    # without self-coupling every state is as good as its neighbours: nothing is left
    np.testing.assert_allclose(replica.densest_reference(d, 0.0), 0, atol=1e-14)
    np.testing.assert_allclose(replica.densest_reference(d, 40.0), ball(d), rtol=1e-14)
    near_half = replica.densest_reference(0.5 - 1e-9, 0.3)
    assert near_half == pytest.approx(replica.fixed_point_entropy(0.3), abs=1e-8)
    assert isinstance(near_half, float)
    for d in (0.0, 0.5):
        with pytest.raises(ValueError, match=rf"d must be a number in \(0, 1/2\), got {d}"):
            replica.densest_reference(d, 0.3)
    with pytest.raises(ValueError, match="J_D must be a finite number >= 0, got -1"):
        replica.densest_reference(0.1, -1)
