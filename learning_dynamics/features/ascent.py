"""A node that climbs its energy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from foundation import domains
from foundation.axes import axes_of
from foundation.domains import Floats
from foundation.errors import ConvergenceError
from learning_dynamics.features.fourier import fourier_powers
from learning_dynamics.features.table import ModularAddition, climbed, nodes_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, eq=False, repr=False)
class Ascent:
    """Where nodes come to rest that climb their energy on the sphere.

    Attributes
    ----------
    weights
        (a, b) of each node at the end, of length 1, of shape (2 M, nodes).
    energy
        Energy after each step, of shape (steps + 1, nodes).
    frequency
        Strongest frequency of each node at the end, from 1 to M // 2.
    purity
        Its share of the power, which is 1 for a single frequency.
    residual
        Length of the gradient along the sphere at the end, over that of the whole gradient.
    converged
        Whether all residuals are below the tolerance.
    status
        What happened, and what to do about it.

    Examples
    --------
    >>> import numpy as np
    >>> import learning_dynamics as ld
    >>> start = np.random.default_rng(1).normal(size=(22, 6))
    >>> ascent = ld.ascend(ld.ModularAddition(M=11), start)
    >>> ascent
    Ascent(6 nodes, ... steps, energy ... to ..., frequencies [...])
    >>> bool(np.allclose(ascent.energy[-1], 11 / 4)), bool((ascent.purity > 0.999).all())
    (True, True)
    >>> ascent.plot().get_ylabel()
    'energy'
    """

    weights: Floats
    energy: Floats
    frequency: npt.NDArray[np.int64]
    purity: Floats
    residual: Floats
    converged: bool
    status: str

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Plot the energy of each node against the step.

        Parameters
        ----------
        ax
            Where to draw; None for a new figure.

        Returns
        -------
        The axes.

        Raises
        ------
        TypeError
            If `ax` is neither axes nor None.
        """
        ax = axes_of(ax)
        ax.plot(self.energy)
        ax.set(xlabel="step", ylabel="energy")
        return ax

    def __repr__(self) -> str:
        steps, nodes = self.energy.shape
        end, some = self.energy[-1], np.unique(self.frequency)
        return (
            f"Ascent({nodes} nodes, {steps - 1} steps, energy {end.min():.4g} to {end.max():.4g}, "
            f"frequencies {some.tolist()})"
        )


def ascend(
    table: ModularAddition,
    weights: npt.ArrayLike,
    step: float = 0.05,
    tolerance: float = 1e-4,
    max_steps: int = 5000,
    *,
    throw: bool = True,
) -> Ascent:
    r"""Let nodes climb their energy on the sphere :math:`|w| = 1`.

    .. math:: w \leftarrow w + \epsilon \frac{(1 - w w^T) \nabla E}{4 E} , \qquad |w| = 1 ,

    so that steps are as long near the start, where E is small, as later.

    Parameters
    ----------
    table
        The task.
    weights
        (a, b) of each node, of shape (2 M,) or (2 M, nodes); of any length but zero.
    step
        The step, > 0. A large one may confuse two frequencies that are nearly equally fast.
    tolerance
        Residual at which a node is at rest, > 0.
    max_steps
        When to give up, >= 1.
    throw
        Whether to raise if some are not at rest then; otherwise the result says so.

    Returns
    -------
    Ascent.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.
    ConvergenceError
        If a node is not at rest after `max_steps`, and `throw`.

    References
    ----------
    `docs/theory/feature-emergence.md`.

    Examples
    --------
    >>> import numpy as np
    >>> import learning_dynamics as ld
    >>> ascent = ld.ascend(ld.ModularAddition(M=7), np.random.default_rng(1).normal(size=14))
    >>> ascent.converged, ascent.weights.shape
    (True, (14, 1))
    """
    domains.instance("table", table, ModularAddition)
    w = nodes_of(table, weights)
    w = w if w.ndim == 2 else w[:, None]
    step = domains.real("step", step, low=0, high=np.inf, exclusive=True)
    tolerance = domains.real("tolerance", tolerance, low=0, high=np.inf, exclusive=True)
    max_steps, throw = domains.integer("max_steps", max_steps), domains.boolean("throw", throw)
    length = np.linalg.norm(w, axis=0)
    if not (length > 0).all():
        raise ValueError("weights must not vanish, got a node that does")
    w = w / length
    energies = []
    for taken in range(max_steps + 1):
        E, gradient = climbed(table, w)
        energies.append(E)
        along = gradient - w * np.sum(w * gradient, axis=0)
        scale = np.maximum(np.linalg.norm(gradient, axis=0), 1e-300)
        residual = np.linalg.norm(along, axis=0) / scale
        if (residual < tolerance).all() or taken == max_steps:
            break
        w = w + step * along / np.maximum(4 * E, 1e-300)
        w = w / np.linalg.norm(w, axis=0)
    converged = bool((residual < tolerance).all())
    status = (
        f"All {w.shape[1]} nodes are at rest after {taken} steps."
        if converged
        else f"{np.sum(residual >= tolerance)} of {w.shape[1]} nodes are not at rest after "
        f"{max_steps} steps; raise max_steps, or the tolerance."
    )
    if throw and not converged:
        raise ConvergenceError(status)
    power = fourier_powers(w).sum(0)[1:]
    both = np.where(np.arange(1, len(power) + 1) * 2 == table.M, 1.0, 2.0)[:, None]
    frequency = 1 + np.argmax(both * power, axis=0)
    purity = (both * power).max(0) / table.M
    return Ascent(w, np.array(energies), frequency, purity, residual, converged, status)
