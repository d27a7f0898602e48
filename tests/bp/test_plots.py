"""Results of message passing draw their own numbers, and nothing else."""

import matplotlib as mpl
import numpy as np
import pytest

import bp
import networks

mpl.use("Agg")

NETWORK = networks.Asymmetric(100, 0.4).sample(rng=1)


@pytest.fixture
def ax():
    import matplotlib.pyplot as plt

    figure, ax = plt.subplots()
    yield ax
    plt.close(figure)


def test_trajectory_and_solution(ax):
    solution = bp.focusing(NETWORK, bp.scoping(20), rng=1, history=True)
    run = solution.trajectory
    assert solution.plot(ax=ax) is ax
    lines = {line.get_label(): line.get_xydata() for line in ax.lines}
    np.testing.assert_array_equal(lines["overlap"], np.c_[run.gamma, run.overlap])
    unstable = np.c_[run.gamma, run.unstable_fraction]
    np.testing.assert_array_equal(lines["unstable fraction"], unstable)
    assert ax.get_xlabel()
    with pytest.raises(ValueError, match="history=True"):
        bp.focusing(NETWORK, [(0.3, 7)], rng=1).plot(ax=ax)
    with pytest.raises(TypeError, match=r"^ax must be"):
        solution.plot(ax=1)


def test_local_entropy_where_it_converged(ax):
    state = np.random.default_rng(1).choice([-1, 1], 100)
    around = bp.local_entropy(NETWORK, state, [0.5, 9.0], max_iterations=200, throw=False)
    assert around.converged.tolist() == [True, False]
    assert "Converged" not in around.status[1]
    assert around.plot(ax=ax) is ax
    (points,) = ax.lines
    assert points.get_linestyle() == "None"
    np.testing.assert_array_equal(points.get_xydata(), [[around.distance[0], around.entropy[0]]])
    assert ax.get_xlabel()
    assert ax.get_ylabel()
