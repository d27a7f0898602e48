"""The units of the theory: their couplings, the fields these make, and their thresholds."""

from typing import NamedTuple

import numpy as np
from scipy.special import ndtr

from foundation.domains import Floats
from learning.network.recipe import Recipe
from learning.theory.input_overlaps import InputOverlaps


class Units(NamedTuple):
    """Couplings of a population of M units.

    Attributes
    ----------
    W
        From the input, along its principal directions, (M, N).
    J
        Among the units, receiver first, (M, M), without a diagonal.
    back
        Fields of the labels, (M, K).
    """

    W: Floats
    J: Floats
    back: Floats


class States(NamedTuple):
    r"""What a unit tells of an input :math:`x = \bar x_y + \nu`: its state, linear in the noise.

    Attributes
    ----------
    S
        Mean state for inputs of each cluster, (M, K).
    slope
        :math:`g = \langle \partial s / \partial h \rangle`, so that :math:`s \approx S_y + g\, W
        \cdot \nu`, (M,).
    """

    S: Floats
    slope: Floats


class Fields(NamedTuple):
    r"""The fields on all units: Gaussian over the inputs of a cluster.

    .. math:: h = H_y + z , \qquad \xi = \Xi_y + \beta z + \zeta .

    Attributes
    ----------
    mean
        :math:`H_y`, of the input, (M, K).
    variance
        Of z, (M,).
    follow
        :math:`\beta` (M,).
    rest
        Linear part of :math:`\zeta` as a vector on the noise of the input, (M, N).
    rest_variance
        Of :math:`\zeta`, with what is not linear, (M, K).
    shares
        Of the clusters among the inputs, (K,).
    """

    mean: Floats
    variance: Floats
    follow: Floats
    rest: Floats
    rest_variance: Floats
    shares: Floats


def drawn(inputs: InputOverlaps, recipe: Recipe, M: int, rng: np.random.Generator) -> Units:
    """Draw M units as `Learner.draw` draws them; J has the scale of M units."""
    strengths, C = recipe.strengths, inputs.C
    W = strengths.lam_in / np.sqrt(inputs.N) * rng.standard_normal((M, inputs.N))
    J = strengths.lam_int / np.sqrt(M) * rng.standard_normal((M, M))
    np.fill_diagonal(J, 0)
    sent = strengths.feedback((2 * np.eye(C) - 1).astype(np.float32)).astype(float)
    back = strengths.lam_b / np.sqrt(C) * rng.standard_normal((M, C)) @ sent.T
    return Units(W, J, back[:, inputs.labels])


def first_states(units: Units, inputs: InputOverlaps) -> States:
    """Return the states after the first sweep, which the input alone decides."""
    sigma = np.sqrt(units.W**2 @ inputs.variances)[:, None]
    at = units.W @ inputs.means.T / sigma
    return States(1 - 2 * ndtr(-at), (2 * density(at) / sigma) @ inputs.shares)


def fields(units: Units, states: States, inputs: InputOverlaps) -> Fields:
    """Return the fields that the input and settled units make."""
    W, J, _ = units
    lam = inputs.variances
    sent = J @ (states.slope[:, None] * W)
    variance = W**2 @ lam
    follow = (W * sent) @ lam / variance
    rest = sent - follow[:, None] * W
    unexplained = np.maximum(1 - states.S**2 - (states.slope**2 * variance)[:, None], 0)
    rest_variance = (rest**2 @ lam)[:, None] + J**2 @ unexplained
    return Fields(W @ inputs.means.T, variance, follow, rest, rest_variance, inputs.shares)


def held(theta: Floats, push: Floats, J_D: float | Floats) -> Floats:
    r"""Return the threshold of a unit after a sweep: the play of a worn gear.

    A unit in the state :math:`s = \mathrm{sign}(h + \theta)` that follows the field :math:`h + u +
    J_D s` takes the state :math:`\mathrm{sign}(h + \theta')`,

    .. math:: \theta' = \min(\max(\theta,\, u - J_D),\, u + J_D) .
    """
    return np.clip(theta, push - J_D, push + J_D)


def density(x: Floats) -> Floats:
    """Return the density of a normal variable."""
    return np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)
