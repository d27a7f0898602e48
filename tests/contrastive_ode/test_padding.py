"""Triples in lanes, four at once: the same right-hand sides and trajectories as one by one."""

import numpy as np
import pytest

import contrastive_ode as ode
from contrastive_ode import systems

FLOW = "V_ijk * x_i / (K_ijk * (1 + C_ijk * x_k) + x_i)"


def network(N, rate=FLOW, kept=None):
    parameters = [name for name in ("V_ijk", "K_ijk", "C_ijk") if name in rate]
    system = ode.System(
        "reactions", node="-x_i", triple={"x_i": f"-({rate})", "x_j": rate}, parameters=parameters
    )
    triples = ode.three_body(N).triples
    if kept is not None:
        triples = triples[np.random.default_rng(1).random(len(triples)) < kept]
    return system.on(ode.three_body(N, triples))


def drawn(model):
    rng = np.random.default_rng(0)
    return rng.uniform(0.5, 2.0, model.P), rng.uniform(0.1, 1.0, model.N)


def summed(model, w, x):
    """Return the right-hand side by numpy, and the sum of the sizes of its terms."""
    i, j, k = model.topology.triples.T
    p = model.unpack(w)
    flow = p["V"] * x[i] / (p["K"] * (1 + p["C"] * x[k]) + x[i])
    out, size = -x, np.abs(x)
    np.add.at(out, i, -flow)
    np.add.at(out, j, flow)
    np.add.at(size, i, flow)
    np.add.at(size, j, flow)
    return out, size


@pytest.mark.parametrize(("N", "kept"), [(8, None), (8, 0.9), (13, None), (24, 0.8)])
def test_the_sums_are_those_over_the_triples(N, kept):
    model = network(N, kept=kept)
    w, x = drawn(model)
    assert model.kernels().PADDED == (0, 1, 2)
    out, size = summed(model, w, x)
    assert (np.abs(model.rhs(w, x) - out) < 2e-15 * size).all()


def test_a_trajectory_is_that_of_triples_one_by_one():
    model = systems.michaelis_menten.on(ode.three_body(8), gamma=1.0)
    other = systems.michaelis_menten.on(ode.three_body(8), gamma=1.0)
    other.__dict__["_layout"] = "sparse"
    w, x = drawn(model)
    w[model.where("V")] /= 20  # larger flows drive states through a pole, where round-off grows
    assert model.kernels().PADDED
    assert not other.kernels().PADDED
    paths = [ode.flow(made, w, x, T=5.0, h=0.05) for made in (model, other)]
    assert np.abs(paths[0] - paths[1]).max() < 2e-15 * np.abs(paths[1]).max()


@pytest.mark.parametrize(
    "rate",
    [
        "V_ijk * x_i * (1 - x_k) / (K_ijk + x_k) + V_ijk / (2 + x_j)",
        pytest.param("V_ijk * x_i / (x_j + 3) / (K_ijk + x_k * C_ijk)", marks=pytest.mark.thorough),
    ],
)
def test_rational_rates_are_padded_and_right(rate):
    model, small = network(8, rate), network(8, rate)
    small.__dict__["_layout"] = "sparse"
    w, x = drawn(model)
    assert model.kernels().PADDED[0] == 0
    np.testing.assert_allclose(model.rhs(w, x), small.rhs(w, x), rtol=1e-13)


@pytest.mark.parametrize(
    "rate",
    [
        "V_ijk * x_i / (x_k - x_i)",  # has no value where k is i, which is no triple
        "V_ijk * x_i / ((1 + x_k) * (x_j - x_k))",
        "x_i / (K_ijk + x_k)",  # no parameter makes it 0
        "V_ijk * sin(x_k - x_i)",
        "V_ijk * x_i / (1 + x_k)",  # one quotient a node does
        "V_ijk / (1 + (x_i + x_k)**2)",
    ],
)
def test_other_rates_are_not(rate):
    assert network(8, rate).kernels().PADDED == ()


def test_few_triples_are_not_padded():
    assert network(8, kept=0.3).kernels().PADDED == ()
    assert network(5).kernels().PADDED == ()


def test_copies_and_new_parameters_have_rows_of_their_own():
    model = network(8)
    w, x = drawn(model)
    nets = [model.net(w * factor) for factor in (1.0, 2.0)]
    found = np.empty((2, 8))
    for net, out in zip(nets, found, strict=True):
        model.kernels().rhs(0.0, x, net, out)
    np.testing.assert_allclose(found[0], model.rhs(w, x), rtol=1e-15)
    np.testing.assert_allclose(found[1], model.rhs(2 * w, x), rtol=1e-15)
