"""Systems whose attractors are known."""

import numpy as np

import contrastive_ode as ode

ONE = ode.all_to_all(1)
NONE = np.zeros(0)  # parameters of systems that have none


def system(name, node, constants=(), **options):
    states = [key.removesuffix("_i") for key in node]
    return ode.System(name, states=states, node=node, constants=constants, **options)


# a linear oscillator, the normal form of Hopf and van der Pol's equation in one
PLANAR = system(
    "planar",
    {
        "x_i": "a_i*x_i + b_i*y_i - c_i*x_i*(x_i**2 + y_i**2)",
        "y_i": "d_i*x_i + e_i*y_i - c_i*y_i*(x_i**2 + y_i**2) - m_i*x_i**2*y_i",
    },
    ["a_i", "b_i", "c_i", "d_i", "e_i", "m_i"],
)
CUBIC = system(
    "cubic", {"x_i": "c_i + l_i*x_i + q_i*x_i**2 + k_i*x_i**3"}, ["c_i", "l_i", "q_i", "k_i"]
)
LORENZ = system(
    "Lorenz",
    {"x_i": "10*(y_i - x_i)", "y_i": "x_i*(rho - z_i) - y_i", "z_i": "x_i*y_i - 8*z_i/3"},
    ["rho"],
)
LORENZ_84 = system(
    "Lorenz 84",
    {
        "x_i": "-y_i**2 - z_i**2 - a*x_i + a*F",
        "y_i": "x_i*y_i - 4*x_i*z_i - y_i + G",
        "z_i": "4*x_i*y_i + x_i*z_i - z_i",
    },
    ["a", "F", "G"],
)
ROESSLER = system(
    "Roessler",
    {"x_i": "-y_i - z_i", "y_i": "x_i + y_i/5", "z_i": "1/5 + z_i*(x_i - c)"},
    ["c"],
)
DUFFING = system(
    "Duffing",
    {"x_i": "y_i", "y_i": "-0.3*y_i + x_i - x_i**3 + A*cos(1.2*t)"},
    ["A"],
)
LORENZ_96 = ode.System(
    "Lorenz 96", node="-x_i + F", triple="V_ijk*x_j*x_k", parameters=["V_ijk"], constants=["F"]
)

COUPLED = ode.System(
    "coupled van der Pol",
    states=["x", "y"],
    node={"x_i": "y_i", "y_i": "(1 - x_i**2)*y_i - omega_i**2*x_i"},
    pair={"y_i": "K_ij*(x_j - x_i)"},
    parameters=["K_ij"],
    constants=["omega_i"],
)


def oscillator(gamma):
    """Return x'' + 2 gamma x' + x = 0."""
    return PLANAR.on(ONE, a=0.0, b=1.0, c=0.0, d=-1.0, e=-2 * gamma, m=0.0)


def cubic(c=0.0, l=0.0, q=0.0, k=0.0):
    """Return x' = c + l x + q x^2 + k x^3."""
    return CUBIC.on(ONE, c=c, l=l, q=q, k=k)


def pendulum(torque, friction, **options):
    """Return x'' = torque - friction x' - sin x."""
    node = {"x_i": "v_i", "v_i": "torque - friction*v_i - sin(x_i)"}
    swung = system("pendulum", node, ["torque", "friction"], **options)
    return swung.on(ONE, torque=torque, friction=friction)


def hopf(*mu, omega=(1.0,), cubic=1.0):
    """Return oscillators of radius sqrt(mu / cubic), or none, and of frequency omega."""
    mu, omega = np.array(mu), np.array(omega)
    topology = ode.all_to_all(len(mu))
    return PLANAR.on(topology, a=mu, b=-omega, c=cubic, d=omega, e=mu, m=0.0)


def van_der_pol(mu):
    return PLANAR.on(ONE, a=0.0, b=1.0, c=0.0, d=-1.0, e=mu, m=mu)


def magnets():
    """Return a damped pendulum over three magnets at the corners of a triangle."""
    angles = 2 * np.pi * np.arange(3) / 3
    pulls = {}
    for state, velocity, at in (("x", "u", np.cos(angles)), ("y", "v", np.sin(angles))):
        terms = [
            f"({state}_i - {float(own)!r}) * ((x_i - {float(p)!r})**2 + (y_i - {float(q)!r})**2"
            " + 0.09)**(-3/2)"
            for own, p, q in zip(at, np.cos(angles), np.sin(angles), strict=True)
        ]
        pulls[f"{velocity}_i"] = f"-0.2*{velocity}_i - 0.2*{state}_i - {' - '.join(terms)}"
    return system("magnets", {"x_i": "u_i", "y_i": "v_i", **pulls}).on(ONE)


def lorenz_96(N, F):
    """Return x_i' = x_(i-1) (x_(i+1) - x_(i-2)) - x_i + F, and its parameters."""
    model = LORENZ_96.on(ode.three_body(N), F=F)
    i, j, k = model.topology.triples.T
    last = (i - j) % N == 1
    V = 1.0 * (last & ((k - i) % N == 1)) - 1.0 * (last & ((i - k) % N == 2))
    return model, model.pack(V=V)
