"""The engine of network ODEs: against scipy, diffrax, hand-written kernels, and itself.

`solve_ivp` is given the compiled right-hand side itself, without any checks; the row below,
a compiled loop over nothing but right-hand sides, is what an engine without any cost would reach,
as far as such short times can be told apart. Diffrax, where
it is installed, takes 6 right-hand sides a step, and ours 4. First uses, of an empty folder for
what is compiled, are a trajectory and a local update, without the import of the package; the engine
is compiled with the first system.
"""

import importlib.metadata
import importlib.util
import math
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator

import numba
import numpy as np
from scipy.integrate import solve_ivp

import contrastive_ode as ode
from benchmarks.row import Row, absent, absolute, cpu, in_turn, over_limit, over_ours
from contrastive_ode import systems, tasks
from contrastive_ode.engine.arguments import workspace
from contrastive_ode.supervision.bound_rule import BoundRule

FAST = {"error_model": "numpy", "fastmath": {"reassoc", "contract", "nsz", "arcp"}}
REPEATS = 101  # of some milliseconds at most
FIRST_USES = """
import time
import contrastive_ode as ode
for coupling in ("sin(x_j - x_i)", "x_j / (1 + x_j)"):
    system = ode.System(
        "new", node="-x_i + tanh(b_i)", pair=f"W_ij * {coupling}", parameters=["W_ij", "b_i"]
    )
    model = system.on(ode.all_to_all(4))
    task = ode.Task([0.1, 0.2, 0.3, 0.4], [3], 2.0, 0.1, target=0.5)
    start = time.process_time()
    ode.simulate(model, task, model.pack(W=0.1, b=0.2))
    ode.local_update(model, task, model.pack(W=0.1, b=0.2))
    print(time.process_time() - start)
"""


def rows() -> Iterator[Row]:
    for model, w, x in cases(32):
        yield from right_hand_sides(model, w, x)
        yield update(model, w, x)
        yield generated(model, w, x)
    yield gradient_by_diffrax()
    yield training()
    yield from first_uses()


def first_uses() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"STEERING_CACHE": folder}
        script = [sys.executable, "-c", FIRST_USES]
        told = subprocess.run(script, env=environment, capture_output=True, text=True, check=True)
    engine, system = map(float, told.stdout.split())
    yield Row("first use of the package, with its engine", f"{engine:.3g} s", "", "", engine)
    yield absolute("first use of a new system", system, "s", 4)


def named(what: str, model: ode.Model) -> str:
    return f"{what}, {model.system.name}, N = {model.N}"


def right_hand_sides(model: ode.Model, w: np.ndarray, x: np.ndarray) -> Iterator[Row]:
    """Compare the times of one right-hand side: in the engine, in solve_ivp, and alone."""
    run, task = free_run(model, w, x)
    rhs, net, out, n = model.kernels().rhs, model.net(w), np.empty(model.size), 200
    loop = looped(model.kernels())

    def callback(t: float, y: np.ndarray) -> np.ndarray:
        rhs(t, y, net, out)
        return out.copy()

    def scipy_run() -> int:
        return int(solve_ivp(callback, (0, task.T), x, "RK45", rtol=1e-6, atol=1e-9).nfev)

    rhs(0.0, x, net, out)  # so that the block knows where the right-hand side is
    times = in_turn(REPEATS, run, scipy_run, lambda: loop(n, x.copy(), net.block, out))
    times /= [4 * task.steps, scipy_run(), n]
    what = named("right-hand side in a trajectory", model)
    target = 40 if model.system is systems.michaelis_menten and model.N == 8 else 30
    yield over_ours(what, "scipy, solve_ivp (RK45)", times[:, [0, 1]], target)
    yield over_ours(named("right-hand side alone", model), "scipy, as above", times[:, [2, 1]])


def update(model: ode.Model, w: np.ndarray, x: np.ndarray) -> Row:
    run, task = free_run(model, w, x)
    rule, one = BoundRule(model, task, ode.Rule()), np.zeros(1, dtype=np.int64)
    times = in_turn(REPEATS, lambda: rule(w, one), run)
    return over_limit(named("local update", model), "one free trajectory", times, 3.5)


def gradient_by_diffrax(N: int = 32, steps: int = 200) -> Row:
    """Compare gradients of one cost: two schemes of fixed steps, of order 4 and 5, compiled."""
    what = f"exact gradient, leaky integrate-and-fire neurons, N = {N}, {steps} steps"
    if importlib.util.find_spec("diffrax") is None:
        return absent(what, "diffrax (jax)")
    import diffrax
    import jax

    jax.config.update("jax_enable_x64", True)
    import jax.numpy as jnp

    rng, h = np.random.default_rng(0), 0.05
    model = systems.leaky_integrate_and_fire.on(ode.all_to_all(N, True))
    w, x = model.pack(W=rng.normal(size=(N, N)) / N, b=0, g=1), rng.normal(size=N)
    task = ode.Task(x, [N - 1], steps * h, h, target=0.5)

    def rhs(t, y, p):  # type: ignore[no-untyped-def]
        x = y[:-1]
        F = -p["g"] * x + p["W"] @ jax.nn.sigmoid(x) + p["b"]
        return jnp.append(F, 0.5 * (x[-1] - 0.5) ** 2)

    def cost(p):  # type: ignore[no-untyped-def]
        solution = diffrax.diffeqsolve(
            diffrax.ODETerm(rhs),
            diffrax.Tsit5(),
            0.0,
            task.T,
            h,
            jnp.append(x, 0.0),
            p,
            stepsize_controller=diffrax.ConstantStepSize(),
            max_steps=steps + 1,
        )
        return solution.ys[0, -1]

    theirs, p = jax.jit(jax.grad(cost)), jax.tree.map(jnp.asarray, model.unpack(w))
    slopes = theirs(p)
    expected = np.concatenate([np.ravel(slopes[name]) for name in p])
    found = np.where(model.tunable, expected, 0) - ode.gradient(model, task, w).dw
    assert np.linalg.norm(found) < 1e-3 * np.linalg.norm(expected)  # the trapezoid rule of the cost
    times = in_turn(
        REPEATS, lambda: ode.gradient(model, task, w), lambda: jax.block_until_ready(theirs(p))
    )
    return over_ours(what, f"diffrax {importlib.metadata.version('diffrax')}, Tsit5", times)


def training() -> Row:
    made = tasks.synchronisation(rng=0, horizons=(10.0,))
    made.train(iterations=2)
    minutes = cpu(lambda: made.train(iterations=1000))  # a sixtieth of them, in seconds
    return absolute("60,000 iterations of synchronisation", minutes, "min", 6)


def cases(N: int) -> list[tuple[ode.Model, np.ndarray, np.ndarray]]:
    rng = np.random.default_rng(0)
    edges = ode.jammed_packing(max(N, 16), 0.92, rng=1).topology
    community = systems.lotka_volterra.on(ode.all_to_all(N, True), r=1.0, K=1.0, D=1e-6)
    neurons = systems.leaky_integrate_and_fire.on(ode.all_to_all(N, True))
    linear = systems.linear_oscillators.on(ode.all_to_all(N), kappa=1.0)
    A = rng.uniform(0, 1.2, (N, N))
    np.fill_diagonal(A, 1)
    phases = systems.kuramoto.on(edges, omega=rng.normal(size=edges.N))
    some, many = (systems.michaelis_menten.on(ode.three_body(n), gamma=1.0) for n in (8, N))
    return [
        (community, community.pack(alpha=A), rng.uniform(0.1, 0.2, N)),
        (neurons, neurons.pack(W=rng.normal(size=(N, N)) / N, b=0, g=1), rng.normal(size=N)),
        (linear, linear.pack(k=rng.normal(size=(N, N)) / N), rng.normal(size=N)),
        (phases, phases.pack(K=0.3), rng.uniform(-1, 1, edges.N)),
        (some, some.pack(V=0.1, K=1.0, C=1.0), rng.uniform(0, 1, 8)),
        (many, many.pack(V=0.1 / N, K=1.0, C=1.0), rng.uniform(0, 1, N)),
    ]


def free_run(
    model: ode.Model, w: np.ndarray, x: np.ndarray, steps: int = 200
) -> tuple[Callable[[], object], ode.Task]:
    """Return a function that integrates one free trajectory, and its task."""
    push = {0: 0.01}  # so that nothing decays to subnormal numbers, which are slow
    task = ode.Task(x, [model.size - 1], steps * 0.05, 0.05, target=0.5, forces=push)
    kernel, net, work = model.kernels().free, model.net(w), workspace(model.size)
    path, one, costs = np.empty((1, steps + 1, model.size)), np.zeros(1, int), np.zeros(1)
    return lambda: kernel(one, task.arrays, net, work, path, costs), task


@numba.njit(**FAST)
def by_hand_community(n, x, A, r, K, D, out):
    for q in range(n):
        for i in range(len(x)):
            total = 0.0
            for j in range(len(x)):
                total += A[i, j] * x[j]
            out[i] = r[i] / K[i] * x[i] * (K[i] - total) + D
        x[0] += 1e-12 * out[q % len(x)]


@numba.njit(**FAST)
def by_hand_neurons(n, x, W, b, g, s, out):
    for q in range(n):
        for i in range(len(x)):
            s[i] = 1 / (1 + math.exp(-x[i]))
        for i in range(len(x)):
            total = 0.0
            for j in range(len(x)):
                total += W[i, j] * s[j]
            out[i] = -g[i] * x[i] + total + b[i]
        x[0] += 1e-12 * out[q % len(x)]


@numba.njit(**FAST)
def by_hand_linear(n, x, k, kappa, out):
    for q in range(n):
        for i in range(len(x)):
            total = 0.0
            for j in range(len(x)):
                total += k[i, j] * (x[j] - x[i])
            out[i] = -kappa * x[i] + total
        x[0] += 1e-12 * out[q % len(x)]


@numba.njit(**FAST)
def by_hand_phases(n, x, K, omega, rows, columns, out):
    for q in range(n):
        for i in range(len(x)):
            total = omega[i]
            for e in range(rows[i], rows[i + 1]):
                total += K[e] * math.sin(x[columns[e]] - x[i])
            out[i] = total
        x[0] += 1e-12 * out[q % len(x)]


@numba.njit(**FAST)
def by_hand_reactions(n, x, V, K, C, gamma, triples, out):
    for q in range(n):
        for i in range(len(x)):
            out[i] = -gamma * x[i]
        for e in range(len(triples)):
            i, j, k = triples[e, 0], triples[e, 1], triples[e, 2]
            R = V[e] * x[i] / (K[e] * (1 + C[e] * x[k]) + x[i])
            out[i] -= R
            out[j] += R
        x[0] += 1e-12 * out[q % len(x)]


def looped(kernels):  # type: ignore[no-untyped-def]
    rhs = kernels.engine.rhs

    @numba.njit(**FAST)
    def loop(n, x, block, out):
        for q in range(n):
            rhs(0.0, x, block, out)
            x[0] += 1e-12 * out[q % len(x)]

    return loop


def generated(model: ode.Model, w: np.ndarray, x: np.ndarray) -> Row:
    n, out, p, c = 500, np.empty(model.size), model.unpack(w), model.constants
    topology = model.topology
    hand = {
        "Lotka-Volterra community": lambda: by_hand_community(
            n, x.copy(), p["alpha"], c["r"], c["K"], 1e-6, out
        ),
        "leaky integrate-and-fire neurons": lambda: by_hand_neurons(
            n, x.copy(), p["W"], p["b"], p["g"], np.empty(len(x)), out
        ),
        "linear oscillators": lambda: by_hand_linear(n, x.copy(), p["k"], 1.0, out),
        "Kuramoto oscillators": lambda: by_hand_phases(
            n, x.copy(), p["K"], c["omega"], topology.rows, topology.columns, out
        ),
        "Michaelis-Menten reactions": lambda: by_hand_reactions(
            n, x.copy(), p["V"], p["K"], p["C"], 1.0, topology.triples, out
        ),
    }[model.system.name]
    loop, net = looped(model.kernels()), model.net(w)
    model.kernels().rhs(0.0, x, net, out)
    times = in_turn(REPEATS, lambda: loop(n, x.copy(), net.block, out), hand) / n
    return over_limit(named("generated right-hand side", model), "written by hand", times, 1.3)
