"""The two branches on which a neuron that excites itself follows a slow field."""

from __future__ import annotations

from math import acosh, sqrt

import numpy as np
import numpy.typing as npt

from foundation import domains

Floats = npt.NDArray[np.float64]

_ITERATIONS = 60


class Branches:
    r"""The states of a graded neuron in a constant field, :math:`x - s \tanh x = H`, for s > 1.

    There are two for fields within :math:`\pm h_c`: the upper one, :math:`x > x_c`, lasts down to
    the field :math:`-h_c`, and the lower one is its mirror image,

    .. math:: x_c = \mathrm{arcosh} \sqrt s, \qquad \tanh x_c = \phi_c = \sqrt{1 - 1/s}, \qquad
              h_c = s \phi_c - x_c .

    (Between them lies a third one, which a constant field does not hold.)

    Parameters
    ----------
    s
        Self-excitation, > 1; up to 1 a neuron has a single state in each field.

    Raises
    ------
    TypeError, ValueError
        If `s` is outside its documented domain.

    Examples
    --------
    >>> import numpy as np
    >>> import networks
    >>> branches = networks.Branches(s=3.0)
    >>> branches
    Branches(s=3, x_c=1.14622, h_c=1.30327)
    >>> x = branches.upper([-branches.h_c, 0.0, 2.0])
    >>> x.round(4)
    array([1.1462, 2.9847, 4.9997])
    >>> (x - 3 * np.tanh(x)).round(4)
    array([-1.3033, -0.    ,  2.    ])
    """

    def __init__(self, s: float) -> None:
        self.s = domains.real("s", s)
        if self.s <= 1:
            raise ValueError(
                f"s must be > 1 for a neuron to have two branches, got {self.s:g}: up to 1 its "
                "state is a function of its field"
            )
        self.phi_c = sqrt(1 - 1 / self.s)
        self.x_c = acosh(sqrt(self.s))
        self.h_c = self.s * self.phi_c - self.x_c

    def upper(self, H: npt.ArrayLike) -> Floats:
        """Return the state on the upper branch, by Newton's method.

        Parameters
        ----------
        H
            Fields of any shape, >= -h_c; the lower branch is `-upper(-H)`.

        Returns
        -------
        States of the shape of `H`.

        Raises
        ------
        TypeError, ValueError
            If a field is outside its documented domain.
        """
        return self._upper(domains.reals("H", H, low=-self.h_c) + self.h_c)

    def _upper(self, above: Floats) -> Floats:
        """Return the states at fields so far above the end of the branch.

        The field is convex along the branch: Newton's steps overshoot once, and then lead down to
        the solution and not beyond. They start from a bound, or from what holds near the end.
        """
        t = np.minimum(above + self.s * (1 - self.phi_c), np.sqrt(above / self.phi_c))
        for _ in range(_ITERATIONS):
            rise = self._rise(t)
            slope = self.s * rise * (rise + 2 * self.phi_c)
            excess = t - self.s * rise - above
            step = np.divide(excess, slope, out=np.zeros_like(t), where=slope > 0)
            t = np.maximum(t - step, 0)
            if (np.abs(step) <= 1e-13 * (self.s + t)).all():
                break
        return self.x_c + t

    def _rise(self, t: Floats) -> Floats:
        r"""Return :math:`\tanh(x_c + t) - \phi_c` for t >= 0, with all digits near the end."""
        near = np.minimum(t, 1.0)
        small = np.sinh(near) / (np.cosh(self.x_c + near) * np.cosh(self.x_c))
        return np.where(t < 1, small, np.tanh(self.x_c + t) - self.phi_c)

    def __repr__(self) -> str:
        return f"Branches(s={self.s:g}, x_c={self.x_c:.6g}, h_c={self.h_c:.6g})"
