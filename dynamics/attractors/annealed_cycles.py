r"""The cycles of the synchronous dynamics without self-coupling, in the annealed approximation.

Bastolla and Parisi take the distance d of two states that have not met as a Markov chain: at
:math:`J_D = 0` both neurons of a pair end up different with the probability
:math:`\arccos(\rho)/\pi`, independently, so the next distance is the sum of two binomial variables,

.. math:: d' = \mathrm{Bin}\Big(N-d, \frac{\arccos \rho_a}{\pi}\Big)
             + \mathrm{Bin}\Big(d, \frac{\arccos \rho_d}{\pi}\Big),

with the correlations of `dynamics.attractors.cycle_counts`. The chain ends at 0, where
the states merge, and at N, where they become reverse to each other and the cycle closes after twice
the time.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from dynamics.attractors.cycle_counts import (
    log_expected_reversing_four_cycles,
    log_expected_two_cycles,
)
from foundation import domains

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, repr=False)
class AnnealedCycles:
    """The attractors of a network of N neurons, in the annealed approximation.

    Attributes
    ----------
    mean_length
        Length of the cycle that a random state falls into, on average.
    attractors
        Mean number of attractors.
    merging_rate
        Probability per step that two states merge, after many steps; it decays as
        :math:`e^{-0.456 N}`, and `mean_length` grows as its inverse root.

    Examples
    --------
    >>> import dynamics
    >>> dynamics.annealed_cycles(N=20)
    AnnealedCycles(8.27 attractors, mean_length=58.91, merging_rate=0.000131)
    """

    mean_length: float
    attractors: float
    merging_rate: float

    @property
    def converged(self) -> bool:
        """Always True: the sums end where their terms vanish."""
        return True

    @property
    def status(self) -> str:
        """What is known of the error."""
        return (
            "An approximation: at N = 8 to 20 the mean length is good to 3 %, the number of "
            "attractors to 5 %; beyond, no error is known."
        )

    def __repr__(self) -> str:
        return (
            f"AnnealedCycles({self.attractors:.3g} attractors, mean_length={self.mean_length:.4g}, "
            f"merging_rate={self.merging_rate:.3g})"
        )


def annealed_cycles(N: int) -> AnnealedCycles:
    r"""Return the annealed approximation of the attractors without self-coupling.

    Let :math:`S_t` be the probability that two random states have neither merged nor become reverse
    within t steps. Taking different pairs as independent, a trajectory that has not closed yet does
    so at its step T with the probability :math:`1 - S_{T-1}`, onto its state m steps before or the
    reverse of that: the cycle has the length m or 2m. The weight of m is
    :math:`1 - S_{T-m}/S_{T-m-1}`. The number of attractors is a sum
    over lengths of traces of powers of the chain; 2-cycles and self-reverse 4-cycles, which feel
    the missing self-coupling most, are taken from their exact means.

    Parameters
    ----------
    N
        Number of neurons, in [4, 40].

    Returns
    -------
    AnnealedCycles. It is an approximation: against complete censuses at N = 8 to 20 the mean length
    is good to 3 %, the number of attractors to 5 %.

    Raises
    ------
    TypeError, ValueError
        If `N` is outside its documented domain.

    References
    ----------
    Bastolla and Parisi, J. Phys. A 30, 5613 (1997); `docs/theory/dynamics.md`.

    Examples
    --------
    With the number of neurons the cycles grow exponentially, their number slowly:

    >>> import dynamics
    >>> expected = [dynamics.annealed_cycles(N) for N in (8, 16, 24)]
    >>> [round(cycles.mean_length, 1) for cycles in expected]
    [5.8, 25.7, 138.9]
    >>> [round(cycles.attractors, 2) for cycles in expected]
    [3.82, 6.91, 9.6]
    """
    N = domains.integer("N", N, low=4, high=40)
    M = pair_chain(N)
    left = special.binom(N, np.arange(1, N)) / 2.0**N
    rate = float(1 - np.abs(np.linalg.eigvals(M)).max()) / 2
    return AnnealedCycles(_mean_length(M, left), _attractors(N, M, rate), rate)


def pair_chain(N: int) -> Floats:
    """Return the probabilities to get from one distance to another, between 1 and N - 1."""
    d = np.arange(1.0, N)
    agree = np.arccos((N - 1 - 2 * d) / (N - 1)) / np.pi
    differ = np.arccos((N + 1 - 2 * d) / (N - 1)) / np.pi
    rows = [
        np.convolve(_binomial(N - k, p), _binomial(k, q))[1:N]
        for k, p, q in zip(range(1, N), agree, differ, strict=True)
    ]
    return np.array(rows)


def _binomial(n: int, p: float) -> Floats:
    k = np.arange(n + 1)
    return np.asarray(special.binom(n, k) * p**k * (1 - p) ** (n - k))


def _mean_length(M: Floats, left: Floats) -> float:
    """Return the mean length of the cycle that a trajectory closes."""
    closing, weighted, total = 0.0, 0.0, 0.0
    open_, before = 1.0, 1.0
    while open_ > 1e-12:
        S = float(left.sum())
        closing += (before - S) / before
        before, left = S, left @ M
        weighted += closing  # at step T: the sum over t of (T - t) f_t / S_(t-1)
        total += open_ * (1 - S) * 1.5 * weighted / closing
        open_ *= S
    return total


def _attractors(N: int, M: Floats, rate: float) -> float:
    r"""Return the mean number of attractors, by the trace formula.

    Each orbit of pairs of states of a cycle under the shift along it, of length l, contributes
    :math:`\mathrm{Tr}\, M^l`; one that a self-reverse cycle closes on its reverse,
    :math:`\mathrm{Tr}\, R M^l` with :math:`R: d \to N - d`.
    """
    exact = np.exp([log_expected_two_cycles(N, 0.0), log_expected_reversing_four_cycles(N, 0.0)])
    # the sum is cut off like exp(-rate L^2)
    L = np.arange(3, int(6 / np.sqrt(rate)) + 10)
    even, odd = (_eigenvalues(M + sign * M[:, ::-1]) / 2 for sign in (1, -1))
    plain = _traces(even, odd, L, 1) ** ((L - 1) // 2) / L
    plain[L % 2 == 0] *= _traces(even, odd, L[L % 2 == 0] // 2, 1)
    reverse = _traces(even, odd, L, 1) ** ((L - 1) // 2) / (2 * L)  # of length 2L
    reverse[L % 2 == 0] *= _traces(even, odd, L[L % 2 == 0] // 2, -1)
    return float(1 + exact.sum() + plain.sum() + reverse.sum())


def _eigenvalues(M: Floats) -> Floats:
    return np.asarray(np.linalg.eigvals(M).real)


def _traces(even: Floats, odd: Floats, l: npt.NDArray[np.int64], sign: int) -> Floats:
    """Return the traces of powers of M over its even, plus or minus its odd, vectors."""
    power = l[:, None]
    return np.asarray((even**power).sum(axis=1) + sign * (odd**power).sum(axis=1))
