r"""A chain of modules that maps a pattern on its first to a pattern on its last: the kernels.

Every module has N units with couplings :math:`J^l` of its own; equal units of neighbouring modules
excite each other by :math:`\lambda`. `J[l, j, i]` acts from unit j on unit i.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba.np.random.random_methods import random_interval

from foundation.compiled import compiled

Array = npt.NDArray[np.float32]
Spins = npt.NDArray[np.float32]
PROTOCOLS = ("natural", "interface")


class Updates(NamedTuple):
    """How the units of a chain are updated.

    Attributes
    ----------
    p_update
        Probability that a unit follows its field in a synchronous sweep.
    asynchronous
        Whether to visit the units one by one, module by module, in a new random order each sweep.
    max_sweeps
        After how many sweeps to give up.
    """

    p_update: float
    asynchronous: bool
    max_sweeps: int


class Training(NamedTuple):
    """Strengths of the fields in training, and the rule.

    Attributes
    ----------
    lam, lam_y
        Strength of the couplings between neighbouring modules, and of the field of the output.
    kappa, rate
        Margin, with the self-coupling, and step of a coupling.
    """

    lam: np.float32
    lam_y: np.float32
    kappa: np.float32
    rate: np.float32


@compiled
def settle(
    J: Array,
    lam: np.float32,
    first: Array,
    last: Array,
    s: Spins,
    f: Array,
    updates: Updates,
    rng: np.random.Generator,
) -> int:
    """Relax a chain under fields on its first and last module until no unit wants to change.

    Parameters
    ----------
    J, lam
        Couplings, (L, N, N), and between neighbours.
    first, last
        Fields on the first and the last module, (N,).
    s, f
        States and their fields from the own module, (L, N); both change.
    updates, rng
        How the units are updated, and the generator for that.

    Returns
    -------
    Number of sweeps.
    """
    p_update, asynchronous, max_sweeps = updates
    L, N = s.shape
    unit = np.empty(L * N, dtype=np.int64)
    order = np.arange(N)
    for sweep in range(max_sweeps):
        wanting = found = 0
        for l in range(L):
            if asynchronous:
                shuffle(order, rng)
            for i in order:
                h = f[l, i]
                h += lam * s[l - 1, i] if l > 0 else first[i]
                h += lam * s[l + 1, i] if l < L - 1 else last[i]
                if s[l, i] * h > 0 or h == 0:
                    continue
                wanting += 1
                if asynchronous:
                    flip(J[l], s[l], f[l], int(i), np.sign(h))
                elif p_update >= 1 or rng.random() < p_update:
                    # by the sign of the number: where to
                    unit[found] = (l * N + i + 1) * (1 if h > 0 else -1)
                    found += 1
        for k in range(found):
            at = abs(unit[k]) - 1
            flip(J[at // N], s[at // N], f[at // N], at % N, 1.0 if unit[k] > 0 else -1.0)
        if wanting == 0:
            return sweep
    return max_sweeps


@compiled
def shuffle(order: npt.NDArray[np.int64], rng: np.random.Generator) -> None:
    """Do what `rng.shuffle` does, which takes some seconds to compile."""
    for k in range(len(order) - 1, 0, -1):
        at = np.intp(random_interval(rng.bit_generator, k))  # type: ignore[no-untyped-call]
        order[k], order[at] = order[at], order[k]


@compiled
def flip(J: Array, s: Spins, f: Array, i: int, new: float) -> None:
    """Set unit i of a module, and add to the fields what that changes."""
    change = np.float32(new) - s[i]
    s[i] += change
    row = J[i]
    for k in range(len(f)):
        f[k] += change * row[k]


@compiled
def train(
    J: Array,
    training: Training,
    X: Spins,
    Y: Spins,
    interface: npt.NDArray[np.int64],
    order: npt.NDArray[np.int64],
    updates: Updates,
    rng: np.random.Generator,
) -> int:
    """Present the pairs of patterns in an order, once each, and learn from each.

    Unit i starts at the input in the modules below `interface[i]` and at the output from there on;
    if that is negative, it starts at zero everywhere.

    Returns
    -------
    Number of units below the margin, summed over the presentations.
    """
    L, N = J.shape[:2]
    s, f = np.empty((L, N), np.float32), np.empty((L, N), np.float32)
    unstable = 0
    for mu in order:
        start(J, X[mu], Y[mu], interface, s, f)
        first, last = training.lam * X[mu], training.lam_y * Y[mu]
        settle(J, training.lam, first, last, s, f, updates, rng)
        for l in range(L):
            before = s[l - 1] if l > 0 else X[mu]
            unstable += learn(J[l], s[l], f[l], before, training)
    return unstable


@compiled
def start(
    J: Array, x: Spins, y: Spins, interface: npt.NDArray[np.int64], s: Spins, f: Array
) -> None:
    """Write the first state and its fields."""
    s[:] = 0
    f[:] = 0
    for l in range(len(J)):
        for i in range(len(x)):
            if interface[i] >= 0:
                flip(J[l], s[l], f[l], i, x[i] if l < interface[i] else y[i])


@compiled
def learn(J: Array, s: Spins, f: Array, before: Spins, training: Training) -> int:
    """Move the couplings to the units below their margin; return the number of these."""
    lam, _, kappa, rate = training
    wanted = np.empty(len(s), dtype=np.int64)
    found = 0
    for i in range(len(s)):
        if s[i] * (f[i] + lam * before[i]) <= kappa:
            wanted[found] = i
            found += 1
    for j in range(len(s)):
        row, c = J[j], rate * s[j]
        for k in range(found):
            i = wanted[k]
            if i != j:
                row[i] += c * s[i]
    return found


@compiled
def recall(
    J: Array, lam: np.float32, X: Spins, updates: Updates, rng: np.random.Generator
) -> Spins:
    """Return the states of the last module for inputs, module after module.

    Each starts at the state of the one before (the first at the input), and settles under the field
    of that.
    """
    N = J.shape[1]
    outputs = X.copy()
    s, f = np.empty((1, N), np.float32), np.empty((1, N), np.float32)
    none = np.zeros(N, np.float32)
    for output in outputs:
        for l in range(len(J)):
            s[:] = 0
            f[:] = 0
            for i in range(N):
                flip(J[l], s[0], f[0], i, output[i])
            settle(J[l : l + 1], lam, lam * output, none, s, f, updates, rng)
            for i in range(N):
                output[i] = s[0, i]
    return outputs
