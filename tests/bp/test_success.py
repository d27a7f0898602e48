"""Success in finite networks, from the smallest unstable fraction."""

import numpy as np
import pytest

import bp

J_D = [0.12, 0.14, 0.16, 0.18, 0.2]
U = [0.0174, 0.0091, 0.0033, 0.00031, 0.00003]


@pytest.mark.parametrize(("runs", "neurons"), [(1, 0.693147), (4, 1.838), (16, 3.161)])
def test_half_of_the_networks(runs, neurons):
    u = neurons / 4000
    assert bp.success_probability(4000, u, runs=runs) == pytest.approx(0.5, abs=2e-4)


def test_against_poisson_numbers():
    rng = np.random.default_rng(1)
    left = rng.poisson(1.25, size=(200_000, 4))
    found = (left == 0).any(axis=1).mean()
    assert bp.success_probability(4000, 1.25 / 4000, runs=4) == pytest.approx(found, abs=0.004)
    assert bp.success_probability(100, [0.0, 1.0]).tolist() == pytest.approx([1, 0], abs=1e-12)


@pytest.mark.parametrize(
    ("N", "threshold"),
    [(500, 0.158), (1000, 0.165), (2000, 0.171), (4000, 0.177), (8000, 0.183)],
)
def test_thresholds_of_reinforcement(N, threshold):
    """The table of the theory page."""
    assert bp.success_threshold(N, J_D, U, runs=4) == pytest.approx(threshold, abs=1e-3)


def test_threshold_is_where_half_succeed():
    threshold = bp.success_threshold(4000, J_D, U, runs=4)
    u = np.exp(np.interp(threshold, J_D, np.log(U)))
    assert bp.success_probability(4000, u, runs=4) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"N": 100_000}, r"J_D must enclose the threshold, which is above 0.2 for N = 100000"),
        ({"N": 10}, r"J_D must enclose the threshold, which is below 0.12 for N = 10"),
        ({"J_D": [0.1]}, "J_D must be at least two increasing"),
        ({"J_D": J_D[::-1]}, "J_D must be at least two increasing"),
        ({"unstable_fraction": U[::-1]}, "unstable_fraction must be decreasing"),
        ({"unstable_fraction": [*U[:4], 0.0]}, "unstable_fraction must be decreasing, positive"),
        ({"runs": 0}, "runs must be"),
        ({"N": 0}, "N must be"),
    ],
)
def test_refused(arguments, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        bp.success_threshold(
            **{"N": 4000, "J_D": J_D, "unstable_fraction": U, "runs": 4, **arguments}
        )
