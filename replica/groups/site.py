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

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from replica.gauss.orthant import Floats
from replica.groups.common_field import CommonField

if TYPE_CHECKING:
    from replica.gauss.spin_average import SpinAverages


@dataclass(frozen=True, eq=False)
class Site:
    """The weights of a site and what the replicas do there, node by node of the common field.

    Every average can be taken on a `coarse` grid too, of each second or fourth node: the
    differences tell the error of the finest. What a solver does not look at is not computed.
    """

    y: float
    q_hat: float
    field: CommonField
    spins: SpinAverages
    bias: Floats
    log_H: Floats

    def log_I(self, coarse: int = 1) -> float:
        """Return the logarithm of the partition function."""
        log_weight = self.log_weight[self.field.node % coarse == 0]
        top = log_weight.max()
        return float(top + np.log(coarse * np.exp(log_weight - top).sum()))

    def mean(self, x: Floats, coarse: int = 1) -> float:
        """Return the average of a quantity."""
        weight = self._weight
        if coarse > 1:
            here = self.field.node % coarse == 0
            weight, x = weight[here], x[here]
        return float(weight @ x / weight.sum())

    @cached_property
    def _weight(self) -> Floats:
        """The weight, of which the largest is one."""
        return np.exp(self.log_weight - self.log_weight.max())

    @property
    def log_weight(self) -> Floats:
        """The logarithm of the weight."""
        return self.spins.log_weight

    @property
    def z(self) -> Floats:
        """The common field."""
        return self.field.z

    @property
    def spin_gap(self) -> Floats:
        """1 - T."""
        return self.spins.gap

    @property
    def spin_gap_2(self) -> Floats:
        """(1 - T)^2."""
        return self.spins.gap_2

    @property
    def spread(self) -> Floats:
        """1 - T^2."""
        return self.spins.spread

    @property
    def spread_2(self) -> Floats:
        """(1 - T^2)^2."""
        return self.spins.spread_2

    @property
    def log_M(self) -> Floats:
        """The logarithm of M."""
        return self.log_H + self.spins.log_2cosh

    @property
    def terms(self) -> Floats:
        """The size of the terms that ln M is computed from."""
        bias = np.minimum(np.abs(self.bias), 30)
        return np.abs(self.log_H) + np.abs(self.spins.log_2cosh) + bias

    @property
    def log_M_J(self) -> Floats:
        """The derivative of ln M by J_D."""
        gap = self.spins.gap
        return ((2 - gap) * self.field.up + gap * self.field.down) / 2

    @property
    def log_M_zeta_2(self) -> Floats:
        """The square of its derivative by zeta."""
        field, spins = self.field, self.spins
        return (
            (4 - 4 * spins.gap + spins.gap_2) * field.up**2
            + spins.gap_2 * field.down**2
            - 2 * spins.spread * field.up * field.down
        ) / 4

    @cached_property
    def _turn_2(self) -> Floats:
        """The square of the derivative of the bias by zeta."""
        return (self.field.up + self.field.down) ** 2 / 4

    @property
    def spin_zeta_2(self) -> Floats:
        """The square of the derivative of T by zeta."""
        return self.spins.spread_2 * self._turn_2

    @property
    def log_M_zetazeta_2(self) -> Floats:
        """The square of the second derivative of ln M by zeta."""
        field, spins, turn_2 = self.field, self.spins, self._turn_2
        up_2, down_2 = field.up_2, field.down_2
        return (
            (4 - 4 * spins.gap + spins.gap_2) * up_2**2 / 4
            + spins.gap_2 * down_2**2 / 4
            + spins.spread * up_2 * down_2 / 2
            + turn_2
            * (
                (2 * spins.spread - spins.gap_spread) * up_2
                + spins.gap_spread * down_2
                + spins.spread_2 * turn_2
            )
        )


def site(field: CommonField, y: float, q_hat: float, p_hat: float | Floats = 0.0) -> Site:
    """Return the site of y replicas in the conjugate fields `q_hat` > 0 and `p_hat`."""
    from replica.gauss.spin_average import spin_averages  # numba

    bias = field.bias + p_hat
    # a large bias says nothing but its sign: it must not enter, with its rounding, and cancel
    same = bias * field.bias > 0
    shift = np.where(same, np.sign(bias) * p_hat, np.abs(bias) - np.abs(field.bias))
    log_H = field.log_H + shift
    spins = spin_averages(y * log_H + field.log_weight, bias, y, q_hat)
    return Site(y, q_hat, field, spins, bias, log_H)
