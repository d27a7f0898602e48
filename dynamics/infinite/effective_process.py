"""Trajectories of the effective process of a single neuron: a row of every matrix a step.

The matrices are those of `dynamics.infinite.simulation`.
"""

from typing import NamedTuple

import numba
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Singles = npt.NDArray[np.float32]

_FROZEN = 1e-9  # conditional variance below which a step brings nothing new
_PART = 2048  # trajectories whose sums stay in the first cache


class Averages(NamedTuple):
    """Unstable fraction at each time, flips per neuron in each step, and correlation."""

    unstable: Floats
    flips: Floats
    correlation: Floats


class EffectiveProcess:
    """Trajectories of one neuron whose averages are the correlation and response that drive it.

    The symmetry of reversing all spins allows every trajectory to start with s = 1.
    """

    def __init__(self, samples: int, steps: int, rng: np.random.Generator) -> None:
        self.rng = rng
        self.s = np.ones(samples, dtype=np.float32)
        self.X = np.empty((steps + 1, samples), dtype=np.float32)
        self.Y = np.empty_like(self.X)  # only touched, and so only taken from memory, for eta != 0
        self.bits = np.zeros((steps + 1, -(-samples // 64)), dtype=np.uint64)
        self.C = np.eye(steps + 1)
        self.L = np.zeros((steps + 1, steps + 1))
        self.slots = np.empty(samples, dtype=np.int64)

    def run(self, J_D: float, eta: float, dt: float, order: str) -> Averages:
        """Go through all steps."""
        steps = len(self.C) - 1
        unstable, flips = np.empty(steps + 1), np.empty(steps)
        for k in range(steps + 1):
            h = self._field(k, eta)
            wrong = self.s * h + J_D <= 0
            unstable[k] = wrong.mean()
            if k < steps:
                wrong &= self._awake(k, dt, order)
                flips[k] = wrong.mean()
                self.s[wrong] *= -1
        self.C += np.tril(self.C, -1).T
        return Averages(unstable, flips, self.C)

    def _field(self, k: int, eta: float) -> Singles:
        """Return the fields at step k: the next row of L times the noise, and the response."""
        self._extend(k)
        row = self.L[k : k + 1, : k + 1].astype(np.float32)
        memory = self._memory(row) if eta else self.s
        self.X[k] = self.rng.standard_normal(len(self.s), dtype=np.float32)
        h = weighted_sums(row, self.X[: k + 1])[0]
        if eta:
            h += np.float32(eta) * memory
        return np.asarray(h)

    def _extend(self, k: int) -> None:
        """Add the overlaps of the present states with all earlier ones, and a row to their L."""
        packed = np.packbits(self.s > 0)
        self.bits[k].view(np.uint8)[: len(packed)] = packed
        words = self.bits
        different = np.bitwise_count(words[:k] ^ words[k]).sum(axis=1, dtype=np.int64)
        self.C[k, :k] = 1 - 2 * different / len(self.s)
        self.L[k, : k + 1] = cholesky_row(self.L[:k], self.C[k, : k + 1])

    def _memory(self, row: Singles) -> Singles:
        r"""Return the response to earlier states, :math:`\langle s X^T \rangle Y`."""
        k = row.shape[1] - 1
        overlaps = self.X[:k] @ self.s / np.float32(len(self.s))
        known, memory = weighted_sums(np.stack([row[0, :k], overlaps]), self.Y[:k])
        self.Y[k] = (self.s - known) / row[0, k] if row[0, k] else 0
        return np.asarray(memory)

    def _awake(self, k: int, dt: float, order: str) -> npt.NDArray[np.bool]:
        """Return which trajectories are visited in step k."""
        if order == "synchronous":
            return np.ones(len(self.s), dtype=bool)
        if order == "random":
            return self.rng.random(len(self.s), dtype=np.float32) < -np.expm1(-dt)
        slots = round(1 / dt)
        if k % slots == 0:
            self.slots = self.rng.integers(0, slots, size=len(self.s))
        return self.slots == k % slots


@numba.njit(cache=True)
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
            for r in range(len(rows)):
                sums[r, start:stop] += rows[r, k] * Z[k, start:stop]
    return sums


@numba.njit(cache=True)
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
    if variance > _FROZEN:
        row[k] = np.sqrt(variance)
    return row
