"""Neurons in Gaussian noise that is periodic in time, and small perturbations of them."""

from __future__ import annotations

from math import copysign, exp

import numpy as np
import numpy.typing as npt

from foundation.compiled import compiled

Floats = npt.NDArray[np.float64]


def noise(power: Floats, samples: int, steps: int, rng: np.random.Generator) -> Floats:
    """Return Gaussian noise of a power spectrum, the real Fourier transform of its correlation."""
    size = (samples, steps // 2 + 1)
    waves = rng.standard_normal(size) + 1j * rng.standard_normal(size)
    waves[:, [0, -1]] = waves[:, [0, -1]].real * np.sqrt(2)
    waves *= np.sqrt(np.maximum(power, 0) * steps / 2)
    return np.fft.irfft(waves, steps, axis=1)


def spectrum(paths: Floats) -> Floats:
    """Return the power spectrum of paths, >= 0 at all frequencies."""
    waves = np.fft.rfft(paths, axis=1)
    return np.asarray(np.mean(waves.real**2 + waves.imag**2, axis=0) / paths.shape[1])


@compiled(fastmath=True)
def rate(y: float) -> float:
    """Return tanh y to 2e-16, in half of the time that the library takes."""
    e = exp(-2 * abs(y))
    return copysign((1 - e) / (1 + e), y)


@compiled(fastmath=True)
def follow(field: Floats, x: Floats, s: float, dt: float, path: Floats) -> None:
    """Follow neurons twice around the circle, by Heun's method; keep the second round."""
    samples, steps = field.shape
    for m in range(samples):
        y = x[m]
        phi = rate(y)
        for _ in range(2):
            for k in range(steps):
                path[m, k] = y
                velocity = s * phi - y + field[m, k]
                guess = y + dt * velocity
                there = field[m, k + 1] if k + 1 < steps else field[m, 0]
                y += dt / 2 * (velocity + s * rate(guess) - guess + there)
                phi = rate(y)


@compiled(fastmath=True)
def follow_linear(rate: Floats, field: Floats, shift: float, dt: float, path: Floats) -> None:
    """Follow :math:`dy/dt = (rate - shift) y + field` in the same way, from y = 0."""
    samples, steps = field.shape
    for m in range(samples):
        y = 0.0
        for _ in range(2):
            for k in range(steps):
                path[m, k] = y
                then = k + 1 if k + 1 < steps else 0
                velocity = (rate[m, k] - shift) * y + field[m, k]
                guess = y + dt * velocity
                y += dt / 2 * (velocity + (rate[m, then] - shift) * guess + field[m, then])
