"""Mechanics of second order: springs with inertia, whose rest lengths learn."""

import numpy as np

import contrastive_ode as ode

SPRINGS = ode.System(
    "springs",
    states=["x", "y"],
    node={"x_i": "(y_i - gamma * x_i) / m"},
    pair={"y_i": "k_ij * (x_j - x_i - side_ij * l_ij)"},
    parameters=["k_ij", "l_ij"],
    constants=["m", "gamma", "side_ij"],
)


def test_springs_learn_where_the_last_mass_rests():
    """The masses rest where the sum of the rest lengths is."""
    N, gamma = 5, 0.5
    topology = ode.graph(N, [(i, i + 1) for i in range(N - 1)])
    i, j = topology.edges.T
    model = SPRINGS.on(topology, m=1.0, gamma=gamma, side=np.sign(j - i))
    w, x = model.pack(k=1.0, l=1.0), np.arange(N)
    task = ode.Task(
        np.r_[x, gamma * x],
        outputs=[N + 4],
        T=60,
        h=0.1,
        imposed={0: 0.0, N: 0.0},
        target=gamma * 5.0,
    )
    one = ode.Constraints(model, reciprocal=["k", "l"])
    training = ode.train(model, task, w, rate=0.02, iterations=100, constraints=one)
    path = ode.simulate(model, task, training.w).x[0, :, :N]
    lengths = model.unpack(training.w)["l"][j < i]
    assert np.abs(path[-1] - np.r_[0, np.cumsum(lengths)]).max() < 1e-4
    assert abs(path[-1, 4] - 5) < 0.05
    assert training.alignment[0] > 0.99
    fastest = np.linalg.eigvals(model.jacobian(w, np.r_[x, gamma * x])).imag.max()
    np.testing.assert_allclose(  # ω² = 2 - 2 cos θ of the chain with free ends, damped
        fastest, np.sqrt(2 - 2 * np.cos(np.pi * 4 / 5) - gamma**2 / 4), rtol=1e-12
    )
