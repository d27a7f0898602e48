r"""Averages over one site of groups that come in blocks.

The groups of a block share :math:`\sqrt{q_0} z_0` of their field :math:`\zeta` and
:math:`u_0 = \sqrt{\hat q_0} t_0` of their conjugate field; inside, at given :math:`(z_0, t_0)`,

.. math:: I = \int Dz_1 Dt_1\, M^y, \qquad
          \zeta = \sqrt{q_0} z_0 + \sqrt{q_1 - q_0} z_1, \quad
          u = u_0 + \sqrt{\hat q - \hat q_0}\, t_1,

and the weight of :math:`(z_0, t_0)` is :math:`I^m`. An average inside is written
:math:`\langle\cdot\rangle`, one over the weights with a bar. All fields are on even grids; the
integral over :math:`t_1` is that of `replica.gauss.spin_average`, the one over :math:`z_1` a
product of matrices, and :math:`z_0 > 0` suffices by the symmetry under a flip of all.
"""

from typing import NamedTuple

import numpy as np

from replica.gauss.orthant import Floats
from replica.groups.common_field import CommonField, field_at
from replica.groups.site import Site, site

_REACH = 8.0  # in standard deviations
_TINY = 1e-300
_AT_ONCE = 250_000  # weights of columns that are held together


class Block(NamedTuple):
    """The parameters: q_0 and its conjugate, q_hat, and the number m of groups of a block."""

    q_hat: float
    q_0: float
    q_hat_0: float
    m: float


class Sums(NamedTuple):
    r"""Averages over a site.

    Attributes
    ----------
    log_I
        :math:`\frac1m \ln \int Dz_0 Dt_0\, I^m`.
    mean_log_I
        :math:`\overline{\ln I}`.
    spin_2, spins, fields
        :math:`\overline{\langle T^2 \rangle}`, :math:`\overline{\langle T \rangle^2}` and
        :math:`\overline{\langle g \rangle^2}`.
    log_M
        :math:`\overline{\langle \ln M \rangle}`.
    inner, outer
        The eigenvalues of replicas of a group, and of groups.
    """

    log_I: float
    mean_log_I: float
    spin_2: float
    spins: float
    fields: float
    log_M: float
    inner: float
    outer: float


def block_site(y: float, d: float, J_D: float, block: Block, fine: float) -> Sums:
    """Return the averages, on grids whose steps are divided by `fine`."""
    q_1, sigma = 1 - 2 * d, np.sqrt(2 * d)
    apart = q_1 - block.q_0
    root_y = max(1.0, np.sqrt(y) / 3)
    step = min(0.3 * sigma / root_y, 0.45 * np.sqrt(apart)) / fine
    reach = _REACH * np.sqrt(q_1)
    zeta = step * np.arange(-np.ceil(reach / step), np.ceil(reach / step) + 1)
    field = field_at(zeta / np.sqrt(q_1), np.zeros(len(zeta)), q_1, d, J_D)
    reach = _REACH + block.m * y * np.sqrt(block.q_hat_0)
    dt = 1 / (3 * fine)
    t = dt * np.arange(-np.ceil(reach / dt), np.ceil(reach / dt) + 1)
    dz = min(0.4, 0.8 * sigma / root_y / np.sqrt(block.q_0)) / fine
    z = dz * (np.arange(np.ceil(_REACH / dz)) + 0.5)
    kernel = np.exp(-((zeta - np.sqrt(block.q_0) * z[:, None]) ** 2) / (2 * apart))
    kernel *= step / np.sqrt(2 * np.pi * apart)
    u_0 = np.sqrt(block.q_hat_0) * t
    some = max(1, _AT_ONCE // kernel.size)
    apart_q_hat = block.q_hat - block.q_hat_0
    columns = [
        _columns(kernel, field, y, apart_q_hat, u_0[k : k + some]) for k in range(0, len(u_0), some)
    ]
    log_I = np.concatenate([column[0] for column in columns])
    inside = np.concatenate([column[1] for column in columns]).swapaxes(0, 1)
    log_weight = block.m * log_I - (t[:, None] ** 2 + z**2) / 2
    top = log_weight.max()
    weight = np.exp(log_weight - top)
    total = weight.sum()
    weight /= total
    constant = np.log(total * 2 * dt * dz / (2 * np.pi)) + top

    def mean(x: Floats) -> float:
        return float((weight * x).sum())

    T, g, spread, log_M, g_2, T_g, T_z, g_z, spread_2, T_z_2, g_z_2 = inside
    uu = y * spread + y**2 * (1 - spread - T**2)
    uz = y * T_z + y**2 * (T_g - T * g)
    zz = y * g_z + y**2 * (g_2 - g**2)
    return Sums(
        log_I=float(constant / block.m),
        mean_log_I=mean(log_I),
        spin_2=1 - mean(spread),
        spins=mean(T**2),
        fields=mean(g**2),
        log_M=mean(log_M),
        inner=mean(T_z_2) + float(np.sqrt(mean(spread_2) * mean(g_z_2))),
        outer=(mean(uz**2) + float(np.sqrt(mean(uu**2) * mean(zz**2)))) / y**2,
    )


def _columns(
    kernel: Floats, field: CommonField, y: float, q_hat: float, u_0: Floats
) -> tuple[Floats, Floats]:
    """Return ln I and the averages inside at some u_0, for all z_0."""
    shape = len(u_0), len(field.z)
    shared = np.array([field.z, field.log_H, field.bias, field.up, field.down])
    z, log_H, bias, up, down = np.tile(shared, shape[0])
    node = np.tile(field.node, shape[0])
    shift = np.repeat(u_0, shape[1])
    # a node of less than exp(-50) of the largest weight is left out; but each z_0 has its own
    even = -y * (np.logaddexp(log_H + bias + shift, log_H - bias - shift))
    even += y * np.abs(bias)
    fields = CommonField(node, z, even, log_H, bias, up, down, field.J_D, field.root, field.sigma)
    here = site(fields, y, q_hat, shift)
    log_weight = (here.log_weight - even).reshape(shape)
    top = log_weight.max(axis=1, keepdims=True)
    weight = kernel * np.exp(log_weight - top)[:, None]
    # a row that underflows has a weight I^m below 1e-12
    I = np.maximum(weight.sum(axis=2), _TINY)
    inside = _inside(here, fields).reshape(-1, *shape).swapaxes(0, 1)
    return np.log(I) + top, (inside @ weight.swapaxes(1, 2)) / I[:, None]


def _inside(here: Site, field: CommonField) -> Floats:
    """Return T, g, 1 - T^2, ln M, g^2, T g, the slopes of T and g, and three squares."""
    gap, gap_2, spread = here.spin_gap, here.spin_gap_2, here.spread
    up, down, turn = field.up, field.down, (field.up + field.down) / 2
    return np.array(
        [
            1 - gap,
            ((2 - gap) * up - gap * down) / 2,
            spread,
            here.log_M,
            here.log_M_zeta_2,
            ((2 - 3 * gap + gap_2) * up - (gap - gap_2) * down) / 2,
            spread * turn,
            ((2 - gap) * field.up_2 + gap * field.down_2) / 2 + spread * turn**2,
            here.spread_2,
            here.spin_zeta_2,
            here.log_M_zetazeta_2,
        ]
    )
