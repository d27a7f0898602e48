r"""The self-consistent response of a neuron to itself, under partial symmetry.

With couplings of symmetry :math:`\eta` the self-consistent response shifts the threshold, and the
count becomes an extremum over the shift. For pairs at overlap q it splits into one term for the
sites where the two states agree (:math:`\rho = q`) and one where they differ (:math:`\rho = -q`),

.. math:: g(\rho) = \mathop{\mathrm{ext}}_a \left[ \varepsilon \ln P_2(J_D + \eta a; \rho)
          - \tfrac12 \eta a^2 \right], \qquad \varepsilon = \tfrac{1+\rho}{2},

whose extremum is where :math:`a = \varepsilon\, \partial_J \ln P_2(J_D + \eta a)`: a maximum for
:math:`\eta > 0`, a minimum for :math:`\eta < 0` (where the saddle lies on the imaginary axis), and
unique, since :math:`\ln P_2` is concave with a curvature of at most :math:`1/\varepsilon`. A single
state is the case :math:`\rho = 1`, where :math:`P_2 = \Phi`.
"""

from typing import NamedTuple

import numpy as np

from foundation.errors import ConvergenceError
from replica.gauss.orthant import Floats, orthant


class Response(NamedTuple):
    """The extremum: the entropy `g`, and the shift `a` at which it is reached."""

    g: Floats
    a: Floats


def response(
    J_D: Floats, eta: Floats, one_plus_eta: Floats, delta: Floats, epsilon: Floats
) -> Response:
    """Return the extremum for arrays of one shape; `g` is 0 where no site is counted (epsilon = 0).

    `one_plus_eta` is an argument of its own, as a rounded `1 + eta` would cost digits near
    `eta = -1`.

    Raises
    ------
    ConvergenceError
        If the extremum is not found.
    """
    g, a = np.zeros(J_D.shape), np.zeros(J_D.shape)
    # antisymmetric without self-coupling: the stabilities sum to zero, so there is no fixed point
    g[(eta == -1) & (J_D == 0) & (epsilon > 0)] = -np.inf
    some = (epsilon > 0) & np.isfinite(g)
    shifted = some & (eta != 0)
    if shifted.any():
        args = (J_D, eta, one_plus_eta, delta, epsilon)
        a[shifted] = _shift(*(array[shifted] for array in args))
    J = J_D + eta * a
    # below zero, the Gaussian tail of P2 and eta a^2/2 nearly cancel: here they are added by hand
    with np.errstate(over="ignore"):  # for a large J_D, which is not in the tail
        tail = -(J_D**2) / 2 - eta * a * J_D - a * (eta * one_plus_eta) * a / 2
    body = -eta * np.minimum(a, 1) * a / 2  # where J >= 0, a is less than 1
    g[some] = epsilon[some] * orthant(J[some], delta[some], epsilon[some]).log_scaled
    g[some] += np.where(J < 0, tail, body)[some]
    return Response(g, a)


def _shift(
    J_D: Floats, eta: Floats, one_plus_eta: Floats, delta: Floats, epsilon: Floats
) -> Floats:
    """Return the root `a` of `epsilon slope(J_D + eta a) = a`: the left side grows less than a."""
    from scipy.optimize import elementwise

    def excess(
        a: Floats, J_D: Floats, eta: Floats, one_plus_eta: Floats, delta: Floats, epsilon: Floats
    ) -> Floats:
        J = J_D + eta * a
        # below zero, `-J - a` nearly cancels as eta -> -1
        rest = np.where(J < 0, -J_D - one_plus_eta * a, -a)
        return orthant(J, delta, epsilon).scaled_slope + rest

    args = (J_D, eta, one_plus_eta, delta, epsilon)
    high = excess(np.zeros(J_D.shape), *args)
    for _ in range(1000):
        short = excess(high, *args) > 0
        if not short.any():
            break
        high = np.where(short, 2 * high, high)
    root = elementwise.find_root(excess, (np.zeros(J_D.shape), high), args=args)
    if not root.success.all():
        first = np.argmin(root.success)
        raise ConvergenceError(
            f"No extremum was found at J_D={J_D[first]}, eta={eta[first]}, "
            f"1-rho={2 * delta[first]}; J_D may be too small for eta this close to -1."
        )
    return np.asarray(root.x)
