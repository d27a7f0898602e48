"""How many groups of y fixed points lie at one mutual distance, for integer y and any symmetry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from foundation import domains
from replica.groups.cluster import FOUND
from replica.groups.cluster_state import Number
from replica.groups.curves import draw_curves
from replica.groups.integer_exponent import FLAT, Exponent, stationary
from replica.groups.integer_stability import SMALLEST_Y, inner_stability, outer_stability
from replica.groups.pointwise import at, described, pointwise

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LARGEST_Y = 50
SMALLEST_D = 1e-6
_TOLERANCE = 1e-10  # of the free entropy
_FEW = (
    "Overlaps of two or three fixed points cannot differ while those of each have the same mean: "
    "there is no inner_stability; that of `clusters` continues it to such y, at eta = 0."
)
_TRIES = 2  # grids on which no extremum is found, after which there is none


@dataclass(frozen=True, eq=False, repr=False)
class IntegerClusters:
    r"""Groups of y fixed points at mutual distance d, in networks of symmetry eta.

    There is no local entropy :math:`\partial\Phi/\partial y` here: the sum over the spins of a
    group is known at integer y only. Each attribute is a number, or an array of the common shape of
    the arguments.

    Attributes
    ----------
    y
        Number of fixed points in a group.
    d
        Mutual distance; the overlap is :math:`q_1 = 1 - 2d`.
    J_D
        Self-coupling.
    eta
        Symmetry of the couplings.
    free_entropy
        :math:`\Phi(y, d)`, the entropy of groups, in nats per neuron.
    slope_d
        :math:`\partial\Phi/\partial d`.
    slope_J_D
        :math:`\partial\Phi/\partial J_D`.
    q_hat
        Conjugate of the overlap.
    shift
        Response a of a state to itself (of no consequence at `eta = 0`).
    overlap_shift
        Response a' of a state to another.
    inner_stability, outer_stability
        :math:`\lambda_\mathrm{in}, \lambda_\mathrm{out}`: below one where the members of one group,
        and groups among each other, have no reason to differ, to eight digits; necessary for a
        typical network to have them, and not sufficient (`docs/theory/typical.md`). At `eta = 0`
        they are those of `clusters`. The inner one is nan at y = 2 and 3, as `status` says:
        overlaps of so few cannot differ while those of each member have the same mean.
    residual
        Largest deviation from the stationarity in `q_hat` (relative), `shift` and `overlap_shift`.
    error
        Estimate of the absolute error of `free_entropy`.
    converged
        Whether the extremum was found, to an error below 1e-10.
    status
        What happened; on failure, also what to do about it.

    Examples
    --------
    >>> import replica
    >>> groups = replica.integer_clusters(y=5, d=0.02, J_D=0.1, eta=0.5)
    >>> groups
    IntegerClusters(y=5, d=0.02, J_D=0.1, eta=0.5: free_entropy=0.209311, ..., converged)
    >>> round(groups.slope_J_D, 3)
    1.06
    >>> round(groups.inner_stability, 3), round(groups.outer_stability, 3)
    (0.469, 0.597)
    """

    y: Number
    d: Number
    J_D: Number
    eta: Number
    free_entropy: Number
    slope_d: Number
    slope_J_D: Number
    q_hat: Number
    shift: Number
    overlap_shift: Number
    inner_stability: Number
    outer_stability: Number
    residual: Number
    error: Number
    converged: Number
    status: Number

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Draw the entropy of groups against the distance, or against what varies instead.

        Where d varies there is a line over d for each value of the other arguments; otherwise the
        lines are over the self-coupling, the symmetry, or y. A single point is a marker. A line
        breaks where no solution was found.

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
            If an argument is outside its documented domain.

        Examples
        --------
        >>> import matplotlib
        >>> matplotlib.use("agg")
        >>> import replica
        >>> ax = replica.integer_clusters(y=3, d=[0.01, 0.1, 0.4], J_D=0.1, eta=0.5).plot()
        >>> ax.get_xlabel()
        'distance $d$'
        """
        return draw_curves(self, "free_entropy", ("d", "J_D", "eta", "y"), ax)

    def __repr__(self) -> str:
        return described(self, ["free_entropy"], "y", "d", "J_D", "eta")


def integer_clusters(
    y: npt.ArrayLike,
    d: npt.ArrayLike,
    J_D: npt.ArrayLike,
    eta: npt.ArrayLike = 0.0,
    throw: bool = True,
) -> IntegerClusters:
    r"""Return the entropy of groups of y fixed points at mutual distance d.

    .. math:: \Phi(y, d) = \mathrm{ext}_{\hat q, a, a'} \Big\{
          -\tfrac{\hat q}2 [q_1 y(y-1) + y] - \tfrac\eta2 [y a^2 + y(y-1) a'^2]
          + \ln \sum_{k=0}^y \tbinom yk e^{\frac{\hat q}2 (2k-y)^2} I_k \Big\}

    with :math:`I_k` of `replica.gauss.spin_columns` at the thresholds

    .. math:: J_{\pm,k} = J_D + \eta\,[a + a' (\pm(2k-y) - 1)].

    At y = 2 it is `pair_entropy`. For couplings of positive symmetry the mean count is only an
    upper bound of the typical one: where :math:`\Phi < 0` there are no groups, where it is
    positive there may still be none. A point takes some milliseconds, and more at small d: a second
    at d = 1e-6, y = 50.

    Parameters
    ----------
    y
        Number of fixed points in a group, an integer in [2, 50]; any shape.
    d
        Mutual distance per neuron, in [1e-6, 0.5]; broadcast against `y`.
    J_D
        Self-coupling, in [0, 40]; broadcast against `y`.
    eta
        Symmetry of the couplings, in [-1, 1]; broadcast against `y`.
    throw
        Whether to raise where the extremum is not found, or to say so in `converged` and `status`.

    Returns
    -------
    The entropy in nats per neuron, with an estimate of its error.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.
    ConvergenceError
        If the extremum is not found to an error below 1e-10, and `throw`.

    References
    ----------
    `docs/theory/symmetric.md`.

    Examples
    --------
    >>> import replica
    >>> round(replica.integer_clusters(y=5, d=0.02, J_D=0.1).free_entropy, 7)
    0.0570549
    >>> round(float(replica.clusters(y=5, d=0.02, J_D=0.1).free_entropy), 7)
    0.0570549

    With symmetric couplings the mean number is larger:

    >>> round(replica.integer_clusters(y=5, d=0.02, J_D=0.1, eta=0.5).free_entropy, 4)
    0.2093
    """
    return pointwise(
        IntegerClusters,
        solve,
        domains.integers("y", y, low=2, high=LARGEST_Y),
        domains.reals("d", d, low=SMALLEST_D, high=0.5),
        domains.reals("J_D", J_D, low=0, high=40),
        domains.reals("eta", eta, low=-1, high=1),
        throw=throw,
    )


def solve(y: int, d: float, J_D: float, eta: float) -> IntegerClusters:
    """Find the extremum at one point, on ever finer grids until a finer one changes nothing."""
    exponent = Exponent(y, d, J_D, eta)
    bc, step, error, failed = np.zeros(2), 0.7 * y**-0.35, np.inf, 0
    while error > _TOLERANCE / 100 and step > 0.05 and failed < _TRIES:
        bc, coarse = stationary(exponent, bc, step)
        failed += not np.abs(coarse.gradient).max() < FLAT
        step *= 0.8
        fine = exponent(bc, step)
        error = abs(fine.value - coarse.value) + 2 * np.finfo(float).eps * fine.size
    b, c = bc
    residual = float(np.abs(fine.gradient).max())
    stable = eta <= 0 or np.linalg.eigvalsh(fine.hessian).max() < 0
    missing = _missing(residual, bool(stable), error)
    return IntegerClusters(
        y=y,
        d=d,
        J_D=J_D,
        eta=eta,
        free_entropy=float(fine.value),
        slope_d=float(fine.slope_d),
        slope_J_D=float(fine.slope_J_D),
        q_hat=fine.q_hat,
        shift=float((b + (y - 1) * c) / y),
        overlap_shift=float((b - c) / y),
        inner_stability=inner_stability(y, eta, fine.p, exponent.rules(bc, step)),
        outer_stability=outer_stability(y, d, eta, fine.p, fine.site, exponent.up),
        residual=residual,
        error=float(error),
        converged=not missing,
        status=f"At {at(y=y, d=d, J_D=J_D, eta=eta)} {missing}." if missing else _found(y),
    )


def _found(y: int) -> str:
    return FOUND if y >= SMALLEST_Y else f"{FOUND} {_FEW}"


def _missing(residual: float, stable: bool, error: float) -> str:
    """Say what is missing for a solution, if anything is, and what to do about it."""
    if not residual < FLAT:
        return (
            f"no extremum was found (the gradient is {residual:.1e}): close to eta = -1 there may "
            "be no fixed points; try a larger eta or J_D"
        )
    if not stable:
        return "the exponent is stationary, but not largest; try a smaller y or eta"
    if not error < _TOLERANCE:
        return f"the extremum was found to an error of {error:.1e} only; try a larger d or eta"
    return ""
