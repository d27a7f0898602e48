r"""Where message passing begins to choose a cluster: its state m = 0 loses stability.

Near m = 0 the field of focusing or reinforcement is :math:`f \simeq \lambda u`, and with
:math:`\kappa = \varphi(J_D)/\Phi(J_D)` a node answers to its inputs by

.. math:: \begin{pmatrix} m \\ g \end{pmatrix} = A \begin{pmatrix} h \\ \omega \end{pmatrix},
          \qquad A = \begin{pmatrix} 1+\lambda & (1+\lambda)\kappa \\
                     (1+\lambda)\kappa & \kappa(\kappa\lambda - J_D) \end{pmatrix}.

The iteration takes back what a node has sent to itself as if f came from outside. So responses are
left over, :math:`h = \psi + a m` and :math:`\omega = \phi + b g`, with
:math:`B = (1 - A\,\mathrm{diag}(a, b))^{-1} A`, :math:`a = B_{22} + J_D \kappa` and
:math:`b = B_{11} - 1`. These two equations determine a, which enters linearly, and then
:math:`\lambda` as a function of b alone: with :math:`c = \kappa(\kappa + J_D)`,

.. math:: \lambda(b) = \frac{(1+b)(1 + \kappa J_D b) - (1 + cb) + (1+b)(1+cb)\,\kappa J_D b}
          {\kappa^2 b (1+b) + (1 + cb) + (1+b)(1+cb)\,[c + (\kappa^2 + \kappa J_D c) b]/(1-c)} .

From :math:`\lambda(0) = 0` the response b grows with :math:`\lambda` up to the largest value of
this function, beyond which there is none: the edge of the spectrum has reached 1. The maximum lies
at a finite b (a fold) up to :math:`J_D + \kappa = 1`, at 0.4811, and at infinite b from there on.
"""

from math import atanh, exp, inf, pi, sqrt
from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_ndtr

from foundation import domains


class Onset(NamedTuple):
    r"""Strengths at which the state m = 0 loses stability.

    Attributes
    ----------
    slope
        :math:`\lambda` of the field :math:`f \simeq \lambda u`.
    rate
        That of reinforcement, :math:`\lambda/(1 + \lambda)`.
    gamma
        That of focusing with y replicas, :math:`\mathrm{atanh} \sqrt{\lambda/(y - 1)}`; infinite if
        y is too small for any.

    Examples
    --------
    >>> import bp
    >>> bp.onset(J_D=1.0, y=1.5)
    Onset(slope=0.957..., rate=0.489..., gamma=inf)
    """

    slope: float
    rate: float
    gamma: float


def onset(J_D: float, y: float = 7.0) -> Onset:
    r"""Return where focusing and reinforcement begin to choose a cluster, in infinite networks.

    Below, all magnetisations decay; above, they grow until a cluster is chosen.

    Parameters
    ----------
    J_D
        Self-coupling, in [0, 10].
    y
        Number of replicas of focusing, > 1.

    Returns
    -------
    Onset, exact to rounding.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    References
    ----------
    `docs/theory/focusing-dynamics.md`.

    Examples
    --------
    >>> import bp
    >>> onset = bp.onset(J_D=0.2)
    >>> round(onset.slope, 6), round(onset.rate, 6), round(onset.gamma, 6)
    (0.108406, 0.097803, 0.135234)
    """
    J_D = domains.real("J_D", J_D, low=0, high=10)
    y = domains.real("y", y, low=1)
    if y == 1:
        raise ValueError("y must be > 1, got 1: a single replica is not focused")
    kappa = exp(-(J_D**2) / 2 - float(log_ndtr(J_D))) / sqrt(2 * pi)
    slope = _largest_slope(J_D, kappa)
    gamma = atanh(sqrt(slope / (y - 1))) if slope < y - 1 else inf
    return Onset(slope, slope / (1 + slope), gamma)


def _largest_slope(J_D: float, kappa: float) -> float:
    """Return the maximum of lambda(b), by x = b/(1 + b), on a grid and then by Brent's method."""
    x = np.linspace(0, 1, 201)
    values = [_slope(float(part), J_D, kappa) for part in x]
    best = int(np.argmax(values))
    if best == len(x) - 1:  # at infinite b, unless a fold is hidden before it
        low, high = float(x[-2]), 1.0
    else:
        low, high = float(x[best - 1]), float(x[best + 1])
    found = minimize_scalar(
        lambda part: -_slope(part, J_D, kappa),
        bounds=(low, high),
        method="bounded",
        options={"xatol": 1e-12},
    )
    return max(-float(found.fun), values[best])


def _slope(x: float, J_D: float, kappa: float) -> float:
    r"""Return :math:`\lambda` at b = x/(1 - x), both parts multiplied by (1 - x)^3."""
    z = 1 - x
    c, k = kappa * (kappa + J_D), kappa * J_D
    one = z + c * x  # (1 + c b)(1 - x)
    above = (z + k * x) * z - one * z**2 + one * k * x
    below = kappa**2 * x * z + one * z**2 + one * (c * z + (kappa**2 + k * c) * x) / (1 - c)
    return above / below
