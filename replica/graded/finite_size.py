"""The exact mean number of fixed points of graded neurons, at any number of neurons."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, log, pi

import numpy as np
import numpy.typing as npt

from foundation import domains
from foundation.errors import ConvergenceError
from networks import Branches
from replica.graded import every, stable
from replica.graded.proposals import Independent, Mixture, Proposal, Scales, around
from replica.graded.units import inner_and_outer, outer

Floats = npt.NDArray[np.float64]

WHICH = ("all", "stable", "outer")
FEW = 8  # neurons, for all of whose states there is a density with bounded weights
_BATCHES = 20
_AT_ONCE = 2**22  # couplings
_SHARE = 0.7  # of states drawn around the saddle point
_TOO_MUCH = 0.2  # of the mean from a single sample


@dataclass(frozen=True)
class GradedMean:
    r"""A mean number of fixed points, by sampling.

    Attributes
    ----------
    log_mean
        :math:`\ln E[\#]`, -inf if none was met.
    error
        Its standard error.
    samples
        Number of samples.
    heaviest
        Part of the mean that the heaviest sample makes.
    converged, status
        Whether no single sample makes the mean; what happened, and what to do about it.

    Examples
    --------
    >>> import replica
    >>> found = replica.log_expected_graded_fixed_points(4, 1.5, 1.5, samples=4000, rng=1)
    >>> found
    GradedMean(log_mean=0.8..., error=0.0..., samples=4000, heaviest=0.0...)
    >>> found.converged, bool(abs(found.log_mean - 0.805) < 4 * found.error)
    (True, True)
    """

    log_mean: float
    error: float
    samples: int
    heaviest: float

    @property
    def converged(self) -> bool:
        """Whether the mean does not hang on a single sample."""
        return self.heaviest < _TOO_MUCH

    @property
    def status(self) -> str:
        """What happened, and what to do about it."""
        if self.converged:
            return f"{self.samples} samples gave the mean to {self.error:.1g} of its logarithm."
        if self.log_mean == -inf:
            return f"None of {self.samples} samples is such a fixed point: raise samples, or s."
        return (
            f"One of {self.samples} samples makes {self.heaviest:.0%} of the mean: raise samples, "
            "or lower N."
        )


def log_expected_graded_fixed_points(
    N: int,
    s: float,
    g: float,
    which: str = "stable",
    samples: int = 40_000,
    *,
    rng: int | np.random.Generator | None = None,
    throw: bool = True,
) -> GradedMean:
    r"""Return :math:`\ln E[\#]` of the fixed points of N graded neurons but x = 0.

    The formula of Kac and Rice is exact at any N, since couplings with :math:`J_{ii}` of the same
    variance give independent fields :math:`H = x - s\phi(x)`,

    .. math:: E[\#] = \int d^N x\, \mathcal N(H; 0, g^2 q) \,
              E\, |\det(1 - s\phi' - g J \phi')| , \qquad q = |\phi|^2 / N,

    where J is conditioned on :math:`g J \phi = H`. The integral is a mean over states, drawn from a
    known density (for many neurons that of the saddle point), and over couplings, of which one is
    drawn for each.

    Parameters
    ----------
    N
        Number of neurons, in [1, 1000]; at most 8 for "stable".
    s
        Self-excitation, in [0, 100]; > 1 for "outer".
    g
        Coupling, in [0.1, 100], and above 1 - s.
    which
        "all"; "stable", all eigenvalues have a negative real part; "outer", stable with all neurons
        on outer branches, as almost all stable ones of many neurons are.
    samples
        Number of samples, >= 100; the work grows as samples times N³.
    rng
        A seed, a generator, or None for a fresh seed.
    throw
        Whether to raise where a single sample makes a fifth of the mean.

    Returns
    -------
    The mean and its error.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.
    ConvergenceError
        If the samples are too few, and `throw`; if there is no saddle point to sample from.

    References
    ----------
    `docs/theory/graded-neurons.md`.

    Examples
    --------
    >>> import replica
    >>> found = replica.log_expected_graded_fixed_points(32, 1.5, 2.0, "outer", 1000, rng=1)
    >>> bool(abs(found.log_mean - 32 * 0.08199) < 0.5)
    True
    """
    N = domains.integer("N", N, high=1000)
    s = domains.real("s", s, low=0, high=100)
    g = domains.real("g", g, low=0.1, high=100)
    which = domains.choice("which", which, WHICH)
    samples = domains.integer("samples", samples, low=100)
    rng, throw = domains.generator(rng), domains.boolean("throw", throw)
    if s + g <= 1:
        raise ValueError(f"s + g must be > 1, since x = 0 is alone otherwise, got s={s}, g={g}")
    if which == "stable" and N > FEW:
        raise ValueError(
            f"N must be at most {FEW} for which='stable', got {N}: take which='outer', which is "
            "the same for many neurons"
        )
    end = Branches(s).x_c if which == "outer" or s > 1 else 0.0
    proposal = _proposal(s, g, which, end)
    least = end if which == "outer" else 0.0
    logs = _weights(N, s, g, samples, proposal, which != "all", least, rng)
    found = _mean(logs)
    if throw and not found.converged:
        raise ConvergenceError(found.status)
    return found


def _proposal(s: float, g: float, which: str, end: float) -> Proposal:
    """Return a density that is large where fixed points are."""
    if which == "all":
        saddle = every.solve(inner_and_outer(s, g), g)
    else:
        units = stable.StableUnits(outer(s, g), g)
        y = stable.unbounded(units)
        saddle = None if y is None else units.at(y, 0.0)
    if saddle is None:
        raise ConvergenceError(f"No saddle point to sample from at s = {s:g}, g = {g:g}.")
    units_of: Independent = around(saddle, s, g, end, outer=which != "all")
    if which == "outer":
        return units_of
    return Mixture(units_of, Scales(1e-4, 2 * (s + 2 * g)), _SHARE if which == "all" else 0.5)


def _weights(
    N: int,
    s: float,
    g: float,
    samples: int,
    proposal: Proposal,
    only_stable: bool,
    least: float,
    rng: np.random.Generator,
) -> Floats:
    """Return the logarithm of the weight of each sample; -inf where it does not count."""
    size = max(1, min(samples, _AT_ONCE // N**2))
    parts = []
    for first in range(0, samples, size):
        x = proposal.draw(min(size, samples - first), N, rng)
        phi = np.tanh(x)
        H, squares = x - s * phi, (phi**2).sum(axis=1)
        jacobian = _jacobians(phi, H, s, g, rng)
        log_det = np.linalg.slogdet(jacobian)[1]
        variance = g**2 * squares / N
        logs = log_det - (H**2).sum(axis=1) / (2 * variance) - N / 2 * np.log(2 * pi * variance)
        logs -= proposal.log_density(x)
        if only_stable:
            counts = (np.abs(x) > least).all(axis=1) & np.isfinite(logs)
            real = np.linalg.eigvals(jacobian[counts]).real.max(axis=1)
            counts[counts] = real < 0
            logs = np.where(counts, logs, -inf)
        parts.append(logs)
    return np.concatenate(parts)


def _jacobians(phi: Floats, H: Floats, s: float, g: float, rng: np.random.Generator) -> Floats:
    """Return the derivative of the velocities, with couplings that hold the states."""
    count, N = phi.shape
    J = rng.standard_normal((count, N, N)) / np.sqrt(N)
    missing = H / g - np.einsum("bij,bj->bi", J, phi)
    J += missing[:, :, None] * (phi / (phi**2).sum(axis=1)[:, None])[:, None, :]
    slope = 1 - phi**2
    J *= g * slope[:, None, :]
    i = np.arange(N)
    J[:, i, i] += s * slope - 1
    return J


def _mean(logs: Floats) -> GradedMean:
    """Return the logarithm of the mean, and its error from batches."""
    top = logs.max()
    if top == -inf:
        return GradedMean(-inf, inf, len(logs), 1.0)
    weights = np.exp(logs - top)
    batches = np.array([part.mean() for part in np.array_split(weights, _BATCHES)])
    mean = weights.mean()
    error = batches.std(ddof=1) / np.sqrt(_BATCHES) / mean
    return GradedMean(float(top + log(mean)), float(error), len(logs), float(1 / weights.sum()))
