"""An epoch of the published rule in darnax, a library on JAX, by its public classes."""

from collections.abc import Callable

import numpy as np


def epoch_by_darnax(X: np.ndarray, y: np.ndarray, H: int, batch: int) -> Callable[[], object]:
    """Return an epoch of one layer: a sweep without label, four with it, five without."""
    import equinox
    import jax
    import optax
    from darnax.layer_maps.sparse import LayerMap
    from darnax.modules.fully_connected import FrozenFullyConnected, FullyConnected
    from darnax.modules.input_output import OutputLayer
    from darnax.modules.recurrent import RecurrentDiscrete
    from darnax.orchestrators.sequential import SequentialOrchestrator
    from darnax.states.sequential import SequentialState
    from darnax.trainers.dynamical import DynamicalTrainer

    N, C = X.shape[1], int(y.max()) + 1
    keys = jax.random.split(jax.random.key(1), 4)
    hidden = {
        0: FullyConnected(N, H, strength=5.0, threshold=0.9, key=keys[0]),
        1: RecurrentDiscrete(H, j_d=0.5, threshold=0.9, key=keys[1]),
        2: FrozenFullyConnected(C, H, strength=0.9, threshold=0.0, key=keys[2]),
    }
    readout = {1: FullyConnected(H, C, strength=1.0, threshold=3.0, key=keys[3]), 2: OutputLayer()}
    network = SequentialOrchestrator(layers=LayerMap.from_dict({1: hidden, 2: readout}))
    rates = optax.sgd(0.005)
    start = rates.init(equinox.filter(network, equinox.is_inexact_array))
    trainer = DynamicalTrainer(
        network, SequentialState((N, H, C)), rates, start, 1, train_clamped_n_iter=4,
        train_free_n_iter=5,
    )  # fmt: skip
    steps = len(X) // batch
    labels = np.eye(C, dtype=np.float32)[y] * np.float32(C**0.5 / 2) - np.float32(0.5)
    shapes = ((X.astype(np.float32), N), (labels, C))
    inputs, wanted = (
        jax.numpy.asarray(a[: steps * batch].reshape(steps, batch, n)) for a, n in shapes
    )

    def epoch() -> None:
        key = jax.random.key(0)
        for x, target in zip(inputs, wanted, strict=True):
            key = trainer.train_step(x, target, key)
        jax.block_until_ready(trainer.orchestrator)

    return epoch
