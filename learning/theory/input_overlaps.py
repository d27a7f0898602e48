"""What the theory of learning needs to know of the inputs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from foundation import domains
from foundation.domains import Floats
from learning.network.bounds import single


@dataclass(frozen=True, eq=False, repr=False)
class InputOverlaps:
    r"""Class means of inputs, and the variances around them along their principal directions.

    Two inputs of different classes overlap by :math:`m_0 = \langle x \cdot x' \rangle / N`, two of
    one class by :math:`m_0 + m_1`.

    Attributes
    ----------
    means
        Mean input of each class, (C, N).
    variances
        Variances around these means, the same for all classes, (N,), >= 0.

    Raises
    ------
    TypeError, ValueError
        If they are not of these shapes and domains.

    Examples
    --------
    >>> from learning import InputOverlaps
    >>> inputs = InputOverlaps.isotropic(N=50, C=10, m0=0.3, m1=0.05)
    >>> inputs
    InputOverlaps(m0 = 0.300, m1 = 0.050, v_eff = 1.00, 50 inputs, 10 classes)
    >>> inputs.sample(200, rng=1).X.shape
    (200, 50)
    """

    means: Floats
    variances: Floats

    def __post_init__(self) -> None:
        means = domains.reals("means", self.means)
        if means.ndim != 2 or len(means) < 2 or not means.shape[1]:
            raise ValueError(f"means must have shape (C, N), C >= 2, got {means.shape}")
        variances = domains.reals("variances", self.variances, low=0)
        if variances.shape != means.shape[1:] or not variances.any():
            raise ValueError(
                f"variances must be {means.shape[1]} numbers, not all zero, got {self.variances!r}"
            )
        object.__setattr__(self, "means", means)
        object.__setattr__(self, "variances", variances)

    @classmethod
    def isotropic(cls, N: int, C: int, m0: float, m1: float) -> InputOverlaps:
        """Return inputs of N numbers of mean square one, equally wide in all directions.

        Raises
        ------
        TypeError, ValueError
            If an argument is outside its domain: N >= C >= 2, m0 and m1 >= 0, m0 + m1 < 1.
        """
        C = domains.integer("C", C, low=2)
        N = domains.integer("N", N, low=C)
        m0 = domains.real("m0", m0, 0, 1)
        m1 = domains.real("m1", m1, 0, 1)
        if m0 + m1 >= 1:
            raise ValueError(f"m0 + m1 must be < 1, got {m0 + m1:g}")
        means = np.zeros((C, N))
        means[:, :C] = np.sqrt(m1 * N) * (np.eye(C) - 1 / C)
        means[:, :C] += np.sqrt((m0 + m1 / C) * N / C)  # orthogonal to all class parts
        return cls(means, np.full(N, 1 - m0 - m1))

    @property
    def N(self) -> int:
        """Number of inputs of the network."""
        return self.means.shape[1]

    @property
    def C(self) -> int:
        """Number of classes."""
        return len(self.means)

    @property
    def m0(self) -> float:
        """Overlap of inputs of different classes."""
        between = (self.means.sum(0) ** 2).sum() - (self.means**2).sum()
        return float(between / (self.N * self.C * (self.C - 1)))

    @property
    def m1(self) -> float:
        """By how much those of one class overlap more."""
        return float((self.means**2).sum() / (self.N * self.C)) - self.m0

    @property
    def v_eff(self) -> float:
        r"""Unevenness of the spectrum, :math:`N \sum \lambda^2 / (\sum \lambda)^2` >= 1."""
        return float(self.N * (self.variances**2).sum() / self.variances.sum() ** 2)

    def sample(self, size: int, *, rng: int | np.random.Generator | None = None) -> Labelled:
        """Draw Gaussian inputs like these, all classes equally often on average."""
        rng = domains.generator(rng)
        y = rng.integers(self.C, size=domains.integer("size", size))
        noise = np.sqrt(self.variances) * rng.standard_normal((len(y), self.N))
        return Labelled((self.means[y] + noise).astype(np.float32), y.astype(np.intp))

    def __repr__(self) -> str:
        return (
            f"InputOverlaps(m0 = {self.m0:.3f}, m1 = {self.m1:.3f}, v_eff = {self.v_eff:.2f}, "
            f"{self.N} inputs, {self.C} classes)"
        )


@dataclass(frozen=True, eq=False)
class Labelled:
    """Inputs (P, N) and their classes (P,)."""

    X: npt.NDArray[np.float32]
    y: npt.NDArray[np.intp]


def input_overlaps(X: npt.ArrayLike, y: npt.ArrayLike) -> InputOverlaps:
    """Measure overlaps and spectrum of labelled inputs.

    The means are given along the principal directions of what is left around them: a network with
    random couplings does not see the difference.

    Parameters
    ----------
    X
        Inputs, (P, N).
    y
        Their classes, integers from 0 to C - 1, each at least once, (P,).

    Returns
    -------
    The `InputOverlaps`.

    Raises
    ------
    TypeError, ValueError
        If they are not of these shapes and domains.

    Examples
    --------
    >>> from learning import input_overlaps, prototypes
    >>> data = prototypes(N=50, classes=3, per_class=1000, flipped=0.3, rng=1)
    >>> input_overlaps(data.X, data.y)
    InputOverlaps(m0 = ..., m1 = 0.1..., v_eff = 1..., 50 inputs, 3 classes)
    """
    x, labels = single(X).astype(np.float64), domains.integers("y", y, low=0)
    if x.ndim != 2 or labels.shape != x.shape[:1] or not x.size:
        raise ValueError(f"X and y must have shapes (P, N) and (P,), got {x.shape}, {labels.shape}")
    counts = np.bincount(labels)
    if len(counts) < 2 or not counts.all():
        raise ValueError(f"y must have each class from 0 on, and two of them, got counts {counts}")
    means = np.array([x[labels == c].mean(axis=0) for c in range(len(counts))])
    around = x - means[labels]
    variances, directions = np.linalg.eigh(around.T @ around / len(x))
    return InputOverlaps(means @ directions, np.maximum(variances, 0))
