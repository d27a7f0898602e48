"""The numbers of a recipe, as compiled functions take them."""

from math import sqrt
from typing import NamedTuple

import numpy as np

from learning.network.couplings import Array
from learning.network.error_rule import ErrorRule
from learning.plasticity.steps import POSTPONED, Steps


class Terms(NamedTuple):
    """Margins and rates of a rule for batches of one size.

    Attributes
    ----------
    within
        Margin of hidden units or, if they follow the error, their window.
    gate, temperature, kappa_out, held
        As in the rules; the self-coupling.
    sent, target
        What the readout sends for +1 and -1, and what it should be, (2,).
    J, W_in, W_f, W_b
        Rates.
    tie
        What the couplings to the readout are multiplied by to be those back.
    """

    within: np.float32
    gate: np.float32
    temperature: np.float32
    kappa_out: np.float32
    held: np.float32
    sent: Array
    target: Array
    J: np.float32
    W_in: np.float32
    W_f: np.float32
    W_b: np.float32
    tie: np.float32


class Decay(NamedTuple):
    """What is left of couplings after a step; of J after `every` steps, never for 0."""

    every: int
    J: np.float32
    W_in: np.float32
    W_f: np.float32


def terms(steps: Steps, batch: int) -> Terms:
    """Return the numbers of some steps."""
    W, recipe, rule, f4 = steps.couplings, steps.recipe, steps.recipe.rule, np.float32
    classes = np.resize(np.array([1, -1], dtype=np.float32), W.C)  # of the size that scales know
    gate, kappa_out, target = 0.0, 0.0, classes[:2]
    if isinstance(rule, ErrorRule):
        within, gate = rule.window, rule.gate
    else:
        within, kappa_out, target = recipe.kappa, rule.kappa_out, rule.targets(classes)[:2]
    root = sqrt(batch)
    return Terms(
        f4(within),
        f4(gate),
        f4(rule.temperature),
        f4(kappa_out),
        f4(W.self_coupling),
        recipe.strengths.feedback(classes)[:2],
        target,
        f4(steps.rate_J / root),
        f4(steps.rate_in / root),
        f4(steps.rate_W / root),
        f4(steps.rate_b / root),
        f4(_tie(steps)),
    )


def _tie(steps: Steps) -> float:
    W, strengths, rule = steps.couplings, steps.recipe.strengths, steps.recipe.rule
    if isinstance(rule, ErrorRule) or rule.feedback in ("frozen", "learned"):
        return 0.0
    if rule.feedback == "sign":
        return strengths.lam_b / sqrt(W.C)
    weakly = 100 if rule.feedback == "tied_weakly" else 1
    return sqrt(W.H / W.C) * strengths.lam_b / strengths.lam_f / weakly


def decay(steps: Steps) -> Decay:
    """Return what is left by the decay of some steps."""
    rule = steps.recipe.rule
    lost = rule.wd_J * max(steps.rate_J, steps.rate_fc)
    every = int(POSTPONED / lost) + 1 if lost else 0
    J = (1 - rule.wd_J * steps.rate_J) ** every
    W_in, W_f = 1 - rule.wd_in * steps.rate_in, 1 - rule.wd_W * steps.rate_W
    return Decay(every, np.float32(J), np.float32(W_in), np.float32(W_f))
