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
    r"""Clusters of inputs: their means, and the variances around them along principal directions.

    Two inputs of different classes overlap by :math:`m_0 = \langle x \cdot x' \rangle / N`, two of
    one class by :math:`m_0 + m_1`.

    Attributes
    ----------
    means
        Mean input of each cluster, (K, N).
    variances
        Variances around these means, the same for all clusters, (N,), >= 0.
    labels
        Class of each cluster, from 0 to C - 1, each at least once, (K,); None: each its own.
    shares
        Of the clusters among the inputs, > 0, scaled to the sum 1, (K,); None: equal.

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
    labels: npt.NDArray[np.intp] = None  # type: ignore[assignment]
    shares: Floats = None  # type: ignore[assignment]

    def __post_init__(self) -> None:
        means = domains.reals("means", self.means)
        if means.ndim != 2 or len(means) < 2 or not means.shape[1]:
            raise ValueError(f"means must have shape (K, N), K >= 2, got {means.shape}")
        variances = domains.reals("variances", self.variances, low=0)
        if variances.shape != means.shape[1:] or not variances.any():
            raise ValueError(
                f"variances must be {means.shape[1]} numbers, not all zero, got {self.variances!r}"
            )
        labels = np.arange(len(means)) if self.labels is None else self.labels
        shares = np.ones(len(means)) if self.shares is None else self.shares
        labels = domains.integers("labels", labels, low=0)
        if labels.shape != means.shape[:1] or len(set(labels.tolist())) < max(2, labels.max() + 1):
            raise ValueError(
                f"labels must be a class for each of {len(means)} means, all classes from 0 on and "
                f"two of them, got {self.labels!r}"
            )
        shares = domains.shaped("shares", shares, labels.shape)
        if (shares <= 0).any():
            raise ValueError(f"shares must be > 0, got {self.shares!r}")
        object.__setattr__(self, "means", means)
        object.__setattr__(self, "variances", variances)
        object.__setattr__(self, "labels", labels.astype(np.intp))
        object.__setattr__(self, "shares", shares / shares.sum())

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
    def K(self) -> int:
        """Number of clusters."""
        return len(self.means)

    @property
    def C(self) -> int:
        """Number of classes."""
        return int(self.labels.max()) + 1

    @property
    def m0(self) -> float:
        """Overlap of inputs of different classes."""
        parts, sizes = self._by_class()
        between = (parts.sum(axis=0) ** 2).sum() - (parts**2).sum()
        return float(between / (1 - (sizes**2).sum()) / self.N)

    @property
    def m1(self) -> float:
        """By how much those of one class overlap more."""
        parts, sizes = self._by_class()
        return float((parts**2).sum() / (sizes**2).sum() / self.N) - self.m0

    @property
    def v_eff(self) -> float:
        r"""Unevenness of the spectrum, :math:`N \sum \lambda^2 / (\sum \lambda)^2` >= 1.

        Of what is left around class means: clusters of one class that differ count.
        """
        parts, sizes = self._by_class()
        apart = self.means - (parts / sizes[:, None])[self.labels]
        around = np.diag(self.variances) + apart.T @ (self.shares[:, None] * apart)
        return float(self.N * (around**2).sum() / np.trace(around) ** 2)

    def _by_class(self) -> tuple[Floats, Floats]:
        """Return the parts of the mean input that classes contribute, (C, N), and their shares."""
        member = (self.labels == np.arange(self.C)[:, None]) * self.shares
        return member @ self.means, member.sum(axis=1)

    def sample(self, size: int, *, rng: int | np.random.Generator | None = None) -> Labelled:
        """Draw inputs of this mixture of Gaussians, with their classes."""
        rng = domains.generator(rng)
        k = rng.choice(self.K, size=domains.integer("size", size), p=self.shares)
        noise = np.sqrt(self.variances) * rng.standard_normal((len(k), self.N))
        return Labelled((self.means[k] + noise).astype(np.float32), self.labels[k])

    def __repr__(self) -> str:
        clusters = "" if self.K == self.C else f"{self.K} clusters in "
        return (
            f"InputOverlaps(m0 = {self.m0:.3f}, m1 = {self.m1:.3f}, v_eff = {self.v_eff:.2f}, "
            f"{self.N} inputs, {clusters}{self.C} classes)"
        )


@dataclass(frozen=True, eq=False)
class Labelled:
    """Inputs (P, N) and their classes (P,)."""

    X: npt.NDArray[np.float32]
    y: npt.NDArray[np.intp]


def input_overlaps(
    X: npt.ArrayLike,
    y: npt.ArrayLike,
    clusters: int = 1,
    *,
    rng: int | np.random.Generator | None = None,
) -> InputOverlaps:
    """Measure overlaps and spectrum of labelled inputs.

    The means are given along the principal directions of what is left around them: a network with
    random couplings does not see the difference.

    Parameters
    ----------
    X
        Inputs, (P, N).
    y
        Their classes, integers from 0 to C - 1, each at least once, (P,).
    clusters
        Into how many clusters each class is divided, by k-means. Inputs within a class are taken
        for Gaussian with one; with more they are a mixture of Gaussians.
    rng
        Where k-means begins: a seed, a generator, or None for a fresh seed.

    Returns
    -------
    The `InputOverlaps`.

    Raises
    ------
    TypeError, ValueError
        If they are not of these shapes and domains, or a class has fewer inputs than clusters.

    Examples
    --------
    >>> from learning import input_overlaps, prototypes
    >>> data = prototypes(N=50, classes=3, per_class=1000, flipped=0.3, rng=1)
    >>> input_overlaps(data.X, data.y)
    InputOverlaps(m0 = ..., m1 = 0.1..., v_eff = 1..., 50 inputs, 3 classes)
    >>> input_overlaps(data.X, data.y, clusters=4, rng=1)
    InputOverlaps(m0 = ..., m1 = 0.1..., v_eff = 1..., 50 inputs, 12 clusters in 3 classes)
    """
    x, classes = single(X).astype(np.float64), domains.integers("y", y, low=0)
    if x.ndim != 2 or classes.shape != x.shape[:1] or not x.size:
        raise ValueError(
            f"X and y must have shapes (P, N) and (P,), got {x.shape}, {classes.shape}"
        )
    counts = np.bincount(classes)
    if len(counts) < 2 or not counts.all():
        raise ValueError(f"y must have each class from 0 on, and two of them, got counts {counts}")
    clusters = domains.integer("clusters", clusters)
    if clusters > counts.min():
        raise ValueError(
            f"clusters must be at most the inputs of the smallest class, {counts.min()}, got "
            f"{clusters}"
        )
    own = classes if clusters == 1 else divided(x, classes, clusters, domains.generator(rng))
    means = np.array([x[own == k].mean(axis=0) for k in range(own.max() + 1)])
    labels = np.zeros(len(means), np.intp)
    labels[own] = classes
    around = x - means[own]
    variances, directions = np.linalg.eigh(around.T @ around / len(x))
    shares = np.bincount(own) / len(x)
    return InputOverlaps(means @ directions, np.maximum(variances, 0), labels, shares)


def divided(
    x: Floats, classes: npt.NDArray[np.intp], clusters: int, rng: np.random.Generator
) -> npt.NDArray[np.intp]:
    """Return the cluster of each input, numbered through all classes, (P,)."""
    from sklearn.cluster import KMeans
    from threadpoolctl import threadpool_limits

    found, so_far = np.empty(len(x), np.intp), 0
    with threadpool_limits(1):  # the order of sums does not depend on the machine
        for c in range(classes.max() + 1):
            mine = classes == c
            means = KMeans(clusters, n_init=1, random_state=int(rng.integers(2**31)))
            _, number = np.unique(means.fit_predict(x[mine]), return_inverse=True)
            found[mine] = so_far + number
            so_far += number.max() + 1
    return found
