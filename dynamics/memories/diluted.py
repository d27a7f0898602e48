"""Recall in infinitely large, asymmetrically diluted memories with a self-coupling, exactly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from foundation import domains
from foundation.axes import axes_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = npt.NDArray[np.float64]

_NONE = 1e-9  # of a variance


@dataclass(frozen=True, eq=False, repr=False)
class DilutedRecall:
    """The course of a recall in steps of all neurons at once.

    Attributes
    ----------
    overlap
        Overlap with the pattern at the start and after each step.
    error
        Its standard error, from the number of neurons that were followed.
    flips
        Fraction of neurons that flip in each step.

    Examples
    --------
    >>> import dynamics
    >>> recall = dynamics.diluted_recall(alpha=0.3, overlap=0.5, steps=10, rng=1)
    >>> recall
    DilutedRecall(overlap 0.5 -> 0.90... +- 0.001, 10 steps)
    >>> recall.plot().get_xlabel()
    'steps'
    """

    overlap: Floats
    error: Floats
    flips: Floats

    @property
    def converged(self) -> bool:
        """Whether the overlap moved by less than three errors in the second half of the steps."""
        half = len(self.overlap) // 2
        return bool(abs(self.overlap[-1] - self.overlap[half]) < 3 * self.error[-1])

    @property
    def status(self) -> str:
        """What happened, and what to do about it."""
        if self.converged:
            return "The overlap does not change any more."
        return "The overlap still changes; raise steps."

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Plot the overlap against the steps.

        Parameters
        ----------
        ax
            Where to draw; None for a new figure.

        Returns
        -------
        The axes.

        Raises
        ------
        TypeError
            If `ax` is neither axes nor None.
        """
        ax = axes_of(ax)
        ax.plot(self.overlap)
        ax.set(xlabel="steps", ylabel="overlap with the pattern")
        return ax

    def __repr__(self) -> str:
        return (
            f"DilutedRecall(overlap {self.overlap[0]:.3g} -> {self.overlap[-1]:.3g} +- "
            f"{self.error[-1]:.1g}, {len(self.flips)} steps)"
        )


def diluted_recall(
    alpha: float,
    overlap: float,
    J_D: float = 0.0,
    T: float = 0.0,
    steps: int = 20,
    samples: int = 100_000,
    *,
    rng: int | np.random.Generator | None = None,
) -> DilutedRecall:
    r"""Follow the recall of a pattern for infinitely many neurons with few inputs.

    In a memory of Hebb whose couplings are there or not independently in both directions, with
    :math:`1 \ll cN \ll N` inputs each, the inputs of a neuron do not know its state. In the signs
    of the pattern it obeys

    .. math:: s(t+1) = \mathrm{sign}\big(m(t) + J_D s(t) + \phi(t)\big), \qquad
              m(t) = E\, s(t), \quad E\, \phi(t) \phi(t') = \alpha\, E\, s(t) s(t'),

    with a Gaussian :math:`\phi`, from :math:`E\, s(0) = m_0`. Without self-coupling the state of a
    step is forgotten in the next one, and :math:`m(t+1) = \mathrm{erf}(m(t)/\sqrt{2\alpha})`; with
    it the whole past matters, and `samples` neurons are followed.

    Parameters
    ----------
    alpha
        The load P/(cN), > 0.
    overlap
        Overlap at the start, in [-1, 1].
    J_D
        Self-coupling, in [0, 1e30].
    T
        Temperature of synchronous heat-bath updates, >= 0.
    steps
        Number of steps, in [1, 1000].
    samples
        Number of neurons to follow, >= 100.
    rng
        A seed, a generator, or None for a fresh seed.

    Returns
    -------
    DilutedRecall. Not to recall is a result, not an error.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    References
    ----------
    Derrida, Gardner and Zippelius, Europhys. Lett. 4, 167 (1987), for `J_D = 0`;
    `docs/theory/memories.md`.

    Examples
    --------
    A self-coupling keeps what is right, and what is wrong:

    >>> import dynamics
    >>> for J_D in (0.0, 0.3, 2.0):
    ...     recall = dynamics.diluted_recall(alpha=0.5, overlap=0.5, J_D=J_D, rng=1)
    ...     print(round(float(recall.overlap[-1]), 1))
    0.6
    0.7
    0.5
    """
    alpha = domains.real("alpha", alpha, low=0)
    if alpha == 0:
        raise ValueError("alpha must be > 0, got 0")
    overlap = domains.real("overlap", overlap, low=-1, high=1)
    J_D = domains.coupling("J_D", J_D)
    T = domains.real("T", T, low=0)
    steps = domains.integer("steps", steps, high=1000)
    samples = domains.integer("samples", samples, low=100)
    rng = domains.generator(rng)
    up = round(samples * (1 + overlap) / 2)
    s = np.where(np.arange(samples) < up, 1, -1).astype(np.float32)
    past = np.empty((steps, samples), dtype=np.float32)
    noise = _Noise(steps, samples)
    m, flips = [float(s.mean(dtype=float))], np.empty(steps)
    for t in range(steps):
        past[t] = s
        correlations = past[: t + 1] @ s / samples
        phi = noise.draw(alpha * correlations.astype(float), rng)
        stability = s * (m[t] + phi) + J_D
        turns = stability <= 0 if T == 0 else rng.random(samples) < _chance(stability, T)
        s = np.where(turns, -s, s)
        flips[t] = turns.mean()
        m.append(float(s.mean(dtype=float)))
    course = np.array(m)
    return DilutedRecall(course, np.sqrt((1 - course**2 + 1 / samples) / samples), flips)


def _chance(stability: npt.NDArray[np.floating], T: float) -> Floats:
    """Return the probability of a flip."""
    from scipy.special import expit

    return np.asarray(expit(-2 * stability / T))


class _Noise:
    """A Gaussian process, drawn step by step from its covariance with the steps before."""

    def __init__(self, steps: int, samples: int) -> None:
        self.factor = np.zeros((steps, steps))
        self.independent = np.zeros((steps, samples), dtype=np.float32)
        self.made = 0

    def draw(self, covariance: Floats, rng: np.random.Generator) -> npt.NDArray[np.float32]:
        """Return the next step for all samples, by a row of the factor of Cholesky."""
        t, L = self.made, self.factor
        for k in range(t):
            if L[k, k] > 0:  # what repeats an earlier step has no part of its own
                L[t, k] = (covariance[k] - L[t, :k] @ L[k, :k]) / L[k, k]
        rest = covariance[t] - L[t, :t] @ L[t, :t]
        L[t, t] = np.sqrt(rest) if rest > _NONE * covariance[t] else 0.0
        self.independent[t] = rng.standard_normal(self.independent.shape[1], dtype=np.float32)
        self.made += 1
        return L[t, : t + 1].astype(np.float32) @ self.independent[: t + 1]
