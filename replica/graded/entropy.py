"""How many fixed points a network of graded neurons has, for many neurons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from foundation import domains
from foundation.axes import axes_of
from replica.graded import every, stable
from replica.graded.units import inner_and_outer, outer
from replica.groups.pointwise import at, described, pointwise

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Number = Any  # a float, or an array of the common shape of the arguments

KINDS = ("all", "stable")
S_MAX, G_MIN, G_MAX = 1e5, 0.05, 1e5
_ROUNDING = 1e-12
_FOUND = "The saddle point was found."


@dataclass(frozen=True, eq=False, repr=False)
class GradedEntropy:
    r"""The entropy of fixed points of graded neurons, at its saddle point.

    Each attribute is a number, or an array of the common shape of the arguments.

    Attributes
    ----------
    s, g
        Self-excitation and coupling.
    entropy
        Nats per neuron: :math:`\lim \frac1N \ln E[\#]`.
    q
        Mean squared rate :math:`\langle\tanh^2 x\rangle` at those fixed points.
    q_hat
        Its multiplier.
    multiplier
        Of stable fixed points: :math:`\kappa`, of the bound that stability puts on the response; 0
        where typical fixed points meet it anyhow. Of all: u, 0 where the determinant factorises.
    response
        :math:`g^2 \langle\chi^2\rangle`, of stable fixed points with :math:`\chi = d\phi/dH`: one
        where they are marginal.
    outlier
        Of stable fixed points, the real part of the eigenvalue that the conditions on the couplings
        may split off the others, plus one: if it is below one, this eigenvalue is stable too. nan
        of all.
    error
        Estimate of the absolute error of the entropy.
    converged, status
        Whether the saddle point was found; what happened, and on failure, what to do.

    Examples
    --------
    >>> import replica
    >>> replica.graded_fixed_point_entropy(s=1.5, g=2.0)
    GradedEntropy(s=1.5, g=2: entropy=0.0819903, error=1e-12, converged)
    >>> curve = replica.graded_fixed_point_entropy(s=[1.5, 2.0, 2.5], g=2.0)
    >>> curve.entropy.round(4)
    array([0.082 , 0.1947, 0.3032])
    >>> curve.response.round(6)
    array([1., 1., 1.])
    >>> curve.plot().get_xlabel()
    'self-excitation $s$'
    """

    s: Number
    g: Number
    entropy: Number
    q: Number
    q_hat: Number
    multiplier: Number
    response: Number
    outlier: Number
    error: Number
    converged: Any
    status: Any

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Draw the entropy against what varies, the self-excitation or the coupling.

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
        s, g = np.atleast_1d(self.s), np.atleast_1d(self.g)
        coupling = np.ptp(s) == 0 and np.ptp(g) > 0
        values = np.atleast_1d(self.entropy)
        ax.plot(g if coupling else s, values, "." if values.size == 1 else "-")
        ax.set(
            xlabel="coupling $g$" if coupling else "self-excitation $s$",
            ylabel=r"entropy of fixed points $\Sigma$",
        )
        return ax

    def __repr__(self) -> str:
        return described(self, ["entropy"], "s", "g")


def graded_fixed_point_entropy(
    s: npt.ArrayLike, g: npt.ArrayLike, which: str = "stable", throw: bool = True
) -> GradedEntropy:
    r"""Return the entropy of fixed points of graded neurons, :math:`x - s\phi(x) = g J \phi(x)`.

    With :math:`\phi = \tanh` and :math:`J_{ij} \sim \mathcal N(0, 1/N)`, the formula of Kac and
    Rice leaves a problem of one neuron. Of the stable ones, whose neurons are all on outer branches
    and respond to their fields by :math:`\chi = d\phi/dH`,

    .. math:: \Sigma = \max_q \min_{\hat q, \kappa \ge 0} \ln \int dH\, \mathcal N(H; 0, g^2 q)
              \sum_\text{branches} e^{\hat q(\phi^2 - q) - \kappa(g^2\chi^2 - 1)} .

    For s > 1 the mean of :math:`\chi^2` diverges at the ends of the branches unless
    :math:`\kappa > 0`: typical stable fixed points are marginal. At high gain
    :math:`\Sigma \to \ln 2H(-h_c(s)/g)`, that of binary neurons with a self-coupling
    :math:`h_c(s)/g` (`networks.Branches`).

    Parameters
    ----------
    s
        Self-excitation, in [0, 1e5]; any shape.
    g
        Coupling, in [0.05, 1e5], and above 1 - s; broadcast against `s`.
    which
        "stable", or "all" fixed points but x = 0.
    throw
        Whether to raise where no saddle point is found, or to say so in `converged` and `status`,
        with an entropy of nan.

    Returns
    -------
    The saddle point. It is the entropy of the *mean* number of fixed points: whether typical
    networks have it was not shown.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.
    ConvergenceError
        If no saddle point is found, and `throw`.

    References
    ----------
    `docs/theory/graded-neurons.md`; Wainrib and Touboul, Phys. Rev. Lett. 110, 118101 (2013), for
    s = 0 near g = 1.

    Examples
    --------
    >>> import replica
    >>> replica.graded_fixed_point_entropy(s=0.0, g=[1.5, 3.0], which="all").entropy.round(4)
    array([0.0071, 0.0614])

    None of them is stable: chaos.

    >>> replica.graded_fixed_point_entropy(s=0.0, g=[1.5, 3.0]).entropy.round(4)
    array([-0.0049, -0.0411])
    """
    which = domains.choice("which", which, KINDS)
    s, g = np.broadcast_arrays(
        domains.reals("s", s, low=0, high=S_MAX), domains.reals("g", g, low=G_MIN, high=G_MAX)
    )
    if (quiet := s + g <= 1).any():
        raise ValueError(
            "s + g must be > 1, since x = 0 is the only fixed point otherwise, got "
            f"s={s[quiet][0]:g}, g={g[quiet][0]:g}"
        )
    solve = _stable if which == "stable" else _every
    return pointwise(GradedEntropy, solve, s, g, throw=throw)


def _stable(s: float, g: float) -> GradedEntropy:
    units = outer(s, g)
    fine, coarse = (stable.solve(grid, g, s > 1) for grid in (units, units.every_second()))
    return _state(s, g, fine, coarse)


def _every(s: float, g: float) -> GradedEntropy:
    units = inner_and_outer(s, g)
    fine, coarse = (every.solve(grid, g) for grid in (units, units.every_second()))
    return _state(s, g, fine, coarse)


def _state(
    s: float, g: float, fine: stable.Saddle | None, coarse: stable.Saddle | None
) -> GradedEntropy:
    """Return what was found on a grid, and on one of half of its nodes."""
    if fine is None or coarse is None:
        status = f"No saddle point was found at {at(s=s, g=g)}: try a larger s or g."
        nothing = stable.Saddle(*[np.nan] * 6)
        return GradedEntropy(s, g, **vars(nothing), error=np.nan, converged=False, status=status)
    error = abs(fine.entropy - coarse.entropy) + _ROUNDING
    return GradedEntropy(s, g, **vars(fine), error=error, converged=True, status=_FOUND)
