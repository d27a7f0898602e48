r"""One site of y replicas: its partition function, and averages under its weight.

With :math:`M = \sum_{s=\pm1} e^{us} H_s(z)`, the partition function of a site is

.. math:: I = \int Dz \int \frac{du}{\sqrt{2\pi\hat q}}\, e^{-(u-\hat p)^2/2\hat q}\, M^y
            = \int Dz\, \left( \max(H_+, H_-)\, e^{-|b|} \right)^y\, G(b + \hat p),

since :math:`M = 2\sqrt{H_+ H_-} \cosh(u + b)` with the bias b; :math:`u + b` is called u from here
on. A replica has the mean spin :math:`T = \tanh u`. The derivatives of :math:`\ln I` are averages
under the weight :math:`M^y`, in forms that lose no digits at :math:`q_1 \to 1`:

.. math:: \partial_{\hat q} \ln I = \tfrac12 \langle y + y(y-1) T^2 \rangle, \quad
          \partial_{\hat p} \ln I = y \langle T \rangle, \quad
          \partial_{q_1} \ln I = \tfrac12 y(y-1) \langle (\partial_\zeta \ln M)^2 \rangle, \quad
          \partial_y \ln I = \langle \ln M \rangle,

with :math:`\zeta = \sqrt{q_1} z`; the first and the third follow from the heat equation.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from replica.gauss.orthant import Floats
from replica.groups.common_field import CommonField


@dataclass(frozen=True, eq=False)
class Site:
    """The weights of a site and what the replicas do there, node by node of the common field.

    Every average can be taken on a `coarse` grid too, of each second or fourth node: the
    differences tell the error of the finest.
    """

    y: float
    q_hat: float
    node: npt.NDArray[np.int64]
    log_weight: Floats
    spin_gap: Floats  # 1 - T
    spin_gap_2: Floats  # (1 - T)^2
    spread: Floats  # 1 - T^2
    spread_2: Floats  # (1 - T^2)^2
    log_M: Floats
    terms: Floats  # the size of the terms that ln M is computed from
    log_M_J: Floats  # derivative of ln M by J_D
    log_M_zeta_2: Floats  # square of the derivative by zeta
    z: Floats  # the common field
    spin_zeta_2: Floats  # square of the derivative of T by zeta
    log_M_zetazeta_2: Floats  # square of the second derivative of ln M by zeta

    def log_I(self, coarse: int = 1) -> float:
        """Return the logarithm of the partition function."""
        log_weight = self.log_weight[self.node % coarse == 0]
        top = log_weight.max()
        return float(top + np.log(coarse * np.exp(log_weight - top).sum()))

    def mean(self, x: Floats, coarse: int = 1) -> float:
        """Return the average of a quantity."""
        here = self.node % coarse == 0
        weight = np.exp(self.log_weight[here] - self.log_weight.max())
        return float(weight @ x[here] / weight.sum())


def site(field: CommonField, y: float, q_hat: float, p_hat: float = 0.0) -> Site:
    """Return the site of y replicas in the conjugate fields `q_hat` > 0 and `p_hat`."""
    from replica.gauss.spin_average import spin_averages  # numba

    bias = field.bias + p_hat
    # a large bias says nothing but its sign: it must not enter, with its rounding, and cancel
    same = bias * field.bias > 0
    shift = np.where(same, np.sign(bias) * p_hat, np.abs(bias) - np.abs(field.bias))
    log_H = field.log_H + shift
    spins = spin_averages(y * log_H + field.log_weight, bias, y, q_hat)
    gap, gap_2, spread = spins.gap, spins.gap_2, spins.spread
    turn_2 = (field.up + field.down) ** 2 / 4  # square of the derivative of the bias by zeta
    return Site(
        y=y,
        q_hat=q_hat,
        node=field.node,
        log_weight=spins.log_weight,
        spin_gap=gap,
        spin_gap_2=gap_2,
        spread=spread,
        spread_2=spins.spread_2,
        log_M=log_H + spins.log_2cosh,
        terms=np.abs(log_H) + np.abs(spins.log_2cosh) + np.minimum(np.abs(bias), 30),
        log_M_J=((2 - gap) * field.up + gap * field.down) / 2,
        log_M_zeta_2=(
            (4 - 4 * gap + gap_2) * field.up**2
            + gap_2 * field.down**2
            - 2 * spread * field.up * field.down
        )
        / 4,
        z=field.z,
        spin_zeta_2=spins.spread_2 * turn_2,
        log_M_zetazeta_2=(
            (4 - 4 * gap + gap_2) * field.up_2**2 / 4
            + gap_2 * field.down_2**2 / 4
            + spread * field.up_2 * field.down_2 / 2
            + turn_2
            * (
                (2 * spread - spins.gap_spread) * field.up_2
                + spins.gap_spread * field.down_2
                + spins.spread_2 * turn_2
            )
        ),
    )
