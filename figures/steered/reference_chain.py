"""Hetero-association again, in double precision and plain NumPy, for the verdict on capacities.

The equations of `docs/theory/learning.md` as they stand, with the default strengths of
`learning.HeteroAssociator`, and the random numbers drawn in its order.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from networks.asymmetric import gaussian_couplings

Floats = npt.NDArray[np.float64]
J_D, K, LAM, RATE, FOLLOW, SWEEPS = 0.5, 12.0, 10.8, 0.1, 0.85, 50


@dataclass(eq=False)
class PlainChain:
    """Couplings J by sender, (L, N, N), and whether units are visited one by one."""

    J: Floats
    one_by_one: bool

    def settle(self, J: Floats, s: Floats, outside: Floats, rng: np.random.Generator) -> Floats:
        """Relax modules under fields from outside."""
        s, order = s.copy(), np.arange(s.shape[1])
        for _ in range(SWEEPS):
            if self.one_by_one:
                still = not _visit_all(J, s, outside, order, rng)
            else:
                h = _fields(J, s, outside)
                wanting = (s * h <= 0) & (h != 0)
                still = not wanting.any()
                wanting[wanting] = rng.random(np.count_nonzero(wanting)) < FOLLOW
                s = np.where(wanting, np.sign(h), s)
            if still:
                break
        return s

    def recall(self, x: Floats) -> Floats:
        """Return the state of the last module."""
        rng = np.random.default_rng(0)
        for J in self.J:
            x = self.settle(J[None], x[None], LAM * x[None], rng)[0]
        return x


def learned(
    L: int, protocol: str, X: Floats, Y: Floats, epochs: int, rng: np.random.Generator
) -> PlainChain:
    """Return a chain that has learned pairs of patterns."""
    P, N = X.shape
    J = np.stack([gaussian_couplings(N, rng) for _ in range(L)]).astype(float)
    J[:, np.arange(N), np.arange(N)] = J_D
    chain = PlainChain(J, protocol == "interface")
    first = np.full(N, -1)
    if chain.one_by_one:
        first = rng.permutation(np.arange(N) % max(L - 1, 1) + 1)
    for _ in range(epochs):
        unstable = [_learn(chain, X[mu], Y[mu], first, rng) for mu in rng.permutation(P)]
        if not any(unstable):
            break
    return chain


def _learn(chain: PlainChain, x: Floats, y: Floats, first: Floats, rng: np.random.Generator) -> int:
    """Show a pair and learn from it; return how many units were below their margin."""
    L, N, _ = chain.J.shape
    preset = np.where(np.arange(L)[:, None] < first, x, y) if chain.one_by_one else np.zeros((L, N))
    outside = np.zeros((L, N))
    outside[0] += LAM * x
    outside[-1] += (4 * K + 4) * y
    s = chain.settle(chain.J, preset, outside, rng)
    before = np.concatenate([x[None], s[:-1]])
    h = np.einsum("lj,lji->li", s, chain.J) + LAM * before
    below = s * h <= K + J_D
    change = RATE / np.sqrt(N) * np.einsum("lj,li->lji", s, s * below)
    change[:, np.arange(N), np.arange(N)] = 0
    chain.J += change
    return int(np.count_nonzero(below))


def _fields(J: Floats, s: Floats, outside: Floats) -> Floats:
    h = np.einsum("lj,lji->li", s, J) + outside
    h[1:] += LAM * s[:-1]
    h[:-1] += LAM * s[1:]
    return h


def _visit_all(
    J: Floats, s: Floats, outside: Floats, order: npt.NDArray[np.int64], rng: np.random.Generator
) -> bool:
    """Visit the units of all modules in a new order, and return whether any flips."""
    moved, zeros = False, np.zeros(s.shape[1])
    for l in range(len(s)):
        rng.shuffle(order)
        # no unit of another module moves meanwhile
        above, below = (s[l - 1] if l > 0 else zeros), (s[l + 1] if l + 1 < len(s) else zeros)
        others = outside[l] + LAM * (above + below)
        f = s[l] @ J[l] + others
        for i in order:
            if s[l, i] * f[i] <= 0 and f[i] != 0:
                new = np.sign(f[i])
                f += (new - s[l, i]) * J[l, i]
                s[l, i], moved = new, True
    return moved
