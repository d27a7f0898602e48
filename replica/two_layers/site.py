r"""One site of y replicas in two coupled layers: its partition function, and averages.

With :math:`u_l = \sqrt{\hat q}\, t_l` and the weights of the two constraints,

.. math:: M = \sum_{s_1, s_2} e^{u_1 s_1 + u_2 s_2} \prod_{l=1,2}
              \Phi\!\left(\frac{J_D + \lambda s_1 s_2 + s_l \sqrt{q_1} z_l}{\sqrt{1-q_1}}\right),
          \qquad I = \int Dz_1 Dz_2 \int Dt_1 Dt_2\, M^y.

The integrals are trapezoidal sums. Those over z take equal steps in a variable in which
:math:`\Phi` has no steep step: z plus an :math:`\mathrm{arsinh}` around each of the four places
:math:`\sqrt{q_1} z = \pm J_D \pm \lambda` at which its argument vanishes.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy import special

from replica.gauss.orthant import Floats

_FIELD_MAX = 8.5  # in standard deviations


class Grid(NamedTuple):
    """Nodes around the middle one, and the weights of their sum."""

    nodes: Floats
    weights: Floats


@dataclass(frozen=True, eq=False)
class TwoLayerSite:
    r"""The sums over a site: of :math:`M^y` times 1, :math:`\ln M` and the squared mean spin.

    Those at `[a, b]` take each :math:`2^a`-th node in z and each :math:`2^b`-th in t.
    """

    one: Floats
    log_M_sum: Floats
    spin_2_sum: Floats
    log_scale: float

    def log_I(self, z: int = 0, t: int = 0) -> float:
        """Return the logarithm of the partition function."""
        return float(np.log(self.one[z, t]) + self.log_scale)

    def log_M(self, z: int = 0, t: int = 0) -> float:
        r"""Return the average of :math:`\ln M`."""
        return float(self.log_M_sum[z, t] / self.one[z, t])

    def overlap(self) -> float:
        """Return the average of the squared mean spin, the same in both layers."""
        return float(self.spin_2_sum[0, 0] / self.one[0, 0])


def two_layer_site(
    y: float, q_hat: float, d: float, J_D: float, lam: float, step: float
) -> TwoLayerSite:
    """Return the site, on grids of the given `step` (1: coarse; the error falls like a power)."""
    from replica.two_layers.sums import Fields, two_layer_sums  # numba

    z = _field_grid(d, J_D, lam, step / np.sqrt(max(1, y / 4)))
    t = _spin_grid(y, q_hat, step)
    s, tau = np.array([1, -1])[:, None, None], np.array([1, -1])[:, None]
    H = special.ndtr((J_D + lam * tau + s * np.sqrt(1 - 2 * d) * z.nodes) / np.sqrt(2 * d))
    fields = Fields(H, z.weights, np.exp(np.sqrt(q_hat) * t.nodes), np.log(t.weights))
    sums = two_layer_sums(fields, y, y**2 * q_hat)
    return TwoLayerSite(
        one=_on_coarser_grids(sums.one),
        log_M_sum=_on_coarser_grids(sums.log_M),
        spin_2_sum=_on_coarser_grids(sums.spin_2),
        log_scale=y**2 * q_hat,
    )


def _on_coarser_grids(sums: Floats) -> Floats:
    """Return sums over all nodes, every second and every fourth, in each of the two fields.

    A node of a coarser grid stands for two.
    """
    level = 4.0 ** np.arange(len(sums))
    nested: Floats = np.cumsum(np.cumsum(sums[::-1, ::-1], axis=0), axis=1)[::-1, ::-1]
    return nested * (level[:, None] * level)


def _field_grid(d: float, J_D: float, lam: float, step: float) -> Grid:
    r"""Return nodes and weights for z."""
    from scipy.optimize import elementwise

    root = np.sqrt(1 - 2 * d)
    centres = np.array([J_D + lam, J_D - lam, lam - J_D, -J_D - lam]) / root
    width = np.sqrt(2 * d) / root

    def x(z: Floats) -> Floats:
        return z + np.arcsinh((z[..., None] - centres) / width).sum(axis=-1)

    end = float(x(np.array(_FIELD_MAX)))
    n = _multiple_of_4(end / step)
    step = end / n
    edge = np.full(2 * n + 1, _FIELD_MAX + 1)
    z: Floats = elementwise.find_root(
        lambda z, at: x(z) - at, (-edge, edge), args=(step * np.arange(-n, n + 1),)
    ).x
    z = (z - z[::-1]) / 2
    density: Floats = 1 + (1 / np.hypot(z[:, None] - centres, width)).sum(axis=-1)
    weights: Floats = step / density * np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    return Grid(z, weights)


def _spin_grid(y: float, q_hat: float, step: float) -> Grid:
    r"""Return nodes and weights for t: the peaks are at :math:`\pm y \sqrt{\hat q}`."""
    n = _multiple_of_4((y * np.sqrt(q_hat) + 8) / step)
    t = np.asarray(step * np.arange(-n, n + 1), dtype=np.float64)
    weights: Floats = step * np.exp(-(t**2) / 2) / np.sqrt(2 * np.pi)
    return Grid(t, weights)


def _multiple_of_4(n: float) -> int:
    return 4 * int(np.ceil(n / 4))
