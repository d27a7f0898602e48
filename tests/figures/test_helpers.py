"""What several figures share: samples, fractions, folders, the words of `steering sweep`."""

import math

import matplotlib as mpl
import numpy as np
import pytest
import xarray

import contrastive_ode as ode
from contrastive_ode import tasks
from figures.command import sweep_arguments
from figures.contrastive import contrastive_runs
from figures.shared import fractions, samples
from figures.shared.searches import compare_protocols
from figures.steered import entangled
from foundation import files

mpl.use("Agg")


def test_smooth_binomial():
    k = np.arange(1, 20)
    h = -(k / 20) * np.log(k / 20) - (1 - k / 20) * np.log(1 - k / 20)
    exact = h - [math.log(math.comb(20, int(i))) / 20 for i in k]
    np.testing.assert_allclose(samples.smooth_binomial(20)[1:-1], exact, atol=1e-13)
    np.testing.assert_allclose(samples.smooth_binomial(20)[[0, -1]], 0, atol=1e-13)


def test_batches_are_pooled_and_named():
    values = np.arange(12.0).reshape(2, 3, 2)
    batches = xarray.DataArray(values, {"N": [10, 20]}, ("N", "replica", "count_0"), name="count")
    pooled = samples.pooled(batches)
    assert dict(pooled.sizes) == {"N": 2, "replica": 6}
    for N, own in zip((10, 20), values, strict=True):
        assert sorted(pooled.sel(N=N).values) == sorted(own.ravel())
    panel = samples.panel("left", xarray.Dataset({"m": ("N", [1, 2])}, {"N": [10, 20]}))
    assert set(panel.variables) == {"left_m", "left_N"}


def test_entropies_of_counts():
    counts = xarray.DataArray([[4.0, 6.0], [0.0, 0.0]], {"N": [10, 20]}, ("N", "replica"))
    found = samples.entropies(counts, lambda N: xarray.where(N < 15, 5.0, 0.0), counts["N"])
    assert found["entropy"].values[0] == pytest.approx(np.log(5) / 10)
    assert found["error"].values[0] == pytest.approx(1 / (5 * 10))  # of the mean: 1
    assert found["exact"].values[0] == pytest.approx(np.log(5) / 10)
    assert found["z"].values[0] == 0
    for name in ("entropy", "error", "exact"):
        assert np.isnan(found[name].values[1])


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    files.writable("output", tmp_path / "a" / "b")
    assert list((tmp_path / "a" / "b").iterdir()) == []
    (tmp_path / "file").touch()
    with pytest.raises(ValueError, match="output must be in a folder that can be written"):
        files.writable("output", tmp_path / "file" / "c")


def test_ends_that_the_data_do_not_bound_are_not_drawn():
    from matplotlib import pyplot as plt

    ax = plt.subplots()[1]
    ends = np.array([[1.0, -np.inf], [2.0, 3.0], [2.5, 3.5]])
    fractions.draw_bounds(ax, [10, 20], ends, "o", "k", None)
    fractions.draw_fractions(ax, [10], np.array([0.5]), np.array([[0.4, 0.7]]), "C0", None)
    bars = [segment[:, 1].tolist() for line in ax.collections for segment in line.get_segments()]
    assert bars == [[1.0, 2.5], [3.0, 3.5], [0.4, 0.7]]
    plt.close(ax.figure)


def test_words_of_a_grid():
    axes = sweep_arguments.grid(("N=100,200", "J_D=0.2:0.8:0.1", "L=1:3:1", "kind=a,None,True"))
    assert axes == {
        "N": [100, 200],
        "J_D": [0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8],
        "L": [1, 2, 3],
        "kind": ["a", None, True],
    }


@pytest.mark.parametrize(
    ("word", "match"),
    [
        ("N", "NAME=VALUE"),
        ("2N=1", "NAME=VALUE"),
        ("N=", "NAME=VALUE"),
        ("N=1,,2", "a value between commas"),
        ("N=1:2:0", "STEP > 0"),
        ("N=a:2:1", "START:STOP:STEP with numbers"),
    ],
)
def test_bad_words_of_a_grid(word, match):
    with pytest.raises(ValueError, match=match):
        sweep_arguments.grid((word,))
    with pytest.raises(ValueError, match="each parameter once, got 'N' twice"):
        sweep_arguments.grid(("N=1", "N=2"))


def test_functions_by_name(tmp_path):
    path = tmp_path / "networks.py"  # must not take the place of our package
    path.write_text("def double(N):\n    return 2 * N\n\nnumber = 3\n")
    assert sweep_arguments.function(f"{path}:double")(4) == 8
    assert sweep_arguments.function("math:hypot") is math.hypot
    for target, match in (
        ("double", "MODULE:NAME or PATH.py:NAME"),
        (f"{path}:number", "number is no function in"),
        (f"{tmp_path / 'none.py'}:f", "in a file that exists"),
        ("no_such_module:f", "a module that can be imported"),
        (".relative:f", "a module that can be imported"),
    ):
        with pytest.raises(ValueError, match=match):
            sweep_arguments.function(target)
    import networks

    assert hasattr(networks, "Asymmetric")


def test_the_course_of_a_training_in_blocks():
    found = contrastive_runs.learn("lag", 1, 250, "forward", np.random.default_rng(1))
    wanted = ode.Iterations(250, every=2)
    training = tasks.lag(rng=1).train(iterations=wanted, rng=np.random.default_rng(1))
    np.testing.assert_array_equal(found["loss"], training.loss[:200].reshape(100, 2).mean(1))
    np.testing.assert_array_equal(found["alignment"], training.alignment[:100])
    np.testing.assert_array_equal(found["iteration"], 2 * np.arange(100))
    np.testing.assert_array_equal(found["after"], training.w)
    assert found["best"] == training.best_cost
    assert found["gradient_deviation"] < 10


def test_different_states_are_counted():
    data = entangled.entangled("digits", np.random.default_rng(1), P=50)
    learner, accuracy = entangled.train(data, H=20, epochs=2, rng=np.random.default_rng(1))
    assert accuracy[-1] == learner.score(data.X_test, data.y_test)
    twice = np.concatenate([data.X, data.X])
    states = {tuple(s) for s in learner.states(twice)[0].tolist()}
    assert entangled.distinct(learner, twice) == len(states) / 100


def test_protocols_are_compared_on_one_network():
    found = compare_protocols(60, 0.4, 1500, np.random.default_rng(1))
    assert set(found.values()) == {0}
    assert found.keys() == {"focusing", "reinforcement", "scoping", "rates", "miscounted"}
    hard = compare_protocols(60, 0.0, 1500, np.random.default_rng(1))
    assert hard.pop("miscounted") == 0
    assert min(hard.values()) > 0
    assert compare_protocols(60, 0.4, 400, np.random.default_rng(1)) == found
