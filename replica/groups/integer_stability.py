r"""Whether replicas of a group, or groups, would rather differ, at integer y and any symmetry.

A replica feels two fields, u on its spin and :math:`\zeta` on its threshold. A disorder among the
overlaps, responses and conjugates is a covariance of these fields between two members, and returns
as

.. math:: K = \begin{pmatrix} \delta\hat q & \eta\,\delta a \\ \eta\,\delta a & \delta q
          \end{pmatrix} \;\to\; \langle X K X \rangle, \qquad
          X = \begin{pmatrix} A & C \\ C & B \end{pmatrix},

as :math:`(\delta q, \delta a; \delta a, \delta\hat q)`, where X are the second derivatives of a
member's free energy by its two fields. Members are the replicas of a group, whose disorder sums to
zero over the others of each, or whole groups, at cross overlap zero. The largest real eigenvalue is
the stability: at one, the quadratic form of the fluctuations changes its sign
(`docs/theory/symmetric.md`).
"""

import math

import numpy as np
import numpy.typing as npt

from replica.gauss.inverse_mills import inverse_mills
from replica.gauss.orthant import Floats
from replica.gauss.spin_columns import Rule, SpinColumns

SMALLEST_Y = 4  # of fewer replicas, none can differ if the sums over the others are to vanish
_SMALL = 0.1  # overlap, below which dividing by it costs digits


def inner_stability(y: int, eta: float, p: Floats, rules: list[Rule]) -> float:
    """Return the eigenvalue of replicas within a group; its columns have probabilities `p`.

    nan at y = 2 and 3.
    """
    if y < SMALLEST_Y:
        return math.nan
    moments = np.concatenate([_curvatures(y, rule) for rule in rules], axis=1)
    return _largest(eta, *(moments @ p).tolist())


def outer_stability(
    y: int, d: float, eta: float, p: Floats, site: SpinColumns, up: Floats
) -> float:
    """Return the eigenvalue of groups among each other; columns have probabilities `p`.

    X is averaged before it is multiplied, as groups share no field.
    """
    q, spin = 1 - 2 * d, 2 * up - y
    A = 1 + (y - 1) * q
    if q > _SMALL:
        C, B = p @ (spin * site.z) / math.sqrt(q) / y, (p @ site.z_2 - 1) / q / y
    else:  # the same before an integration by parts
        turn = np.array([1, -1])
        slope = site.slope @ turn
        C, B = p @ (spin * slope) / y, p @ (site.curvature @ turn @ turn + slope**2) / y
    return _largest(eta, *np.array([A * A, A * C, C * C, A * B, C * B, B * B]).tolist())


def _curvatures(y: int, rule: Rule) -> Floats:
    r"""Return the averages of AA, AC, CC, AB, CB, BB over each column, of shape (6, k).

    A replica that is up with probability r, down with r', and whose logarithms of the stabilities
    have the derivatives m, m', c, c' by :math:`\zeta` has, with :math:`\Delta = m - m'`,

    .. math:: A = 4rr', \quad C = 2rr'\Delta, \quad B = rc + r'c' + rr'\Delta^2.

    A product of i factors r and j factors r' is the probability that i + j replicas of the column,
    drawn without replacement, are up and down: so no digits cancel.
    """
    x, sigma = rule.columns.x(rule.z), rule.columns.sigma
    weights, _ = rule.weights(x)
    m = inverse_mills(x) / sigma
    delta = m.sum(axis=1)  # down, the derivative is -m
    c, c_down = np.moveaxis(-m * (m + x / sigma), 1, 0)

    def drawn(i: int, j: int) -> Floats:
        up, down = rule.columns.n[..., 0].T
        factors = [up - n for n in range(i)] + [down - n for n in range(j)]
        factors = [factor / (y - n) for n, factor in enumerate(factors)]
        return np.asarray(np.prod(factors, axis=0)[:, None])

    all_four, bent = drawn(2, 2), drawn(2, 1) * c + drawn(1, 2) * c_down
    AB = 4 * (bent + all_four * delta**2)
    BB = (
        drawn(2, 0) * c**2
        + drawn(0, 2) * c_down**2
        + 2 * drawn(1, 1) * c * c_down
        + 2 * bent * delta**2
        + all_four * delta**4
    )
    AA, AC, CC = 16 * all_four, 8 * all_four * delta, 4 * all_four * delta**2
    return np.array([(weights * of).sum(axis=1) for of in (AA, AC, CC, AB, AB * delta / 2, BB)])


def _largest(eta: float, AA: float, AC: float, CC: float, AB: float, CB: float, BB: float) -> float:
    """Return the largest real eigenvalue of the map of (q_hat, eta a, q)."""
    matrix = [
        [CC, 2 * CB, BB],
        [eta * AC, eta * (AB + CC), eta * CB],
        [AA, 2 * AC, CC],
    ]
    eigenvalues: npt.NDArray[np.complex128] = np.linalg.eigvals(np.array(matrix))
    return float(eigenvalues.real[np.abs(eigenvalues.imag) <= 1e-7].max())
