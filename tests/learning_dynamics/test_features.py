"""Modular addition: energies on tables, winners on ascents, and the gradient of a ridge readout."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import learning_dynamics as ld


def nodes(M, number, seed=1):
    return np.random.default_rng(seed).normal(size=(2 * M, number))


def plain_energy(pairs, M, w):
    """Return the energy of one node, pair by pair."""
    x, y = pairs.T
    response = (w[x] + w[M + y]) ** 2
    targets = np.eye(M)[(x + y) % M]
    targets = targets - targets.mean(0)
    signal = targets.T @ response
    return np.sum((signal - signal.mean()) ** 2) / 2


@pytest.mark.parametrize("M", [2, 7, 11, 12, 23])
def test_energy_of_the_whole_table(M):
    w = nodes(M, 3)
    table = ld.ModularAddition(M)
    assert ld.fourier_energy(w) == pytest.approx(table.energy(w), rel=1e-12)
    assert table.energy(w)[0] == pytest.approx(plain_energy(table.pairs, M, w[:, 0]), rel=1e-12)
    assert ld.fourier_energy(w[:, 0]) == pytest.approx(ld.fourier_energy(w)[0], rel=1e-14)


def test_energy_of_a_part_of_the_table_and_its_gradient():
    table = ld.ModularAddition.draw(M=7, pairs=30, rng=2)
    w, change = nodes(7, 2)[:, 0], nodes(7, 2)[:, 1]
    assert table.energy(w) == pytest.approx(plain_energy(table.pairs, 7, w), rel=1e-12)
    up, down = (table.energy(w + h * change) for h in (1e-5, -1e-5))
    assert change @ table.gradient(w) == pytest.approx((up - down) / 2e-5, rel=1e-8)
    assert len(np.unique(table.pairs @ [7, 1])) == 30


@pytest.mark.parametrize("M", [11, 12])
def test_frequencies_do_not_see_each_other(M):
    """The flow without a constraint: powers grow by 8 p q, and their difference is conserved."""
    w, table = nodes(M, 1)[:, 0], ld.ModularAddition(M)
    p, q = ld.fourier_powers(w)[:, 1:]
    times = ld.blow_up_times(w)
    assert times == pytest.approx(np.log(p / q) / (8 * (p - q)), rel=1e-9)
    end = 0.7 * times.min()
    flow = solve_ivp(lambda _, w: table.gradient(w), (0, end), w, rtol=1e-10, atol=1e-12)
    after = ld.fourier_powers(flow.y[:, -1])[:, 1:]
    grown = np.exp(8 * (p - q) * end)
    assert after[0] - after[1] == pytest.approx(p - q, rel=1e-6)
    assert after[0] / after[1] == pytest.approx(p / q / grown, rel=1e-6)


@pytest.mark.parametrize("M", [11, 12])
def test_the_winner_is_known_from_the_start(M):
    w = nodes(M, 40)
    ascent = ld.ascend(ld.ModularAddition(M), w, step=0.02)
    winner = ld.winning_frequency(w)
    assert (ascent.frequency == winner).all()
    p, q = ld.fourier_powers(w)[:, 1:]
    assert (1 + np.argmax(p * q, axis=0) != winner).any()  # the strongest at first is another
    level = np.where(2 * winner == M, M / 2, M / 4)
    assert ascent.energy[-1] == pytest.approx(level, rel=1e-6)
    assert (ascent.purity > 1 - 1e-6).all()
    assert (np.diff(ascent.energy, axis=0) > -1e-12).all()
    assert ascent.converged
    few = ld.ascend(ld.ModularAddition(M), w, max_steps=3, throw=False)
    assert not few.converged
    assert "raise max_steps" in few.status


def test_blow_up_times_at_their_limits():
    even = np.tile(np.cos(2 * np.pi * np.arange(5) / 5), 2)  # p = q
    assert ld.blow_up_times(even)[0] == pytest.approx(1 / (8 * 2.5**2), rel=1e-12)
    assert ld.blow_up_times(np.append(np.ones(5), even[:5])).tolist() == [np.inf, np.inf]


@pytest.mark.parametrize("decay", [1e-3, 1.0])
def test_ridge_signal_is_the_derivative_of_the_smallest_loss(decay):
    """Of eta/2 tr Y^T R Y, by differences; and the formula with R, where it is well-conditioned."""
    rng = np.random.default_rng(1)
    F, Y, change = (
        rng.normal(size=(20, 6)) ** 2,
        rng.normal(size=(20, 3)),
        rng.normal(size=(20, 6)),
    )

    def centred(X):
        return X - X.mean(0)

    def resolvent(F):
        return np.linalg.inv(centred(F) @ centred(F).T + decay * np.eye(20))

    def loss(F):
        return decay / 2 * np.trace(centred(Y).T @ resolvent(F) @ centred(Y))

    found = ld.ridge_signal(F, Y, decay)
    up, down = (loss(F + h * change) for h in (1e-5, -1e-5))
    assert -np.vdot(found, change) == pytest.approx((up - down) / 2e-5, rel=1e-6)
    R = resolvent(F)
    plain = decay * R @ centred(Y) @ centred(Y).T @ R @ centred(F)
    assert found == pytest.approx(plain, rel=1e-8, abs=1e-8)


def test_training_descends_its_loss():
    """The gradients, by differences of the loss."""
    from learning_dynamics.features.training import _gradients

    table, rng = ld.ModularAddition.draw(M=5, pairs=15, rng=1), np.random.default_rng(2)
    W, V, change = rng.normal(size=(10, 4)), rng.normal(size=(4, 5)), rng.normal(size=(10, 4))
    x, y = np.asarray(table.pairs).T
    targets = np.eye(5)[(x + y) % 5] - 0.2

    def loss(W, V):
        output = (W[x] + W[5 + y]) ** 2 @ V
        output = output - output.mean(1, keepdims=True)
        return np.sum((output - targets) ** 2) / 15 + 0.1 / 2 * (np.sum(W**2) + np.sum(V**2))

    found = _gradients(table, W, V, 0.1)
    h = 1e-5
    slope = (loss(W + h * change, V) - loss(W - h * change, V)) / (2 * h)
    assert np.vdot(found[0], change) == pytest.approx(slope, rel=1e-7)
    slope = (loss(W, V + h * change.T[:, :5]) - loss(W, V - h * change.T[:, :5])) / (2 * h)
    assert np.vdot(found[1], change.T[:, :5]) == pytest.approx(slope, rel=1e-7)


def test_a_network_generalises_from_enough_pairs():
    many, few = (
        ld.train_addition(
            ld.ModularAddition.draw(M=11, pairs=pairs, rng=1), nodes=48, epochs=800, every=50, rng=1
        )
        for pairs in (110, 40)
    )
    assert many.memorised is not None
    assert many.test[-1] > 0.9 > 0.5 > few.test[-1]
    assert few.train[-1] > 0.99
    whole = ld.train_addition(ld.ModularAddition(5), nodes=16, epochs=20, rng=1)
    assert np.isnan(whole.test).all()
    assert whole.generalised is None
    with pytest.raises(ld.ConvergenceError, match="lower the rate"):
        ld.train_addition(ld.ModularAddition(5), nodes=8, rate=1e80, epochs=50, rng=1)


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="pairs must be an integer in"):
        ld.ModularAddition.draw(M=5, pairs=26)
    with pytest.raises(ValueError, match=r"weights must have shape \(10, nodes\)"):
        ld.ascend(ld.ModularAddition(5), np.ones(9))
    with pytest.raises(ValueError, match="weights must not vanish"):
        ld.ascend(ld.ModularAddition(5), np.zeros(10))
    with pytest.raises(ValueError, match="targets must have shape"):
        ld.ridge_signal(np.ones((3, 2)), np.ones((4, 2)), 1.0)
