"""Results, and what happens at the edges: nothing measured, nothing finite, nowhere to write."""

import numpy as np
import pytest

import contrastive_ode as ode
from contrastive_ode import systems
from contrastive_ode.kernels import load


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
    def torus(mean, kind="quasi-periodic"):
        return ode.Attractor(kind, np.array([mean]), np.array([0.0]), np.array([1.0]), exponent=0.1)

    assert torus(0.5).is_same(torus(0.52))
    assert not torus(0.5).is_same(torus(0.6))
    assert not torus(0.5).is_same(torus(0.5, "chaotic"))
    assert repr(torus(0.5)) == "Attractor(quasi-periodic, 1 alive, exponent=0.1 x 1)"
    cycle = ode.Attractor("limit cycle", *(np.array([1.0]),) * 3, period=2.5)
    assert repr(cycle) == "Attractor(limit cycle, 1 alive, period=2.5 x 1)"


def test_an_exponent_of_a_trajectory_that_escapes_is_an_error():
    model, w = community(0.5)
    with pytest.raises(ode.BlowUpError, match="the trajectory or its tangent vector blew up"):
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


def test_kernels_that_cannot_be_kept_are_told(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("STEERING_CACHE", str(tmp_path / "file"))
    with pytest.warns(UserWarning, match="generated kernels cannot be kept in .*STEERING_CACHE"):
        folder = load._folder.__wrapped__()
    assert folder.is_dir()
    folder.rmdir()
    monkeypatch.setenv("STEERING_CACHE", str(tmp_path / "new"))
    assert load._folder.__wrapped__() == tmp_path / "new" / "kernels"
