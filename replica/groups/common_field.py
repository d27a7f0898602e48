r"""The field that the replicas of one site have in common, and the nodes of its integral.

At mutual overlap :math:`q_1` the fields on the replicas of one site share a Gaussian part
:math:`\sqrt{q_1} z`. A replica of spin s is stable with the probability

.. math:: H_s(z) = \Phi(w_s), \qquad w_\pm = \frac{J_D \pm \sqrt{q_1} z}{\sqrt{1-q_1}},

so that z favours one spin by the bias :math:`b = \tfrac12 \ln(H_+/H_-)`. An even function f of z is
integrated over one half only,

.. math:: \int Dz\, f(z) = 2 \int Dz\, f(z)\, \Phi(z/\ell), \qquad z = z_0 + c \sinh v,

by the trapezoidal rule in v. It has many nodes around :math:`z_0 = J_D/\sqrt{q_1}`, where
:math:`H_-` turns from 1 to 0 within the width :math:`c = \sqrt{(1-q_1)/q_1}`, and few elsewhere;
the factor :math:`\Phi(z/\ell)` removes :math:`-z_0`, where there would be too few.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import special

from replica.gauss.inverse_mills import inverse_mills
from replica.gauss.orthant import Floats

_Z_MAX = 13.0  # beyond, the Gaussian weight is less than 1e-36
_WIDTHS = 8.5  # of the factor Phi(z / l) between -z0 and 0: it is less than 1e-16 there


class CommonField(NamedTuple):
    r"""Nodes z of the common field.

    Attributes
    ----------
    node
        Number of the node on the uniform grid of v.
    z
        The field at the node.
    log_weight
        Logarithm of the weight of the node.
    log_H
        :math:`\ln \max(H_+, H_-)`.
    bias
        :math:`\tfrac12 \ln (H_+/H_-)`.
    up, down
        :math:`\partial \ln H_\pm / \partial J_D`.
    J_D, root, sigma
        The self-coupling, :math:`\sqrt{q_1}` and :math:`\sqrt{1-q_1}`.
    """

    node: npt.NDArray[np.int64]
    z: Floats
    log_weight: Floats
    log_H: Floats
    bias: Floats
    up: Floats
    down: Floats
    J_D: float
    root: float
    sigma: float

    @property
    def up_2(self) -> Floats:
        """The second derivative of ln H_+."""
        w = (self.J_D + self.root * self.z) / self.sigma
        return -self.up * (w / self.sigma + self.up)

    @property
    def down_2(self) -> Floats:
        """The second derivative of ln H_-."""
        w = (self.J_D - self.root * self.z) / self.sigma
        return -self.down * (w / self.sigma + self.down)

    @property
    def both_signs(self) -> "CommonField":
        """The nodes for functions that are not even: z and -z."""
        return self._replace(
            node=np.concatenate([self.node, self.node]),
            z=np.concatenate([self.z, -self.z]),
            log_weight=np.concatenate([self.log_weight, self.log_weight]) - np.log(2),
            log_H=np.concatenate([self.log_H, self.log_H]),
            bias=np.concatenate([self.bias, -self.bias]),
            up=np.concatenate([self.up, self.down]),
            down=np.concatenate([self.down, self.up]),
        )


def common_field(overlap: float, distance: float, J_D: float, step: float) -> CommonField:
    """Return the nodes, `step` apart in v, for even functions of z.

    `distance` is `(1 - overlap) / 2`: given by itself, so that no digits are lost.
    """
    sigma, root = np.sqrt(2 * distance), np.sqrt(overlap)
    z_0, c = J_D / root, min(1.0, sigma / root)
    if z_0 >= _Z_MAX:  # out of reach, and wider than the Gaussian
        z_0, c = 0.0, 1.0
    last = np.ceil(np.arcsinh((_Z_MAX + z_0) / c) / step)
    node = np.arange(-last, last + 1)
    v = node * step
    z = z_0 + c * np.sinh(v)
    log_dz = np.log(c * step * np.cosh(v)) - z**2 / 2 - np.log(2 * np.pi) / 2
    half = np.hypot(z_0 / _WIDTHS, c / 2)
    log_weight = np.log(2) + log_dz + special.log_ndtr(z / half)
    return field_at(z, log_weight, overlap, distance, J_D)._replace(node=node.astype(np.int64))


def field_at(
    z: Floats, log_weight: Floats, overlap: float, distance: float, J_D: float
) -> CommonField:
    """Return given nodes, with the probabilities that a replica is stable there."""
    sigma, root = np.sqrt(2 * distance), np.sqrt(overlap)
    w_up, w_down = (J_D + root * z) / sigma, (J_D - root * z) / sigma
    log_up, log_down = special.log_ndtr(w_up), special.log_ndtr(w_down)
    up, down = inverse_mills(w_up) / sigma, inverse_mills(w_down) / sigma
    return CommonField(
        node=np.arange(len(z)),
        z=z,
        log_weight=log_weight,
        log_H=np.maximum(log_up, log_down),
        bias=(log_up - log_down) / 2,
        up=up,
        down=down,
        J_D=J_D,
        root=float(root),
        sigma=float(sigma),
    )
