"""A cost of the parameters themselves."""

from dataclasses import dataclass

import numpy as np

from foundation import domains
from foundation.domains import Floats


@dataclass(frozen=True)
class Penalty:
    r"""A cost of the parameters, :math:`\frac{\kappa}{p} \int \sum_a |w_a|^p dt`.

    Parameters
    ----------
    strength
        κ, >= 0.
    power
        p, >= 1.

    Raises
    ------
    TypeError, ValueError
        If they are outside their documented domains.

    Examples
    --------
    >>> import numpy as np
    >>> import contrastive_ode as ode
    >>> penalty = ode.Penalty(0.1, power=2)
    >>> penalty.cost(np.array([1.0, -2.0]), T=10)
    2.5
    >>> penalty.downhill(np.array([1.0, -2.0]), T=10).tolist()
    [-1.0, 2.0]
    """

    strength: float
    power: float = 2.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "strength", domains.real("strength", self.strength, low=0))
        object.__setattr__(self, "power", domains.real("power", self.power, low=1))

    def cost(self, w: Floats, T: float) -> float:
        """Return the cost of a trajectory of length T."""
        return T * self.strength / self.power * float(np.sum(np.abs(w) ** self.power))

    def downhill(self, w: Floats, T: float) -> Floats:
        """Return minus its gradient."""
        return -T * self.strength * np.abs(w) ** (self.power - 1) * np.sign(w)
