"""What results draw of themselves, and the words and errors they come with."""

import numpy as np
import pytest
from matplotlib.figure import Figure

import learning
from learning.steered.history import validated

DATA = learning.prototypes(N=12, classes=3, per_class=20, flipped=0.1, rng=1)


@pytest.fixture
def ax():
    return Figure().add_subplot()


def drawn(container):
    """Return x, y and the ends of the bars in y of an errorbar."""
    line, _, bars = container
    ends = np.array([segment[:, 1] for segment in bars[0].get_segments()])
    return line.get_xdata(), line.get_ydata(), ends


def untrained(**changes):
    return learning.Learner.draw(12, 40, 3, 1, learning.recipe("G2", **changes), rng=1)


def test_trajectory(ax):
    found = learning.trajectory(untrained(J_D=0.0, lam_in=1.0), DATA.X, DATA.y)
    assert found.plot(ax=ax) is ax
    x, y, ends = drawn(ax.containers[0])
    own = (found.states[1:] != found.states[:-1]).mean(axis=(1, 3))
    assert x.tolist() == list(range(2, 11))
    np.testing.assert_allclose(y, own.mean(axis=1))
    half = own.std(axis=1, ddof=1) / np.sqrt(60)
    np.testing.assert_allclose(ends, np.transpose([y - half, y + half]))
    assert [text.get_text() for text in ax.texts] == ["left only", "full", "no feedback"]
    lines = [line.get_xdata()[0] for line in ax.lines[1:]]
    assert lines == [0.5, 1.5, 5.5]
    still = (found.states[-1] == found.states[-2]).all(axis=(0, 2))
    np.testing.assert_array_equal(found.converged, still)
    assert 0 < still.sum() < 60
    assert set(found.status[still]) == {"No unit flipped in the last sweep."}
    assert all("more sweeps" in words for words in found.status[~still])


def test_a_trajectory_of_one_input_or_one_sweep_claims_nothing(ax):
    one = learning.trajectory(untrained(), DATA.X[:1])
    assert np.isnan(one.flips_error).all()
    one.plot(ax=ax)
    short = learning.trajectory(untrained(), DATA.X, phases=[(learning.Mode.LEFT_ONLY, 1)])
    assert not short.converged.any()
    assert short.plot(ax=Figure().add_subplot()).get_ylim()[0] == 0
    still = learning.trajectory(untrained(lam_int=0.0), DATA.X)
    assert not still.flips.any()
    assert still.converged.all()
    assert still.plot(ax=Figure().add_subplot()).get_ylim()[0] == 0


def test_equilibration(ax):
    found = learning.equilibration(untrained(J_D=0.0, lam_in=1.0), DATA.X, max_sweeps=9)
    moving = np.count_nonzero(~found.converged)
    assert 0 < moving < 60
    assert found.plot(ax=ax) is ax
    settled, others = ax.containers
    counts = {round(bar.get_center()[0]): bar.get_height() for bar in settled}
    assert counts == {t: np.sum(found.converged & (found.sweeps == t)) for t in range(len(settled))}
    assert sum(counts.values()) == 60 - moving
    assert [(bar.get_center()[0], bar.get_height()) for bar in others] == [(10, moving)]
    assert set(found.status[found.converged]) == {"A fixed point was reached."}
    assert all(
        "after 9 sweeps; raise max_sweeps" in words for words in found.status[~found.converged]
    )


def test_history(ax):
    network = learning.SteeredClassifier(H=40, epochs=4, validation_fraction=0.25, random_state=1)
    history = network.fit(DATA.X, DATA.y).history_
    assert isinstance(history, learning.History)
    assert isinstance(history, list)
    assert history.plot(ax=ax) is ax
    for line, name in zip(ax.lines, ("unstable", "missed"), strict=False):
        assert line.get_xdata().tolist() == [1, 2, 3, 4]
        assert line.get_ydata().tolist() == [getattr(epoch, name) for epoch in history]
    x, wrong, ends = drawn(ax.containers[0])
    assert x.tolist() == [1, 2, 3, 4]
    np.testing.assert_allclose(wrong, [1 - epoch.validation for epoch in history])
    half = [epoch.validation_error for epoch in history]
    np.testing.assert_allclose(np.ptp(ends, axis=1), 2 * np.array(half))
    alone = learning.History(learning.Epoch(n, 0.5, 0.25, 1.0, 0.0) for n in (1, 2))
    assert not alone.plot(ax=Figure().add_subplot()).containers


@pytest.mark.parametrize("p", [0.0, 0.05, 0.5, 0.9])
def test_the_error_of_an_accuracy_is_that_of_a_fraction(p):
    held = 200
    right = np.random.default_rng(1).binomial(held, p, size=2000)
    record = learning.Epoch(1, 0.0, 0.0, 0.0, 0.0)
    records = [validated(record, int(one), held) for one in right]
    accuracies = np.array([one.validation for one in records])
    errors = np.array([one.validation_error for one in records])
    np.testing.assert_array_equal(accuracies, right / held)
    assert errors.min() > 0
    # 0.954 of a Gaussian; a count is discrete
    assert np.mean(np.abs(accuracies - p) <= 2 * errors) > 0.92
    if p:
        assert np.sqrt(np.mean(errors**2)) == pytest.approx(accuracies.std(), rel=0.05)
