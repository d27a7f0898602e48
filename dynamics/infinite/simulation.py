r"""The asynchronous dynamics of infinitely many neurons, by the process of a single one.

In the limit of many neurons the input of a neuron is, by the cavity argument of Eissfeller and
Opper, a Gaussian process plus its own delayed response,

.. math:: h(t) = \phi(t) + \eta \sum_{t' < t} G(t, t')\, s(t'), \qquad
          \langle \phi(t) \phi(t') \rangle = C(t, t') = \langle s(t) s(t') \rangle, \quad
          G(t, t') = \frac{\partial \langle s(t) \rangle}{\partial h(t')} .

Many independent trajectories of one neuron are run; C and G come from their own averages. With the
Cholesky factor :math:`C = L L^T` and white noise X, :math:`\phi = L X`, and by Novikov's theorem
:math:`G L = \langle s X^T \rangle`; so the response is :math:`\langle s X^T \rangle\, Y` with the
states made orthogonal, :math:`Y = L^{-1} s`. Each step adds a row to C, L, X and Y.
"""

import numpy as np
import numpy.typing as npt

from dynamics.infinite.effective_process import EffectiveProcess
from dynamics.infinite.mean_field import MeanField
from foundation import domains

Floats = npt.NDArray[np.float64]

ORDERS = ("random", "permutation", "synchronous")
MOST_STEPS = 10_000  # the matrices of all groups take gigabytes
MOST_SAMPLES = 10**9
GROUPS = 8  # independent populations of trajectories: their scatter is the error


def mean_field(
    J_D: float,
    t_max: float,
    dt: float = 0.1,
    samples: int = 20000,
    *,
    eta: float = 0.0,
    order: str = "random",
    rng: int | np.random.Generator | None = None,
) -> MeanField:
    r"""Simulate the dynamics of infinitely many neurons from a random state.

    In each step some of the neurons wake, and those of them with
    :math:`s h + J_D \le 0` flip, all at once: exact for a network that is updated in this way, and
    the asynchronous dynamics as :math:`dt \to 0` (`mean_field_limit` extrapolates).

    Parameters
    ----------
    J_D
        Self-coupling, in [0, 1e30].
    t_max
        Duration in sweeps, > 0; rounded up to whole steps, at most 10,000.
    dt
        Step in sweeps, in (0, 1].
    samples
        Number of trajectories, from 800 to 10^9, in 8 independent groups: the errors are those of
        the mean of the groups. The m trajectories of a group act on each other as m neurons would:
        the bias is of order 1/m at `eta = 0`. Otherwise it is of order `eta * steps / m`, as if
        `eta` were larger (measured: at `steps / m` = 0.1 the unstable fraction after 20 sweeps is
        25 % too low for `J_D, eta = 0.3, 0.5`, 2 % too high for 0.3, -0.5). Take `samples >= 500 *
        steps` there (`converged` says so), or `mean_field_limit`, which extrapolates in the number
        of trajectories too.
    eta
        Symmetry of the couplings, in [-1, 1].
    order
        Which neurons wake: "random", each one with the probability :math:`1 - e^{-dt}`;
        "permutation", each one in one step of every sweep (1/dt must be whole); "synchronous", all
        of them (dt must be 1).
    rng
        A seed, a generator, or None for a fresh seed.

    Returns
    -------
    MeanField. The work grows as `samples * steps**2`, the memory as `samples * steps / 2` bytes.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    References
    ----------
    Eissfeller and Opper, Phys. Rev. Lett. 68, 2094 (1992) and Phys. Rev. E 50, 709 (1994);
    `docs/theory/dynamics.md`.

    Examples
    --------
    Activity goes on at a small self-coupling, and dies at a large one:

    >>> import dynamics
    >>> runs = [dynamics.mean_field(J_D, t_max=20, samples=8000, rng=1) for J_D in (0.3, 0.9)]
    >>> [round(float(run.unstable_fraction[-1]), 1) for run in runs]
    [0.1, 0.0]
    """
    J_D = domains.coupling("J_D", J_D)
    t_max = domains.real("t_max", t_max, low=0)
    dt = domains.real("dt", dt, low=0, high=1)
    samples = domains.integer("samples", samples, low=100 * GROUPS, high=MOST_SAMPLES)
    eta = domains.real("eta", eta, low=-1, high=1)
    order = domains.choice("order", order, ORDERS)
    rng = domains.generator(rng)
    steps = whole_steps(t_max, dt)
    if order == "synchronous" and dt != 1:
        raise ValueError(f"dt must be 1 for synchronous updates, got {dt:g}")
    if order == "permutation" and abs(round(1 / dt) * dt - 1) > 1e-9:
        raise ValueError(f"dt must be 1 / a whole number for permutations, got {dt:g}")
    groups = [
        EffectiveProcess(samples // GROUPS, steps, rng).run(J_D, eta, dt, order)
        for _ in range(GROUPS)
    ]
    unstable, activity, correlation = (np.array(column) for column in zip(*groups, strict=True))
    return MeanField(
        J_D=J_D,
        eta=eta,
        order=order,
        dt=dt,
        samples=samples // GROUPS * GROUPS,
        t=dt * np.arange(steps + 1.0),
        unstable_fraction=unstable.mean(axis=0),
        unstable_fraction_error=standard_error(unstable),
        unstable_fraction_groups=unstable,
        activity=activity.mean(axis=0) / dt,
        activity_error=standard_error(activity) / dt,
        correlation=correlation.mean(axis=0),
        correlation_error=standard_error(correlation),
    )


def whole_steps(t_max: float, dt: float) -> int:
    """Return the number of steps, t_max / dt rounded up."""
    if t_max == 0 or dt == 0:
        raise ValueError(f"t_max and dt must be > 0, got {t_max:g} and {dt:g}")
    if t_max > MOST_STEPS * dt:
        raise ValueError(f"t_max must be at most {MOST_STEPS} steps dt, got {t_max:g} and {dt:g}")
    return max(1, int(np.ceil(t_max / dt - 1e-9)))


def standard_error(groups: Floats) -> Floats:
    """Return the standard error of the mean of the groups."""
    return np.asarray(groups.std(axis=0, ddof=1) / np.sqrt(len(groups)))
