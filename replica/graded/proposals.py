"""Densities from which the states of all neurons are drawn, known up to nothing."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt
from scipy import special

from replica.graded.stable import Saddle

Floats = npt.NDArray[np.float64]

_BINS = 400
_NEAREST = -25.0  # ln of the distance from the end of a branch


class Proposal(Protocol):
    """A density of states of N neurons."""

    def draw(self, count: int, N: int, rng: np.random.Generator) -> Floats:
        """Return states, of shape (count, N)."""

    def log_density(self, x: Floats) -> Floats:
        """Return the logarithm of the density of each state."""


class Scales:
    """Gaussian directions, and a radius r with ln r uniform.

    The density diverges at x = 0 as fast as the mean number of fixed points may (fields are
    proportional to |x| there).
    """

    def __init__(self, low: float, high: float) -> None:
        self.low, self.high = low, high

    def draw(self, count: int, N: int, rng: np.random.Generator) -> Floats:
        """Return states, of shape (count, N)."""
        r = np.exp(rng.uniform(np.log(self.low), np.log(self.high), count))
        return r[:, None] * rng.standard_normal((count, N))

    def log_density(self, x: Floats) -> Floats:
        """Return the logarithm of the density of each state, an integral over r in closed form."""
        N, half = x.shape[1], (x**2).sum(axis=1) / 2
        between = special.gammaincc(N / 2, half / self.high**2)
        between = between - special.gammaincc(N / 2, half / self.low**2)
        with np.errstate(divide="ignore"):
            log_between = np.log(between)
        scale = np.log(2) + np.log(np.log(self.high / self.low)) + N / 2 * np.log(np.pi)
        return np.asarray(special.gammaln(N / 2) + log_between - N / 2 * np.log(2 * half) - scale)


class Independent:
    """Independent neurons, of a density that is constant in bins of x > 0, and symmetric."""

    def __init__(self, edges: Floats, density: Floats) -> None:
        weight = density * np.diff(edges)
        self.edges = edges
        self.ends = np.append(0, np.cumsum(weight / weight.sum()))
        with np.errstate(divide="ignore"):
            self.log_bins = np.log(weight / weight.sum() / np.diff(edges) / 2)

    def draw(self, count: int, N: int, rng: np.random.Generator) -> Floats:
        """Return states, of shape (count, N)."""
        x = np.interp(rng.random((count, N)), self.ends, self.edges)
        return rng.choice([-1.0, 1.0], (count, N)) * x

    def log_density(self, x: Floats) -> Floats:
        """Return the logarithm of the density of each state."""
        at = np.searchsorted(self.edges, np.abs(x), side="right") - 1
        inside = (at >= 0) & (at < len(self.log_bins))
        each = np.where(inside, self.log_bins[np.clip(at, 0, len(self.log_bins) - 1)], -np.inf)
        return np.asarray(each.sum(axis=1))


class Mixture:
    """One of two densities, with given probabilities."""

    def __init__(self, first: Proposal, second: Proposal, share: float) -> None:
        self.first, self.second, self.share = first, second, share

    def draw(self, count: int, N: int, rng: np.random.Generator) -> Floats:
        """Return states, of shape (count, N)."""
        number = int(rng.binomial(count, self.share))
        parts = self.first.draw(number, N, rng), self.second.draw(count - number, N, rng)
        return rng.permutation(np.concatenate(parts))

    def log_density(self, x: Floats) -> Floats:
        """Return the logarithm of the density of each state."""
        first, second = self.first.log_density(x), self.second.log_density(x)
        return np.asarray(np.logaddexp(first + np.log(self.share), second + np.log1p(-self.share)))


def around(saddle: Saddle, s: float, g: float, end: float, outer: bool) -> Independent:
    """Return the density of independent neurons at a saddle point without the pseudogap."""
    beyond = end + np.append(0, np.exp(np.linspace(_NEAREST, np.log(s + 8 * g), _BINS)))
    edges = beyond if outer else np.union1d(np.linspace(0, beyond[-1], _BINS), beyond)
    x = (edges[1:] + edges[:-1]) / 2
    phi = np.tanh(x)
    slope = 1 - phi**2
    size = (1 - s * slope) ** 2 + (0 if outer else saddle.multiplier) * slope**2
    exponent = -((x - s * phi) ** 2) / (2 * g**2 * saddle.q) + saddle.q_hat * phi**2
    return Independent(edges, np.exp(exponent - exponent.max()) * np.sqrt(size))
