"""A network that learns in a loop, and its map: against JAX, and beside each other.

JAX differentiates the loop of the point mass, written as a scan in double precision, and makes all
steps of learning in one compiled call; both do the same steps, which is checked. The map has the
same course in a few numbers.
"""

import importlib.metadata
import importlib.util
from collections.abc import Callable, Iterator

import numpy as np

import learning_dynamics as ld
from benchmarks.row import Row, absent, absolute, cpu, in_turn, over_ours

T, N, RATE, CLIP = 50, 1000, 2e-5, 1.0
STEPS, REPEATS = 100, 15


def rows() -> Iterator[Row]:
    loop, weights = ld.Loop(ld.double_integrator(), T), ld.Weights.draw(N, rng=1)
    yield the_map(loop, weights)
    yield training(loop, weights)
    yield beside_the_map(loop, weights)


def the_map(loop: ld.Loop, weights: ld.Weights) -> Row:
    ld.overlap_flow(loop, weights.gram, RATE, 1, CLIP)
    seconds = cpu(lambda: ld.overlap_flow(loop, weights.gram, RATE, 10_000, CLIP))
    return absolute(f"10,000 steps of the map, rank 1, T = {T}", seconds, "s", 1)


def training(loop: ld.Loop, weights: ld.Weights) -> Row:
    what, peer = f"{STEPS} steps of a network, N = {N}, T = {T}", "jax"
    if importlib.util.find_spec(peer) is None:
        return absent(what, peer)
    theirs = by_jax(loop, weights)
    ours = ld.train(loop, weights, RATE, STEPS, CLIP)
    np.testing.assert_allclose(theirs(), ours.loss[:-1], rtol=1e-10)
    times = in_turn(REPEATS, lambda: ld.train(loop, weights, RATE, STEPS, CLIP), theirs)
    return over_ours(what, f"{peer} {importlib.metadata.version(peer)}, double", times, 3)


def beside_the_map(loop: ld.Loop, weights: ld.Weights) -> Row:
    times = in_turn(
        REPEATS,
        lambda: ld.overlap_flow(loop, weights.gram, RATE, STEPS, CLIP),
        lambda: ld.train(loop, weights, RATE, STEPS, CLIP),
    )
    return over_ours(f"{STEPS} steps of the map, T = {T}", f"our network, N = {N}", times)


def by_jax(loop: ld.Loop, weights: ld.Weights) -> Callable[[], np.ndarray]:
    """Return what trains the same network in JAX, and returns its losses."""
    import jax

    jax.config.update("jax_enable_x64", True)
    import jax.numpy as jnp

    environment = loop.environment
    A, B, C, Q = (jnp.asarray(getattr(environment, name)) for name in "ABCQ")
    X0, start = jnp.asarray(environment.starts()), jnp.zeros((N, environment.starts().shape[1]))

    def loss(weights):  # type: ignore[no-untyped-def]
        Z, V, M, U = weights

        def moved(state, _):  # type: ignore[no-untyped-def]
            x, h = state
            x = A @ x + B @ (Z.T @ h)
            return (x, U @ (V.T @ h) + M @ (C @ x)), jnp.sum(x * (Q @ x))

        _, costs = jax.lax.scan(moved, (X0, start), None, length=T - 1)
        return (costs.sum() + jnp.sum(X0 * (Q @ X0))) / (2 * T)

    def step(weights, _):  # type: ignore[no-untyped-def]
        L, slopes = jax.value_and_grad(loss)(weights)
        norm = jnp.sqrt(sum(jnp.sum(slope**2) for slope in slopes))
        pull = RATE * jnp.minimum(1, CLIP / norm)
        together = jnp.hstack(weights)
        moved = tuple(part - pull * slope for part, slope in zip(weights, slopes, strict=True))
        return moved, (L, together.T @ together)

    trained = jax.jit(lambda weights: jax.lax.scan(step, weights, None, length=STEPS)[1])
    initial = tuple(jnp.asarray(getattr(weights, name)) for name in "ZVMU")
    return lambda: np.asarray(jax.block_until_ready(trained(initial))[0])
