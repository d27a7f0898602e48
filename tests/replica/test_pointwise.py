"""From a solver for one point to arrays: order, shapes, types, and who is blamed."""

import numpy as np
import pytest

import replica
from replica.groups.cluster_state import ClusterState
from replica.groups.pointwise import demand, pointwise


def solve(y, d):
    """Return a made-up state: there is none where y = 3."""
    numbers = dict.fromkeys(("local_entropy", "complexity", "q_hat", "residual", "error"), 0.0)
    said = {"converged": y != 3, "status": f"This is y={y}."}
    return ClusterState(y=y, d=d, J_D=0.0, free_entropy=10 * y + d, **numbers, **said)


def test_every_point_at_its_place():
    y, d = np.array([[1], [2]]), np.array([0.1, 0.2, 0.3])
    table = pointwise(ClusterState, solve, y, d, throw=True)
    np.testing.assert_array_equal(table.free_entropy, 10 * y + d)
    assert table.y.tolist() == [[1, 1, 1], [2, 2, 2]]
    assert table.status[1, 0] == "This is y=2."
    assert (table.converged.dtype, table.status.dtype.kind) == (np.bool_, "U")


def test_a_single_point_has_plain_attributes():
    state = pointwise(ClusterState, solve, np.array(2), np.array(0.1), throw=True)
    assert [type(x) for x in (state.y, state.d, state.converged, state.status)] == [
        int,
        float,
        bool,
        str,
    ]


def test_no_point_at_all():
    empty = pointwise(ClusterState, solve, np.zeros((0, 1)), np.zeros(3), throw=True)
    assert empty.free_entropy.shape == (0, 3)
    assert (empty.converged.dtype, empty.status.dtype.kind) == (np.bool_, "U")
    assert repr(empty) == "ClusterState(shape (0, 3), converged)"


def test_the_first_that_fails_is_named():
    y = np.array([2, 3, 4])
    with pytest.raises(replica.ConvergenceError, match=r"^This is y=3\.$"):
        pointwise(ClusterState, solve, y, np.array(0.1), throw=True)
    state = pointwise(ClusterState, solve, y, np.array(0.1), throw=False)
    assert state.converged.tolist() == [True, False, True]
    assert "1 of 3 not converged" in repr(state)
    good = solve(2, 0.1)
    assert demand(good) is good
