r"""The asynchronous dynamics of infinitely many neurons, by the process of a single one.

In the limit of many neurons the input of a neuron is, by the cavity argument of Eissfeller and
Opper, a Gaussian process plus its own delayed response,

.. math:: h(t) = \phi(t) + \eta \sum_{t' < t} G(t, t')\, s(t'), \qquad
          \langle \phi(t) \phi(t') \rangle = C(t, t') = \langle s(t) s(t') \rangle, \quad
          G(t, t') = \frac{\partial \langle s(t) \rangle}{\partial h(t')} .

Many independent histories of one neuron are run; C and G come from their own averages. With the
Cholesky factor :math:`C = L L^T` and white noise X, :math:`\phi = L X`, and by Novikov's theorem
:math:`G L = \langle s X^T \rangle`; so the response is :math:`\langle s X^T \rangle\, Y` with the
states made orthogonal, :math:`Y = L^{-1} s`. Each step adds a row to C, L, X and Y.
"""

from dataclasses import dataclass

import numba
import numpy as np
import numpy.typing as npt

from networks import domains

Floats = npt.NDArray[np.float64]

ORDERS = ("random", "permutation", "synchronous")
GROUPS = 8  # independent populations of histories: their scatter is the error
_FROZEN = 1e-9  # conditional variance below which a step brings nothing new


@dataclass(frozen=True, eq=False, repr=False)
class MeanField:
    """The dynamics of infinitely many neurons, in steps of `dt` sweeps.

    Attributes
    ----------
    t
        Times in sweeps, of shape (steps + 1,).
    unstable_fraction, unstable_error
        Fraction of unstable neurons at each time, and its standard error.
    activity, activity_error
        Flips per neuron and sweep in the step that follows each time, of shape (steps,), and its
        standard error.
    correlation, correlation_error
        Two-time correlation of the states, of shape (steps + 1, steps + 1), and its standard error.
    dt
        The step; deviations from continuous time are of this order.
    samples
        Number of histories.
    """

    t: Floats
    unstable_fraction: Floats
    unstable_error: Floats
    activity: Floats
    activity_error: Floats
    correlation: Floats
    correlation_error: Floats
    dt: float
    samples: int

    def __repr__(self) -> str:
        return (
            f"MeanField(t <= {self.t[-1]:g} in steps of {self.dt:g}, {self.samples} histories, "
            f"ends at {self.unstable_fraction[-1]:.3g} +- {self.unstable_error[-1]:.1g})"
        )


def mean_field(
    J_D: float,
    t_max: float,
    dt: float = 0.1,
    samples: int = 20000,
    rng: int | np.random.Generator | None = None,
    eta: float = 0.0,
    order: str = "random",
) -> MeanField:
    r"""Simulate the dynamics of infinitely many neurons from a random state.

    In each step a part of the neurons wakes, and those of them with
    :math:`s h + J_D \le 0` flip, all at once: exact for a network that is updated in this way, and
    the asynchronous dynamics as :math:`dt \to 0` (`mean_field_limit` extrapolates).

    Parameters
    ----------
    J_D
        Self-coupling, >= 0.
    t_max
        Duration in sweeps, > 0; rounded up to whole steps.
    dt
        Step in sweeps, in (0, 1].
    samples
        Number of histories, >= 800, in 8 independent groups: the errors are those of the mean of
        the groups. The m histories of a group feel each other like m neurons would: the bias is of
        order 1/m at `eta = 0`. Otherwise it is of order `eta * steps / m`, as if `eta` were larger
        (measured: at `steps / m` = 0.1 the unstable fraction after 20 sweeps is 12 % too low for
        `J_D, eta = 0.3, 0.5`, 2 % too high for 0.3, -0.5). Take `samples >= 500 * steps` there.
    rng
        A seed, a generator, or None for a fresh seed.
    eta
        Symmetry of the couplings, in [-1, 1].
    order
        Who wakes: "random", each neuron with the probability :math:`1 - e^{-dt}`; "permutation",
        each one in one step of every sweep (1/dt must be whole); "synchronous", all of them (dt
        must be 1).

    Returns
    -------
    MeanField. The work grows as `samples * steps**2`, the memory as `samples * steps / 2` bytes.

    Raises
    ------
    TypeError, ValueError
        If an argument is not as said.

    References
    ----------
    Eissfeller and Opper, Phys. Rev. Lett. 68, 2094 (1992) and Phys. Rev. E 50, 709 (1994);
    `docs/theory/dynamics.md`.
    """
    J_D = domains.real("J_D", J_D, low=0)
    t_max = domains.real("t_max", t_max, low=0)
    dt = domains.real("dt", dt, low=0, high=1)
    samples = domains.integer("samples", samples, low=100 * GROUPS)
    rng = domains.generator(rng)
    eta = domains.real("eta", eta, low=-1, high=1)
    order = domains.choice("order", order, ORDERS)
    if t_max == 0 or dt == 0:
        raise ValueError(f"t_max and dt must be > 0, got {t_max:g} and {dt:g}")
    if order == "synchronous" and dt != 1:
        raise ValueError(f"dt must be 1 for synchronous updates, got {dt:g}")
    if order == "permutation" and abs(round(1 / dt) * dt - 1) > 1e-9:
        raise ValueError(f"dt must be 1 / a whole number for permutations, got {dt:g}")
    steps = int(np.ceil(t_max / dt - 1e-9))
    groups = [
        _Population(samples // GROUPS, steps, rng).run(J_D, eta, dt, order) for _ in range(GROUPS)
    ]
    unstable, activity, correlation = (np.array(column) for column in zip(*groups, strict=True))
    return MeanField(
        t=dt * np.arange(steps + 1.0),
        unstable_fraction=unstable.mean(axis=0),
        unstable_error=_error(unstable),
        activity=activity.mean(axis=0) / dt,
        activity_error=_error(activity) / dt,
        correlation=correlation.mean(axis=0),
        correlation_error=_error(correlation),
        dt=dt,
        samples=samples // GROUPS * GROUPS,
    )


def _error(groups: Floats) -> Floats:
    """Return the standard error of the mean of the groups."""
    return np.asarray(groups.std(axis=0, ddof=1) / np.sqrt(len(groups)))


class _Population:
    """Histories of one neuron that are each other's network.

    The symmetry of reversing all spins allows every history to start with s = 1.
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

    def run(self, J_D: float, eta: float, dt: float, order: str) -> tuple[Floats, Floats, Floats]:
        """Return unstable fraction, flips per neuron and step, and correlation."""
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
        return unstable, flips, self.C

    def _field(self, k: int, eta: float) -> npt.NDArray[np.float32]:
        """Return the fields at step k: the next row of L times the noise, and the response."""
        self._extend(k)
        row = self.L[k, : k + 1].astype(np.float32)
        memory = self._memory(row) if eta else self.s
        self.X[k] = self.rng.standard_normal(len(self.s), dtype=np.float32)
        h = row @ self.X[: k + 1]
        if eta:
            h += np.float32(eta) * memory
        return np.asarray(h, dtype=np.float32)

    def _extend(self, k: int) -> None:
        """Add the overlaps of the present states with all earlier ones, and a row to their L."""
        packed = np.packbits(self.s > 0)
        self.bits[k].view(np.uint8)[: len(packed)] = packed
        words = self.bits
        different = np.bitwise_count(words[:k] ^ words[k]).sum(axis=1, dtype=np.int64)
        self.C[k, :k] = 1 - 2 * different / len(self.s)
        self.L[k, : k + 1] = cholesky_row(self.L[:k], self.C[k, : k + 1])

    def _memory(self, row: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        r"""Return the response to earlier states, :math:`\langle s X^T \rangle Y`."""
        k = len(row) - 1
        self.Y[k] = (self.s - row[:k] @ self.Y[:k]) / row[k] if row[k] else 0
        overlaps = self.X[:k] @ self.s / np.float32(len(self.s))
        return np.asarray(overlaps @ self.Y[:k])

    def _awake(self, k: int, dt: float, order: str) -> npt.NDArray[np.bool]:
        """Return which histories are visited in step k."""
        if order == "synchronous":
            return np.ones(len(self.s), dtype=bool)
        if order == "random":
            return self.rng.random(len(self.s), dtype=np.float32) < -np.expm1(-dt)
        slots = round(1 / dt)
        if k % slots == 0:
            self.slots = self.rng.integers(0, slots, size=len(self.s))
        return self.slots == k % slots


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
