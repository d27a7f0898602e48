"""How many fixed points a network has, in the limit of many neurons."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import special

from foundation import domains
from replica.counts.response import response
from replica.gauss.orthant import Floats


def fixed_point_entropy(J_D: npt.ArrayLike, eta: npt.ArrayLike = 0.0) -> Floats:
    r"""Return the entropy of fixed points, :math:`\lim \frac1N \ln E[\#]`.

    .. math:: \Phi(J_D, \eta) = \ln 2 + \mathop{\mathrm{ext}}_a
              \left[ \ln H(-J_D - \eta a) - \tfrac12 \eta a^2 \right],
              \qquad \Phi(J_D, 0) = \ln 2 H(-J_D).

    For fully asymmetric networks with :math:`J_D > 0` it is also that of a typical network.

    Parameters
    ----------
    J_D
        Self-coupling, >= 0; any shape.
    eta
        Symmetry of the couplings, in [-1, 1]; broadcast against `J_D`.

    Returns
    -------
    Nats per neuron, of the common shape (a float for single numbers); -inf at `eta = -1, J_D = 0`,
    where no fixed point exists.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.
    ConvergenceError
        If the extremum is not found.

    References
    ----------
    `docs/theory/fixed-points.md`. At `eta = 1, J_D = 0` it is the number of metastable states of
    the Sherrington-Kirkpatrick model, 0.1992 (Tanaka and Edwards, 1980; Bray and Moore, 1980).

    Examples
    --------
    >>> import replica
    >>> replica.fixed_point_entropy(J_D=[0.0, 0.5, 2.0]).round(4)
    array([0.    , 0.3242, 0.6701])

    Antisymmetric couplings leave fewer fixed points, symmetric ones more:

    >>> replica.fixed_point_entropy(J_D=0.5, eta=[-1, 0, 1]).round(4)
    array([-0.0245,  0.3242,  0.4117])
    """
    J_D, eta = np.broadcast_arrays(
        domains.reals("J_D", J_D, low=0), domains.reals("eta", eta, low=-1, high=1)
    )
    g, a = response(J_D, eta, 1 + eta, np.zeros(J_D.shape), np.ones(J_D.shape))
    J = J_D + eta * a
    # ln 2 and ln H nearly cancel at small J: log1p(erf) keeps all digits
    a = np.minimum(a, 1)  # it is, where J >= 0
    positive = np.log1p(special.erf(np.maximum(J, 0) / np.sqrt(2))) - eta * a**2 / 2
    return np.where((J >= 0) & (g > -np.inf), positive, np.log(2) + g)[()]
