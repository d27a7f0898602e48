r"""The five systems of the paper, and four more, each a declaration.

`linear_oscillators`, (23): :math:`\dot x_i = -\kappa x_i + \sum_j k_{ij} (x_j - x_i)`;
`linear_network`, the same without the second part of the coupling; `kuramoto`, (26);
`leaky_integrate_and_fire`, (30); `michaelis_menten`, (31), an exchange of triples;
`lotka_volterra`, (32), with immigration; `fitzhugh_nagumo`, with two variables a node;
`rate_network`, :math:`\dot x_i = -x_i + \tanh(\sum_j W_{ij} x_j + b_i)`; `integrate_and_fire`,
:math:`\dot v_i = b_i - v_i + a s_i + \sum_j W_{ij} s_j`, neurons that fire at v = 1 and are
set back to 0, while their trace :math:`\dot s_i = -s_i/\tau`, whose mean is their rate, rises by
1/τ.
"""

from math import pi

from contrastive_ode.models.system import System

linear_oscillators = System(
    "linear oscillators",
    node="-kappa * x_i",
    pair="k_ij * (x_j - x_i)",
    parameters=["k_ij"],
    constants=["kappa"],
)

linear_network = System(
    "linear network",
    node="-kappa * x_i",
    pair="A_ij * x_j",
    parameters=["A_ij"],
    constants=["kappa"],
)

kuramoto = System(
    "Kuramoto oscillators",
    node="omega_i",
    pair="K_ij * sin(x_j - x_i)",
    parameters=["K_ij"],
    constants=["omega_i"],
    periods={"x": 2 * pi},
)

leaky_integrate_and_fire = System(
    "leaky integrate-and-fire neurons",
    node="-g_i * x_i + b_i",
    pair="W_ij / (1 + exp(-x_j))",
    parameters=["W_ij", "b_i", "g_i"],
)

_turnover = "V_ijk * x_i / (K_ijk * (1 + C_ijk * x_k) + x_i)"  # of i into j, inhibited by k

michaelis_menten = System(
    "Michaelis-Menten reactions",
    node="-gamma * x_i",
    triple={"x_i": f"-{_turnover}", "x_j": _turnover},
    parameters=["V_ijk", "K_ijk", "C_ijk"],
    constants=["gamma"],
)

lotka_volterra = System(
    "Lotka-Volterra community",
    node="r_i * x_i + D",
    pair="-r_i / K_i * x_i * alpha_ij * x_j",
    parameters=["alpha_ij"],
    constants=["r_i", "K_i", "D"],
)

rate_network = System(
    "rate network",
    node="-x_i + tanh(total_i + b_i)",
    total="W_ij * x_j",
    parameters=["W_ij", "b_i"],
)

fitzhugh_nagumo = System(
    "FitzHugh-Nagumo neurons",
    states=["v", "u"],
    node={"v_i": "v_i - v_i**3 / 3 - u_i + b_i", "u_i": "(v_i + 0.7 - 0.8 * u_i) / tau"},
    pair={"v_i": "K_ij * (v_j - v_i)"},
    parameters=["K_ij", "b_i"],
    constants=["tau"],
)

integrate_and_fire = System(
    "integrate-and-fire neurons",
    states=["v", "s"],
    node={"v_i": "b_i - v_i + a * s_i", "s_i": "-s_i / tau"},
    pair={"v_i": "W_ij * s_j"},
    threshold="v_i - 1",
    reset={"v_i": "0", "s_i": "s_i + 1 / tau"},
    parameters=["W_ij", "b_i"],
    constants=["a", "tau"],
)
