"""Reinforcement: belief propagation whose magnetisations are fed back as fields."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from bp import arguments
from bp.solving.options import SearchOptions
from bp.solving.schedule import Schedule, chosen, settings
from bp.solving.search import search
from bp.solving.solution import Solution
from bp.solving.steps import fed_back
from foundation import domains
from networks import Network


def reinforcement(
    network: Network,
    rates: npt.ArrayLike | Schedule | None = None,
    *,
    effort: int | None = None,
    damping: float | None = None,
    iterations: int | None = None,
    runs: int | None = None,
    restarts: int = 0,
    repair_sweeps: int = 0,
    rng: int | np.random.Generator | None = None,
    history: bool = False,
) -> Solution:
    r"""Look for a fixed point by belief propagation with reinforced fields.

    The field of a magnetisation, :math:`t_i = \mathrm{atanh}\, m_i`, is fed back in the next
    iteration,

    .. math:: t_i \leftarrow u_i + \rho\, t_i ,

    u being the field of belief propagation; as the rate :math:`\rho` grows the neurons polarise.
    The signs are tested after every step.

    Parameters
    ----------
    network
        The network; `J_ij` and `J_ji` independent.
    rates
        The rates, in [0, 1), one a step, or what `bp.protocol` returns. None for the best that is
        known, which depends on N, `J_D` and the effort.
    effort, damping, iterations, runs, restarts, repair_sweeps, rng, history
        As for `focusing`.

    Returns
    -------
    Solution. Not to find a fixed point is a result here, not an error: see its `status`.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    References
    ----------
    Braunstein and Zecchina, Phys. Rev. Lett. 96, 030201 (2006).

    Examples
    --------
    >>> import bp
    >>> import networks
    >>> network = networks.Asymmetric(N=500, J_D=0.4).sample(rng=1)
    >>> solution = bp.reinforcement(network, rng=1)
    >>> solution.converged, bool(network.is_fixed_point(solution.state))
    (True, True)
    """
    network = arguments.network(network)
    rates = chosen(network, rates, effort)
    values = rates.rates if isinstance(rates, Schedule) else domains.reals("rates", rates).ravel()
    checked = [arguments.below_one("rates", rate) for rate in values]
    if not checked:
        raise ValueError("rates must have at least one entry, got none")
    options = SearchOptions.checked(
        settings(rates),
        rng,
        damping=damping,
        iterations=iterations,
        runs=runs,
        restarts=restarts,
        repair_sweeps=repair_sweeps,
        history=history,
    )
    advice = "try more effort, runs, restarts or steps, a damping nearer to 1, or `focusing`"
    return search(network, [fed_back(rate) for rate in checked], options, advice)
