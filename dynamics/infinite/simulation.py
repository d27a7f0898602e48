r"""The asynchronous dynamics of infinitely many neurons, by the process of a single one.

In the limit of many neurons the input of a neuron is, by the cavity argument of Eissfeller and
Opper, a Gaussian process plus its own delayed response,

.. math:: h(t) = \phi(t) + \eta \sum_{t' < t} G(t, t')\, s(t'), \qquad
          \langle \phi(t) \phi(t') \rangle = C(t, t') = \langle s(t) s(t') \rangle, \quad
          G(t, t') = \frac{\partial \langle s(t) \rangle}{\partial h(t')} .

C and G come from m neurons that are a network of their own, whose couplings are revealed as they
are needed (`docs/theory/dynamics.md`). With the Cholesky factor :math:`C = L L^T`, the states made
orthogonal, :math:`Y = L^{-1} s`, and white noise Z, the couplings bring a new direction to

.. math:: X_k = J Y_k = Z_k + \sum_{j<k} \big[\eta\, \tfrac1m Y_k \cdot X_j
          + (\sqrt{1-\eta^2} - 1)\, \tfrac1m Y_j \cdot Z_k\big] Y_j
          + (\sqrt{1+\eta} - 1)\, \tfrac1m (Y_k \cdot Z_k)\, Y_k ,

and the fields are :math:`h = L X`. This is exact in law for a network of m neurons with a random
coupling of each neuron to itself, of variance :math:`(1+\eta)/m`. Each step adds a row to C, L, X
and Y.
"""

import warnings
from dataclasses import replace

import numpy as np

from dynamics.infinite.effective_process import EffectiveProcess
from dynamics.infinite.fading_process import FadingProcess
from dynamics.infinite.mean_field import GROUPS, MeanField
from dynamics.infinite.scatter import Scatter, standard_error
from foundation import domains

ORDERS = ("random", "permutation", "synchronous")
ERROR = np.sqrt(GROUPS**2 + 1) / (GROUPS - 1)  # of an extrapolation, in errors of the groups
MOST_STEPS = 10_000  # the matrices of all groups take gigabytes
MOST_SAMPLES = 10**9


def mean_field(
    J_D: float,
    t_max: float,
    dt: float = 0.1,
    samples: int = 20000,
    *,
    eta: float = 0.0,
    order: str = "random",
    forget: float = 0.0,
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
        Number of trajectories, from 800 to 10^9: the neurons of 8 independent networks, whose
        scatter is the error. They follow the law of networks of m = samples / 8 neurons to the
        letter, so that they deviate from infinitely many by terms of order 1/m. At `eta = 0` these
        are small. Otherwise one network of all `samples` neurons is simulated, too, and

        .. math:: x = x_M + \tfrac17 (x_M - x_{M/8})

        deviates by terms of order :math:`1/M^2` only, M the samples, with an error 1.15 times that
        of the groups. A warning comes where M/8 is below 20 neurons a sweep.
    eta
        Symmetry of the couplings, in [-1, 1].
    order
        Which neurons wake: "random", each one with the probability :math:`1 - e^{-dt}`;
        "permutation", each one in one step of every sweep (1/dt must be whole); "synchronous", all
        of them (dt must be 1).
    forget
        Part of the variance of a field, in [0, 0.1], below which what an earlier state explains of
        it is left out, for good: the work of a step then grows with the number of states that are
        kept (`memory` of the result). 0 keeps all; 1e-4 is not seen in any average of 10^5
        trajectories.
    rng
        A seed, a generator, or None for a fresh seed.

    Returns
    -------
    MeanField. The work grows as `samples * steps * memory`. Bytes: `samples * steps / 2`, at
    `eta != 0` `8 * samples * steps`; with `forget`, `8 * samples * memory`.

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
    forget = domains.real("forget", forget, low=0, high=0.1)
    rng = domains.generator(rng)
    steps = whole_steps(t_max, dt)
    checked_order(order, dt)
    run = simulated(J_D, steps, dt, samples, eta, order, rng, forget)
    if eta:
        run = extrapolated(run, process(run.samples, steps, rng, forget))
    if not run.converged:
        warnings.warn(run.status, stacklevel=2)
    return run


def simulated(
    J_D: float,
    steps: int,
    dt: float,
    samples: int,
    eta: float,
    order: str,
    rng: np.random.Generator,
    forget: float = 0.0,
) -> MeanField:
    """Return the averages over eight networks, of arguments that were checked."""
    unstable, activity, memory = [], [], []
    correlation, response = Scatter(), Scatter()
    for _ in range(GROUPS):
        trajectories = process(samples // GROUPS, steps, rng, forget)
        averages = trajectories.run(J_D, eta, dt, order)
        memory.append(trajectories.memory)
        unstable.append(averages.unstable)
        activity.append(averages.flips / dt)
        correlation.add(averages.correlation)
        if averages.response is not None:
            response.add(averages.response)
    return MeanField(
        J_D=J_D,
        eta=eta,
        order=order,
        dt=dt,
        samples=samples // GROUPS * GROUPS,
        memory=float(np.mean(memory)),
        t=dt * np.arange(steps + 1.0),
        unstable_fraction=np.mean(unstable, axis=0),
        unstable_fraction_error=standard_error(unstable),
        unstable_fraction_groups=np.array(unstable),
        activity=np.mean(activity, axis=0),
        activity_error=standard_error(activity),
        correlation=correlation.mean,
        correlation_error=correlation.error,
        integrated_response=response.mean if eta else None,
        integrated_response_error=response.error if eta else None,
    )


def process(
    samples: int, steps: int, rng: np.random.Generator, forget: float
) -> EffectiveProcess | FadingProcess:
    """Return the neurons of one network, with a memory that fades or does not."""
    if forget:
        return FadingProcess(samples, steps, rng, forget)
    return EffectiveProcess(samples, steps, rng)


def extrapolated(few: MeanField, many: EffectiveProcess | FadingProcess) -> MeanField:
    """Return the limit of large networks, from eight of them and one of eight times the size.

    The variance is (64 + 1)/49 of that of the mean of the eight.
    """
    large = many.run(few.J_D, few.eta, few.dt, few.order)
    assert large.response is not None
    values = {
        "unstable_fraction": large.unstable,
        "activity": large.flips / few.dt,
        "correlation": large.correlation,
        "integrated_response": large.response,
    }
    changed = {}
    for name, value in values.items():
        shift = (value - getattr(few, name)) / (GROUPS - 1)
        changed[name] = value + shift
        changed[f"{name}_error"] = getattr(few, f"{name}_error") * ERROR
    # what all groups are away from the limit, which leaves their scatter as it is
    change = changed["unstable_fraction"] - few.unstable_fraction
    groups = few.unstable_fraction_groups + change
    return replace(few, **changed, unstable_fraction_groups=groups, memory=many.memory)


def whole_steps(t_max: float, dt: float) -> int:
    """Return the number of steps, t_max / dt rounded up."""
    if t_max == 0 or dt == 0:
        raise ValueError(f"t_max and dt must be > 0, got {t_max:g} and {dt:g}")
    if t_max > MOST_STEPS * dt:
        raise ValueError(f"t_max must be at most {MOST_STEPS} steps dt, got {t_max:g} and {dt:g}")
    return max(1, int(np.ceil(t_max / dt - 1e-9)))


def checked_order(order: str, dt: float) -> None:
    """Raise where an order of updates does not allow a step."""
    if order == "synchronous" and dt != 1:
        raise ValueError(f"dt must be 1 for synchronous updates, got {dt:g}")
    if order == "permutation" and abs(round(1 / dt) * dt - 1) > 1e-9:
        raise ValueError(f"dt must be 1 / a whole number for permutations, got {dt:g}")
