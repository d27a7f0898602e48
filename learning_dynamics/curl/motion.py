"""The equations of learning with flipped signs, and of a small change of the weights."""

from typing import NamedTuple

import numpy as np

from foundation.compiled import compiled
from foundation.domains import Floats
from learning_dynamics.curl.flips import Flips

_STEP = 0.2  # of Runge and Kutta, times the largest rate there is


class Rule(NamedTuple):
    """Signs of the plasticity, and what is to be learned."""

    inputs: Floats
    hidden: Floats
    readout: Floats
    teacher: Floats


class Motion:
    """Weights that move, and a tangent: a small change that moves with them, if there is one."""

    def __init__(self, flips: Flips, W: Floats, w: Floats, teacher: Floats) -> None:
        inputs, hidden, readout = map(np.asarray, (flips.inputs, flips.hidden, flips.readout))
        self.rule = Rule(inputs, hidden, readout, teacher)
        self.shape = W.shape
        self.state = np.append(W.ravel(), w)
        self.weights = len(self.state)

    @property
    def W(self) -> Floats:
        """The first layer."""
        return self.state[: self.shape[0] * self.shape[1]].reshape(self.shape)

    @property
    def w(self) -> Floats:
        """The second layer."""
        return self.state[self.shape[0] * self.shape[1] : self.weights]

    @property
    def error(self) -> float:
        """Norm of the error."""
        return float(np.linalg.norm(self.W.T @ self.w - self.rule.teacher))

    def advance(self, time: float) -> None:
        """Move on by a time, in steps of 0.2 over the largest rate, or shorter ones."""
        W, w = self.W, self.w
        if not np.isfinite(self.state).all():
            return
        small = W.T @ W if W.shape[1] < W.shape[0] else W @ W.T
        largest = np.linalg.eigvalsh(small)[-1] + np.sum(w**2)
        steps = max(1, int(np.ceil(time * largest / _STEP)))
        runge_kutta(self.rule, self.state, time / steps, steps)

    def stretched(self) -> float:
        """Return the logarithm of the length of the tangent, which is one then."""
        tangent = self.state[self.weights :]
        length = np.linalg.norm(tangent)
        tangent /= length
        return float(np.log(length))


@compiled
def runge_kutta(rule: Rule, state: Floats, h: float, steps: int) -> None:
    """Move weights and tangent on, by Runge and Kutta's method of fourth order."""
    size = len(state)
    k, at, to = np.empty(size), np.empty(size), np.empty(size)
    for _ in range(steps):
        for i in range(size):
            at[i] = to[i] = state[i]
        for stage in range(4):
            velocity(rule, at, k)
            weight = h / 6 if stage == 0 or stage == 3 else h / 3
            ahead = h if stage == 2 else h / 2
            for i in range(size):
                to[i] += weight * k[i]
                at[i] = state[i] + ahead * k[i]
        for i in range(size):
            state[i] = to[i]


@compiled
def velocity(rule: Rule, state: Floats, change: Floats) -> None:
    """Fill in how W, w (and a tangent, if there is one) change."""
    N, M = len(rule.hidden), len(rule.inputs)
    last, tangent = N * M, N * M + N  # where w begins, and the tangent
    e, de = np.zeros(M), np.zeros(M)
    for i in range(N):
        for j in range(M):
            e[j] += state[last + i] * state[i * M + j]
    for j in range(M):
        e[j] -= rule.teacher[j]
    for i in range(N):
        pull = rule.hidden[i] * state[last + i]
        total = 0.0
        for j in range(M):
            change[i * M + j] = -pull * e[j] * rule.inputs[j]
            total += state[i * M + j] * e[j]
        change[last + i] = -rule.readout[i] * total
    if len(state) == tangent:
        return
    for i in range(N):
        for j in range(M):
            de[j] += state[tangent + last + i] * state[i * M + j]
            de[j] += state[last + i] * state[tangent + i * M + j]
    for i in range(N):
        total = 0.0
        for j in range(M):
            pull = state[tangent + last + i] * e[j] + state[last + i] * de[j]
            change[tangent + i * M + j] = -rule.hidden[i] * rule.inputs[j] * pull
            total += state[tangent + i * M + j] * e[j] + state[i * M + j] * de[j]
        change[tangent + last + i] = -rule.readout[i] * total
