"""The optimiser of the baseline."""

import numpy as np

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
        for W, gradient, (m, v) in zip(self.weights, gradients, self.moments, strict=True):
            W *= np.float32(1 - self.rate * self.decay)
            m += np.float32(1 - _DECAYS[0]) * (gradient - m)
            v += np.float32(1 - _DECAYS[1]) * (gradient * gradient - v)
            W -= np.float32(self.rate / first) * m / (np.sqrt(v / np.float32(second)) + _EPSILON)
