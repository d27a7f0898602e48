"""Network ODEs at scale: against jitted JAX scans, diffrax, and a bare trajectory.

The peers integrate the same equations over the same steps, in double precision and on one core. The
scan of JAX is the same Runge-Kutta scheme, written by hand for the system, and gives the cost
alone, where ours also keeps the states; diffrax (Tsit5) takes 6 right-hand sides a step, and ours
4. A batch is one call of `vmap`. First calls, which compile, are not counted.
"""

import importlib.util
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import contrastive_ode as ode
from benchmarks.row import Row, absent, absolute, cpu, in_turn, over_limit, over_ours, peak
from contrastive_ode import systems
from contrastive_ode.engine.arguments import workspace
from contrastive_ode.supervision.batches import kernels_together, memory

STEPS = {32: 200, 256: 50, 1000: 100, 1024: 20, 20_000: 20}
H, TARGET, BATCH = 0.05, 0.5, 64


def rows() -> Iterator[Row]:
    yield from simulation()
    yield from large()
    for name in ("jax", "diffrax"):
        if importlib.util.find_spec(name) is None:
            yield absent("dense and sparse networks", name)
            return
    for N in (32, 256, 1024):
        for examples in (1, BATCH):
            yield from dense(N, examples)
    for N in (1000, 20_000):
        yield from sparse(N)


def simulation() -> Iterator[Row]:
    """Compare `simulate` with the trajectory that it returns."""
    graph = ode.random_graph(1000, 4.0, rng=1)
    phases = systems.kuramoto.on(graph, omega=np.random.default_rng(0).normal(size=1000))
    neurons = systems.leaky_integrate_and_fire.on(ode.all_to_all(256, True))
    for model, values in ((phases, {"K": 0.2}), (neurons, {"W": 1 / 256, "b": 0, "g": 1})):
        w = model.pack(**values)
        task = ode.Task(np.linspace(0, 1, model.N), [0], 200 * H, H, target=TARGET)
        run = forward(model, task, w)
        times = in_turn(11, lambda m=model, t=task, w=w: ode.simulate(m, t, w), run)
        what = f"simulate, {model.system.name}, N = {model.N}"
        yield over_limit(what, "bare trajectory", times, 1.1)


def large(N: int = 100_000, degree: float = 10.0) -> Iterator[Row]:
    """Measure one update of a large sparse network, of 100 steps."""
    for nodes in (50, N):  # the first one compiles
        rng = np.random.default_rng(0)
        model = systems.kuramoto.on(
            ode.random_graph(nodes, degree, rng=rng), omega=rng.normal(size=nodes)
        )
        task = ode.Task(rng.uniform(-1, 1, nodes), [0], 100 * H, H, target=TARGET)
        w = model.pack(K=0.2)
        seconds = cpu(lambda m=model, t=task, w=w: ode.local_update(m, t, w))
    what = f"local update, Kuramoto oscillators, N = {N}, {len(w)} edges, 100 steps"
    yield absolute(what, seconds, "s", 10)
    yield absolute(f"{what}: memory of the process", peak(), "GiB", 2)


def forward(model: ode.Model, task: ode.Task, w: np.ndarray) -> Callable[[], object]:
    """Return a function that integrates the free trajectories alone."""
    net, every = model.net(w), np.arange(task.examples)
    path, costs = np.empty((task.examples, task.steps + 1, model.size)), np.zeros(task.examples)
    kernels = kernels_together(model, task, task.examples)
    if kernels is None:
        kernel, work = model.kernels().free, workspace(model.size)
        return lambda: kernel(every, task.arrays, net, work, path, costs)
    batch = memory(model, kernels, net, task.examples)
    return lambda: kernels.free_batch(every, task.arrays, net, batch, path, costs)


def dense(N: int, examples: int) -> Iterator[Row]:
    import jax.numpy as jnp

    rng, steps = np.random.default_rng(0), STEPS[N]
    model = systems.leaky_integrate_and_fire.on(ode.all_to_all(N, True))
    w, starts = model.pack(W=rng.normal(size=(N, N)) / N, b=0, g=1), rng.normal(size=(examples, N))

    def rhs(x: Any, p: Any) -> Any:
        return -p["g"] * x + p["W"] @ (1 / (1 + jnp.exp(-x))) + p["b"]

    what = f"leaky integrate-and-fire neurons, N = {N}, {examples} at once"
    yield from compared(what, model, w, starts, steps, rhs, 1)


def sparse(N: int) -> Iterator[Row]:
    import jax
    import jax.numpy as jnp

    rng, steps = np.random.default_rng(0), STEPS[N]
    model = systems.kuramoto.on(ode.random_graph(N, 10.0, rng=rng), omega=rng.normal(size=N))
    i, j = model.topology.edges.T
    omega = jnp.asarray(model.constants["omega"])

    def rhs(x: Any, p: Any) -> Any:
        flow = p["K"] * jnp.sin(x[j] - x[i])
        return omega + jax.ops.segment_sum(flow, i, num_segments=N, indices_are_sorted=True)

    what = f"Kuramoto oscillators, N = {N}, {len(i)} edges"
    yield from compared(what, model, model.pack(K=0.2), rng.normal(size=(1, N)), steps, rhs, 10)


def compared(
    what: str,
    model: ode.Model,
    w: np.ndarray,
    starts: np.ndarray,
    steps: int,
    rhs: Callable[[Any, Any], Any],
    target: float,
) -> Iterator[Row]:
    """Compare trajectories and gradients with those of both peers."""
    import jax

    jax.config.update("jax_enable_x64", True)
    task = ode.Task.stack([ode.Task(x, [model.N - 1], steps * H, H, target=TARGET) for x in starts])
    p = jax.tree.map(jax.numpy.asarray, model.unpack(w))
    ours = forward(model, task, w), lambda: ode.gradient(model, task, w)
    found = ours[1]().dw
    repeats = 5 if model.P * len(starts) > 10**6 else 15
    for peer, cost in (("jax", by_scan(rhs, steps)), ("diffrax", by_diffrax(rhs, steps))):
        over = cost
        if len(starts) > 1:
            over = lambda p, x, c=cost: jax.vmap(c, (None, 0))(p, x).mean()  # noqa: E731
        x = jax.numpy.asarray(starts if len(starts) > 1 else starts[0])
        theirs = jax.jit(over), jax.jit(jax.grad(over))
        slopes = theirs[1](p, x)
        expected = np.concatenate([np.ravel(slopes[name]) for name in p])
        error = np.linalg.norm(found - expected) / np.linalg.norm(expected)
        assert error < (1e-10 if peer == "jax" else 1e-2), error  # diffrax integrates the cost
        for kind, mine, other in zip(("trajectory", "gradient"), ours, theirs, strict=True):
            times = in_turn(repeats, mine, lambda f=other, x=x: jax.block_until_ready(f(p, x)))
            yield over_ours(f"{kind}, {what}", peer, times, target)


def by_scan(rhs: Callable[[Any, Any], Any], steps: int) -> Callable[[Any, Any], Any]:
    """Return the cost of a trajectory, by the Runge-Kutta scheme and the trapezoid rule."""
    import jax
    import jax.numpy as jnp

    def cost(p: Any, x: Any) -> Any:
        def step(x: Any, weight: Any) -> Any:
            first = rhs(x, p)
            second = rhs(x + H / 2 * first, p)
            third = rhs(x + H / 2 * second, p)
            x = x + H / 6 * (first + 2 * second + 2 * third + rhs(x + H * third, p))
            return x, weight * (x[-1] - TARGET) ** 2 / 2

        weights = jnp.full(steps, H).at[-1].set(H / 2)
        return H / 2 * (x[-1] - TARGET) ** 2 / 2 + jax.lax.scan(step, x, weights)[1].sum()

    return cost


def by_diffrax(rhs: Callable[[Any, Any], Any], steps: int) -> Callable[[Any, Any], Any]:
    """Return the cost of a trajectory, integrated beside it."""
    import diffrax
    import jax.numpy as jnp

    def both(t: Any, y: Any, p: Any) -> Any:
        x = y[:-1]
        return jnp.append(rhs(x, p), (x[-1] - TARGET) ** 2 / 2)

    def cost(p: Any, x: Any) -> Any:
        solution = diffrax.diffeqsolve(
            diffrax.ODETerm(both),
            diffrax.Tsit5(),
            0.0,
            steps * H,
            H,
            jnp.append(x, 0.0),
            p,
            stepsize_controller=diffrax.ConstantStepSize(),
            max_steps=steps + 1,
        )
        return solution.ys[0, -1]

    return cost
