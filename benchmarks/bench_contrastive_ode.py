"""What the engine costs: against scipy, against hand-written kernels, against itself.

    python benchmarks/bench_contrastive_ode.py [REPEATS]

All are ratios of times within a run, on one core, each the shortest of several: other processes can
only make them longer. `solve_ivp` is given the compiled right-hand side itself, without any checks;
beside it stands what an engine could reach at most that needs no time but for right-hand sides.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import math
import sys
import time
from collections.abc import Callable

import numba
import numpy as np
from scipy.integrate import solve_ivp

import contrastive_ode as ode
from contrastive_ode import systems, tasks
from contrastive_ode.updates import Rule
from contrastive_ode.workspace import workspace

FAST = {"error_model": "numpy", "fastmath": {"reassoc", "contract", "nsz", "arcp"}}


def seconds(function: Callable[[], object]) -> float:
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def ratio(slow: Callable[[], object], fast: Callable[[], object], repeats: int) -> float:
    """Return the ratio of two times, each the shortest of many short ones, measured in turn."""
    slow(), fast()
    times = [(seconds(slow), seconds(fast)) for _ in range(40 * repeats)]
    return min(a for a, _ in times) / min(b for _, b in times)


def cases(N: int) -> list[tuple[ode.Model, np.ndarray, np.ndarray]]:
    rng = np.random.default_rng(0)
    edges = ode.jammed_packing(max(N, 16), 0.92, 1).topology
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


def against_scipy(
    model: ode.Model, w: np.ndarray, x: np.ndarray, repeats: int
) -> tuple[float, float]:
    """Return right-hand sides a second of the engine, and of the kernel, over solve_ivp's."""
    run, task = free_run(model, w, x)
    rhs, net, out, n = model.kernels().rhs, model.net(w), np.empty(model.size), 200
    loop = looped(rhs)

    def callback(t: float, y: np.ndarray) -> np.ndarray:
        rhs(t, y, net, out)
        return out.copy()

    def scipy_run() -> int:
        return int(solve_ivp(callback, (0, task.T), x, "RK45", rtol=1e-6, atol=1e-9).nfev)

    evaluations = scipy_run()
    engine = ratio(scipy_run, run, repeats) * 4 * task.steps
    kernel = ratio(scipy_run, lambda: loop(n, x.copy(), net, out), repeats) * n
    return engine / evaluations, kernel / evaluations


def update_against_free(model: ode.Model, w: np.ndarray, x: np.ndarray, repeats: int) -> float:
    run, task = free_run(model, w, x)
    rule, one = Rule(model, task, "forward", 1e-3, "clamped"), np.zeros(1, dtype=np.int64)
    return ratio(lambda: rule(w, one), run, repeats)


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


def looped(kernel):  # type: ignore[no-untyped-def]
    @numba.njit(**FAST)
    def loop(n, x, net, out):
        for q in range(n):
            kernel(0.0, x, net, out)
            x[0] += 1e-12 * out[q % len(x)]

    return loop


def generated_against_hand(model: ode.Model, w: np.ndarray, x: np.ndarray, repeats: int) -> float:
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
    loop, net = looped(model.kernels().rhs), model.net(w)
    return ratio(lambda: loop(n, x.copy(), net, out), hand, repeats)


def main(repeats: int = 5) -> None:
    rows = []
    for model, w, x in cases(32):
        name = model.system.name
        if model.N != 32:
            name += f", N = {model.N}"
        scipy, most = against_scipy(model, w, x, repeats)
        rows.append((f"rhs a second: engine / solve_ivp, {name}", scipy, ">=", 30))
        rows.append(("    at most", most, ">=", 30))
        update = update_against_free(model, w, x, repeats)
        rows.append((f"local update / free trajectory, {name}", update, "<=", 3.5))
        generated = generated_against_hand(model, w, x, repeats)
        rows.append((f"generated / hand-written, {name}", generated, "<=", 1.3))
    made = tasks.synchronisation(0)
    made.train(iterations=2)
    start = time.process_time()  # of the processor, whatever else is running
    made.train(iterations=1000)
    minutes = (time.process_time() - start) * 60_000 / 1000 / 60
    rows.append(("60,000 iterations of synchronisation, minutes", minutes, "<=", 6))
    for name, measured, relation, limit in rows:
        good = measured <= limit if relation == "<=" else measured >= limit
        verdict = "ok" if good else "MISSED"
        print(f"{name:72} {measured:7.2f}  ({relation} {limit})  {verdict}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
