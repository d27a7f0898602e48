"""Every argument of every public function refuses nonsense, by name and before any work."""

import importlib
import inspect

import numpy as np
import pytest

import bp
import dynamics
import networks
import replica

NETWORK = networks.Asymmetric(6, 0.5).sample(rng=1)
BITS = networks.Asymmetric(6, 0.5, couplings="binary").sample(rng=1)
STATE = np.ones(6)
POINT = {"d": 0.1, "J_D": 0.3}
SEARCH = {"damping": 0.8, "iterations": 1, "runs": 1, "restarts": 0, "repair_sweeps": 0}
SEARCH |= {"rng": 1, "history": False}
MOVES = {"order": "fixed", "max_sweeps": 1, "rng": 1, "history": False}
TIMES = {"J_D": 0.3, "t_max": 1, "samples": 800, "rng": 1, "eta": 0.0, "order": "random"}

GOOD = {
    networks.Asymmetric: {"N": 5, "J_D": 0.5, "eta": 0.0, "couplings": "gaussian"},
    networks.Asymmetric(5, 0.5).sample: {"rng": 1},
    networks.BinaryNetwork: {"N": 5, "J_D": 0.5, "planes": None, "key": 3},
    networks.Layered: {"N": 5, "L": 2, "J_D": 0.5, "lam": 0.1},
    networks.Layered(5, 2, 0.5, 0.1).sample: {"rng": 1},
    networks.Network: {"couplings": np.zeros((2, 2)), "J_D": 0.5, "lam": 0.1},
    NETWORK.fields: {"s": STATE},
    NETWORK.stabilities: {"s": STATE},
    NETWORK.is_fixed_point: {"s": STATE},
    BITS.fields: {"s": STATE},
    BITS.is_fixed_point: {"s": STATE},
    BITS.sums: {"s": STATE},
    replica.clusters: {"y": 3, **POINT, "throw": True},
    replica.densest_reference: POINT,
    replica.fixed_point_entropy: {"J_D": 0.5, "eta": 0.2},
    replica.franz_parisi: POINT,
    replica.integer_clusters: {"y": 3, **POINT, "eta": 0.1, "throw": True},
    replica.layered_entropy: {"J_D": 0.5, "lam": 0.1, "L": 2},
    replica.layered_overlap_gap_threshold: {"J_D": 0.01, "L": 2, "distance": "total"},
    replica.layered_pair_entropy: {**POINT, "lam": 0.1, "L": 2},
    replica.local_entropy: {**POINT, "throw": True},
    replica.log_expected_fixed_points: {"N": 5, "J_D": 0.5, "eta": 0.2},
    replica.log_expected_layered_fixed_points: {"N": 5, "L": 2, "J_D": 0.5, "lam": 0.1},
    replica.log_expected_layered_pairs: {"N": 5, "distances": [1, 2], "J_D": 0.5, "lam": 0.1},
    replica.log_expected_pairs: {"N": 5, "J_D": 0.5},
    replica.log_expected_symmetric_pairs: {"N": 5, "J_D": 0.5, "eta": 0.5},
    replica.merging_threshold: {},
    replica.overlap_gap_threshold: {"y": 2},
    replica.pair_entropy: {**POINT, "eta": 0.3},
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
    bp.focusing: {"network": NETWORK, "protocol": [(0.3, 3)], **SEARCH},
    bp.focusing_trajectory: {
        "network": NETWORK,
        "protocol": [(0.3, 3)],
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
    bp.reinforcement: {"network": NETWORK, "rates": [0.1], **SEARCH},
    bp.scoping: {"steps": 3, "y": 3.0, "gamma": (0.1, 0.2)},
    dynamics.annealed_cycles: {"N": 8},
    dynamics.boundary_shift: {"p": 0.3},
    dynamics.census: {"network": NETWORK, "rule": "synchronous"},
    dynamics.enumerate_fixed_points: {"network": NETWORK},
    dynamics.log_expected_reversing_four_cycles: {"N": 6, "J_D": 0.3},
    dynamics.log_expected_two_cycles: {"N": 6, "J_D": 0.3},
    dynamics.mean_field: {**TIMES, "dt": 0.5},
    dynamics.mean_field_limit: {**TIMES, "steps": (0.5, 0.25)},
    dynamics.pair_distances: {"fixed_points": np.ones((2, 3))},
    dynamics.persistence_threshold: {
        "J_D": (0.3, 0.4, 0.5),
        "t_max": 40,
        "dt": 1.0,
        "samples": 800,
        "rng": 1,
        "order": "synchronous",
        "throw": False,
    },
    dynamics.relax: {"network": NETWORK, "start": STATE, **MOVES},
    dynamics.relax_many: {"network": NETWORK, "starts": [STATE], **MOVES},
    dynamics.synchronous: {"network": NETWORK, "start": STATE, "max_steps": 1, "rng": 1},
}

NONSENSE = ["x", b"x", 1j, float("nan"), object(), {1: 2}, [[1], [1, 2]]]


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


@pytest.mark.parametrize("package", ["networks", "replica", "bp", "dynamics"])
def test_no_public_function_is_forgotten(package):
    module = importlib.import_module(package)
    functions = {getattr(module, name) for name in module.__all__}
    assert {thing for thing in functions if inspect.isfunction(thing)} <= GOOD.keys()
