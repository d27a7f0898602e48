r"""The extremum of the free entropy of y replicas around a reference state.

It satisfies (see `replica.groups.site`)

.. math:: \langle (\partial_\zeta \ln M)^2 \rangle = \hat q, \qquad \langle T \rangle = 1 - 2d,
          \qquad \langle T^2 \rangle = q_1,

and is a minimum over the conjugates and a maximum over :math:`q_1`. At a large self-coupling the
replicas are nearly independent given the reference, and iteration finds it; from there it is
followed to the self-coupling asked for, or to where it merges with a minimum over :math:`q_1` and
vanishes. Every root found on the way is checked to be a maximum.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy import special

from replica.gauss.orthant import Floats
from replica.groups.common_field import common_field
from replica.groups.site import Site, site

_EASY = 3.0  # self-coupling from which on iteration finds the extremum
_CLOSE = 0.01  # step in the self-coupling at which the extremum is given up


class Unknowns(NamedTuple):
    """What is searched for; solvers take it as an array x."""

    log_q_hat: float
    p_hat: float
    logit_overlap: float


_LOW, _HIGH = np.array(Unknowns(-60, -50, -18)), np.array(Unknowns(6, 50, 14))  # ln q_hat: + ln y


def extremum(
    y: float, d: float, J_D: float, step: float, guess: Floats | None = None
) -> Floats | None:
    """Return the unknowns at the extremum, or None if there is none."""
    if guess is not None and (near := root(guess, y, d, J_D, step)) is not None:
        return near
    path = [J_D] if J_D >= _EASY else list(np.linspace(J_D, _EASY, 7))
    x, before = _iterate(y, d, path[-1], step), None
    while path:
        there = root(x, y, d, path[-1], step)
        if there is not None:
            x, before = there, path.pop()
        elif before is None or before - path[-1] < _CLOSE:
            return None
        else:
            path.append((before + path[-1]) / 2)
    return x


def root(x: Floats, y: float, d: float, J_D: float, step: float) -> Floats | None:
    """Return the extremum close to x, or None if what is found there is not one."""

    def here(x: Floats) -> Floats:
        return excess(x, y, d, J_D, step)

    from scipy import optimize

    found = optimize.root(here, x, tol=1e-12, options={"maxfev": 60})
    if np.abs(found.fun).max() > 1e-6 or not np.allclose(found.x, _clipped(found.x, y)):
        return None
    slopes = derivatives(here, found.x)
    # the sign of the curvature along q_1, where the conjugates follow
    if np.linalg.det(slopes) >= 0:
        return None
    x = found.x - np.linalg.solve(slopes, found.fun)
    return x if np.abs(here(x)).max() < 1e-9 else None


def excess(x: Floats, y: float, d: float, J_D: float, step: float) -> Floats:
    """Return what vanishes at the extremum."""
    here, unknowns = site_at(x, y, J_D, step), Unknowns(*x)
    means = [here.mean(v) for v in (here.log_M_zeta_2, here.spin_gap, here.spread)]
    curvature, gap, spread = np.clip(means, 1e-300, [np.inf, 2 - 1e-15, 1])
    return np.array(
        [
            np.log(curvature) - unknowns.log_q_hat,
            special.logit(gap / 2) - special.logit(d),
            # at small overlaps the logit is noisy
            special.log_expit(-unknowns.logit_overlap) - np.log(spread),
        ]
    )


def derivatives(function: Callable[[Floats], Floats], x: Floats) -> Floats:
    """Return the matrix of partial derivatives."""
    here, h = function(x), 1e-6
    return np.array([(function(x + h * e) - here) / h for e in np.eye(len(x))]).T


def site_at(x: Floats, y: float, J_D: float, step: float) -> Site:
    """Return the site for given unknowns."""
    log_q_hat, p_hat, logit = _clipped(x, y)
    distance = float(special.expit(-logit)) / 2
    field = common_field(float(special.expit(logit)), distance, J_D, step).both_signs
    return site(field, y, float(np.exp(log_q_hat)), float(p_hat))


def overlap_at(x: Floats, y: float) -> float:
    """Return the overlap for given unknowns."""
    return float(special.expit(Unknowns(*_clipped(x, y)).logit_overlap))


def _clipped(x: Floats, y: float) -> Floats:
    """Return the unknowns in their bounds: beyond, the averages would take forever."""
    log_y = np.array([np.log(y), 0, 0])
    return np.clip(x + log_y, _LOW, _HIGH) - log_y


def _iterate(y: float, d: float, J_D: float, step: float) -> Floats:
    """Return about the extremum: iterate, starting from independent replicas."""
    x = np.array(
        Unknowns(
            log_q_hat=np.log(0.1 / y),
            p_hat=np.arctanh(1 - 2 * d),
            logit_overlap=2 * special.logit(1 - d) - np.log(2),
        )
    )
    for _ in range(60):
        here, unknowns = site_at(x, y, J_D, step), Unknowns(*x)
        gap, spread = here.mean(here.spin_gap), here.mean(here.spread)
        by_p_hat = spread + y * max(1 - spread - (1 - gap) ** 2, 0)  # derivative of <T>
        off = Unknowns(
            log_q_hat=np.log(here.mean(here.log_M_zeta_2)) - unknowns.log_q_hat,
            p_hat=(gap - 2 * d) / by_p_hat,
            logit_overlap=-special.logit(spread) - unknowns.logit_overlap,
        )
        change = np.clip(off, -0.5, 0.5)
        x = x + change
        if np.abs(change).max() < 3e-3:
            break
    return x
