"""Results draw themselves: what the lines and markers are made of."""

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest

import replica
from replica.groups.cluster_state import ClusterState
from replica.groups.pointwise import gather


@pytest.fixture(autouse=True)
def _figures():
    matplotlib.use("agg")
    yield
    plt.close("all")


def state(y, d, J_D, converged=True):
    """Return a state whose entropies tell its point."""
    numbers = {"free_entropy": y + d, "local_entropy": d + J_D, "complexity": y * d}
    rest = dict.fromkeys(("q_hat", "residual", "error"), 0.0)
    said = {"converged": converged, "status": "as asked"}
    return ClusterState(y=y, d=d, J_D=J_D, **numbers, **rest, **said)


def states(points, shape):
    return gather(ClusterState, [state(*point) for point in points], shape)


def test_a_curve_over_the_distance():
    """Of the densest clusters: y varies with d, and d comes first."""
    found = replica.local_entropy([0.01, 0.1, 0.3], 0.3)
    ax = found.plot()
    (line,) = ax.lines
    np.testing.assert_array_equal(line.get_xydata(), np.stack([found.d, found.local_entropy], 1))
    assert (line.get_linestyle(), line.get_marker()) == ("-", "None")
    assert ax.get_xlabel() == "distance $d$"
    assert ax.get_ylabel() == r"local entropy $S_\mathrm{int}$"
    assert ax.get_legend() is None


@pytest.mark.parametrize("quantity", ["free_entropy", "local_entropy", "complexity"])
def test_a_curve_for_each_of_the_others(quantity):
    """Whichever axis d has; the legend says what tells the lines apart, and only that."""
    y, J_D, d = [2.0, 4.0], [0.1, 0.3], [0.1, 0.2, 0.4]
    table = states([(a, c, b) for a in y for c in d for b in J_D], (2, 3, 2))
    ax = table.plot(quantity)
    assert len(ax.lines) == 4
    for line, (i, j) in zip(ax.lines, np.ndindex(2, 2), strict=True):
        np.testing.assert_array_equal(line.get_xdata(), d)
        np.testing.assert_array_equal(line.get_ydata(), getattr(table, quantity)[i, :, j])
        assert line.get_label() == f"$J_D = {J_D[j]:g}$, $y = {y[i]:g}$"
    assert ax.get_legend() is not None
    one = states([(2.0, c, b) for c in d for b in J_D], (3, 2)).plot(quantity)
    assert [line.get_label() for line in one.lines] == ["$J_D = 0.1$", "$J_D = 0.3$"]


@pytest.mark.parametrize(
    ("name", "label"), [("J_D", "self-coupling $J_D$"), ("y", "number of rep")]
)
def test_what_varies_instead_of_the_distance(name, label):
    point, values = {"y": 3.0, "d": 0.1, "J_D": 0.3}, [1.0, 1.5, 2.0]
    points = [tuple({**point, name: value}.values()) for value in values]
    ax = states(points, (3,)).plot("free_entropy")
    np.testing.assert_array_equal(ax.lines[0].get_xdata(), values)
    assert ax.get_xlabel().startswith(label)


def test_a_line_breaks_where_nothing_was_found():
    points = [(3.0, 0.1, 0.3, True), (3.0, 0.2, 0.3, False), (3.0, 0.3, 0.3, True)]
    (line,) = states(points, (3,)).plot().lines
    np.testing.assert_array_equal(np.isnan(line.get_ydata()), [False, True, False])


def test_a_single_point_is_a_marker():
    _, ax = plt.subplots()
    found = replica.clusters(3.0, 0.1, 0.3)
    assert found.plot("complexity", ax=ax) is ax
    (line,) = ax.lines
    assert (line.get_linestyle(), line.get_marker()) == ("None", "o")
    assert line.get_xydata().tolist() == [[0.1, found.complexity]]


@pytest.mark.parametrize("shape", [(0,), (0, 3), (3, 0)])
def test_nothing_is_drawn_of_nothing(shape):
    ax = replica.clusters(3.0, np.zeros(shape), 0.3).plot()
    assert all(line.get_xdata().size == 0 for line in ax.lines)


def test_the_other_states():
    table = replica.integer_clusters([[2], [3]], [0.01, 0.1, 0.3], 0.1, 0.2)
    lines = table.plot().lines
    np.testing.assert_array_equal([line.get_ydata() for line in lines], table.free_entropy)
    assert [line.get_label() for line in lines] == ["$y = 2$", "$y = 3$"]
    one = replica.integer_clusters(3, 0.1, 0.1, [0.0, 0.5])
    assert one.plot().get_xlabel() == r"symmetry $\eta$"
    around = replica.reference_clusters(3, [0.1, 0.3], 0.3)
    (line,) = around.plot("free_entropy").lines
    np.testing.assert_array_equal(line.get_ydata(), around.free_entropy)
    layers = replica.two_layer_clusters(2, 0.1, 0.1, [0.1, 0.3])
    ax = layers.plot("complexity")
    assert ax.get_xlabel() == r"coupling between layers $\lambda$"
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), layers.complexity)


@pytest.mark.parametrize(
    ("threshold", "number", "label"),
    [
        (replica.Transition(0.06, 0.01, 0.02, 4.7), 0.06, "self-coupling $J_D$"),
        (replica.LayeredTransition(0.3, 0.01, 0.02, 0.0, 2), 0.3, r"coupling between layers "),
    ],
)
def test_thresholds(threshold, number, label):
    assert threshold.converged is True
    assert threshold.status == "The threshold was found."
    ax = threshold.plot()
    marker, _, (bar,) = ax.containers[0]
    assert marker.get_xydata().tolist() == [[number, 0.02]]
    np.testing.assert_allclose(bar.get_segments()[0][:, 0], [number - 0.01, number + 0.01])
    assert ax.get_xlabel().startswith(label)


def test_refused():
    found = state(3.0, 0.1, 0.3)
    with pytest.raises(ValueError, match=r"^quantity must be one of .*, got 'complexiti'; did you"):
        found.plot("complexiti")
    for thing in (found, replica.Transition(0.06, 0.01, 0.02, 4.7)):
        with pytest.raises(TypeError, match=r"^ax must be of the type Axes, got 3"):
            thing.plot(ax=3)
