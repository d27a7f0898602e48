"""How many unstable neurons single runs leave: against networks with couplings."""

import numpy as np
import pytest

import bp
from bp.infinite import unstable_left as module
from networks import Asymmetric


@pytest.mark.parametrize(
    "kind", ["focusing", pytest.param("reinforcement", marks=pytest.mark.thorough)]
)
def test_networks_with_couplings(kind):
    """At the same number of neurons: the same law, but for the diagonal, of order 1/N."""
    N, J_D, runs = 60, 0.25, 60
    rates = np.linspace(0.1, 0.5, 12)
    protocol = rates if kind == "reinforcement" else list(bp.scoping(12, 7.0, (0.2, 0.6)))
    solve, rng = getattr(bp, kind), np.random.default_rng(1)
    direct = np.array(
        [
            solve(Asymmetric(N, J_D).sample(rng), protocol, iterations=5, rng=rng).unstable
            for _ in range(runs)
        ]
    )
    left = bp.unstable_left(J_D, protocol, N=N, runs=runs, kind=kind, iterations=5, rng=2)
    error = np.hypot(direct.std(), left.std()) / np.sqrt(runs)
    assert abs(direct.mean() - left.mean()) < 3.5 * error
    zeros = np.array([(numbers == 0).mean() for numbers in (direct, left)])
    assert abs(np.diff(zeros)[0]) < 3.5 * np.sqrt(2 * zeros.mean() * (1 - zeros.mean()) / runs)
    assert 0 < zeros.mean() < 1


def test_a_run_ends_where_it_has_found_a_fixed_point_or_lost_them(monkeypatch):
    steps = []
    iterate = module.iterate
    monkeypatch.setattr(module, "iterate", lambda *args: (steps.append(1), iterate(*args))[1])
    assert bp.unstable_left(3.0, bp.scoping(50), N=50, runs=1, rng=1).tolist() == [0]
    assert len(steps) < 10
    steps.clear()
    rates = np.linspace(0.1, 0.99, 60)
    (left,) = bp.unstable_left(0.05, rates, N=400, runs=1, kind="reinforcement", rng=1)
    assert left > 0
    assert len(steps) < 60


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"J_D": -1}, "J_D must be"),
        ({"protocol": []}, "protocol must have at least one"),
        ({"N": 1}, "N must be"),
        ({"runs": 0}, "runs must be"),
        ({"kind": "annealing"}, "kind must be"),
        ({"damping": 1}, "damping must be"),
        ({"iterations": 0}, "iterations must be"),
        ({"start": 0}, "start must be"),
    ],
)
def test_refused(arguments, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        bp.unstable_left(**{"J_D": 0.2, "protocol": [(0.3, 7.0)], "N": 20, **arguments})
