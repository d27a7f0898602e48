r"""How many groups of y fixed points lie at one mutual distance, for integer y and any symmetry."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy import optimize, special

from foundation import domains
from foundation.errors import ConvergenceError
from replica.gauss.orthant import Floats
from replica.gauss.spin_columns import Columns, columns

LARGEST_Y = 50
SMALLEST_D = 1e-6
_TOLERANCE = 1e-10  # of the free entropy


@dataclass(frozen=True, repr=False)
class IntegerClusters:
    r"""Groups of y fixed points at mutual distance d, in networks of symmetry eta.

    There is no local entropy :math:`\partial\Phi/\partial y` here: the sum over the spins of a
    group is known at integer y only.

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
        Response a of a state to itself (zero without consequence at `eta = 0`).
    overlap_shift
        Response a' of a state to another.
    residual
        Largest deviation from the stationarity in `q_hat` (relative), `shift` and `overlap_shift`.
    error
        Estimate of the absolute error of `free_entropy`.
    converged
        Whether the extremum was found, to an error below 1e-10.

    Examples
    --------
    >>> import replica
    >>> groups = replica.integer_clusters(y=5, d=0.02, J_D=0.1, eta=0.5)
    >>> groups
    IntegerClusters(y=5, d=0.02, J_D=0.1, eta=0.5: free_entropy=0.209311, ..., converged)
    >>> round(groups.slope_J_D, 3)
    1.06
    """

    y: int
    d: float
    J_D: float
    eta: float
    free_entropy: float
    slope_d: float
    slope_J_D: float
    q_hat: float
    shift: float
    overlap_shift: float
    residual: float
    error: float
    converged: bool

    def __repr__(self) -> str:
        status = "converged" if self.converged else "no extremum found"
        return (
            f"IntegerClusters(y={self.y}, d={self.d:.6g}, J_D={self.J_D:.6g}, eta={self.eta:.6g}: "
            f"free_entropy={self.free_entropy:.6g}, error={self.error:.1g}, {status})"
        )


def integer_clusters(
    y: int, d: float, J_D: float, eta: float = 0.0, throw: bool = True
) -> IntegerClusters:
    r"""Return the entropy of groups of y fixed points at mutual distance d.

    .. math:: \Phi(y, d) = \mathrm{ext}_{\hat q, a, a'} \Big\{
          -\tfrac{\hat q}2 [q_1 y(y-1) + y] - \tfrac\eta2 [y a^2 + y(y-1) a'^2]
          + \ln \sum_{k=0}^y \tbinom yk e^{\frac{\hat q}2 (2k-y)^2} I_k \Big\}

    with :math:`I_k` of `replica.gauss.spin_columns` at the thresholds

    .. math:: J_{\pm,k} = J_D + \eta\,[a + a' (\pm(2k-y) - 1)].

    At y = 2 it is `pair_entropy`. For couplings of positive symmetry the mean count is only an
    upper bound of the typical one: where :math:`\Phi < 0` there are no groups, where it is
    positive there may still be none. It takes some milliseconds, and more for small d: a second at
    d = 1e-6, y = 50.

    Parameters
    ----------
    y
        Number of fixed points in a group, an integer in [2, 50].
    d
        Mutual distance per neuron, a number in [1e-6, 0.5].
    J_D
        Self-coupling, a number in [0, 40].
    eta
        Symmetry of the couplings, a number in [-1, 1].
    throw
        Whether to raise if the extremum is not found, or to say so in `converged`.

    Returns
    -------
    IntegerClusters.

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
    y = domains.integer("y", y, low=2, high=LARGEST_Y)
    d = domains.real("d", d, low=SMALLEST_D, high=0.5)
    J_D = domains.real("J_D", J_D, low=0, high=40)
    eta = domains.real("eta", eta, low=-1, high=1)
    throw = domains.boolean("throw", throw)
    state = _solve(y, d, J_D, eta)
    if throw and not state.converged:
        raise ConvergenceError(
            f"no extremum found at y={y}, d={d}, J_D={J_D}, eta={eta}: "
            f"residual {state.residual:.1g}, error {state.error:.1g}"
        )
    return state


class _Point(NamedTuple):
    """The exponent at given responses, extremised over `q_hat`.

    The responses are `b = a + (y-1) a'`, of all states to all, and `c = a - a'`; `gradient` and
    `hessian` are with respect to these two, divided by `eta`.
    """

    value: float
    q_hat: float
    gradient: Floats
    hessian: Floats
    slope_d: float
    slope_J_D: float
    size: float  # of the terms that are added up


class _Exponent:
    """What is extremised, as a function of the two responses."""

    def __init__(self, y: int, d: float, J_D: float, eta: float) -> None:
        self.d, self.J_D, self.eta = d, J_D, eta
        up = np.arange(y // 2 + 1.0)  # k and y - k spins up are alike
        self.y, self.up, self.metric = y, up, np.array([1.0, y - 1])
        self.log_number = np.log(special.binom(y, up) * np.where(2 * up == y, 1, 2))
        self.unlike = 2 * up * (y - up)  # ordered pairs of spins that differ
        # the thresholds are J_D + eta * field @ (b, c)
        self.field = np.array([[2 * up - y, 2 * (y - up)], [y - 2 * up, 2 * up]]).T / y
        self.field = self.field.transpose(0, 2, 1)

    def __call__(self, bc: Floats, step: float) -> _Point:
        y, d, eta, field = self.y, self.d, self.eta, self.field
        site = columns(y, self.up, self.J_D + eta * field @ bc, d, step)
        log_weight = self.log_number + site.log
        q_hat = _conjugate(log_weight, self.unlike, d * y * (y - 1))
        log_p = log_weight - q_hat * self.unlike
        log_sum = np.logaddexp.reduce(log_p)
        p = np.exp(log_p - log_sum)
        terms = np.array([q_hat * d * y * (y - 1), log_sum, -eta * self.metric @ bc**2 / 2])
        slope = np.einsum("kij,ki->kj", field, site.slope)
        mean = p @ slope
        return _Point(
            value=terms.sum(),
            q_hat=q_hat,
            gradient=mean - self.metric * bc,
            hessian=eta * self._curvature(p, slope - mean, site) - np.diag(self.metric),
            slope_d=q_hat * y * (y - 1) - 2 * p @ site.slope_q,
            slope_J_D=p @ site.slope.sum(axis=1),
            size=np.abs(terms).sum() + p @ (self.log_number + np.abs(site.log) + np.abs(log_p)),
        )

    def _curvature(self, p: Floats, spread: Floats, site: Columns) -> Floats:
        """Return the second derivatives of the logarithm of the sum, `q_hat` following."""
        single = np.einsum("k,kia,kij,kjb->ab", p, self.field, site.curvature, self.field)
        excess = self.unlike - p @ self.unlike
        cross = (p * excess) @ spread
        return single + (p * spread.T) @ spread - np.outer(cross, cross) / (p @ excess**2)


def _conjugate(log_weight: Floats, unlike: Floats, mean: float) -> float:
    """Return the `q_hat` at which the mean number of `unlike` pairs is as asked for."""
    some = unlike > 0
    log_unlike = np.log(unlike[some]) - np.log(mean)

    def excess(q_hat: float) -> float:
        log_p = log_weight - q_hat * unlike
        # (the logsumexp of scipy takes a quarter of a millisecond)
        return np.logaddexp.reduce(log_p[some] + log_unlike) - np.logaddexp.reduce(log_p)

    low, high = -1.0, 1.0
    while excess(low) < 0:
        low *= 2
    while excess(high) > 0:
        high *= 2
    return float(optimize.brentq(excess, low, high, xtol=1e-15, rtol=4 * np.finfo(float).eps))


def _newton(exponent: _Exponent, bc: Floats, step: float) -> tuple[Floats, _Point]:
    """Return the responses at which the gradient vanishes, and the exponent there."""
    here = exponent(bc, step)
    for _ in range(50):
        if np.linalg.norm(bc) > 1e4:
            break  # it runs away, where there is no fixed point
        move = np.linalg.solve(here.hessian, here.gradient)
        last = np.linalg.norm(move) < 1e-7 * (1 + np.linalg.norm(bc))  # it converges quadratically
        there = exponent(bc - move, step)
        for _ in range(30):
            if last or np.linalg.norm(there.gradient) < np.linalg.norm(here.gradient):
                break
            move /= 2
            there = exponent(bc - move, step)
        bc, here = bc - move, there
        if last:
            break
    return bc, here


def _solve(y: int, d: float, J_D: float, eta: float) -> IntegerClusters:
    """Find the extremum on ever finer grids, until a finer one changes nothing."""
    exponent = _Exponent(y, d, J_D, eta)
    bc, step, error = np.zeros(2), 0.7 * y**-0.35, np.inf
    while error > _TOLERANCE / 100 and step > 0.05:
        bc, coarse = _newton(exponent, bc, step)
        step *= 0.8
        fine = exponent(bc, step)
        error = abs(fine.value - coarse.value) + 2 * np.finfo(float).eps * fine.size
    b, c = bc
    residual = float(np.abs(fine.gradient).max())
    stable = eta <= 0 or np.linalg.eigvalsh(fine.hessian).max() < 0
    return IntegerClusters(
        y,
        d,
        J_D,
        eta,
        free_entropy=float(fine.value),
        slope_d=float(fine.slope_d),
        slope_J_D=float(fine.slope_J_D),
        q_hat=fine.q_hat,
        shift=float((b + (y - 1) * c) / y),
        overlap_shift=float((b - c) / y),
        residual=residual,
        error=float(error),
        converged=bool(stable and residual < 1e-8 and error < _TOLERANCE),
    )
