"""Wrong arguments are refused, by name and with the value that came."""

import inspect
import re

import numpy as np
import pytest

import replica

NAN, INF = float("nan"), float("inf")

GOOD = {
    replica.fixed_point_entropy: {"J_D": 0.5, "eta": 0.0},
    replica.layered_entropy: {"J_D": 0.5, "lam": 0.1, "L": 2},
    replica.pair_entropy: {"d": 0.1, "J_D": 0.5, "eta": 0.0},
    replica.franz_parisi: {"d": 0.1, "J_D": 0.5},
    replica.log_expected_fixed_points: {"N": 5, "J_D": 0.5, "eta": 0.0},
    replica.log_expected_layered_fixed_points: {"N": 5, "L": 2, "J_D": 0.5, "lam": 0.1},
    replica.log_expected_pairs: {"N": 5, "J_D": 0.5},
    replica.layered_pair_entropy: {"d": 0.1, "J_D": 0.5, "lam": 0.1, "L": 2},
    replica.total_distance_pair_entropy: {"d": 0.1, "J_D": 0.5, "lam": 0.1},
}

BAD_REAL = [
    (NAN, ValueError, "got nan"),
    (INF, ValueError, "got inf"),
    ([0.1, NAN], ValueError, "got nan"),
    ("0.5", TypeError, "got '0.5'"),
    (1j, TypeError, "got 1j"),
    (True, TypeError, "got True"),
    ([[0.1, 0.2], [0.3]], TypeError, "ragged"),
    (object, TypeError, "got <class 'object'>"),
]
BAD_INTEGER = [
    (0, ValueError, "got 0"),
    (-2, ValueError, "got -2"),
    (2.5, TypeError, "got 2.5"),
    (4.0, TypeError, "got 4.0"),
    ("5", TypeError, "got '5'"),
    (True, TypeError, "got True"),
    (NAN, TypeError, "got nan"),
]
BAD = {
    "J_D": [(-0.1, ValueError, "a finite number >= 0, got -0.1"), *BAD_REAL],
    "eta": [
        (1.5, ValueError, "a number in [-1, 1], got 1.5"),
        ([0, -1.5], ValueError, "got -1.5"),
        *BAD_REAL,
    ],
    "d": [(-1e-9, ValueError, "a number in [0, 1], got -1e-09"), (1.1, ValueError, "got 1.1")],
    "N": BAD_INTEGER,
    "L": BAD_INTEGER,
}
BAD["d"] += BAD_REAL
BAD["lam"] = BAD["J_D"]


@pytest.mark.parametrize(
    ("function", "name", "value", "error", "message"),
    [
        pytest.param(function, name, *case, id=f"{function.__name__}-{name}-{case[0]}")
        for function, arguments in GOOD.items()
        for name in arguments
        for case in BAD[name]
    ],
)
def test_refused(function, name, value, error, message):
    with pytest.raises(error, match=rf"^{name} must be .*{re.escape(message)}"):
        function(**{**GOOD[function], name: value})


def test_what_is_not_an_error():
    assert replica.layered_entropy(0.5, 0.1, None) > 0
    assert replica.pair_entropy([0, 1], 1, eta=np.float32(0.5)).shape == (2,)


@pytest.mark.parametrize("N", [None, [3, 4], np.array([3])])
def test_pairs_are_of_one_network_size(N):
    with pytest.raises(TypeError, match=r"N must be an integer in \[1, 1000000\], got"):
        replica.log_expected_pairs(N, 0.5)


@pytest.mark.parametrize("N", [10**6 + 1, 10**400])
def test_more_neurons_than_distances_can_be_listed_for(N):
    for call in (
        lambda: replica.log_expected_pairs(N, 0.5),
        lambda: replica.log_expected_layered_pairs(N, [1, 2], 0.5, 0.1),
    ):
        with pytest.raises(ValueError, match=r"N must be .* \[[12], 1000000\], got 1000"):
            call()


@pytest.mark.parametrize("distances", [[], [1] * 17, 3, [[1, 2]]])
def test_layers_of_a_pair(distances):
    with pytest.raises(ValueError, match=r"^distances must be one for each of 1 to 16 layers, got"):
        replica.log_expected_layered_pairs(5, distances, 0.5, 0.1)


def test_a_self_coupling_too_small_for_antisymmetry():
    with pytest.raises(RuntimeError, match="J_D may be too small for eta this close to -1"):
        replica.fixed_point_entropy(1e-300, -1)


def test_more_differences_than_neurons():
    with pytest.raises(ValueError, match=r"distances must be integers in \[0, 5\], got 6"):
        replica.log_expected_layered_pairs(5, [1, 6], 0.5, 0.1)


@pytest.mark.parametrize("throw", [1, None, "no", 0.0])
@pytest.mark.parametrize(
    ("solver", "point"),
    [
        (replica.clusters, (3, 0.1, 0.3)),
        (replica.local_entropy, (0.1, 0.3)),
        (replica.reference_clusters, (3, 0.1, 0.3)),
        (replica.reference_local_entropy, (0.1, 0.3)),
        (replica.integer_clusters, (3, 0.1, 0.3)),
        (replica.rarest_groups, (3, 0.02)),
        (replica.two_layer_clusters, (3, 0.1, 0.3, 0.1)),
        (replica.two_layer_local_entropy, (0.1, 0.3, 0.1)),
    ],
)
def test_throw(solver, point, throw):
    with pytest.raises(TypeError, match=f"^throw must be True or False, got {throw!r}"):
        solver(*point, throw=throw)


@pytest.mark.parametrize("N", [1, [1, 5]])
def test_a_layer_of_one_neuron(N):
    with pytest.raises(ValueError, match="N must be an integer >= 2, got 1"):
        replica.log_expected_layered_fixed_points(N, 2, 0.5, 0.1)


@pytest.mark.parametrize(
    "call",
    [
        lambda: replica.fixed_point_entropy([0, 1], [0.1, 0.2, 0.3]),
        lambda: replica.pair_entropy([0, 1], [0.1, 0.2, 0.3]),
        lambda: replica.franz_parisi([0, 1], [0.1, 0.2, 0.3]),
        lambda: replica.layered_entropy([0, 1], [0.1, 0.2, 0.3]),
        lambda: replica.log_expected_fixed_points([3, 4], [0.1, 0.2, 0.3]),
    ],
)
def test_shapes_that_do_not_fit(call):
    with pytest.raises(ValueError, match="shape"):
        call()


def test_signatures_are_short():
    """Arrays are asked for by name, not by the nine lines that it stands for."""
    assert inspect.signature(replica.local_entropy).parameters["d"].annotation == "npt.ArrayLike"
    for name in replica.__all__:
        thing = getattr(replica, name)
        if inspect.isfunction(thing):
            hints = [
                parameter.annotation for parameter in inspect.signature(thing).parameters.values()
            ]
            assert all(len(str(hint)) < 40 for hint in hints), name
