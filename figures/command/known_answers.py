"""A known answer of every package, and of topics: what was measured, and the most allowed."""

import tempfile
from typing import Any

import numpy as np

from networks import Asymmetric, Graded

Measured = tuple[float, float]


def networks(networks: Any) -> Measured:
    """Largest difference of fields from a product in float64."""
    network = Asymmetric(N=300, J_D=0.7, eta=0.4).sample(rng=1)
    s = np.random.default_rng(2).choice([-1, 1], size=(20, 300))
    plain = s @ network.couplings.astype(float).T + 0.7 * s
    return np.abs(network.fields(s) - plain).max(), 1e-5


def replica(replica: Any) -> Measured:
    """Largest difference of pairs, and of clusters of two, from the entropy with 30 digits."""
    exact = 0.466370437122625  # by `replica.high_precision`
    found = replica.pair_entropy(0.1, 0.5), replica.clusters(2, 0.1, 0.5).free_entropy
    return np.abs(np.subtract(found, exact)).max(), 1e-12


def memories(replica: Any) -> Measured:
    """Difference of the capacity of a Hebbian memory from that of 1985, with 15 digits."""
    exact = 0.137905566494932  # [erf(y)/y - 2 exp(-y^2)/sqrt(pi)]^2 / 2 at its largest
    return abs(replica.memory_capacity().alpha - exact), 1e-9


def graded(dynamics: Any) -> Measured:
    """Mean squared velocity of graded neurons that have settled, by a product in float64."""
    network: Any = Graded(N=200, s=4.0, g=2.0).sample(rng=1)
    x = dynamics.settle(network, rng=2, tolerance=1e-12).state
    phi = np.tanh(x)
    velocity = -x + 4 * phi + 2 * network.couplings.astype(float) @ phi
    return float(np.mean(velocity**2)), 2e-12


def dynamics(dynamics: Any) -> Measured:
    """States of 12 neurons that are stable and not found, or found and not stable."""
    network = Asymmetric(N=12, J_D=0.5).sample(rng=1)
    states = 1 - 2 * (np.arange(2**12)[:, None] >> np.arange(12) & 1)
    fields = states @ network.couplings.astype(float).T + 0.5 * states
    stable = map(tuple, states[(states * fields > 0).all(1)])
    return len(set(stable) ^ set(map(tuple, dynamics.enumerate_fixed_points(network)))), 0


def bp(bp: Any) -> Measured:
    """Neurons that are not stable where focusing ends, by a product in float64."""
    network = Asymmetric(N=500, J_D=0.2).sample(rng=1)
    s = bp.focusing(network, bp.scoping(), runs=4, rng=1).state.astype(float)
    return np.sum(s * (network.couplings @ s) + 0.2 <= 0), 0


def learning(learning: Any) -> Measured:
    """Hidden units that differ after training by events, densely, and in one compiled step."""
    data, states = learning.prototypes(N=30, classes=4, per_class=40, flipped=0.2, rng=5), []
    for engine in ("events", "dense", "compiled"):
        learner = learning.Learner.draw(30, 60, 4, 1, learning.recipe("G2"), rng=2, engine=engine)
        learner.epoch(data.X, data.y)
        states.append(learner.states(data.X))
    return np.sum((states[0] != states[1]) | (states[0] != states[2])), 0


def learning_dynamics(ld: Any) -> Measured:
    """Deviation of networks from their theories (loop, deep, wrong signs), in what is allowed."""
    loop = ld.Loop(ld.double_integrator(), steps=20)
    weights = ld.Weights.draw(N=100, rng=1)
    options = {"rate": 2e-5, "steps": 300, "clip": 200}
    network = ld.train(loop, weights, **options)
    looped = network.deviation(ld.overlap_flow(loop, weights.gram, **options))
    return max(looped / 1e-10, _deep(ld) / 1e-11, _flipped(ld) / 1e-5, _features(ld)), 1


def _deep(ld: Any) -> float:
    """Return the difference of five layers that learn a map from the recursion of its modes."""
    layers = ld.aligned_layers(ld.Regression(np.diag([2.0, 1.0])), 0.1, 5, rng=1)
    course = ld.train_layers(ld.Regression(np.diag([2.0, 1.0])), layers, rate=0.01, steps=300)
    return float(np.abs(course.modes - ld.mode_recursion([2, 1], 0.1, 5, 0.01, 300)).max())


def _flipped(ld: Any) -> float:
    """Return the difference of the growth of an error, with flipped inputs, from its eigenvalue."""
    rng = np.random.default_rng(1)
    W, w = rng.normal(0, 8**-0.5, (16, 8)), rng.normal(0, 0.3, 16)
    flips = ld.Flips.draw(16, 8, 0.25, "inputs", rng=rng)
    values, vectors = np.linalg.eigh(flips.correction(W, w))
    course = ld.flipped_flow(flips, W, w, W.T @ w - 1e-7 * vectors[:, 0], [0, 1])
    return float(abs(np.log(course.error[1] / course.error[0]) + values[0]))


def _features(ld: Any) -> float:
    """Return how many nodes that climb their energy do not end in the frequency foretold."""
    w = np.random.default_rng(2).normal(size=(22, 30))
    ascent = ld.ascend(ld.ModularAddition(M=11), w)
    return 2.0 * np.sum(ascent.frequency != ld.winning_frequency(w))


def contrastive_ode(ode: Any) -> Measured:
    """Difference of the exact gradient, in a random direction, from central differences."""
    from contrastive_ode.systems import leaky_integrate_and_fire

    rng, step = np.random.default_rng(1), 1e-6
    model = leaky_integrate_and_fire.on(ode.all_to_all(4, True))
    task = ode.Task(rng.normal(size=4), outputs=[3], T=3, h=0.05, target=0.5)
    w, direction = rng.normal(size=(2, model.P)) * model.tunable
    up, down = (ode.simulate(model, task, w + s * direction).costs[0] for s in (step, -step))
    return abs(ode.gradient(model, task, w).dw @ direction - (up - down) / (2 * step)), 1e-7


def sweeps(sweeps: Any) -> Measured:
    """Numbers that differ when a sweep is interrupted, and goes on with two processes."""
    options = {"version": 1, "rng": 3, "progress": False}
    with tempfile.TemporaryDirectory() as folder:
        whole = sweeps.run(_draw, {"x": [1, 2, 3]}, store=f"{folder}/a", executor=1, **options)
        sweeps.run(_draw, {"x": [2, 4]}, store=f"{folder}/b", executor=1, **options)
        rest = sweeps.run(_draw, {"x": [1, 2, 3]}, store=f"{folder}/b", executor=2, **options)
    return np.sum(whole["result"].values != rest["result"].values), 0


def _draw(x: int, rng: np.random.Generator) -> float:
    return x + rng.standard_normal()


def figures(figures: Any) -> Measured:
    """Difference of a chance from 1/10: that one of two numbers is beyond 1.96."""
    import xarray

    from figures.gallery.verdict import judge

    (check,) = judge(xarray.Dataset({"z": ("N", [0.0, 1.96])}))
    return abs((check.chance or 0) - 0.1), 1e-4


TOPICS = {"memories": "replica", "graded": "dynamics"}  # within a package
CHECKS = {
    check.__name__: check
    for check in (
        networks,
        replica,
        memories,
        dynamics,
        graded,
        bp,
        learning,
        learning_dynamics,
        contrastive_ode,
        sweeps,
        figures,
    )
}
