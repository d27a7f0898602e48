"""Focusing and reinforcement: what they find is a fixed point, and what they do not is said."""

import numpy as np
import pytest

import bp
import networks
from bp.messages.dense import DenseMessages
from bp.messages.one_bit import messages
from bp.solving.repair import repair

ALGORITHMS = {
    "scoping": lambda network, **more: bp.focusing(network, bp.scoping(), **more),
    "pseudo-reinforcement": lambda network, **more: bp.focusing(
        network, bp.pseudo_reinforcement(), **more
    ),
    "reinforcement": bp.reinforcement,
}


def stabilities(network, s):
    """Return the stabilities of a state in float64, in plain numpy."""
    layers = network.couplings.reshape(-1, network.N, network.N).astype(float)
    s = s.reshape(len(layers), network.N).astype(float)
    h = np.einsum("lij,lj->li", layers, s)
    h[1:] += network.lam * s[:-1]
    h[:-1] += network.lam * s[1:]
    return s * h + network.J_D


@pytest.mark.parametrize("name", ALGORITHMS)
def test_finds_fixed_points_where_no_dynamics_settles(name):
    for seed in range(2):
        network = networks.Asymmetric(400, 0.25).sample(seed)
        solution = ALGORITHMS[name](network, runs=4, restarts=1, rng=seed)
        assert solution.converged, solution
        assert (stabilities(network, solution.state) > 0).all()
        assert solution.state.dtype == np.int8
        assert solution.unstable == 0
        assert solution.status.startswith("Found at step")
        last = f", attempt {solution.attempts}, after {solution.iterations} iterations."
        assert solution.status.endswith(last)


@pytest.mark.thorough
@pytest.mark.parametrize("name", ALGORITHMS)
def test_layers(name):
    network = networks.Layered(150, 3, 0.25, 0.3).sample(rng=1)
    solution = ALGORITHMS[name](network, runs=2, restarts=2, rng=1)
    assert solution.converged, solution
    assert solution.state.shape == (3, 150)
    assert (stabilities(network, solution.state) > 0).all()


def test_same_seed_same_solution():
    network = networks.Asymmetric(200, 0.3).sample(rng=1)
    first, again, other = (
        bp.focusing(network, bp.scoping(), rng=np.random.default_rng(seed)) for seed in (1, 1, 2)
    )
    assert (first.state == again.state).all()
    assert (first.state != other.state).any()


def test_failure_is_a_result():
    network = networks.Asymmetric(300, 0.0).sample(rng=1)
    solution = bp.focusing(network, [(0.3, 7)] * 5, runs=3, restarts=2, rng=1)
    assert not solution.converged
    assert solution.attempts == 3
    assert solution.iterations == 150
    assert solution.unstable == (stabilities(network, solution.state) <= 0).sum() > 0
    assert solution.status.startswith("The protocol ended with at best")
    assert solution.status.endswith("or a larger J_D.")
    assert f"{solution.unstable} unstable of 300 neurons" in repr(solution)


def test_an_attempt_ends_where_its_runs_leave_the_fixed_points():
    network = networks.Asymmetric(600, 0.05).sample(rng=1)
    solution = bp.focusing(network, bp.scoping(60, 7, (0.15, 0.9)), runs=2, rng=1, history=True)
    assert not solution.converged
    assert "All runs lost the fixed points at step" in solution.status
    unstable = 600 * solution.trajectory.unstable_fraction
    assert len(unstable) < 60
    assert unstable[-1] > 2 * unstable.min() + 10
    assert solution.unstable == unstable.min()
    whole = bp.focusing_trajectory(network, bp.scoping(60, 7, (0.15, 0.9)), iterations=10, rng=1)
    assert len(whole.gamma) > len(unstable), "a trajectory is followed until it freezes"


@pytest.mark.parametrize(
    "network",
    [networks.Asymmetric(100, 0.0).sample(rng=1), networks.Layered(40, 3, 0.0, 0.2).sample(rng=1)],
)
def test_frozen_magnetisations_are_a_result(network):
    with np.errstate(divide="raise", over="raise", invalid="raise"):
        solution = bp.focusing(network, [(30.0, 50.0)] * 100, runs=2, rng=1, history=True)
    assert not solution.converged
    assert "froze at step" in solution.status
    assert np.isfinite(solution.trajectory.overlap).all()
    assert solution.overlap <= 1


def test_couplings_that_vanish():
    network = networks.Network(np.zeros((5, 5)), 0.1)
    solution = bp.focusing(network, bp.scoping(3), rng=1)
    assert solution.converged, "every state is a fixed point"
    alone = networks.Network(np.zeros((1, 1)), 0.0)
    assert not bp.focusing(alone, bp.scoping(3), rng=1).converged, "a zero field is not stable"
    assert bp.belief_propagation(network, 0.3, rng=1).entropy == pytest.approx(
        np.log(2 * np.cosh(0.3)) - 0.3 * np.tanh(0.3)
    )


def test_without_focusing_it_is_belief_propagation():
    network = networks.Asymmetric(200, 0.5).sample(rng=1)
    solution = bp.focusing(network, [(0.0, 9)] * 20, rng=1, history=True)
    assert (solution.trajectory.overlap < 1e-5).all()
    entropy = bp.belief_propagation(network, exact_squares=False, rng=1).entropy
    np.testing.assert_allclose(solution.trajectory.local_entropy, entropy, atol=1e-5)
    one = bp.focusing(network, [(0.7, 1)] * 20, rng=1, history=True)
    assert (one.trajectory.overlap < 1e-5).all(), "one replica is not drawn anywhere"


def test_trajectory():
    network = networks.Asymmetric(500, 0.3).sample(rng=1)
    solution = bp.focusing(network, bp.scoping(40, 5, (0.1, 0.7)), runs=3, rng=1, history=True)
    run = solution.trajectory
    assert len(run.gamma) == len(run.y) == len(run.local_entropy) <= 40
    assert (np.diff(run.gamma) > 0).all()
    assert run.unstable_fraction[-1] == 0
    assert run.overlap[-1] == pytest.approx(solution.overlap)
    contracted = run.overlap > 0.3
    assert (np.diff(run.local_entropy[contracted]) < 1e-3).all(), "clusters shrink"
    assert (run.local_entropy > 0).all()
    assert bp.focusing(network, bp.scoping(), rng=1).trajectory is None


def test_protocols():
    fixed = list(bp.scoping(5, 7, (0.1, 0.5)))
    np.testing.assert_allclose(fixed, [(0.1 * k, 7) for k in range(1, 6)])
    for gamma, y in bp.pseudo_reinforcement(9, (0.0, 0.8)):
        r = np.tanh(gamma) ** 2
        assert (y - 1) * r == pytest.approx(r / (1 - r)), "the strength for weak fields"
    table = list(bp.along_overlap([0.1, 0.2], [0.2, 0.4], [3, 5]))
    assert [gamma for gamma, _ in table] == [0.1, 0.2]
    assert [table[0][1](q) for q in (0, 0.3, 1)] == [3, 4, 5]


def test_y_may_follow_the_overlap():
    network = networks.Asymmetric(300, 0.3).sample(rng=1)
    protocol = bp.along_overlap(np.linspace(0.1, 0.6, 60), [0.0, 1.0], [3.0, 9.0])
    solution = bp.focusing(network, protocol, runs=2, rng=1, history=True)
    assert solution.converged
    before = np.r_[0, solution.trajectory.overlap[:-1]]
    np.testing.assert_allclose(solution.trajectory.y[1:], 3 + 6 * before[1:], atol=1e-6)


@pytest.mark.thorough
@pytest.mark.parametrize(
    "ensemble", [networks.Asymmetric(300, 0.3), networks.Layered(100, 3, 0.3, 0.4)]
)
def test_repair(ensemble):
    network = ensemble.sample(rng=1)
    state = bp.focusing(network, bp.scoping(), runs=4, restarts=3, rng=1).state
    assert network.is_fixed_point(state)
    repaired = []
    for neuron in range(20):
        broken = state.copy()
        broken.flat[neuron : neuron + 3] *= -1
        if network.is_fixed_point(broken):
            continue
        repaired.append(repair(network, broken, 20, np.random.default_rng(neuron)))
    found = [s for s in repaired if s is not None]
    assert len(found) >= 3
    assert all((stabilities(network, s) > 0).all() for s in found)


def test_repair_that_fails_says_so():
    network = networks.Asymmetric(100, 0.0).sample(rng=1)
    state = np.random.default_rng(1).choice([-1, 1], 100).astype(np.int8)
    assert repair(network, state, 2, np.random.default_rng(1)) is None


def test_repair_of_the_best_runs():
    protocol = list(bp.scoping(80, 7, (0.15, 0.55)))
    repaired = 0
    for seed in range(2):
        network = networks.Asymmetric(300, 0.1).sample(seed)
        solution = bp.focusing(network, protocol, runs=4, repair_sweeps=200, rng=seed)
        without = bp.focusing(network, protocol, runs=4, rng=seed)
        assert solution.converged == network.is_fixed_point(solution.state)
        assert solution.unstable <= without.unstable
        assert (solution.repaired > 0) == ("repair" in solution.status)
        repaired += solution.repaired > 0
    assert repaired > 0


def test_runs_side_by_side_are_those_alone():
    network = networks.Asymmetric(100, 0.4).sample(rng=1)
    fields = 0.1 * np.random.default_rng(1).standard_normal((3, 1, 100))
    gamma, y = np.array([0.0, 0.3, 0.5]), np.array([1.0, 3.0, 9.0])
    together = DenseMessages(network, 3)
    together.start(fields)
    for _ in range(30):
        together.step(0.1, gamma, y, 0.7)
    for run in range(3):
        alone = DenseMessages(network, 1)
        alone.start(fields[run : run + 1])
        for _ in range(30):
            alone.step(0.1, gamma[run : run + 1], y[run : run + 1], 0.7)
        np.testing.assert_allclose(alone.m[0], together.m[run], atol=1e-5)


def test_a_run_that_faded_can_still_be_focused():
    """Without focusing a run decays, in float32 to nothing at last; it is pushed before that."""
    network = networks.Asymmetric(50, 1.0).sample(rng=1)
    protocol = [(0.0, 7)] * 10 + [(0.5, 7)] * 5
    run = bp.focusing_trajectory(network, protocol, iterations=50, rng=1)
    assert (run.overlap[5:10] < 1e-6).all()
    assert run.overlap[-1] > 0.1


def test_a_trajectory_says_where_it_settled():
    network = networks.Asymmetric(200, 0.3).sample(rng=1)
    run = bp.focusing_trajectory(network, [(0.35, 7)] * 8, iterations=50, rng=1)
    assert (run.converged == (run.residual < 0.01)).all()
    assert len(set(run.converged)) == 2
    assert ["raise iterations" in status for status in run.status] == (~run.converged).tolist()


@pytest.mark.thorough
def test_runs_that_go_on_go_on_as_if_all_were_there():
    network = networks.Asymmetric(800, 0.2).sample(rng=1)
    binary = networks.Asymmetric(100, 0.2, couplings="binary").sample(rng=1)
    # BLAS may sum products of another shape in another order; our products of bits do not
    for whole, rounding in (
        (DenseMessages(network, 5, dtype=np.float64), 1e-13),
        (messages(binary, 5), 0.0),
    ):
        whole.start_at_random(np.random.default_rng(1), 0.3)
        gamma, y = np.full(5, 0.4), np.linspace(3, 7, 5)
        whole.step(0.0, gamma, y, 0.5)
        kept = np.array([True, False, True, True, False])
        some = whole.only(kept)
        for _ in range(5):
            whole.step(0.0, gamma, y, 0.5)
            some.step(0.0, gamma[kept], y[kept], 0.5)
        for name in ("t", "h", "omega", "V", "slope"):
            expected = getattr(whole, name)[kept]
            np.testing.assert_allclose(getattr(some, name), expected, rtol=0, atol=rounding)


def test_runs_that_are_given_up_cost_nothing(monkeypatch):
    network = networks.Asymmetric(750, 0.08).sample(rng=1)
    rates = np.linspace(0.1, 0.9, 30)
    left = []
    only = DenseMessages.only
    monkeypatch.setattr(
        DenseMessages, "only", lambda self, kept: left.append(kept.sum()) or only(self, kept)
    )
    kept = []
    step = DenseMessages.step
    monkeypatch.setattr(
        DenseMessages, "step", lambda self, *given: kept.append(len(self.m)) or step(self, *given)
    )
    solution = bp.reinforcement(network, rates, runs=8, rng=1, history=True)
    assert left, "some runs lose the fixed points before others"
    assert (np.diff([8, *left]) < 0).all()
    assert left[-1] > 1
    assert kept[0] == 8 > kept[-1]
    assert set(kept) <= {8, *left}
    assert not solution.converged
    assert solution.status.startswith("All ")
    assert not network.is_fixed_point(solution.state)
    fields = network.couplings @ solution.state.astype(float)
    assert solution.unstable == np.count_nonzero(solution.state * fields + 0.08 <= 0)
    unstable = 750 * solution.trajectory.unstable_fraction
    assert solution.unstable == round(unstable.min())
