"""Results, and what happens at the edges: nothing measured, nothing finite, nowhere to write."""

import numpy as np
import pytest

import contrastive_ode as ode
from contrastive_ode import systems
from contrastive_ode.models import packing as packing_module


def community(strong):
    """Return two species that compete, each as strongly as the other."""
    model = systems.lotka_volterra.on(ode.all_to_all(2, self_coupling=True), r=1, K=1, D=1e-6)
    return model, model.pack(alpha=[[1, strong], [strong, 1]])


def test_a_catalogue_counts_the_starts_in_each_basin():
    """The more abundant of two equal and strong competitors wins: the diagonal divides."""
    model, w = community(2.0)
    starts = np.random.default_rng(1).random((9, 2))
    found = ode.catalogue(model, w, starts, T=200)
    first = int((starts[:, 0] > starts[:, 1]).sum())
    assert {tuple(end.alive.tolist()): end.count for end in found} == {
        (True, False): first,
        (False, True): 9 - first,
    }
    assert found[0].count >= found[1].count
    model, w = community(0.5)
    (only,) = ode.catalogue(model, w, starts, T=200)
    assert only.count == 9
    np.testing.assert_allclose(only.mean, 2 / 3, rtol=1e-5)
    assert repr(only) == "Attractor(fixed point, 2 alive x 9)"


def test_tori_are_the_same_if_their_means_are():
    """Within five errors of either, or a hundredth of their size."""

    def torus(mean, kind="quasi-periodic", error=0.0):
        ends = np.array([mean]), np.array([0.0]), np.array([1.0])
        return ode.Attractor(kind, *ends, exponents=np.array([0.1]), mean_error=np.array([error]))

    assert torus(0.5).is_same(torus(0.509))
    assert not torus(0.5).is_same(torus(0.511))
    assert torus(0.5, error=0.01).is_same(torus(0.555))
    assert not torus(0.5, error=0.01).is_same(torus(0.565))
    assert not torus(0.5).is_same(torus(0.5, "chaotic"))
    assert repr(torus(0.5)) == "Attractor(quasi-periodic, 1 alive, exponent=0.1 x 1)"
    cycle = ode.Attractor("limit cycle", *(np.array([1.0]),) * 3, period=2.5)
    assert repr(cycle) == "Attractor(limit cycle, 1 alive, period=2.5 x 1)"


def test_an_exponent_of_a_trajectory_that_escapes_is_an_error():
    model, w = community(0.5)
    with pytest.raises(ode.BlowUpError, match="x_0 of example 0 blew up in step 9"):
        ode.lyapunov_exponent(model, w, [-1.0, 0.5], T=50, h=0.1)


def test_an_update_that_is_not_finite_is_an_error():
    ode.BlowUpError.check_update(np.ones(3))
    with pytest.raises(ode.BlowUpError, match="update of parameter 1 is not finite") as caught:
        ode.BlowUpError.check_update(np.array([1.0, np.inf, np.nan]))
    error = caught.value
    assert (error.example, error.step, error.variable) == (-1, -1, -1)


def training(loss, measured, alignment):
    floats = (np.array(values, dtype=float) for values in (loss, alignment))
    loss, alignment = floats
    zero = np.zeros(1)
    return ode.Training(zero, zero, 0.5, loss, np.array(measured), alignment, True, "done")


def test_alignments_of_a_training():
    found = training([1.0, 0.5, 0.1, 0.05, 0.2], [0, 2, 4], [0.8, np.nan, -0.4])
    assert found.mean_alignment == pytest.approx(0.2)
    assert found.positive_fraction == 0.5
    assert found.descent_alignment == 0.8  # the loss has fallen to a tenth in iteration 2
    assert repr(found) == "Training(5 iterations, cost 1 -> 0.5, alignment 0.2, positive in 50%)"
    never = training([1.0, 0.5], [0, 1], [0.8, 0.6])
    assert never.descent_alignment == pytest.approx(0.7)
    nothing = training([], [], [])
    for name in ("mean_alignment", "positive_fraction", "descent_alignment"):
        assert np.isnan(getattr(nothing, name))
    assert (
        repr(nothing) == "Training(0 iterations, cost nan -> 0.5, alignment nan, positive in nan%)"
    )


def test_progress_of_a_training_is_shown(capsys):
    model = systems.linear_oscillators.on(ode.all_to_all(3), kappa=1.0)
    task = ode.Task(np.zeros(3), [2], 1.0, 0.1, target=0.5)
    shown = ode.Iterations(3, progress=True)
    ode.train(model, task, np.zeros(9), rate=0.1, iterations=shown)
    assert "3/3" in capsys.readouterr().err


def test_matrices_of_parameters():
    dense = systems.leaky_integrate_and_fire.on(ode.all_to_all(3))
    W = np.arange(9.0).reshape(3, 3) * (1 - np.eye(3))
    w = dense.pack(W=W, b=1.0, g=2.0)
    np.testing.assert_array_equal(dense.matrix("W", w), W)
    with pytest.raises(ValueError, match="name must be that of a parameter of edges, got 'b'"):
        dense.matrix("b", w)
    sparse = systems.kuramoto.on(ode.graph(3, [(0, 1), (2, 1)], directed=True), omega=0.0)
    found = sparse.matrix("K", sparse.pack(K=[0.3, 0.7]))
    np.testing.assert_array_equal(found, [[0, 0.3, 0], [0, 0, 0], [0, 0.7, 0]])
    assert repr(sparse) == "Model(Kuramoto oscillators, N=3, P=2)"
    task = ode.Task(np.zeros(3), [2], 1.0, 0.1, target=0.5)
    assert repr(task) == "Task(1 examples, outputs=[2], T=1, h=0.1)"
    run = ode.simulate(sparse, task, [0.3, 0.7])
    assert repr(run) == f"Trajectory(1 examples, T=1, cost={run.costs[0]:.4g})"


def explosion():
    """Return dx/dt = x² and a task of two examples, of which the second blows up at t = 1."""
    model = ode.System("explosion", node="x_i**2").on(ode.all_to_all(1))
    calm, wild, last = (
        ode.Task([start], [0], 5.0, 0.01, target=0.0, points={1.0: 0.5}) for start in (0.1, 1, 0.05)
    )
    return model, ode.Task.stack([calm, wild, last])


def test_what_blows_up_is_nan_from_there_and_the_rest_is_not():
    model, task = explosion()
    with pytest.raises(ode.ConvergenceError, match="x_0 of example 1 blew up in step"):
        ode.simulate(model, task, [])
    found = ode.simulate(model, task, [], throw=False)
    assert found.converged.tolist() == [True, False, True]
    assert found.status[0] == found.status[2] == "The trajectory was computed to its end."
    assert "x_0 of example 1 blew up in step" in found.status[1]
    for e, start in ((0, 0.1), (2, 0.05)):
        np.testing.assert_allclose(found.x[e, :, 0], start / (1 - start * found.t), rtol=1e-9)
    broken = found.x[1, :, 0]
    first = np.flatnonzero(np.isnan(broken))[0]
    assert np.isnan(broken[first:]).all()
    assert abs(found.t[first] - 1) < 0.1
    assert np.isnan(found.costs).tolist() == [False, True, False]
    alone = ode.simulate(model, ode.Task([0.05], [0], 5.0, 0.01, target=0, points={1: 0.5}), [])
    assert found.costs[2] == alone.costs[0]


def test_an_update_that_blows_up_is_nan_if_it_may_be():
    model = systems.linear_oscillators.on(ode.all_to_all(2), kappa=0.0)
    task = ode.Task([1, 0], [1], 20.0, 0.1, target=0.0)
    w = model.pack(k=-5.0)
    for update in (ode.local_update, ode.gradient):
        with pytest.raises(ode.BlowUpError, match="blew up in step"):
            update(model, task, w)
        found = update(model, task, w, throw=False)
        assert not found.converged
        assert "blew up in step" in found.status
        assert found.dw.shape == (4,)
        assert np.isnan(found.dw).all()
        assert np.isnan(found.costs).all()


def test_a_packing_that_is_not_jammed(monkeypatch):
    monkeypatch.setattr(packing_module, "CONTACT", 1.0)  # no overlap counts
    message = "No jammed packing of 8 discs was found in 2 tries; raise phi or tries."
    with pytest.raises(ode.ConvergenceError, match=message):
        ode.jammed_packing(8, 1.0, rng=0, tries=2)
    found = ode.jammed_packing(8, 1.0, rng=0, tries=2, throw=False)
    assert not found.converged
    assert found.status == message
    assert found.positions.shape == (8, 2)
    assert found.degree == 0
    monkeypatch.undo()
    jammed = ode.jammed_packing(8, 1.0, rng=0)
    assert jammed.converged
    assert jammed.residual < 1e-4


def test_whether_a_trajectory_settled():
    end = np.zeros(1), np.zeros(1), np.ones(1)
    assert ode.Attractor("chaotic", *end).converged
    assert ode.Attractor("chaotic", *end).status == "The trajectory settled: chaotic."
    moving = ode.Attractor("undecided", *end)
    assert not moving.converged
    assert "raise T" in moving.status
    assert np.isnan([moving.exponent, moving.exponent_error]).all()
    with pytest.raises(ValueError, match="kind must be one of fixed point"):
        ode.Attractor("unsettled", *end)


def test_parameters_by_name_are_copies():
    model, w = community(0.5)
    model.unpack(w)["alpha"][:] = 7
    model.matrix("alpha", w)[:] = 7
    assert w.tolist() == [1, 0.5, 0.5, 1]


def test_a_training_draws_its_loss():
    found = training([1.0, 0.5, 0.1], [0, 2], [0.8, 0.4])
    ax = found.plot()
    loss, best = ax.lines
    np.testing.assert_array_equal(loss.get_data(), [[0, 1, 2], [1.0, 0.5, 0.1]])
    assert list(best.get_ydata()) == [0.5, 0.5]
    assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_yscale()) == ("iteration", "loss", "log")
    assert found.plot(ax=ax) is ax
    assert not training([], [], []).plot().lines[0].get_xdata().size
    with pytest.raises(TypeError, match="ax must be of the type Axes"):
        found.plot(ax=3)


def test_a_trajectory_draws_outputs_and_targets():
    model = systems.linear_oscillators.on(ode.all_to_all(2), kappa=1.0)
    first, second = (
        ode.Task(
            [start, 0],
            [1, 0],
            1.0,
            0.1,
            target=lambda t: [np.sin(t), 0.5],
            weight=lambda t: [1.0 if t <= 0.5 else 0.0, 0.0],
            points={0.4: [0.3, 0.2]},
        )
        for start in (1.0, 2.0)
    )
    found = ode.simulate(model, ode.Task.stack([first, second]), model.pack(k=0.5))
    ax = found.plot()
    solid, dashed, crosses = (
        [line for line in ax.lines if style(line)]
        for style in (
            lambda line: line.get_linestyle() == "-",
            lambda line: line.get_linestyle() == "--",
            lambda line: line.get_marker() == "x",
        )
    )
    shown = [line for line in solid if line.get_marker() != "x"]
    for line, (e, o) in zip(shown, [(0, 1), (1, 1), (0, 0), (1, 0)], strict=True):
        np.testing.assert_array_equal(line.get_data(), [found.t, found.x[e, :, o]])
    assert len(dashed) == 2  # the other output has no weight
    expected = np.where(found.t <= 0.5, np.sin(found.t), np.nan)
    np.testing.assert_allclose(dashed[0].get_ydata(), expected)
    assert [line.get_ydata()[0] for line in crosses] == [0.3, 0.3, 0.2, 0.2]
    assert [line.get_xdata()[0] for line in crosses] == pytest.approx([0.4] * 4)
    assert [text.get_text() for text in ax.get_legend().texts] == ["$x_{1}$", "$x_{0}$"]


def test_a_packing_draws_its_discs_and_contacts():
    packing = ode.jammed_packing(12, 0.9, rng=2)
    ax = packing.plot()
    drawn = [(*disc.center, 2 * disc.radius) for disc in ax.patches]
    np.testing.assert_allclose(drawn, np.column_stack([packing.positions, packing.diameters]))
    (lines,) = ax.collections
    segments = np.array(lines.get_segments())
    through = np.abs(np.diff(packing.positions[packing.contacts], axis=1)).max(axis=(1, 2)) > 0.5
    assert through.any()
    assert len(segments) == len(packing.contacts) + through.sum()
    lengths = np.linalg.norm(segments[:, 1] - segments[:, 0], axis=1)
    i, j = packing.contacts.T
    touch = (packing.diameters[i] + packing.diameters[j]) / 2
    assert (lengths[: len(i)] < touch).all()
    assert (lengths[: len(i)] > 0.8 * touch).all()


def test_an_attractor_draws_its_range():
    end = ode.Attractor("limit cycle", *np.array([[0.5, 0.2], [0.1, 0.2], [0.8, 0.3]]), period=3.0)
    ax = end.plot()
    (container,) = ax.containers
    np.testing.assert_array_equal(container.lines[0].get_ydata(), [0.5, 0.2])
    (bars,) = container.lines[2]
    ends = [segment[:, 1].tolist() for segment in bars.get_segments()]
    np.testing.assert_allclose(ends, [[0.1, 0.8], [0.2, 0.3]])
    assert ax.get_title() == "limit cycle"
