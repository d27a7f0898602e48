"""White noise among the forces of a task: its size, and that it is drawn anew."""

import numpy as np
import pytest

import contrastive_ode as ode
from contrastive_ode import systems


def network(kappa):
    return systems.linear_oscillators.on(ode.all_to_all(3), kappa=kappa)


def task(T=1.0, h=0.1, **changes):
    arguments = {"outputs": [2], "target": 0.5, "forces": {0: 1.0}}
    return ode.Task(np.zeros(3), T=T, h=h, **arguments | changes)


def test_increments_are_those_of_brownian_motion():
    model, h = network(0.0), 0.1
    quiet = task(h=h)
    noisy = quiet.with_noise({0: 0.3, 2: 0.7}, rng=5)
    drawn = np.random.default_rng(5).normal(size=(1, 10, 2)) * [0.3, 0.7] * np.sqrt(h)
    x = ode.simulate(model, noisy, np.zeros(model.P)).x
    np.testing.assert_allclose(np.diff(x[..., 2], axis=1), drawn[..., 1], rtol=1e-12)
    np.testing.assert_allclose(np.diff(x[..., 0], axis=1), h + drawn[..., 0], rtol=1e-12)
    assert (quiet.with_noise({0: 0.0}, rng=1).force == quiet.force).all()


def test_the_variance_of_a_relaxing_node():
    """σ² / 2κ, up to what the step makes of it, of the order (κh)²."""
    model = network(2.0)
    quiet = task(T=8000.0, outputs=[0, 1, 2], forces=None)
    x = ode.simulate(model, quiet.with_noise(dict.fromkeys(range(3), 0.6), rng=1), np.zeros(9)).x
    error = 0.09 * np.sqrt(2 / (2.0 * 3 * 8000.0))  # of a mean square with the correlation e^-κt
    assert abs((x**2).mean() - 0.09) < 4 * error + 0.09 * 0.2**2 / 4


def test_the_gradient_is_that_of_the_trajectory_with_its_noise():
    model = network(1.0)
    noisy, w = task().with_noise({0: 0.5, 1: 0.5}, rng=2), network(1.0).pack(k=0.4)
    step = 1e-5 * model.pack(k=np.arange(9).reshape(3, 3))
    high, low = (ode.simulate(model, noisy, w + s * step).costs[0] for s in (1, -1))
    found = ode.gradient(model, noisy, w).dw
    assert (high - low) / 2 == pytest.approx(found @ step, rel=1e-8)
    assert np.abs(ode.gradient(model, task(), w).dw - found).max() > 1e-3


def test_noise_of_a_training_is_fresh_and_seeded(tmp_path):
    model, w = network(1.0), network(1.0).pack(k=0.4)

    def trained(number, rng=1, **options):
        wanted = ode.Iterations(number, noise={0: 0.5}, every=2, **options)
        return ode.train(model, task(), w, rate=0.1, iterations=wanted, rng=rng)

    whole, other = trained(6), trained(6, rng=2)
    assert len(set(whole.loss)) == 6
    assert (whole.loss != other.loss).all()
    trained(3, checkpoint=tmp_path / "run.npz")
    resumed = trained(6, checkpoint=tmp_path / "run.npz")
    assert np.array_equal(resumed.loss, whole.loss)
    assert np.array_equal(resumed.last, whole.last)
    seed = int(np.random.default_rng(1).integers(2**63))
    first = task().with_noise({0: 0.5}, rng=np.random.default_rng([seed, 0, 1]))
    assert whole.loss[0] == ode.simulate(model, first, w).costs[0]
    assert whole.best_cost == ode.simulate(model, task(), whole.w).costs[0]  # without noise


@pytest.mark.parametrize(
    ("noise", "error", "message"),
    [
        ({0: -1.0}, ValueError, r"noise\[0\] must be a finite number >= 0"),
        ({3: 1.0}, ValueError, r"noise must be indices in \[0, 2\]"),
        (0.5, TypeError, "noise must be a mapping"),
        ({1: 0.1}, ValueError, "noise must not act on imposed variables"),
    ],
)
def test_noise_that_is_none(noise, error, message):
    model = network(1.0)
    imposed = task(imposed={1: 0.5})
    with pytest.raises(error, match=message):
        imposed.with_noise(noise)

    def trained():
        ode.train(model, imposed, np.zeros(9), rate=0.1, iterations=ode.Iterations(0, noise=noise))

    with pytest.raises(error, match=message):
        trained()
