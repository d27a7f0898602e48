"""Every argument of every public function refuses nonsense, by name and before any work."""

import importlib
import inspect

import numpy as np
import pytest

import bp
import contrastive_ode as ode
import dynamics
import learning
import learning_dynamics as ld
import networks
import replica
import sweeps

NETWORK = networks.Asymmetric(6, 0.5).sample(rng=1)
BITS = networks.Asymmetric(6, 0.5, couplings="binary").sample(rng=1)
GRADED = networks.Graded(6, 1.5, 1.0).sample(rng=1)
STATE = np.ones(6)
POINT = {"d": 0.1, "J_D": 0.3}
SEARCH = {"damping": 0.8, "iterations": 1, "runs": 1, "restarts": 0, "repair_sweeps": 0}
SEARCH |= {"rng": 1, "history": False}
MOVES = {"order": "fixed", "max_sweeps": 1, "rng": 1, "history": False}
TIMES = {"J_D": 0.3, "t_max": 1, "samples": 800, "rng": 1, "eta": 0.0, "order": "random"}
LIVES = {"count": 3, "sweeps": 20, "burn_in": 1, "order": "permutation", "rng": 1, "throw": False}
LIMITS = {"bounds": {"W": (np.zeros((3, 3)), None)}, "tied": {"W": np.full((3, 3), -1)}}
LOOP = ld.Loop(ld.double_integrator(), steps=5)
DESCENT = {"loop": LOOP, "rate": 0.01, "steps": 1, "clip": 1.0, "throw": True}
WIDTHS = {"N": 5, "rank": 0, "inputs": 1, "outputs": 1, "rng": 1}
LAW = networks.PatternLaw()
DENSE = networks.DenseMemory(STATE[None], 1.0)
MEMORY = networks.Hebbian(6, 1).sample(rng=1)
WAIT = {"samples": 2, "max_steps": 100, "rng": 1, "rank": 1, "throw": False}
REGRESSION = ld.Regression([[1.0, 0.0]])
FLIPS = ld.Flips([1, -1], [1], [-1])
STUDENT = {"W": [[0.1, 0.2]], "w": [0.3]}
TABLE = ld.ModularAddition(3)
NODE = {"weights": [1.0, 0, 0, 1, 0, 0]}

GOOD = {
    networks.Asymmetric: {"N": 5, "J_D": 0.5, "eta": 0.0, "couplings": "gaussian"},
    networks.Asymmetric(5, 0.5).sample: {"rng": 1},
    networks.BinaryNetwork: {"N": 5, "J_D": 0.5, "planes": None, "key": 3},
    networks.Branches: {"s": 1.5},
    networks.Branches(1.5).upper: {"H": 0.1},
    networks.Graded: {"N": 5, "s": 1.5, "g": 2.0, "couplings": "gaussian"},
    networks.Graded(5, 1.5, 2.0).sample: {"rng": 1},
    networks.GradedNetwork: {"couplings": np.zeros((2, 2)), "s": 1.5, "g": 1.0},
    GRADED.fields: {"x": STATE},
    GRADED.velocities: {"x": STATE},
    GRADED.jacobian: {"x": STATE},
    GRADED.is_stable: {"x": STATE},
    networks.Hebbian: {"N": 6, "P": 1, "J_D": 0.1, "dilution": 0.5, "symmetric": True, "law": LAW},
    networks.Hebbian(6, 1).sample: {"rng": 1},
    networks.Hebbian(6, 1).store: {"patterns": STATE[None], "rng": 1},
    networks.HebbianNetwork: {"patterns": STATE[None], "J_D": 0.1},
    networks.PseudoInverse: {"N": 6, "P": 1, "J_D": 0.1, "law": LAW},
    networks.PseudoInverse(6, 1).sample: {"rng": 1},
    networks.PseudoInverse(6, 1).store: {"patterns": STATE[None]},
    networks.MemoryNetwork: {"patterns": STATE[None], "couplings": np.zeros((6, 6)), "J_D": 0.1},
    MEMORY.overlaps: {"s": STATE},
    networks.PatternLaw: {"bias": 0.1, "families": 2, "likeness": 0.5},
    LAW.draw: {"N": 6, "P": 2, "rng": 1},
    networks.Perceptron: {
        "N": 6,
        "P": 1,
        "J_D": 0.1,
        "kappa": 0.1,
        "symmetric": True,
        "law": LAW,
        "max_sweeps": 9,
    },
    networks.Perceptron(6, 1).sample: {"rng": 1},
    networks.Perceptron(6, 1).store: {"patterns": STATE[None]},
    networks.LearnedNetwork: {
        "patterns": STATE[None],
        "couplings": np.zeros((6, 6)),
        "J_D": 0.1,
        "kappa": 0.1,
        "sweeps": 1,
    },
    networks.Dense: {"N": 5, "alpha": 0.1, "sharpness": 1.0, "patterns": "binary"},
    networks.Dense(5, 0.1, 1.0).sample: {"rng": 1},
    networks.DenseMemory: {"patterns": STATE[None], "sharpness": 1.0},
    DENSE.update: {"x": STATE},
    networks.Layered: {"N": 5, "L": 2, "J_D": 0.5, "lam": 0.1},
    networks.Layered(5, 2, 0.5, 0.1).sample: {"rng": 1},
    networks.Network: {"couplings": np.zeros((2, 2)), "J_D": 0.5, "lam": 0.1},
    NETWORK.fields: {"s": STATE},
    NETWORK.stabilities: {"s": STATE},
    NETWORK.is_fixed_point: {"s": STATE},
    BITS.fields: {"s": STATE},
    BITS.is_fixed_point: {"s": STATE},
    BITS.stabilities: {"s": STATE},
    BITS.sums: {"s": STATE},
    replica.clusters: {"y": 3, **POINT, "throw": True},
    replica.cluster_stability_limit: {"J_D": 0.3},
    replica.condensation: {**POINT, "throw": True},
    replica.cross_overlap_potential: {"ratio": 0.5, "y": 3, **POINT},
    replica.dense_basin: {"alpha": 0.1, "sharpness": 1.0, "patterns": "binary"},
    replica.dense_capacity: {"overlap": 0.5, "sharpness": 1.0, "patterns": "binary"},
    replica.dense_free_energy: {"alpha": 0.1, "sharpness": 1.0, "patterns": "binary"},
    replica.densest_reference: POINT,
    replica.fixed_point_entropy: {"J_D": 0.5, "eta": 0.2},
    replica.franz_parisi: POINT,
    replica.gardner_capacity: {"kappa": 0.1, "J_D": 0.1, "bias": 0.1},
    replica.graded_existence_threshold: {"g": 2.0, "which": "aligned"},
    replica.graded_fixed_point_entropy: {"s": 1.5, "g": 2.0, "which": "stable", "throw": True},
    replica.graded_pair_entropy: {"overlap": 0.2, "s": 1.5, "g": 2.0, "throw": True},
    replica.integer_clusters: {"y": 3, **POINT, "eta": 0.1, "throw": True},
    replica.layered_entropy: {"J_D": 0.5, "lam": 0.1, "L": 2},
    replica.layered_overlap_gap_threshold: {"J_D": 0.01, "L": 2, "distance": "total"},
    replica.layered_pair_entropy: {**POINT, "lam": 0.1, "L": 2},
    replica.local_entropy: {**POINT, "throw": True},
    replica.log_expected_fixed_points: {"N": 5, "J_D": 0.5, "eta": 0.2},
    replica.log_expected_graded_fixed_points: {
        "N": 3,
        "s": 1.5,
        "g": 2.0,
        "which": "outer",
        "samples": 100,
        "rng": 1,
        "throw": False,
    },
    replica.log_expected_layered_fixed_points: {"N": 5, "L": 2, "J_D": 0.5, "lam": 0.1},
    replica.log_expected_layered_pairs: {"N": 5, "distances": [1, 2], "J_D": 0.5, "lam": 0.1},
    replica.log_expected_pairs: {"N": 5, "J_D": 0.5},
    replica.log_expected_symmetric_pairs: {"N": 5, "J_D": 0.5, "eta": 0.5},
    replica.memory_capacity: {"T": 0.1, "rule": "diluted"},
    replica.memory_fixed_point_entropy: {
        "alpha": 0.1,
        "overlap": 0.9,
        "J_D": 0.1,
        "rule": "diluted",
    },
    replica.memory_gap_threshold: {"J_D": 0.1},
    replica.memory_phase: {"alpha": 0.1, "T": 0.1},
    replica.memory_retrieval: {"alpha": 0.1, "T": 0.1, "rule": "diluted", "throw": True},
    replica.memory_spin_glass: {"alpha": 0.1, "T": 0.1, "throw": True},
    replica.merging_threshold: {},
    replica.overlap_gap_threshold: {"y": 2},
    replica.pair_entropy: {**POINT, "eta": 0.3},
    replica.quenched_clusters: {"y": 30, **POINT, "m": 0.5, "throw": True},
    replica.quenched_local_entropy: {**POINT, "throw": True},
    replica.rarest_groups: {"y": 3, "J_D": 0.02, "eta": 0.0, "throw": True},
    replica.reference_clusters: {"y": 3, **POINT, "throw": True},
    replica.reference_local_entropy: {**POINT, "throw": True},
    replica.small_distance_expansion: {},
    replica.symmetric_overlap_gap_threshold: {"y": 3, "eta": 0.0},
    replica.total_distance_pair_entropy: {**POINT, "lam": 0.1},
    replica.two_layer_clusters: {"y": 3, **POINT, "lam": 0.2, "throw": True},
    replica.two_layer_local_entropy: {**POINT, "lam": 0.3, "throw": True},
    replica.zero_complexity_gap_threshold: {},
    bp.along_overlap: {"gammas": [0.1], "overlaps": [0.1, 0.2], "y": [3, 4]},
    bp.belief_propagation: {
        "network": NETWORK,
        "field": 0.1,
        "method": "dense",
        "exact_squares": True,
        "damping": 0.7,
        "tolerance": 1e-3,
        "max_iterations": 1,
        "rng": 1,
        "throw": False,
    },
    bp.focusing: {"network": NETWORK, "protocol": [(0.3, 3)], "effort": None, **SEARCH},
    bp.focusing_trajectory: {
        "network": NETWORK,
        "protocol": [(0.3, 3)],
        "kind": "focusing",
        "damping": 0.8,
        "iterations": 1,
        "rng": 1,
    },
    bp.local_entropy: {
        "network": NETWORK,
        "state": STATE,
        "fields": [1.0],
        "damping": 0.7,
        "tolerance": 1e-3,
        "max_iterations": 1,
        "throw": False,
    },
    bp.focusing_dynamics: {
        "J_D": 0.3,
        "protocol": [(0.3, 7.0)],
        "N": 20,
        "runs": 2,
        "kind": "focusing",
        "damping": 0.7,
        "iterations": 1,
        "start": 0.1,
        "rng": 1,
    },
    bp.onset: {"J_D": 0.2, "y": 3.0},
    bp.pseudo_reinforcement: {"steps": 3, "rate": (0.1, 0.2)},
    bp.protocol: {"network": NETWORK, "effort": 100},
    bp.reinforcement: {"network": NETWORK, "rates": [0.1], "effort": None, **SEARCH},
    bp.scoping: {"steps": 3, "y": 3.0, "gamma": (0.1, 0.2)},
    bp.success_probability: {"N": 100, "unstable_fraction": [0.1], "runs": 2},
    bp.success_threshold: {
        "N": 100,
        "J_D": [0.1, 0.2],
        "unstable_fraction": [0.1, 0.001],
        "runs": 2,
    },
    bp.unstable_left: {
        "J_D": 0.3,
        "protocol": [(0.3, 7.0)],
        "N": 20,
        "runs": 2,
        "kind": "focusing",
        "damping": 0.7,
        "iterations": 1,
        "start": 0.1,
        "rng": 1,
    },
    dynamics.annealed_cycles: {"N": 8},
    dynamics.boundary_shift: {"p": 0.3},
    dynamics.census: {"network": NETWORK, "rule": "synchronous"},
    dynamics.energy: {"network": MEMORY, "s": STATE},
    dynamics.glauber: {
        "network": MEMORY,
        "T": 0.5,
        "start": STATE,
        "sweeps": 1,
        "burn_in": 0,
        "order": "fixed",
        "rng": 1,
    },
    dynamics.recall: {
        "network": MEMORY,
        "distance": 0.1,
        "trials": 2,
        "recalled_at": 0.9,
        "order": "fixed",
        "max_sweeps": 1,
        "rng": 1,
    },
    dynamics.enumerate_fixed_points: {"network": NETWORK},
    dynamics.classical_chaos: {"g": 2.0},
    dynamics.continuous_time: {
        "network": NETWORK,
        "t_max": 2.0,
        "dt": 0.1,
        "intervals": 2,
        "rng": 1,
    },
    dynamics.freezing_threshold: {
        "g": 2.0,
        "s": [2.0],
        "N": 100,
        "steps": 30,
        "networks": 1,
        "rng": 1,
        "throw": False,
    },
    dynamics.graded_mean_field: {
        "s": 1.5,
        "g": 2.0,
        "t_max": 0.2,
        "dt": 0.1,
        "samples": 800,
        "snapshots": 2,
        "rng": 1,
    },
    dynamics.graded_zones: {"network": GRADED},
    dynamics.hysterons: {"network": GRADED, "steps": 2, "rng": 1},
    dynamics.settle: {
        "network": GRADED,
        "start": STATE,
        "t_max": 1.0,
        "dt": 0.1,
        "tolerance": 1e-9,
        "rng": 1,
        "history": False,
    },
    dynamics.stationary: {
        "s": 1.5,
        "g": 2.5,
        "period": 8.0,
        "dt": 0.1,
        "samples": 10,
        "rounds": (2, 6),
        "rng": 1,
        "throw": True,
    },
    dynamics.layered_mean_field: {
        "L": 2,
        "J_D": 0.3,
        "lam": 0.5,
        "t_max": 1,
        "dt": 0.5,
        "samples": 800,
        "order": "random",
        "rng": 1,
    },
    dynamics.lifetime: {"ensemble": networks.Asymmetric(6, 0.5), **LIVES},
    dynamics.log_expected_reversing_four_cycles: {"N": 6, "J_D": 0.3},
    dynamics.log_expected_two_cycles: {"N": 6, "J_D": 0.3, "eta": 0.0},
    dynamics.mean_field: {**TIMES, "dt": 0.5, "forget": 0.0},
    dynamics.mean_field_limit: {**TIMES, "steps": (0.5, 0.25), "forget": 0.0},
    dynamics.pair_distances: {"fixed_points": np.ones((2, 3))},
    dynamics.persistence_threshold: {
        "J_D": (0.3, 0.4, 0.5),
        "t_max": 40,
        "dt": 1.0,
        "samples": 800,
        "lam": 0.0,
        "rng": 1,
        "order": "synchronous",
        "throw": False,
    },
    dynamics.relax: {"network": NETWORK, "start": STATE, **MOVES},
    dynamics.diluted_recall: {
        "alpha": 0.3,
        "overlap": 0.5,
        "J_D": 0.1,
        "T": 0.1,
        "steps": 1,
        "samples": 100,
        "rng": 1,
    },
    dynamics.retrieve: {"memory": DENSE, "start": STATE, "updates": 1},
    dynamics.retrieval_probability: {
        "N": 5,
        "alpha": 0.1,
        "overlap": 0.5,
        "sharpness": 1.0,
        "draws": 2,
        "rng": 1,
    },
    dynamics.relax_many: {"network": NETWORK, "starts": [STATE], **MOVES},
    dynamics.sampled_cycles: {"network": NETWORK, "starts": 2, "max_steps": 9, "rng": 1},
    dynamics.synchronous: {"network": NETWORK, "start": STATE, "max_steps": 1, "rng": 1},
    ld.Environment: {"A": np.eye(1), "B": [[1]], "C": [[1]], "Q": [[1]], "Sigma": [[1]]},
    ld.Loop: {"environment": LOOP.environment, "steps": 5, "leak": 0.5},
    LOOP.loss: {"overlaps": [[0.1]]},
    LOOP.gradient: {"overlaps": [[0.1]]},
    LOOP.spectrum: {"overlaps": [[0.1]]},
    LOOP.spectral_radius: {"overlaps": [[0.1]]},
    LOOP.landscape: {"rank": 1},
    ld.Weights: {"Z": [[1.0]], "V": [[1.0]], "M": [[1.0]], "U": [[1.0]]},
    ld.Weights.draw: WIDTHS,
    ld.double_integrator: {"dt": 1.0},
    ld.escape_rate: {"steps": 10},
    ld.first_stable: {"radius": [0.5, 0.4], "hold": 1},
    ld.full_matrix_flow: {"gram": np.eye(2), **DESCENT},
    ld.gaussian_flow: {"gram": np.eye(4), "N": 5, "amplitude": 0.1, **DESCENT},
    ld.golden_end: {},
    ld.gradient_cosine: {"loop": LOOP, "gram": np.eye(4), "first": 3},
    ld.imitation: {"teacher": [[0.1]], "inputs": 1, "outputs": 1, "leak": 1.0},
    ld.initial_gram: WIDTHS,
    ld.is_stable: {"k": 0.1, "a": 0.1, "b": 0.1},
    ld.lqg_bound: {"loop": LOOP},
    ld.memoryless_loss: {"s": 1.0, "steps": 5},
    ld.overlap_flow: {"gram": np.eye(4), **DESCENT},
    ld.plateau_limits: {},
    ld.plateau_loss: {"s": 1.0, "steps": 5, "ripple": True},
    ld.plateaus: {"steps": 10},
    ld.stability_slope: {"steps": 10, "rate": 0.1},
    ld.time_to_stability: {"loop": LOOP, "N": 5, "rate": 0.01, "clip": 1.0, **WAIT},
    ld.tracking: {"frequencies": [0.1], "amplitudes": 1.0, "dt": 0.1},
    ld.train: {"weights": ld.Weights.draw(5, rng=1), "amplitude": 0.1, **DESCENT},
    ld.train_on_background: {
        "weights": ld.Weights.draw(5, rng=1),
        "background": np.zeros((5, 5)),
        **DESCENT,
    },
    ld.train_full_matrix: {"weights": ld.Weights.draw(5, rank=0, rng=1), **DESCENT},
    ld.Regression: {"target": [[1.0]]},
    REGRESSION.loss: {"overlaps": [[0.1, 0]]},
    REGRESSION.gradient: {"overlaps": [[0.1, 0]]},
    REGRESSION.modes: {"overlaps": [[0.1, 0]]},
    ld.aligned_layers: {"regression": REGRESSION, "a0": 0.1, "depth": 2, "rng": 1},
    ld.mode_recursion: {"s": 1.0, "a0": 0.1, "depth": 2, "rate": 0.1, "steps": 1},
    ld.mode_time: {"s": 1.0, "a0": 0.1, "depth": 2.0, "fraction": 0.5},
    ld.regression_flow: {
        "regression": REGRESSION,
        "gram": np.eye(3),
        "rate": 0.1,
        "steps": 1,
        "throw": True,
    },
    ld.train_layers: {
        "regression": REGRESSION,
        "layers": [np.ones((1, 2))],
        "rate": 0.1,
        "steps": 1,
        "throw": True,
    },
    ld.wide_two_layer: {"s": 1.0, "c0": 0.1, "t": 1.0},
    ld.Flips: {"inputs": [1, -1], "hidden": [1], "readout": [-1]},
    ld.Flips.draw: {"N": 3, "M": 2, "fraction": 0.5, "at": "inputs", "rng": 1},
    FLIPS.correction: STUDENT,
    FLIPS.least_eigenvalue: STUDENT,
    ld.flip_edge: {"fraction": 0.1, "ratio": 1.0, "gain": 1.0, "at": "hidden"},
    ld.flip_threshold: {"ratio": 1.0, "gain": 1.0, "at": "hidden"},
    ld.flipped_flow: {"flips": FLIPS, **STUDENT, "teacher": 0.1, "t": [0.0, 1.0], "throw": True},
    ld.flipped_lyapunov: {
        "flips": FLIPS,
        **STUDENT,
        "teacher": 0.1,
        "time": 1.0,
        "settle": 0.0,
        "rng": 1,
        "throw": True,
    },
    ld.wide_flipped: {"fraction": 0.1, "beta": 1.0, "gain": 1.0, "teacher": 1.0, "t": [0.0, 1.0]},
    ld.ModularAddition: {"M": 3, "pairs": [[0, 1], [2, 2]]},
    ld.ModularAddition.draw: {"M": 3, "pairs": 4, "rng": 1},
    TABLE.energy: NODE,
    TABLE.gradient: NODE,
    ld.ascend: {
        "table": TABLE,
        **NODE,
        "step": 0.1,
        "tolerance": 1e-3,
        "max_steps": 1,
        "throw": False,
    },
    ld.blow_up_times: NODE,
    ld.fourier_energy: NODE,
    ld.fourier_powers: NODE,
    ld.winning_frequency: NODE,
    ld.ridge_signal: {"features": [[1.0], [2.0]], "targets": [[1.0], [0.0]], "decay": 1.0},
    ld.train_addition: {
        "table": TABLE,
        "nodes": 3,
        "decay": 0.1,
        "epochs": 1,
        "rate": 0.1,
        "every": 1,
        "rng": 1,
        "throw": True,
    },
}

NONSENSE = ["x", b"x", 1j, float("nan"), object(), {1: 2}, [[1], [1, 2]]]
NONSENSE += [np.ma.masked, np.longdouble("1e4000")]

X, Y = np.resize([1.0, -1, 1, 1, -1], (6, 3)), np.array([0, 1] * 3)
STEERED = learning.SteeredClassifier(5, epochs=1, random_state=1)
LEARNER = learning.Learner.draw(3, 5, 2, 1, learning.recipe(), rng=1)
PROJECTION = learning.EntangledProjection(3, random_state=1).fit(X)
PATCHES = learning.PatchProjection(3, random_state=1).fit(X)
THERMOMETER = learning.Thermometer().fit(X)
ASSOCIATOR = learning.HeteroAssociator(20, epochs=1, random_state=1)
MODEL = ode.System("x", node="-x_i", pair="W_ij * x_j", parameters=["W_ij"]).on(ode.all_to_all(3))
AT = {"w": np.full(9, 0.1), "x": np.ones(3)}
TIMESCALES = {"tau_e": 1.0, "tau_m": 10.0}
TASK = ode.Task(np.zeros(3), outputs=[2], T=1, h=0.1, imposed={0: 1.0}, target=0.5)
ON_TASK = {"model": MODEL, "task": TASK, "w": AT["w"]}
SETTLE = {"model": MODEL, "w": AT["w"], "start": AT["x"]}
SIZES = {"N": [10, 20, 40], "values": [1.0, 1.1, 1.2], "errors": [0.1, 0.1, 0.1]}
CURVE = {"x": [1.0, 2, 3, 4, 5], "successes": [1, 4, 12, 17, 19], "trials": [20] * 5}

REVEALED = networks.Revealed(3, rng=1)


# what takes long to make is made when it is asked, not when tests are found
def trained():
    return learning.SteeredClassifier(5, epochs=1, random_state=1).fit(X, Y)


def associated():
    return learning.HeteroAssociator(20, epochs=1).fit(X[:2], X[:2])


def lived():
    return dynamics.lifetime(networks.Asymmetric(6, 0.5), **LIVES)


ARRAYS = {  # the arguments that are arrays of everything else
    STEERED.fit: {"X": X, "y": Y, "sample_weight": np.ones(6)},
    STEERED.partial_fit: {"X": X, "y": Y, "classes": [0, 1], "sample_weight": np.ones(6)},
    learning.SteeredClassifier.decision_function: {"self": trained, "X": X},
    learning.SteeredClassifier.predict: {"self": trained, "X": X},
    learning.SteeredClassifier.predict_log_proba: {"self": trained, "X": X},
    learning.SteeredClassifier.predict_proba: {"self": trained, "X": X},
    LEARNER.classes: {"labels": Y, "P": 6},
    LEARNER.epoch: {"X": X, "labels": Y},
    LEARNER.inputs: {"X": X},
    LEARNER.logits: {"X": X},
    LEARNER.score: {"X": X, "labels": Y},
    LEARNER.states: {"X": X},
    learning.BinarisedMLP(5).fit: {"X": X, "y": Y, "sample_weight": np.ones(6)},
    PROJECTION.fit: {"X": X},
    PROJECTION.transform: {"X": X},
    PATCHES.fit: {"X": X},
    PATCHES.transform: {"X": X},
    THERMOMETER.fit: {"X": X},
    THERMOMETER.transform: {"X": X},
    ASSOCIATOR.fit: {"X": X, "Y": X},
    learning.HeteroAssociator.predict: {"self": associated, "X": X},
    learning.HeteroAssociator.score: {"self": associated, "X": X, "Y": X},
    learning.equilibration: {"learner": LEARNER, "X": X, "labels": Y},
    learning.fixed_point_fraction: {"learner": LEARNER, "X": X, "labels": Y},
    learning.flip: {"X": X, "probability": 0.1},
    learning.input_overlaps: {"X": X, "y": Y},
    learning.overlaps: {"a": X, "b": X},
    learning.similarity: {"states": X},
    learning.symmetricity: {"J": np.eye(3)},
    learning.trajectory: {"learner": LEARNER, "X": X, "labels": Y},
    dynamics.Lifetime.survival: {"self": lived, "t": [1.0]},
    ode.Constraints: {"model": MODEL, "frozen": {"W": np.zeros((3, 3), bool)}, **LIMITS},
    MODEL.jacobian: AT,
    MODEL.rhs: AT,
    MODEL.matrix: {"w": AT["w"], "name": "W"},
    MODEL.pack: {"W": np.zeros((3, 3))},
    MODEL.unpack: {"w": AT["w"]},
    MODEL.vector: {"w": AT["w"]},
    MODEL.sensitivity: {**AT, "v": np.ones(3)},
    MODEL.sensitivity_rate: {**AT, "v": np.ones(3), "velocity": np.ones(3)},
    MODEL.state: {"name": "x", "x": AT["x"]},
    ode.Task: {"start": np.zeros(3), "outputs": [2], "T": 1, "h": 0.1, "target": 0.5},
    ode.alignment: ON_TASK,
    ode.gradient: ON_TASK,
    ode.local_update: ON_TASK,
    ode.simulate: ON_TASK,
    ode.train: {**ON_TASK, "rate": 0.1, "iterations": 1},
    ode.settle: SETTLE,
    ode.catalogue: {"model": MODEL, "w": AT["w"], "starts": X},
    REVEALED.product: {"x": np.ones(3)},
    REVEALED.back: {"y": np.ones(3)},
    ode.fixed_points: {"model": MODEL, "w": AT["w"], "starts": X},
    ode.follow: {"family": lambda g: (MODEL, AT["w"]), "values": [0.0, 1.0], "starts": X},
    ode.lyapunov_spectrum: {**SETTLE, "T": 1.0, "h": 0.1},
    ode.lyapunov_exponent: {**SETTLE, "T": 1.0, "h": 0.1},
    ode.flow: {"model": MODEL, **AT, "T": 1.0, "h": 0.1},
    ode.cosine: {"a": STATE, "b": STATE},
    ode.graph: {"N": 3, "edges": [(0, 1)]},
    ode.three_body: {"N": 3, "triples": [(0, 1, 2)]},
    ode.linear_misalignment: {"A": np.eye(3), "x": AT["x"], "error": AT["x"], **TIMESCALES},
    ode.misalignment: {"model": MODEL, **AT, "error": AT["x"], "velocity": AT["x"], **TIMESCALES},
    sweeps.extrapolate: SIZES,
    sweeps.extrapolate(**SIZES, power=1).at: {"inverse": [0.1]},
    sweeps.threshold: {**CURVE, "rng": 1},
    sweeps.threshold(**CURVE, rng=1).at: {"x": [1.0]},
    sweeps.compare: {
        "theory": [0.5, 0.5],
        "data": [1.0, 2],
        "errors": [0.1, 0.1],
        "trials": [4, 4],
    },
    sweeps.binomial_interval: {"successes": [1, 2], "trials": [4, 4]},
}
CALLS = {call.__qualname__: (call, kwargs) for call, kwargs in (GOOD | ARRAYS).items()}


@pytest.mark.parametrize("function", GOOD, ids=lambda function: function.__qualname__)
def test_nonsense_is_refused(function):
    assert inspect.signature(function).parameters.keys() == GOOD[function].keys()
    for name in GOOD[function]:
        for value in NONSENSE:
            with pytest.raises((TypeError, ValueError), match=f"^{name} must "):
                function(**{**GOOD[function], name: value})


@pytest.mark.parametrize("function", GOOD, ids=lambda function: function.__qualname__)
def test_seeds_are_given_by_name_and_failures_raise(function):
    parameters = inspect.signature(function).parameters
    if "rng" in parameters and function.__name__ != "sample":  # which has no other argument
        assert parameters["rng"].kind is inspect.Parameter.KEYWORD_ONLY
        assert parameters["rng"].default is None
    if "throw" in parameters:
        assert parameters["throw"].default is True


@pytest.mark.parametrize("package", ["networks", "replica", "bp", "dynamics", "learning_dynamics"])
def test_no_public_function_is_forgotten(package):
    module = importlib.import_module(package)
    functions = {getattr(module, name) for name in module.__all__}
    assert {thing for thing in functions if inspect.isfunction(thing)} <= GOOD.keys()


def masked(value):
    """Return the same numbers, of which the first is masked."""
    found = np.ma.array(value)
    found[(0,) * found.ndim] = np.ma.masked
    return found


def masked_first(value):
    """Return the same array, or tuple of arrays, of which one number is masked."""
    return (masked(value[0]), *value[1:]) if isinstance(value, tuple) else masked(value)


def arrays_taken(call):
    """Return the names of its arguments that are arrays."""
    parameters = inspect.signature(call).parameters.values()
    words = {one.name: str(one.annotation) for one in parameters}
    return {name for name, word in words.items() if "ArrayLike" in word and "Callable" not in word}


def public(package):
    """Yield what can be called: functions, classes and their methods."""
    module = importlib.import_module(package)
    for thing in filter(callable, (getattr(module, name) for name in module.__all__)):
        if inspect.isfunction(thing) or inspect.isfunction(thing.__init__):
            yield thing
        if inspect.isclass(thing):
            members = (getattr(thing, name) for name in dir(thing) if not name.startswith("_"))
            yield from filter(inspect.isfunction, members)


@pytest.mark.parametrize("name", sorted(n for n, (call, _) in CALLS.items() if arrays_taken(call)))
def test_masked_entries_are_no_numbers(name):
    call, kwargs = CALLS[name]
    if "self" in kwargs:
        kwargs = {**kwargs, "self": kwargs["self"]()}
    for argument in arrays_taken(call):
        for key in {argument} & kwargs.keys() or {"W"}:  # Model.pack(W=...)
            good = kwargs[key]
            wrong = {"W": masked_first(good["W"])} if isinstance(good, dict) else masked(good)
            given = {**kwargs, key: wrong}
            if {"errors", "trials"} < given.keys():  # of `compare`: not both
                del given["errors" if key == "trials" else "trials"]
            with pytest.raises(ValueError, match="must have no masked entries") as raised:
                call(**given)
            assert str(raised.value).startswith(key)


@pytest.mark.parametrize("package", ["networks", "replica", "bp", "dynamics", "learning",
                                     "learning_dynamics", "contrastive_ode", "sweeps"])  # fmt: skip
def test_no_array_is_forgotten(package):
    missing = {call.__qualname__ for call in public(package) if arrays_taken(call)} - CALLS.keys()
    assert not missing


def test_masked_arrays_without_masked_entries_are_arrays():
    J_D = np.ma.array([0.1, 0.5], mask=[False, False])
    np.testing.assert_array_equal(
        replica.fixed_point_entropy(J_D), replica.fixed_point_entropy([0.1, 0.5])
    )
    assert trained().predict(np.ma.array(X)).shape == Y.shape
    with pytest.raises(ValueError, match="J_D must have no masked entries, got 1 of 1"):
        replica.fixed_point_entropy([0.1, [np.ma.masked]])
