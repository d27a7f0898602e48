"""The optimiser of the baseline."""

import math

import numpy as np
import numpy.typing as npt

from foundation.compiled import compiled
from learning.network.couplings import Array

_DECAYS, _EPSILON = (0.9, 0.999), 1e-8  # of Adam, as published


class AdamW:
    """Adam with decoupled weight decay (Loshchilov and Hutter, arXiv:1711.05101)."""

    def __init__(self, weights: list[Array], rate: float, decay: float) -> None:
        self.weights, self.rate, self.decay = weights, rate, decay
        self.moments = [(np.zeros_like(W), np.zeros_like(W)) for W in weights]
        self.steps = 0

    def step(self, gradients: list[Array]) -> None:
        """Move the weights against their gradients."""
        self.steps += 1
        first, second = (1 - decay**self.steps for decay in _DECAYS)
        numbers = (1 - self.rate * self.decay, *(1 - decay for decay in _DECAYS))
        numbers += (self.rate / first, second, _EPSILON)
        for W, gradient, (m, v) in zip(self.weights, gradients, self.moments, strict=True):
            _move(W.ravel(), gradient.ravel(), m.ravel(), v.ravel(), np.array(numbers, np.float32))


@compiled(error_model="numpy")  # no branch for a division by zero
def _move(W: Array, gradient: Array, m: Array, v: Array, numbers: npt.NDArray[np.float32]) -> None:
    """Move all weights in one pass, which their memory bounds: array by array it takes fourteen."""
    kept, new_m, new_v, rate, second, epsilon = numbers
    for i in range(len(W)):
        g = gradient[i]
        m[i] += new_m * (g - m[i])
        v[i] += new_v * (g * g - v[i])
        W[i] = W[i] * kept - rate * m[i] / (math.sqrt(v[i] / second) + epsilon)
