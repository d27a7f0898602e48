"""How long the active state of finite networks lives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from foundation import domains
from foundation.axes import axes_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False, repr=False)
class Lifetime:
    r"""How long the active state of finite networks lives.

    Attributes
    ----------
    value, error
        Mean lifetime in sweeps: all sweeps that were watched over the number of times that a
        network settled in them, the estimate of highest likelihood if the probability to settle
        in the next sweep does not depend on age. It is the inverse of the mean rate over networks.
        The standard error is that of a ratio of sums over networks, so their spread is in it. Both
        are inf if none settled.
    settled, exposure
        Of each network: how often it settled later than `burn_in` sweeps after its start, and the
        sweeps later than that in which it was watched.
    ages, ended
        Of each life longer than `burn_in`: the sweeps beyond that, and whether the network settled
        then or the time was over.
    drift
        How many of the lives that ended were longer than `value` ln 2, beyond what is expected if
        each network settles at a rate of its own, in standard errors: above zero if that rate grows
        with age.
    spread
        Standard deviation over networks of the rate of settling, over its mean: what their numbers
        scatter more than chance makes them.
    converged
        Whether ten lives ended or more, of three networks or more, with no drift beyond 5 standard
        errors.
    status
        What happened, and what to do about it.

    Examples
    --------
    >>> import dynamics
    >>> import networks
    >>> ensemble = networks.Asymmetric(N=100, J_D=0.4)
    >>> lifetime = dynamics.lifetime(ensemble, count=10, sweeps=2000, burn_in=20, rng=1)
    >>> lifetime
    Lifetime(... +- ... sweeps, ... lives ended in 10 networks)
    >>> bool(lifetime.settled.sum() == lifetime.ended.sum()), lifetime.converged
    (True, True)
    >>> bool(lifetime.value == lifetime.exposure.sum() / lifetime.settled.sum())
    True
    >>> 0.2 < float(lifetime.survival(lifetime.value)) < 0.5  # 1/e
    True
    >>> lifetime.plot().get_ylabel()
    'fraction still active'
    """

    value: float
    error: float
    settled: Integers
    exposure: Integers
    ages: Integers
    ended: npt.NDArray[np.bool]
    drift: float
    spread: float
    converged: bool
    status: str

    def survival(self, t: npt.ArrayLike) -> Floats:
        """Return the fraction of lives longer than some times (Kaplan and Meier).

        Parameters
        ----------
        t
            Sweeps after `burn_in`, of any shape.

        Returns
        -------
        The fraction, of the shape of `t`; 1 where no life was watched, nan after the longest.

        Raises
        ------
        TypeError, ValueError
            If `t` is not real and finite.
        """
        t = domains.reals("t", t)
        at, deaths = np.unique(self.ages[self.ended], return_counts=True)
        at_risk = len(self.ages) - np.searchsorted(np.sort(self.ages), at)
        left = np.concatenate([[1.0], np.cumprod(1 - deaths / at_risk)])
        found = left[np.searchsorted(at, t, side="right")]
        return np.where(t <= max(self.ages, default=np.inf), found, np.nan)

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Plot the fraction of lives that are longer than a time, beside an exponential law.

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
        t = np.unique(self.ages)
        (line,) = ax.step(t, self.survival(t), where="post", label="networks")
        ax.plot(t, np.exp(-t / self.value), "--", color=line.get_color(), label="exponential")
        ax.set(xlabel="sweeps after the start", ylabel="fraction still active", yscale="log")
        ax.legend()
        return ax

    def __repr__(self) -> str:
        return (
            f"Lifetime({self.value:.4g} +- {self.error:.2g} sweeps, {self.settled.sum()} lives "
            f"ended in {self.settled.size} networks)"
        )
