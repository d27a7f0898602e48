"""How the couplings of the population move with the inputs that it sees."""

from typing import NamedTuple

import numpy as np

from foundation.domains import Floats
from learning.network.recipe import Recipe
from learning.theory.closures import Averages
from learning.theory.input_overlaps import InputOverlaps
from learning.theory.units import Fields, Units


class Rates(NamedTuple):
    r"""Sizes of the steps for each input.

    Attributes
    ----------
    W, J
        :math:`\eta_{in} = lr_{in} \lambda_{in} / \sqrt{NB}`, and of the field of all units on one,
        :math:`\Gamma = lr_J \lambda_{int} \sqrt{H/B}`.
    H
        Number of hidden units.
    decay_W, decay_J
        Fractions of the couplings that decay.
    centred
        Whether the mean activity of the senders is subtracted.
    """

    W: float
    J: float
    H: int
    decay_W: float
    decay_J: float
    centred: bool


def rates(recipe: Recipe, N: int, H: int, batch: int) -> Rates:
    """Return the rates of a recipe."""
    rule, strengths = recipe.rule, recipe.strengths
    eta_W = rule.lr_in * strengths.lam_in / np.sqrt(N)
    eta_J = rule.lr_J * strengths.lam_int / np.sqrt(H)
    return Rates(
        eta_W / np.sqrt(batch),
        eta_J * H / np.sqrt(batch),
        H,
        rule.wd_in * eta_W / batch,
        rule.wd_J * eta_J / batch,
        rule.presynaptic == "centred",
    )


def moved(
    units: Units,
    fields: Fields,
    found: Averages,
    inputs: InputOverlaps,
    rate: Rates,
    dt: float,
    rng: np.random.Generator,
) -> Units:
    r"""Return the units after `dt` inputs.

    .. math::
        dW &= \eta_{in} \langle e s x \rangle\, dt + \text{noise}, \\
        dJ_{ij} &= \Gamma / M\; \langle e_i s_i s_j \rangle\, dt + \text{noise},

    with the noise of counting: single events have the variance of their number.
    """
    W, J, back = units
    (S, slope), M = found.states, len(W)
    x, s, shares = inputs.means, S, inputs.shares
    if rate.centred:
        x, s = x - shares @ x, s - (s @ shares)[:, None]
    events = _events(found, shares, _stiffness(found, rate, x, inputs, s), dt, rng)
    lam, below = inputs.variances, (found.below @ shares)[:, None]
    noise = lam * (found.along_z[:, None] * W + found.along_rest[:, None] * fields.rest) * dt
    noise += np.sqrt(below * dt * lam) * rng.standard_normal(W.shape)
    unexplained = np.maximum(1 - S**2 @ shares - slope**2 * fields.variance, 0)
    own = found.along_rest[:, None] * J * unexplained * dt
    J = J * (1 - rate.decay_J * dt) + rate.J * (
        (events @ s.T + noise @ (slope[:, None] * W).T) / M + own / rate.H
    )
    np.fill_diagonal(J, 0)
    return Units(W * (1 - rate.decay_W * dt) + rate.W * (events @ x + noise), J, back)


def _stiffness(found: Averages, rate: Rates, x: Floats, inputs: InputOverlaps, s: Floats) -> Floats:
    """Return how fast the common drift of each unit changes by itself, per input, (M, 1)."""
    shares = inputs.shares
    by_input = rate.W * ((shares @ x) @ (shares @ inputs.means))
    by_units = rate.J * ((s @ shares) @ (found.states.S @ shares)) / len(s)
    slope = by_input * found.along_z + by_units * (found.along_z - found.kept)
    return np.asarray(slope)[:, None]


def _events(
    found: Averages, shares: Floats, stiffness: Floats, dt: float, rng: np.random.Generator
) -> Floats:
    r"""Return the sum of :math:`e s` over the inputs of each cluster in `dt`, (M, K).

    The mean over all inputs is fast where units are often below their margin. It takes an
    exponential step where it is driven back, exact for a drift linear in the push: a plain one is
    not stable.
    """
    mean = found.drift * shares * dt
    noise = np.sqrt(found.below * shares * dt) * rng.standard_normal(mean.shape)
    common, shaken = (shares * part.sum(axis=1, keepdims=True) for part in (mean, noise))
    j = np.minimum(stiffness * dt, 0.0)
    damped = common * _growth(j) + shaken * np.sqrt(_growth(2 * j))
    return mean - common + noise - shaken + damped


def _growth(x: Floats) -> Floats:
    """Return (e^x - 1) / x."""
    small = np.abs(x) < 1e-8
    return np.where(small, 1.0, np.expm1(x) / np.where(small, 1.0, x))
