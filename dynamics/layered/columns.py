r"""Trajectories of the columns of a chain: neuron i of every layer, in layers of many neurons.

Each layer has couplings of its own, so that the fields of different layers are independent, and
each is that of `dynamics.infinite.effective_process`. A column is held together by
:math:`\lambda`.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dynamics.infinite.effective_process import EffectiveProcess, Floats, Singles


class LayeredAverages(NamedTuple):
    """Averages over columns, layer by layer, and between each layer and the next one."""

    unstable: Floats
    flips: Floats
    correlation: Floats
    agreement: Floats


class Columns:
    """The columns of one chain; each neuron in the gauge in which it starts with s = 1."""

    def __init__(self, L: int, samples: int, steps: int, rng: np.random.Generator) -> None:
        self.layers = [EffectiveProcess(samples, steps, rng) for _ in range(L)]
        # the start of a neuron times that of its neighbour in the next layer
        self.bonds = 2 * rng.integers(0, 2, size=(L - 1, samples)).astype(np.float32) - 1
        self.steps = steps

    def run(self, J_D: float, lam: float, dt: float, order: str) -> LayeredAverages:
        """Go through all steps."""
        L = len(self.layers)
        unstable, flips = np.empty((L, self.steps + 1)), np.empty((L, self.steps))
        agreement = np.empty((L - 1, self.steps + 1))
        for k in range(self.steps + 1):
            products = self._products()
            agreement[:, k] = products.mean(axis=1)
            wrong = [
                layer.s * layer.field(k, 0.0) + held <= 0
                for layer, held in zip(self.layers, self._held(products, J_D, lam), strict=True)
            ]
            unstable[:, k] = [which.mean() for which in wrong]
            if k < self.steps:
                for l, (layer, which) in enumerate(zip(self.layers, wrong, strict=True)):
                    which &= layer.awake(k, dt, order)
                    flips[l, k] = which.mean()
                    layer.s[which] *= -1
        correlation = [layer.C + np.tril(layer.C, -1).T for layer in self.layers]
        return LayeredAverages(unstable, flips, np.array(correlation), agreement)

    def _products(self) -> Singles:
        """Return the states of neighbours in a column, multiplied, of shape (L - 1, columns)."""
        s = np.array([layer.s for layer in self.layers])
        return np.asarray(self.bonds * s[1:] * s[:-1])

    def _held(self, products: Singles, J_D: float, lam: float) -> npt.NDArray[np.float64]:
        """Return by how much each neuron is held by itself and its neighbours in the column."""
        held = np.full((len(self.layers), products.shape[1]), J_D)
        held[1:] += lam * products
        held[:-1] += lam * products
        return held
