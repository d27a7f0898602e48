r"""Trajectories of the neurons of one network, with a memory that forgets what no longer matters.

Kept are some earlier states S, of times :math:`t_1 \ldots t_w`, and their fields :math:`H = J S`.
With their overlaps :math:`C = S^T S/m`, a new state is :math:`s = S b + r y`,
:math:`b = C^{-1} S^T s/m`, with y orthogonal to S, and given H the couplings bring y to

.. math:: x = z + S\, C^{-1} \big[\eta H^T y + (\sqrt{1-\eta^2} - 1)\, S^T z \big] / m
          + (\sqrt{1+\eta} - 1) (y \cdot z / m)\, y , \qquad h = H b + r x ,

z white noise. If all states are kept, this is `dynamics.infinite.effective_process` in other
coordinates. State j alone explains :math:`b_j^2 / (C^{-1})_{jj}` of the variance of the new field,
and its response :math:`\eta^2 r^2 g_j^2 / (C^{-1})_{jj}`, :math:`g = C^{-1} H^T y/m`; a state of
which both have become smaller than can be told is forgotten.
"""

import numpy as np
from scipy.linalg import lapack

from dynamics.infinite.effective_process import FROZEN, Averages, Floats, Singles, awake

_KEPT = 4  # the last states are never forgotten
_HOLD = 0.9  # by which a state's part may fall from one step to the next, so that a zero is not it
_NOISE = 4.0  # chance overlaps explain 1/m; this many of them cannot be told from nothing


class FadingProcess:
    """The neurons of one network, in a gauge in which every one of them starts with s = 1."""

    def __init__(self, samples: int, steps: int, rng: np.random.Generator, forget: float) -> None:
        self.rng, self.forget = rng, forget
        self.s = np.ones(samples, dtype=np.float32)
        self.h: Singles = np.zeros(samples, dtype=np.float32)
        self.S = np.empty((16, samples), dtype=np.float32)
        self.H = np.empty_like(self.S)
        self.times = np.empty(0, dtype=np.int64)
        self.part = np.empty(0)
        self.bits = np.zeros((steps + 1, -(-samples // 64)), dtype=np.uint64)
        self.C = np.eye(steps + 1)
        self.G = np.zeros((steps + 1, steps + 1))
        self.slots = np.empty(samples, dtype=np.int64)
        self.kept: list[int] = []

    def run(self, J_D: float, eta: float, dt: float, order: str) -> Averages:
        """Go through all steps."""
        steps = len(self.C) - 1
        unstable, flips = np.empty(steps + 1), np.empty(steps)
        for k in range(steps + 1):
            self._overlaps(k)
            self._reveal(k, eta)
            self.kept.append(len(self.times))
            wrong = self.s * self.h + J_D <= 0
            unstable[k] = wrong.mean()
            if k < steps:
                awoken, self.slots = awake(k, dt, order, self.slots, self.rng)
                wrong &= awoken
                flips[k] = wrong.mean()
                self.s[wrong] *= -1
        response = np.tril(self.G, -1)[:, ::-1].cumsum(axis=1)[:, ::-1]
        return Averages(unstable, flips, self.C, response if eta else None)

    @property
    def memory(self) -> float:
        """The mean number of states that were kept."""
        return float(np.mean(self.kept))

    def _overlaps(self, k: int) -> None:
        """Add the overlaps of the present states with all earlier ones, kept or not."""
        packed = np.packbits(self.s > 0)
        self.bits[k].view(np.uint8)[: len(packed)] = packed
        different = np.bitwise_count(self.bits[:k] ^ self.bits[k]).sum(axis=1, dtype=np.int64)
        self.C[k, :k] = self.C[:k, k] = 1 - 2 * different / len(self.s)

    def _reveal(self, k: int, eta: float) -> None:
        """Find the fields at step k."""
        w, m = len(self.times), len(self.s)
        z = self.rng.standard_normal(m, dtype=np.float32)
        if k and self.C[k, k - 1] == 1:  # nobody flipped, no field moved
            self.G[k] = self.G[k - 1]
            return
        inverse = _inverse(self.C[np.ix_(self.times, self.times)])
        c = self.C[k, self.times]
        b = inverse @ c
        r = np.sqrt(max(0.0, 1 - c @ b))
        S, H = self.S[:w], self.H[:w]
        self.h = b.astype(np.float32) @ H
        part = b**2
        if eta:
            self.G[k, :k] = b @ self.G[self.times, :k]
        if r**2 <= FROZEN:
            return  # nothing new, and nothing to remember
        if eta:
            y = (self.s - b.astype(np.float32) @ S) / np.float32(r)
            response = inverse @ ((H @ y) / m)
            known = eta * response + (np.sqrt(1 - eta**2) - 1) * (inverse @ ((S @ z) / m))
            along = np.float32((np.sqrt(1 + eta) - 1) * (y @ z) / m)
            z = z + known.astype(np.float32) @ S + along * y
            self.G[k, self.times] += r * response
            part += (eta * r * response) ** 2
        self.h = self.h + np.float32(r) * z
        noise = _NOISE * (1 + eta**2) * r**2 / m
        self._remember(k, part / np.diagonal(inverse), noise)

    def _remember(self, k: int, part: Floats, noise: float) -> None:
        """Keep the present state and field, in place of some that explain next to nothing."""
        self.part = np.maximum(part, _HOLD * self.part)
        if self.forget:
            # two at most, so that neighbours that stand in for each other do not go together
            for j in np.sort(np.argsort(self.part)[:2])[::-1]:
                if self.part[j] < self.forget + noise and self.times[j] <= k - _KEPT:
                    self._drop(int(j))
        w = len(self.times)
        if w == len(self.S):
            room = np.empty_like(self.S)
            self.S, self.H = np.concatenate([self.S, room]), np.concatenate([self.H, room])
        self.S[w], self.H[w] = self.s, self.h
        self.times, self.part = np.append(self.times, k), np.append(self.part, 1.0)

    def _drop(self, j: int) -> None:
        """Put the last state that is kept into the place of another one."""
        last = len(self.times) - 1
        for rows in (self.S, self.H, self.times, self.part):
            rows[j] = rows[last]
        self.times, self.part = self.times[:last], self.part[:last]


def _inverse(C: Floats) -> Floats:
    """Return the inverse of a matrix of overlaps."""
    if not len(C):
        return np.zeros((0, 0))
    factor, info = lapack.dpotrf(C, lower=1)
    if info:  # states that depend on each other
        return np.asarray(np.linalg.pinv(C, rcond=1e-9, hermitian=True))
    inverse, _ = lapack.dpotri(factor, lower=1)
    return np.asarray(np.tril(inverse) + np.tril(inverse, -1).T)
