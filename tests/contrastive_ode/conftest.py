"""Systems once more, by hand: the fixture `plain`, and `case`, some of them in turn, then others.

The right-hand sides are written without the package, for numpy, for complex numbers (whose
imaginary parts give derivatives) and for jax.
"""

import itertools
import sys
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pytest

import contrastive_ode as ode
from contrastive_ode import systems

N = 5
EDGES = np.array([(0, 1), (1, 2), (2, 3), (3, 4), (4, 0), (0, 2)])
DIRECTED = np.unique(np.concatenate([EDGES, EDGES[:, ::-1]]), axis=0)
INCIDENCE = (np.arange(N)[:, None] == DIRECTED[:, 0]) * 1.0
TRIPLES = np.array(list(itertools.permutations(range(N), 3)))
PENDULUMS = ode.System(
    "pendulums on springs",
    states=["x", "p"],
    node={"x_i": "p_i / m_i", "p_i": "-b_i * sin(x_i) - gamma * p_i"},
    pair={"p_i": "K_ij * (x_j - x_i)"},
    parameters=["K_ij", "b_i", "m_i", "s_i", "gamma"],  # s is for initial states
)
EXCHANGE = (np.arange(N)[:, None] == TRIPLES[:, 1]) * 1.0 - (np.arange(N)[:, None] == TRIPLES[:, 0])


@pytest.fixture
def plain():
    return sys.modules[__name__]


def linear(x, w, c, xp=np):
    k = w["k"]
    return -c["kappa"] * x + k @ x - k.sum(axis=1) * x


def kuramoto(x, w, c, xp=np):
    i, j = DIRECTED.T
    return c["omega"] + INCIDENCE @ (w["K"] * xp.sin(x[j] - x[i]))


def neurons(x, w, c, xp=np):
    return -w["g"] * x + w["W"] @ (1 / (1 + xp.exp(-x))) + w["b"]


def reactions(x, w, c, xp=np):
    i, _, k = TRIPLES.T
    R = w["V"] * x[i] / (w["K"] * (1 + w["C"] * x[k]) + x[i])
    return EXCHANGE @ R - c["gamma"] * x


def community(x, w, c, xp=np):
    return c["r"] / c["K"] * x * (c["K"] - w["alpha"] @ x) + c["D"]


def rates(x, w, c, xp=np):
    return -x + xp.tanh(w["W"] @ x + w["b"])


GENES = ode.System(
    "genes, regulated by sums",
    node="-x_i + a_i / (1 + a_i + m_i * r_i**2)",
    total={"a_i": "A_ij * x_j**2 / (1 + x_j**2)", "r_i": "R_ij * x_j * (1 + x_i)"},
    pair="D * (x_j - x_i)",
    parameters=["A_ij", "R_ij", "m_i", "D"],
)


def genes(x, w, c, xp=np):
    i, j = DIRECTED.T
    a = INCIDENCE @ (w["A"] * x[j] ** 2 / (1 + x[j] ** 2))
    r = INCIDENCE @ (w["R"] * x[j]) * (1 + x)
    return -x + a / (1 + a + w["m"] * r**2) + w["D"] * (INCIDENCE @ (x[j] - x[i]))


def pendulums(x, w, c, xp=np):
    angle, momentum = x[:N], x[N:]
    force = w["K"] @ angle - w["K"].sum(axis=1) * angle - w["b"] * xp.sin(angle)
    return xp.concatenate([momentum / w["m"], force - w["gamma"] * momentum])


@dataclass(frozen=True, eq=False)
class Case:
    """A model, its parameters, a state, and its right-hand side by hand."""

    model: ode.Model
    w: Any
    x: Any
    by_hand: Any

    @property
    def name(self):
        return self.model.system.name

    @cached_property
    def values(self):
        return self.model.unpack(self.w)

    @cached_property
    def complex_values(self):
        return [self.complex_w(e) for e in np.eye(self.model.P)]

    def rhs(self, x, w=None, xp=np):
        values = self.values if w is None else w
        return self.by_hand(x, values, self.model.constants, xp)

    def complex_w(self, direction):
        steps = self.model.unpack(direction)
        return {name: value + 1e-30j * steps[name] for name, value in self.values.items()}

    def J(self, x):
        return np.stack([self.rhs(x + 1e-30j * e).imag for e in np.eye(x.size)], axis=1) / 1e-30

    def G(self, x):
        slopes = [self.rhs(x + 0j, w).imag for w in self.complex_values]
        return np.stack(slopes, axis=1) / 1e-30

    def task(self, h=0.05, **changes):
        """Everything at once: a force, an imposed node, running and point costs, two outputs."""
        arguments = {
            "target": lambda t: [0.5 * np.cos(t), 0.3],
            "points": {1.0: [0.2, 0.4], 2.0: [0.1, 0.0]},
            "forces": {1: lambda t: 0.3 * np.sin(2 * t)},
            "imposed": {0: lambda t: 0.5 + 0.3 * np.sin(t)},
        }
        return ode.Task(self.x, [4, 2], 3.0, h, **arguments | changes)


def _make(system, topology, by_hand, seed, **constants):
    rng = np.random.default_rng(seed)
    model = system.on(topology, **constants)
    w = np.where(model.tunable, rng.uniform(0.2, 1, model.P), 0.0)
    return Case(model, w, rng.uniform(0.1, 1, model.size), by_hand)


def _cases():
    omega = [0.1, -0.3, 0.4, 0.2, -0.1]
    return [
        _make(systems.linear_oscillators, ode.all_to_all(N), linear, 1, kappa=2.0),
        _make(systems.kuramoto, ode.graph(N, EDGES), kuramoto, 2, omega=omega),
        _make(systems.leaky_integrate_and_fire, ode.all_to_all(N, True), neurons, 3),
        _make(systems.michaelis_menten, ode.three_body(N), reactions, 4, gamma=1.0),
        _make(systems.lotka_volterra, ode.all_to_all(N, True), community, 5, r=1.0, K=1.2, D=0.01),
        _make(systems.rate_network, ode.all_to_all(N), rates, 6),
        _make(GENES, ode.graph(N, EDGES), genes, 8),
        _make(PENDULUMS, ode.all_to_all(N), pendulums, 6),
    ]


CASES = _cases()


# a system costs seconds of compilation: these have what the others have once more
FURTHER = ("Michaelis-Menten", "Lotka-Volterra", "rate", "genes,")
BY_NAME = {case.name.split()[0]: case for case in CASES}


@pytest.fixture(
    params=[
        pytest.param(name, marks=pytest.mark.thorough if name in FURTHER else ())
        for name in BY_NAME
    ]
)
def case(request):
    return BY_NAME[request.param]
