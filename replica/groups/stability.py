r"""Whether replicas that are alike would rather differ: within a group, and between groups.

One pair :math:`(\delta q, \delta\hat q)` of vanishing row sums changes the free entropy by the form
:math:`\tfrac12 (A\, \delta\hat q^2 + 2C\, \delta q\, \delta\hat q + B\, \delta q^2) - n^2\, \delta
q\, \delta\hat q` for members of n spins each, which changes its sign at
:math:`\lambda = (C + \sqrt{AB}) / n^2 = 1`. With :math:`g = \partial_\zeta \ln M`

.. math:: \lambda_\mathrm{in} = \langle T_\zeta^2 \rangle
          + \sqrt{\langle (1-T^2)^2 \rangle \langle g_\zeta^2 \rangle}, \qquad
          \lambda_\mathrm{out} = \frac{\langle zT \rangle^2}{q_1}
          + \frac{1 + (y-1) q_1}{y\, q_1} |\langle z^2 \rangle - 1|.

The first has single replicas as members. The second has groups, at cross overlap zero; in both of
its averages the derivatives were moved on to the Gaussian by parts.
"""

import math

from replica.groups.site import Site


def inner_stability(site: Site) -> float:
    """Return the eigenvalue of replicas within a group."""
    spin, field = site.mean(site.spread_2), site.mean(site.log_M_zetazeta_2)
    return site.mean(site.spin_zeta_2) + math.sqrt(spin * field)


def outer_stability(site: Site, overlap: float) -> float:
    """Return the eigenvalue of groups among each other, at cross overlap zero."""
    aligned = site.mean(site.z * (1 - site.spin_gap))
    excess = abs(site.mean(site.z**2 - 1))
    y = site.y
    return aligned**2 / overlap + (1 + (y - 1) * overlap) * excess / (y * overlap)
