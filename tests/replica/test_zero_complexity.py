"""The search for the number of replicas at which the complexity is zero, and its ends."""

import numpy as np
import pytest

import replica
from replica.groups.cluster_state import ClusterState
from replica.groups.zero_complexity import zero_complexity
from replica.thresholds import overlap_gap
from replica.thresholds.curve_minimum import curve_minimum

D, Y_MAX = 0.1, 1e4


def search(y_star):
    """Search where the complexity is ln(y*/y), and count the solutions."""
    tried = []

    def solve(y, found):
        assert [state.y for state in found] == list(dict.fromkeys(tried))
        tried.append(y)
        rest = dict.fromkeys(("free_entropy", "local_entropy", "q_hat", "residual"), 0.0)
        complexity = float(np.log(y_star / y))
        said = {"converged": True, "status": "The extremum was found."}
        return ClusterState(y, D, 0.3, complexity=complexity, error=0.0, **said, **rest)

    return zero_complexity(solve, D, Y_MAX), tried


@pytest.mark.parametrize("y_star", [1.0, 1.2, 3.0, 3.875, 4.0, 77.0, 9999.0])
def test_root(y_star):
    state, tried = search(y_star)
    assert state.converged
    assert state.y == pytest.approx(y_star, rel=1e-12)
    assert len(tried) < 25
    assert state.status == "The number of replicas of zero complexity was found."


@pytest.mark.parametrize(("y_star", "end"), [(0.5, 1.0), (2e4, 1e4), (1e9, 1e4)])
def test_no_root(y_star, end):
    state, _ = search(y_star)
    assert (state.converged, state.y) == (False, end)
    assert state.status.startswith(
        "No number of replicas y in [1, 10000] has zero complexity: the search ended at "
        f"y={end:g}, d=0.1, J_D=0.3, where it is "
    )
    assert ("smaller" if end > 1 else "larger") in state.status


def test_a_curve_without_a_minimum_inside():
    with pytest.raises(RuntimeError, match=r"^At J_D=0.3 the minimum lies at d=0.05.*, not"):
        curve_minimum(lambda state: state.local_entropy, 0.3, (0.05, 0.1))


def test_a_free_entropy_without_a_minimum_inside():
    """At large self-couplings it grows with the distance, from 10^-4 on."""
    free = replica.clusters(50, [1e-4, 1e-2, 0.4], 1.0).free_entropy
    assert (np.diff(free) > 0).all()
    with pytest.raises(RuntimeError, match=r"^At y=50, J_D=1 the free entropy has no minimum"):
        overlap_gap._lowest(50, 1.0)
