"""The exponent of the mean number of groups of y fixed points, and where it is stationary."""

from typing import NamedTuple

import numpy as np
from scipy import special

from replica.gauss.orthant import Floats
from replica.gauss.spin_columns import Rule, SpinColumns, rules, summed

FLAT = 1e-8  # gradient that counts as none


class Point(NamedTuple):
    """The exponent at given responses, extremised over `q_hat`.

    The responses are `b = a + (y-1) a'`, of all states to all, and `c = a - a'`; `gradient` and
    `hessian` are with respect to these two, divided by `eta`. Columns have the probabilities `p`.
    """

    value: float
    q_hat: float
    gradient: Floats
    hessian: Floats
    slope_d: float
    slope_J_D: float
    p: Floats
    site: SpinColumns
    size: float  # of the terms that are added up


class Stationary(NamedTuple):
    """Responses b, c at which the gradient vanishes, and the exponent there."""

    bc: Floats
    point: Point


class Exponent:
    """What is extremised, as a function of the two responses."""

    def __init__(self, y: int, d: float, J_D: float, eta: float) -> None:
        self.d, self.J_D, self.eta = d, J_D, eta
        up = np.arange(y // 2 + 1.0)  # k and y - k spins up are alike
        self.y, self.up, self.metric = y, up, np.array([1.0, y - 1])
        self.log_number = np.log(special.binom(y, up) * np.where(2 * up == y, 1, 2))
        self.unlike = 2 * up * (y - up)  # ordered pairs of spins that differ
        # the thresholds are J_D + eta * field @ (b, c)
        self.field = np.array([[2 * up - y, 2 * (y - up)], [y - 2 * up, 2 * up]]).T / y
        self.field = self.field.transpose(0, 2, 1)

    def __call__(self, bc: Floats, step: float) -> Point:
        """Return its value and derivatives at the responses, by a rule of this `step`."""
        y, d, eta, field = self.y, self.d, self.eta, self.field
        site = summed(self.rules(bc, step))
        log_weight = self.log_number + site.log
        q_hat = _conjugate(log_weight, self.unlike, d * y * (y - 1))
        log_p = log_weight - q_hat * self.unlike
        log_sum = np.logaddexp.reduce(log_p)
        p = np.exp(log_p - log_sum)
        terms = np.array([q_hat * d * y * (y - 1), log_sum, -eta * self.metric @ bc**2 / 2])
        slope = np.einsum("kij,ki->kj", field, site.slope)
        mean = p @ slope
        return Point(
            value=terms.sum(),
            q_hat=q_hat,
            gradient=mean - self.metric * bc,
            hessian=eta * self._curvature(p, slope - mean, site) - np.diag(self.metric),
            slope_d=q_hat * y * (y - 1) - 2 * p @ site.slope_q,
            slope_J_D=p @ site.slope.sum(axis=1),
            p=p,
            site=site,
            size=np.abs(terms).sum() + p @ (self.log_number + np.abs(site.log) + np.abs(log_p)),
        )

    def rules(self, bc: Floats, step: float) -> list[Rule]:
        """Return the nodes of the columns at these responses."""
        return rules(self.y, self.up, self.J_D + self.eta * self.field @ bc, self.d, step)

    def _curvature(self, p: Floats, spread: Floats, site: SpinColumns) -> Floats:
        """Return the second derivatives of the logarithm of the sum, `q_hat` following."""
        single = np.einsum("k,kia,kij,kjb->ab", p, self.field, site.curvature, self.field)
        excess = self.unlike - p @ self.unlike
        cross = (p * excess) @ spread
        variance = p @ excess**2 or 1.0  # where it is 0, so is what is divided by it
        return single + (p * spread.T) @ spread - np.outer(cross, cross) / variance


def _conjugate(log_weight: Floats, unlike: Floats, mean: float) -> float:
    """Return the `q_hat` at which the mean number of `unlike` pairs is as asked for."""
    from scipy import optimize

    some = unlike > 0
    log_unlike = np.log(unlike[some]) - np.log(mean)

    def excess(q_hat: float) -> float:
        log_p = log_weight - q_hat * unlike
        # (the logsumexp of scipy takes a quarter of a millisecond)
        return np.logaddexp.reduce(log_p[some] + log_unlike) - np.logaddexp.reduce(log_p)

    low, high = -1.0, 1.0
    while excess(low) < 0:
        low *= 2
    while excess(high) > 0:
        high *= 2
    return float(optimize.brentq(excess, low, high, xtol=1e-15, rtol=4 * np.finfo(float).eps))


def stationary(exponent: Exponent, bc: Floats, step: float) -> Stationary:
    """Find the responses at which the gradient vanishes, by Newton's method from `bc`."""
    here = exponent(bc, step)
    for _ in range(50):
        if np.linalg.norm(bc) > 1e4:
            break  # it runs away, where there is no fixed point
        try:
            move = np.linalg.solve(here.hessian, here.gradient)
        except np.linalg.LinAlgError:
            break
        last = np.linalg.norm(move) < 1e-7 * (1 + np.linalg.norm(bc))  # it converges quadratically
        there = exponent(bc - move, step)
        for _ in range(30):
            if last or np.linalg.norm(there.gradient) < np.linalg.norm(here.gradient):
                break
            move /= 2
            there = exponent(bc - move, step)
        else:
            if np.linalg.norm(here.gradient) > FLAT:
                break  # no step is one forwards, which is not for rounding errors
        bc, here = bc - move, there
        if last:
            break
    return Stationary(bc, here)
