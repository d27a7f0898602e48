r"""Dense memories with exponentially many patterns: capacity, basins and free energy.

With M = exp(alpha N) random patterns and a state x of overlap m with one of them, the update

.. math:: x \leftarrow f\Big(\sum_\mu p_\mu \xi^\mu\Big), \qquad
          p_\mu \propto e^{\lambda \xi^\mu \cdot x}

returns that pattern if its weight exceeds the sum of all others. Their overlaps are independent, so
that this sum is the partition function of a random energy model, with its freezing transition.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from foundation import domains
from replica.memories.overlap_rate import PATTERNS, cumulant, nearest, rate, typical

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class DenseFreeEnergy:
    """The weights of all other patterns.

    Attributes
    ----------
    value
        The limit of ln(sum of weights)/N.
    overlap
        Overlap of the state with the patterns that carry the sum.
    frozen
        Whether they are the few nearest ones; otherwise they are exponentially many.

    Examples
    --------
    >>> import replica
    >>> replica.dense_free_energy(alpha=0.3, sharpness=[0.5, 4.0])
    DenseFreeEnergy([0.4201 2.9313], of overlap [0.4621 0.7328], frozen in 1 of 2)
    """

    value: Floats
    overlap: Floats
    frozen: npt.NDArray[np.bool]

    @property
    def converged(self) -> bool:
        """Always True: both phases have a closed form."""
        return True

    @property
    def status(self) -> str:
        """Which phase it is."""
        return (
            f"{np.count_nonzero(self.frozen)} of {self.frozen.size} points are frozen: there the "
            "few nearest patterns carry all weight, and corrections are of order ln N / N."
        )

    def __repr__(self) -> str:
        return (
            f"DenseFreeEnergy({np.round(self.value, 4)}, of overlap {np.round(self.overlap, 4)}, "
            f"frozen in {np.count_nonzero(self.frozen)} of {self.frozen.size})"
        )


def dense_capacity(
    overlap: npt.ArrayLike = 1.0, sharpness: npt.ArrayLike = 1.0, patterns: str = "binary"
) -> Floats:
    r"""Return how many patterns a dense memory holds, :math:`\alpha_c = \frac1N \ln M`.

    .. math:: \alpha_c(m, \lambda) = \lambda m - G(\lambda) \text{ if } q_\lambda < m,
              \qquad I(m) \text{ else},

    with the binary :math:`G = \ln\cosh\lambda` and :math:`q_\lambda = \tanh\lambda`. Beyond
    :math:`q_\lambda = m` sharper weights do not help: then as many patterns are nearer to the state
    than the right one.

    Parameters
    ----------
    overlap
        Overlap m of the start with the pattern, in [0, 1]; any shape.
    sharpness
        :math:`\lambda`, >= 0; broadcast against `overlap`.
    patterns
        "binary", entries ±1; or "sphere", uniform on the sphere of radius :math:`\sqrt N`.

    Returns
    -------
    The capacity, of the common shape: below it one update returns the pattern with a probability
    that goes to 1.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    References
    ----------
    Ramsauer et al., arXiv:2008.02217, for the update; `docs/theory/memories.md`.

    Examples
    --------
    >>> import replica
    >>> replica.dense_capacity(overlap=[1.0, 0.8, 0.6], sharpness=[1.0, 1.0, 4.0]).round(4)
    array([0.5662, 0.3662, 0.1927])
    """
    m, lam = np.broadcast_arrays(
        domains.reals("overlap", overlap, low=0, high=1),
        domains.reals("sharpness", sharpness, low=0),
    )
    domains.choice("patterns", patterns, PATTERNS)
    free = lam * m - cumulant(lam, patterns)
    return np.where(typical(lam, patterns) < m, free, rate(m, patterns))[()]


def dense_free_energy(
    alpha: npt.ArrayLike, sharpness: npt.ArrayLike, patterns: str = "binary"
) -> DenseFreeEnergy:
    r"""Return the free energy of random patterns in the field of a state.

    .. math:: \varphi = \lim \frac1N \ln \sum_\mu e^{\lambda \xi^\mu \cdot x}
              = \alpha + G(\lambda) \text{ if } \alpha > I(q_\lambda),
              \qquad \lambda q \text{ with } I(q) = \alpha \text{ else}.

    A pattern of overlap m keeps the weight if :math:`\lambda m > \varphi`, up to
    :math:`e^{-N (\lambda m - \varphi)}`.

    Parameters
    ----------
    alpha
        :math:`\frac1N \ln M`, >= 0; any shape.
    sharpness
        :math:`\lambda`, >= 0; broadcast against `alpha`.
    patterns
        As in `dense_capacity`.

    Returns
    -------
    DenseFreeEnergy.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    References
    ----------
    Derrida, Phys. Rev. B 24, 2613 (1981); `docs/theory/memories.md`.

    Examples
    --------
    >>> import replica
    >>> found = replica.dense_free_energy(alpha=0.1927, sharpness=4.0)
    >>> round(float(found.value / 4), 3), bool(found.frozen)
    (0.6, True)
    """
    alpha, lam = np.broadcast_arrays(
        domains.reals("alpha", alpha, low=0), domains.reals("sharpness", sharpness, low=0)
    )
    domains.choice("patterns", patterns, PATTERNS)
    many = typical(lam, patterns)
    few = nearest(alpha, patterns)
    # equal overlaps are equal entropies, but overlaps keep their digits near alpha = 0
    frozen = np.asarray(few <= many)
    value = np.where(frozen, lam * few, alpha + cumulant(lam, patterns))
    return DenseFreeEnergy(value[()], np.where(frozen, few, many)[()], frozen)


def dense_basin(alpha: npt.ArrayLike, sharpness: npt.ArrayLike, patterns: str = "binary") -> Floats:
    r"""Return the smallest overlap from which one update returns the pattern.

    It is :math:`m_0 = \varphi / \lambda`, where :math:`\alpha_c(m_0, \lambda) = \alpha`.

    Parameters
    ----------
    alpha, sharpness, patterns
        As in `dense_free_energy`.

    Returns
    -------
    Overlaps in [0, 1], of the common shape; nan above capacity, where not even the pattern itself
    is returned.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    References
    ----------
    `docs/theory/memories.md`.

    Examples
    --------
    >>> import replica
    >>> replica.dense_basin(alpha=[0.1, 0.3662, 0.6], sharpness=1.0).round(4)
    array([0.4396, 0.8   ,    nan])
    """
    lam = domains.reals("sharpness", sharpness, low=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        m = dense_free_energy(alpha, lam, patterns).value / lam
    return np.where(m <= 1, m, np.nan)[()]
