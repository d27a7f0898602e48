"""The limit of many replicas around a reference state."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import special

from foundation import domains
from foundation.errors import ConvergenceError
from replica.gauss.orthant import Floats
from replica.groups.pointwise import at


def densest_reference(d: npt.ArrayLike, J_D: npt.ArrayLike) -> Floats:
    r"""Return the limit of many replicas around a reference, :math:`\lim \Phi_\mathrm{ref}/y`.

    The replicas become independent given the reference, :math:`q_1 = p^2` with :math:`p = 1-2d`,
    and all neurons of the reference take the field z that leaves most fixed points around it,

    .. math:: S_\infty(d) = h(d) + \max_z \left[ (1-d) \ln H_+(z) + d \ln H_-(z) \right], \qquad
              H_\pm(z) = \Phi\left( \frac{J_D \pm p z}{\sqrt{1-p^2}} \right).

    No reference state has a larger local entropy. Few networks, if any, have one with this
    entropy: the complexity is negative there, or close to zero at large :math:`J_D`.

    Parameters
    ----------
    d
        Distance from the reference state, in (0, 1/2); any shape.
    J_D
        Self-coupling, >= 0; broadcast against `d`.

    Returns
    -------
    Nats per neuron, of the common shape (a float for single numbers).

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.
    ConvergenceError
        If the maximum is not found.

    References
    ----------
    `docs/theory/clusters.md`.

    Examples
    --------
    >>> import replica
    >>> replica.densest_reference(d=[0.05, 0.1], J_D=0.3).round(4)
    array([0.1108, 0.1455])
    """
    from scipy.optimize import elementwise

    d, J_D = np.broadcast_arrays(
        domains.reals("d", d, low=0, high=0.5), domains.reals("J_D", J_D, low=0)
    )
    if ((d == 0) | (d == 0.5)).any():
        raise ValueError(f"d must be a number in (0, 1/2), got {d[(d == 0) | (d == 0.5)].flat[0]}")
    p, sigma = 1 - 2 * d, 2 * np.sqrt(d * (1 - d))

    def loss(z: Floats, d: Floats, J_D: Floats, p: Floats, sigma: Floats) -> Floats:
        up, down = special.log_ndtr((J_D + p * z) / sigma), special.log_ndtr((J_D - p * z) / sigma)
        return np.asarray(-(1 - d) * up - d * down)

    # concave in z: it rises at 0, and falls where the minority would be almost surely unstable
    args = (d, J_D, p, sigma)
    far = (J_D + 10) / p
    found = elementwise.find_minimum(loss, (-far / 2, far / 4, far), args=args)
    if not found.success.all():
        where = at(d=d[~found.success].flat[0], J_D=J_D[~found.success].flat[0])
        raise ConvergenceError(
            f"No maximum was found at {where}; try a d less close to 0 or 1/2, or a smaller J_D."
        )
    return (special.entr(d) + special.entr(1 - d) - found.f_x)[()]
