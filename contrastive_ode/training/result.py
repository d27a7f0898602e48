"""What a training did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from foundation.axes import axes_of
from foundation.domains import Floats

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, eq=False, repr=False)
class Training:
    """What a training did.

    Attributes
    ----------
    w
        The parameters that `until` accepted; otherwise those of lowest cost over all examples,
        among those where it was measured: every iteration if each shows all examples, otherwise
        every `every`-th.
    last
        The parameters at the end.
    best_cost
        Cost of `w`; nan if it was never measured.
    loss
        Mean cost, and penalty, of the examples of each iteration, before its update.
    measured
        Iterations in which the gradient was computed, too.
    alignment
        Cosine of the angle between the (projected) update and minus the gradient in these; nan
        where one of them is zero.
    converged
        Whether `until` accepted the parameters; without it, whether all iterations were done.
    status
        How it ended; on failure what to do.

    Examples
    --------
    >>> import numpy as np
    >>> import contrastive_ode as ode
    >>> from contrastive_ode import systems
    >>> model = systems.linear_oscillators.on(ode.all_to_all(3), kappa=1.0)
    >>> task = ode.Task([0, 0, 0], outputs=[2], T=5, h=0.1, forces={0: 1.0}, target=0.1)
    >>> iterations = ode.Iterations(100, every=10)
    >>> training = ode.train(model, task, model.pack(k=0.5), rate=0.2, iterations=iterations)
    >>> training.loss.shape, training.measured[:3].tolist()
    ((100,), [0, 10, 20])
    >>> bool(training.best_cost < training.loss[0]), training.mean_alignment > 0.5
    (True, True)
    >>> training
    Training(100 iterations, cost ... -> ..., alignment ..., positive in ...%)
    >>> training.plot().get_yscale()
    'log'
    """

    w: Floats
    last: Floats
    best_cost: float
    loss: Floats
    measured: npt.NDArray[np.int64]
    alignment: Floats
    converged: bool
    status: str

    @property
    def mean_alignment(self) -> float:
        """Mean of the alignments that exist; nan if none do."""
        found = self.alignment[np.isfinite(self.alignment)]
        return float(found.mean()) if found.size else float("nan")

    @property
    def positive_fraction(self) -> float:
        """Fraction of the alignments that are positive; nan if there are none."""
        found = self.alignment[np.isfinite(self.alignment)]
        return float((found > 0).mean()) if found.size else float("nan")

    @property
    def descent_alignment(self) -> float:
        """Mean alignment until the loss first falls to a tenth: later, noise may dominate."""
        low = np.flatnonzero(self.loss <= 0.1 * self.loss[:1])
        until = low[0] if low.size else len(self.loss)
        found = self.alignment[(self.measured <= until) & np.isfinite(self.alignment)]
        return float(found.mean()) if found.size else float("nan")

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Draw the loss against the iteration, and dashed the lowest cost.

        Parameters
        ----------
        ax
            Where to draw; None for a new figure.
        """
        ax = axes_of(ax)
        ax.plot(np.arange(len(self.loss)), self.loss, color="C0", lw=0.9)
        if np.isfinite(self.best_cost):
            ax.axhline(self.best_cost, color="0.5", ls="--", lw=0.8)
        ax.set(xlabel="iteration", ylabel="loss", yscale="log")
        return ax

    def __repr__(self) -> str:
        first = self.loss[0] if self.loss.size else np.nan
        return (
            f"Training({len(self.loss)} iterations, cost {first:.3g} -> {self.best_cost:.3g}, "
            f"alignment {self.mean_alignment:.2g}, positive in {self.positive_fraction:.0%}"
            f"{'' if self.converged else ', not converged'})"
        )
