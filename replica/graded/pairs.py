"""Pairs of stable fixed points of graded neurons, at an overlap of their rates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from foundation import domains
from foundation.axes import axes_of
from networks import Branches
from replica.graded import stable
from replica.graded.units import outer
from replica.groups.pointwise import at, described, pointwise

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = npt.NDArray[np.float64]
Number = Any  # a float, or an array of the common shape of the arguments

LARGEST = 0.98  # overlap
S_MIN, S_MAX, G_MIN, G_MAX = 1.001, 1e3, 0.1, 1e3
_LADDER = (0.0, 0.2, 0.4, 0.6, 0.8, 0.9, 0.95)  # overlaps on the way
_STEP, _SCALE, _NEAREST, _FIELDS = 0.25, 0.25, -30.0, 9.0
_EXACT = 1e-8


@dataclass(frozen=True, eq=False, repr=False)
class GradedPairs:
    r"""The entropy of pairs of stable fixed points of graded neurons.

    Each attribute is a number, or an array of the common shape of the arguments.

    Attributes
    ----------
    overlap, s, g
        :math:`\langle\phi^1\phi^2\rangle / q`, self-excitation and coupling.
    entropy
        Nats per neuron: :math:`\lim \frac1N \ln E[\#\text{pairs}]`.
    q
        Mean squared rate of both.
    q_hat, overlap_hat
        The multipliers of q and of the overlap.
    error
        Estimate of the absolute error of the entropy.
    converged, status
        Whether the saddle point was found; what happened, and on failure, what to do.

    Examples
    --------
    >>> import replica
    >>> pairs = replica.graded_pair_entropy(overlap=0.4, s=2.0, g=2.0)
    >>> pairs
    GradedPairs(overlap=0.4, s=2, g=2: entropy=0.3639..., error=..., converged)
    >>> pairs.plot().get_xlabel()
    'overlap'
    """

    overlap: Number
    s: Number
    g: Number
    entropy: Number
    q: Number
    q_hat: Number
    overlap_hat: Number
    error: Number
    converged: Any
    status: Any

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Draw the entropy of pairs against their overlap.

        Parameters
        ----------
        ax
            Axes to draw in; None for those of a new figure.

        Returns
        -------
        The axes.

        Raises
        ------
        TypeError
            If `ax` is neither axes nor None.
        """
        ax = axes_of(ax)
        values = np.atleast_1d(self.entropy)
        ax.plot(np.atleast_1d(self.overlap), values, "." if values.size == 1 else "-")
        ax.set(xlabel="overlap", ylabel="entropy of pairs")
        return ax

    def __repr__(self) -> str:
        return described(self, ["entropy"], "overlap", "s", "g")


def graded_pair_entropy(
    overlap: npt.ArrayLike, s: npt.ArrayLike, g: npt.ArrayLike, throw: bool = True
) -> GradedPairs:
    r"""Return the entropy of pairs of stable fixed points of graded neurons.

    In two states with the overlap r of their rates the fields are normal, of variance
    :math:`g^2 q` and correlation r,

    .. math:: \Sigma_2(r) = \max_q \min_{\hat q, \hat r} \ln \int dH_1 dH_2\,
              \mathcal N(H_1, H_2) \sum_\text{branches}
              e^{\hat q(\phi_1^2 + \phi_2^2 - 2q) + \hat r(\phi_1 \phi_2 - r q)} .

    If it is largest at r = 0, where it is twice the entropy of fixed points, then the second
    moment of their number is, to leading order, the square of the mean. The bound that stability
    puts on the response (`graded_fixed_point_entropy`) is left out: it costs nothing that one sees
    but near the line where stable fixed points begin.

    Parameters
    ----------
    overlap
        r, in [0, 0.98]; any shape. (Negative ones give the same.)
    s
        Self-excitation, in [1.001, 1000]; broadcast.
    g
        Coupling, in [0.1, 1000]; broadcast.
    throw
        Whether to raise where no saddle point is found, or to say so in `converged` and `status`.

    Returns
    -------
    The saddle point; in about a second a value.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.
    ConvergenceError
        If no saddle point is found, and `throw`.

    References
    ----------
    `docs/theory/graded-neurons.md`.

    Examples
    --------
    >>> import replica
    >>> curve = replica.graded_pair_entropy([0.0, 0.4, 0.8], s=2.0, g=2.0).entropy
    >>> bool(abs(curve[0] - 2 * replica.graded_fixed_point_entropy(2.0, 2.0).entropy) < 1e-4)
    True
    >>> curve.argmax()
    np.int64(0)
    """
    overlap, s, g = np.broadcast_arrays(
        domains.reals("overlap", overlap, low=0, high=LARGEST),
        domains.reals("s", s, low=S_MIN, high=S_MAX),
        domains.reals("g", g, low=G_MIN, high=G_MAX),
    )
    return pointwise(GradedPairs, _solve, overlap, s, g, throw=throw)


class Pairs:
    """Two neurons, the first of them on its upper branch, and their weights."""

    def __init__(self, s: float, g: float, step: float) -> None:
        branches = Branches(s)
        high = (branches.h_c + _FIELDS * g) / (_SCALE * g)
        v = np.arange(_NEAREST, high, step)  # fields are dense at the end of the branch
        above = _SCALE * g * np.logaddexp(0, v)
        H, phi = above - branches.h_c, np.tanh(branches._upper(above))
        log_dH = np.log(_SCALE * g * step) - np.logaddexp(0, -v)
        both = np.concatenate([H, -H]), np.concatenate([phi, -phi])
        self.g = g
        self.log_dH = log_dH[:, None] + np.tile(log_dH, 2)
        self.fields2 = H[:, None] ** 2 + both[0] ** 2
        self.fields = np.outer(H, both[0])
        self.phi, self.phi2 = phi, phi[:, None] ** 2 + both[1] ** 2
        self.product = np.outer(phi, both[1])

    def rest(self, y: Floats, r: float) -> tuple[list[float], float]:
        """Return by how much the conditions are missed, and the entropy."""
        q, q_hat, r_hat = float(np.exp(min(y[0], 1.0))), float(y[1]), float(y[2])
        scale = 2 * self.g**2 * q * (1 - r**2)
        square = (self.fields2 - 2 * r * self.fields) / scale
        exponent = self.log_dH - square + q_hat * (self.phi2 - 2 * q)
        exponent += r_hat * (self.product - r * q)
        top = exponent.max()
        weight = np.exp(exponent - top)
        total = weight.sum()
        norm = np.log(2 * np.pi * self.g**2 * q) + np.log1p(-(r**2)) / 2
        missed = [
            float((weight * self.phi2).sum() / total) / (2 * q) - 1,
            float((weight * self.product).sum() / total) / q - r,
            float((weight * square).sum() / total) - 1 - q * (2 * q_hat + r_hat * r),
        ]
        return missed, float(np.log(2 * total) + top - norm)


def _solve(overlap: float, s: float, g: float) -> GradedPairs:
    fine, coarse = (_saddle(Pairs(s, g, step), overlap, s, g) for step in (_STEP, 2 * _STEP))
    if fine is None or coarse is None:
        status = f"No saddle point was found at {at(overlap=overlap, s=s, g=g)}: try a larger s."
        none = np.nan
        return GradedPairs(overlap, s, g, none, none, none, none, none, False, status)
    entropy, q, q_hat, overlap_hat = fine
    error = abs(entropy - coarse[0]) + 1e-9
    status = "The saddle point was found."
    return GradedPairs(overlap, s, g, entropy, q, q_hat, overlap_hat, error, True, status)


def _saddle(
    pairs: Pairs, overlap: float, s: float, g: float
) -> tuple[float, float, float, float] | None:
    """Return entropy, q and multipliers, followed from independent states."""
    from scipy.optimize import root

    free = stable.unbounded(stable.StableUnits(outer(s, g), g))
    if free is None:
        return None
    y = np.append(free, 0.0)
    for r in (*(step for step in _LADDER if step < overlap), overlap):
        found = root(lambda y, r=r: pairs.rest(y, r)[0], y, tol=1e-11)
        if np.max(np.abs(found.fun)) > _EXACT:
            return None
        y = found.x
    return pairs.rest(y, overlap)[1], float(np.exp(y[0])), float(y[1]), float(y[2])
