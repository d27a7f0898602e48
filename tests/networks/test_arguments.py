"""Wrong arguments are refused, by name and with the value that came."""

import re

import numpy as np
import pytest

from networks import Asymmetric, Layered, Network

NAN, INF = float("nan"), float("inf")
PAIR = [[0, 1], [1, 0]]

BAD = {
    "N": [
        (0, ValueError, "integer >= 1, got 0"),
        (-3, ValueError, "got -3"),
        (2.5, TypeError, "got 2.5"),
        (2.0, TypeError, "got 2.0"),
        ("12", TypeError, "got '12'"),
        (True, TypeError, "got True"),
        (None, TypeError, "got None"),
        ([3], TypeError, "got [3]"),
        (NAN, TypeError, "got nan"),
    ],
    "J_D": [
        (-0.1, ValueError, "finite number >= 0, got -0.1"),
        (NAN, ValueError, "got nan"),
        (INF, ValueError, "got inf"),
        ("0.5", TypeError, "got '0.5'"),
        (None, TypeError, "got None"),
        (1j, TypeError, "got 1j"),
        (True, TypeError, "got True"),
        ([0.5, 0.6], TypeError, "single number, got an array of shape (2,)"),
    ],
    "eta": [
        (1.01, ValueError, "number in [-1, 1], got 1.01"),
        (-1.01, ValueError, "got -1.01"),
        (NAN, ValueError, "got nan"),
        ("0", TypeError, "got '0'"),
        ([[0.0]], TypeError, "array of shape (1, 1)"),
    ],
}
BAD["L"], BAD["lam"] = BAD["N"], BAD["J_D"]


def refused(function, arguments, name, value, error, message):
    with pytest.raises(error, match=rf"^{name} must .*{re.escape(message)}"):
        function(**{**arguments, name: value})


@pytest.mark.parametrize(
    ("ensemble", "arguments"),
    [
        (Asymmetric, {"N": 5, "J_D": 0.5, "eta": 0.5}),
        (Layered, {"N": 5, "L": 3, "J_D": 0.5, "lam": 0.1}),
        (Network, {"couplings": PAIR, "J_D": 0.5, "lam": 0.1}),
    ],
)
@pytest.mark.parametrize(
    ("name", "value", "error", "message"),
    [(name, *case) for name, cases in BAD.items() for case in cases],
)
def test_parameters(ensemble, arguments, name, value, error, message):
    ensemble(**arguments)
    if name in arguments:
        refused(ensemble, arguments, name, value, error, message)


@pytest.mark.parametrize(
    ("couplings", "error", "message"),
    [
        (np.zeros((2, 3)), ValueError, "square, (N, N) or (L, N, N), got shape (2, 3)"),
        (np.zeros((2, 2, 3)), ValueError, "got shape (2, 2, 3)"),
        (np.zeros(4), ValueError, "got shape (4,)"),
        (np.zeros((1, 1, 1, 1)), ValueError, "got shape (1, 1, 1, 1)"),
        (0.0, ValueError, "got shape ()"),
        (np.zeros((0, 0)), ValueError, "got shape (0, 0)"),
        (np.zeros((0, 2, 2)), ValueError, "got shape (0, 2, 2)"),
        ([[0, NAN], [1, 0]], ValueError, "finite"),
        ([[0, INF], [1, 0]], ValueError, "finite as float32, got an entry of size inf"),
        ([[0, -INF], [1, 0]], ValueError, "inf"),
        ([[0, -1e39], [1, 0]], ValueError, "an entry of size 1e+39"),
        ([[0, 1], [1, 0.5]], ValueError, "zero diagonal"),
        ([[[0, 1], [1, 0]], [[0, 1], [1, 1]]], ValueError, "zero diagonal"),
        ([[0, 1j], [1, 0]], TypeError, "dtype complex128"),
        ([["a", "b"], ["c", "d"]], TypeError, "dtype <U1"),
        (np.zeros((2, 2), dtype=bool), TypeError, "dtype bool"),
        ([[0, 1], [1]], TypeError, "got a ragged sequence"),
    ],
)
def test_couplings(couplings, error, message):
    refused(Network, {"J_D": 0.5}, "couplings", couplings, error, message)


@pytest.mark.parametrize("method", ["fields", "stabilities", "is_fixed_point"])
@pytest.mark.parametrize(
    ("s", "error", "message"),
    [
        ([1, 1, 1], ValueError, "last dimensions (2,), got shape (3,)"),
        (1, ValueError, "got shape ()"),
        ([[1], [1]], ValueError, "got shape (2, 1)"),
        ([1, 0], ValueError, "entries +1 or -1, got 0"),
        ([1, 0.5], ValueError, "got 0.5"),
        ([1, NAN], ValueError, "got nan"),
        ([1, 257], ValueError, "got 257"),
        ([1, -INF], ValueError, "got -inf"),
        (["+", "-"], TypeError, "+1 and -1"),
        ([True, False], TypeError, "+1 and -1"),
        ([[1, 1], [1]], TypeError, "ragged"),
        (None, TypeError, "got None"),
    ],
)
def test_states(method, s, error, message):
    refused(getattr(Network(PAIR, 0.5), method), {}, "s", s, error, message)


def test_states_of_layers_keep_their_layers():
    network = Layered(3, 2, 0.5, 0.1).sample(rng=1)
    for shape in [(3,), (6,), (3, 2), (3, 3)]:
        refused(network.fields, {}, "s", np.ones(shape), ValueError, f"got shape {shape}")


@pytest.mark.parametrize(
    ("rng", "error", "message"),
    [
        (-1, ValueError, "integer >= 0, got -1"),
        (1.5, TypeError, "Generator or None, got 1.5"),
        ("seed", TypeError, "got 'seed'"),
        (True, TypeError, "got True"),
        (np.random, TypeError, "got <module"),
    ],
)
@pytest.mark.parametrize("ensemble", [Asymmetric(5, 0.5), Layered(5, 2, 0.5, 0.1)])
def test_rng(ensemble, rng, error, message):
    refused(ensemble.sample, {}, "rng", rng, error, message)
