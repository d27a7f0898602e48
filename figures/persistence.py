r"""The self-coupling below which the activity of infinitely many neurons persists.

From the means of the unstable fraction over the third and the last two quarters of a long run,

.. math:: \alpha = \log_2 \frac{\langle u \rangle_{[T/4, T/2]}}{\langle u \rangle_{[T/2, T]}}

is the exponent of its decay: 0 on a plateau, 1 for :math:`u \sim 1/t`, as at the critical point of
mean-field activity with an absorbing state, and larger beyond. The threshold is bracketed by the
largest self-coupling that is surely (two standard errors) below :math:`\alpha = 1/4`, and the
smallest that is surely above 1. The bracket depends on T, and narrows with it. Activity that decays
slowly enough to look like a plateau until T would be taken for one; and a finite number of
histories dies out where a few of them are left, which is why the error of the late mean counts.
Steps of half a sweep raise the late mean a little: halving them moves the threshold by about 0.01.
"""

from typing import TYPE_CHECKING

import numpy as np

import dynamics

if TYPE_CHECKING:
    import xarray

    from figures.catalogue import Run

PLATEAU, ABSORBED = 0.25, 1.0


def tail(
    J_D: float, t_max: int, dt: float, samples: int, rng: np.random.Generator
) -> dict[str, float]:
    """Return the exponent of the decay at the end of a long run, with its error."""
    run = dynamics.mean_field(J_D, t_max, dt, samples, rng)
    early = (run.t >= t_max / 4) & (run.t < t_max / 2)
    late = run.t >= t_max / 2
    u, error = (
        np.array([values[part].mean() for part in (early, late)])
        for values in (run.unstable_fraction, run.unstable_error)
    )
    if not u[1] > 0:
        return {"exponent": np.inf, "exponent_error": 0.0, "late": 0.0}
    # the errors of neighbouring times are taken as fully correlated, those of the two parts as not
    relative = float(np.hypot(*(error / u)))
    return {
        "exponent": float(np.log2(u[0] / u[1])),
        "exponent_error": relative / np.log(2),
        "late": float(u[1]),
    }


def persistence(run: "Run", full: bool) -> "xarray.Dataset":
    """Return exponents over the self-coupling, and the bracket of the threshold."""
    import xarray

    grid = {
        "J_D": [round(0.6 + 0.04 * k, 2) for k in range(11)]
        if full
        else [0.1 * k for k in range(4, 12)],
        "t_max": [400 if full else 60],
        "dt": [0.5],
        "samples": [800000 if full else 64000],
    }
    found = run(tail, grid).squeeze(drop=True)
    J_D = found["J_D"].values
    exponent, error = found["exponent"].values, found["exponent_error"].values
    persists = J_D[exponent + 2 * error < PLATEAU]
    dies = J_D[exponent - 2 * error > ABSORBED]
    bracket = [persists.max(initial=0.0), dies.min(initial=np.inf)]
    return xarray.Dataset(
        {
            "exponent": ("J_infinite", exponent),
            "exponent_error": ("J_infinite", error),
            "late": ("J_infinite", found["late"].values),
            "persistence": ("end", bracket),
        },
        {"J_infinite": J_D, "end": ["low", "high"]},
    )
