r"""When message passing succeeds in finite networks, by its smallest unstable fraction.

A run leaves :math:`N u_{min}` unstable neurons on average. Near the threshold their number is
Poisson distributed, so that a run finds a fixed point with the probability :math:`e^{-N u_{min}}`,
and one of R runs with

.. math:: P = 1 - \big(1 - e^{-N u_{min}}\big)^R .

Far below the threshold the number scatters more than that, and small networks (N below some 2000)
are solved by fluctuations: there P is too small, and the threshold an upper bound.
"""

import numpy as np
import numpy.typing as npt

from foundation import domains

Floats = npt.NDArray[np.float64]


def success_probability(N: int, unstable_fraction: npt.ArrayLike, runs: int = 1) -> Floats:
    r"""Return the probability that one of several runs finds a fixed point.

    Parameters
    ----------
    N
        Number of neurons.
    unstable_fraction
        Smallest unstable fraction :math:`u_{min}` along the protocol in an infinite network
        (`FocusingDynamics.smallest_unstable`), in [0, 1]; of any shape.
    runs
        Number of independent runs, >= 1.

    Returns
    -------
    Array of the shape of `unstable_fraction`.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    References
    ----------
    `docs/theory/focusing-dynamics.md`.

    Examples
    --------
    >>> import bp
    >>> bp.success_probability(4000, [0.001, 0.0001], runs=4).round(3)
    array([0.071, 0.988])
    """
    N = domains.integer("N", N)
    runs = domains.integer("runs", runs)
    u = domains.reals("unstable_fraction", unstable_fraction, low=0, high=1)
    return np.asarray(-np.expm1(runs * np.log(-np.expm1(-np.maximum(N * u, 1e-300)))))


def success_threshold(
    N: int, J_D: npt.ArrayLike, unstable_fraction: npt.ArrayLike, runs: int = 1
) -> float:
    r"""Return the self-coupling at which half of all networks of N neurons are solved.

    There :math:`N u_{min} = -\ln(1 - 2^{-1/R})`; in between the given self-couplings,
    :math:`\ln u_{min}` is interpolated.

    Parameters
    ----------
    N, runs
        As in `success_probability`.
    J_D
        At least two increasing self-couplings.
    unstable_fraction
        Smallest unstable fractions there, at one effort: decreasing, in (0, 1].

    Returns
    -------
    The threshold.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain, or if the threshold is not between the
        given self-couplings: nothing is extrapolated.

    References
    ----------
    `docs/theory/focusing-dynamics.md`.

    Examples
    --------
    Reinforcement of 600 iterations, four runs:

    >>> import bp
    >>> J_D = [0.12, 0.14, 0.16, 0.18, 0.2]
    >>> u_min = [0.0174, 0.0091, 0.0033, 0.00031, 0.00003]
    >>> [round(bp.success_threshold(N, J_D, u_min, runs=4), 3) for N in (1000, 4000)]
    [0.165, 0.177]
    """
    N = domains.integer("N", N)
    runs = domains.integer("runs", runs)
    couplings = domains.reals("J_D", J_D, low=0)
    u = domains.reals("unstable_fraction", unstable_fraction, low=0, high=1)
    if couplings.ndim != 1 or couplings.size < 2 or (np.diff(couplings) <= 0).any():
        raise ValueError(f"J_D must be at least two increasing numbers, got {J_D!r}")
    if u.shape != couplings.shape or (np.diff(u) >= 0).any() or u[-1] == 0:
        raise ValueError(
            "unstable_fraction must be decreasing, positive numbers, one for each J_D, got "
            f"{unstable_fraction!r}"
        )
    wanted = -np.log(-np.expm1(-np.log(2) / runs)) / N
    if not u[-1] <= wanted <= u[0]:
        where = f"above {couplings[-1]:g}" if wanted < u[-1] else f"below {couplings[0]:g}"
        raise ValueError(f"J_D must enclose the threshold, which is {where} for N = {N}")
    return float(np.interp(-np.log(wanted), -np.log(u), couplings))
