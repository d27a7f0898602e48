"""Trajectories of the neurons of a network whose couplings are revealed as they are needed.

A row of every matrix a step; the matrices are those of `dynamics.infinite.simulation`.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.linalg import solve_triangular

from foundation.compiled import compiled

Floats = npt.NDArray[np.float64]
Singles = npt.NDArray[np.float32]

FROZEN = 1e-9  # conditional variance below which a step brings nothing new
_PART = 2048  # trajectories whose sums stay in the first cache


class Averages(NamedTuple):
    """Unstable fraction at each time, flips per neuron in each step, correlation and response."""

    unstable: Floats
    flips: Floats
    correlation: Floats
    response: Floats | None


class EffectiveProcess:
    """The neurons of one network, in a gauge in which every one of them starts with s = 1."""

    def __init__(self, samples: int, steps: int, rng: np.random.Generator) -> None:
        self.rng = rng
        self.s = np.ones(samples, dtype=np.float32)
        self.X = np.empty((steps + 1, samples), dtype=np.float32)
        self.Y = np.empty_like(self.X)  # only touched, and so only taken from memory, for eta != 0
        self.bits = np.zeros((steps + 1, -(-samples // 64)), dtype=np.uint64)
        self.C = np.eye(steps + 1)
        self.L = np.zeros((steps + 1, steps + 1))
        self.A = np.zeros_like(self.L)
        self.slots = np.empty(samples, dtype=np.int64)

    def run(self, J_D: float, eta: float, dt: float, order: str) -> Averages:
        """Go through all steps."""
        steps = len(self.C) - 1
        unstable, flips = np.empty(steps + 1), np.empty(steps)
        for k in range(steps + 1):
            h = self.field(k, eta)
            wrong = self.s * h + J_D <= 0
            unstable[k] = wrong.mean()
            if k < steps:
                wrong &= self.awake(k, dt, order)
                flips[k] = wrong.mean()
                self.s[wrong] *= -1
        self.C += np.tril(self.C, -1).T
        return Averages(unstable, flips, self.C, self._response() if eta else None)

    @property
    def memory(self) -> float:
        """The mean number of states that were kept: all."""
        return len(self.C) / 2

    def field(self, k: int, eta: float) -> Singles:
        """Return the fields at step k: the next row of L times what the couplings gave so far."""
        self._extend(k)
        row = self.L[k : k + 1, : k + 1].astype(np.float32)
        self.X[k] = self.rng.standard_normal(len(self.s), dtype=np.float32)
        if eta:
            self._reveal(k, eta)
        return np.asarray(weighted_sums(row, self.X[: k + 1])[0])

    def _reveal(self, k: int, eta: float) -> None:
        """Turn the noise X[k] into the product of the couplings with a new direction, Y[k]."""
        if self.L[k, k] == 0:  # no new direction: nobody flipped
            self.X[k] = self.Y[k] = 0
            return
        row = self.L[k, : k + 1].astype(np.float32)
        self.A[k, :k], noise = new_direction(row, self.s, self.X[: k + 1], self.Y[: k + 1])
        known = (np.sqrt(1 - eta**2) - 1) * noise
        known[:k] += eta * self.A[k, :k]
        known[k] = (np.sqrt(1 + eta) - 1) * noise[k]
        self.X[k] += weighted_sums(known[None].astype(np.float32), self.Y[: k + 1])[0]

    def _response(self) -> Floats:
        r"""Return the response :math:`G = L A L^{-1}`, summed over the second time.

        A field in a step that brought no new direction has none that could be told.
        """
        kept = np.flatnonzero(np.diagonal(self.L))
        G = np.zeros_like(self.L)
        triangle = self.L[np.ix_(kept, kept)]
        G[:, kept] = solve_triangular(triangle.T, (self.L @ self.A)[:, kept].T).T
        return np.tril(G, -1)[:, ::-1].cumsum(axis=1)[:, ::-1]

    def _extend(self, k: int) -> None:
        """Add the overlaps of the present states with all earlier ones, and a row to their L."""
        packed = np.packbits(self.s > 0)
        self.bits[k].view(np.uint8)[: len(packed)] = packed
        words = self.bits
        different = np.bitwise_count(words[:k] ^ words[k]).sum(axis=1, dtype=np.int64)
        self.C[k, :k] = 1 - 2 * different / len(self.s)
        self.L[k, : k + 1] = cholesky_row(self.L[:k], self.C[k, : k + 1])

    def awake(self, k: int, dt: float, order: str) -> npt.NDArray[np.bool]:
        """Return which trajectories are visited in step k."""
        which, self.slots = awake(k, dt, order, self.slots, self.rng)
        return which


def awake(
    k: int,
    dt: float,
    order: str,
    slots: npt.NDArray[np.int64],
    rng: np.random.Generator,
) -> tuple[npt.NDArray[np.bool], npt.NDArray[np.int64]]:
    """Return which trajectories are visited in step k, and the step of the sweep of each."""
    if order == "synchronous":
        return np.ones(len(slots), dtype=bool), slots
    if order == "random":
        return rng.random(len(slots), dtype=np.float32) < -np.expm1(-dt), slots
    steps = round(1 / dt)
    if k % steps == 0:
        slots = rng.integers(0, steps, size=len(slots))
    return slots == k % steps, slots


@compiled
def weighted_sums(rows: Singles, Z: Singles) -> Singles:
    """Return `rows @ Z` for one or two rows and a long Z, which is read only once.

    BLAS reads it once for each row, and its product of matrices takes no less time.
    """
    n, samples = Z.shape
    sums = np.zeros((len(rows), samples), dtype=np.float32)
    whole = n - n % 4
    for start in range(0, samples, _PART):
        stop = min(start + _PART, samples)
        for k in range(0, whole, 4):  # numba makes wide instructions of slices only
            a, b = Z[k, start:stop], Z[k + 1, start:stop]
            c, d = Z[k + 2, start:stop], Z[k + 3, start:stop]
            for r in range(len(rows)):
                u, v, w, x = rows[r, k], rows[r, k + 1], rows[r, k + 2], rows[r, k + 3]
                part = sums[r, start:stop]
                for i in range(len(part)):
                    part[i] += u * a[i] + v * b[i] + w * c[i] + x * d[i]
        for k in range(whole, n):
            a = Z[k, start:stop]
            for r in range(len(rows)):
                u, part = rows[r, k], sums[r, start:stop]
                for i in range(len(part)):  # to assign a slice would take seconds to compile
                    part[i] += u * a[i]
    return sums


@compiled
def new_direction(row: Singles, s: Singles, X: Singles, Y: Singles) -> tuple[Floats, Floats]:
    """Put the part of s that is orthogonal to all earlier states into the last row of Y.

    Returned are its overlaps with all earlier X, and those of the last X with all Y. Both matrices
    are read only once, in parts that stay in the cache.
    """
    k, samples = len(row) - 1, len(s)
    overlaps, noise = np.zeros(k), np.zeros(k + 1)
    for start in range(0, samples, _PART):
        stop = min(start + _PART, samples)
        y, g = s[start:stop].copy(), X[k, start:stop]
        for j in range(k):
            part = Y[j, start:stop]
            noise[j] += dot(part, g)
            for i in range(len(y)):
                y[i] -= row[j] * part[i]
        for i in range(len(y)):
            y[i] /= row[k]
        part = Y[k, start:stop]
        for i in range(len(y)):
            part[i] = y[i]
        noise[k] += dot(y, g)
        for j in range(k):
            overlaps[j] += dot(X[j, start:stop], y)
    return overlaps / samples, noise / samples


@compiled(fastmath={"reassoc", "contract"})
def dot(a: Singles, b: Singles) -> np.float32:
    """Return a scalar product, summed in any order: fast, and rounded the same way each time."""
    total = np.float32(0)
    for i in range(len(a)):
        total += a[i] * b[i]
    return total


@compiled
def cholesky_row(L: Floats, c: Floats) -> Floats:
    """Return the next row of a Cholesky factor, given the next row of the matrix.

    Its last entry is 0, and those of later rows in that column will be, where the matrix is
    singular: a step in which nobody flipped.
    """
    k = len(L)
    row = np.zeros(k + 1)
    variance = c[k]
    for m in range(k):
        if L[m, m] > 0:
            row[m] = (c[m] - np.dot(L[m, :m], row[:m])) / L[m, m]
            variance -= row[m] ** 2
    if variance > FROZEN:
        row[k] = np.sqrt(variance)
    return row
