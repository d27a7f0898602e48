"""The plasticity: a perceptron with margin in every unit, at the state that was reached."""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy.linalg.blas import sgemm

from foundation.compiled import compiled
from learning.network.couplings import Array, Couplings
from learning.network.recipe import Recipe

POSTPONED = 2e-5  # of the couplings between hidden units, the most by which decay may lag


@dataclass(frozen=True, eq=False)
class Arrived:
    """A state of a batch at which couplings learn.

    Attributes
    ----------
    s, f
        States of the hidden units, and their fields in inference, (L, B, H).
    """

    s: Array
    f: Array


class Plasticity:
    """Steps of the couplings of a network under the rule of a recipe, all rates times `pace`."""

    def __init__(self, couplings: Couplings, recipe: Recipe, pace: float = 1.0) -> None:
        self.couplings, self.recipe = couplings, recipe
        strengths, rule = recipe.strengths, recipe.rule
        self.rate_J = pace * rule.lr_J * strengths.lam_int / sqrt(couplings.H)
        self.rate_fc = pace * rule.lr_J * strengths.lam_fc / sqrt(couplings.H)
        self.rate_in = pace * rule.lr_in * strengths.lam_in / sqrt(couplings.N)
        self.rate_W = pace * rule.lr_W * strengths.lam_f / sqrt(couplings.H)
        self.rate_io = pace * rule.lr_W * strengths.lam_io / sqrt(couplings.N)
        self.rate_b = pace * rule.lr_b * strengths.lam_b / sqrt(couplings.C)
        self._undecayed = 0

    def step(
        self,
        x: Array,
        y: Array,
        hidden: Arrived,
        last: Arrived,
        u: Array,
        weights: Array | None = None,
    ) -> int:
        """Learn from one batch.

        Parameters
        ----------
        x, y
            Inputs and labels, (B, N) and (B, C).
        hidden
            Where the hidden units learn.
        last
            Where the readout learns.
        u
            Fields of the readout at `last`, (B, C).
        weights
            What each input's share of the step is multiplied by, (B,); None for 1.

        Returns
        -------
        Number of hidden units below their margin.
        """
        rule, W = self.recipe.rule, self.couplings
        self._decay()
        wanted = signals(hidden.s, hidden.f, self.recipe.kappa, rule.beta)
        errors = signals(rule.targets(y), u, rule.kappa_out, rule.beta)
        asked = wanted
        if weights is not None:  # each step has one factor that is weighed, the receiving one
            wanted, errors = wanted * weights[:, None], errors * weights[:, None]
        self._step_within(hidden.s, asked, wanted, sqrt(len(x)))
        self._step_between(hidden.s, wanted, sqrt(len(x)))
        for l, W_in in enumerate(W.W_in):
            accumulate(W_in, x, wanted[l], self.rate_in / sqrt(len(x)))
        if rule.feedback == "learned":
            sent = self.recipe.strengths.feedback(y)
            for W_b, post in zip(W.W_b, wanted[-len(W.W_b) :], strict=True):
                accumulate(W_b, sent, post, self.rate_b / sqrt(len(x)))
        for W_f, pre in zip(W.W_f, last.s[-len(W.W_f) :], strict=True):
            accumulate(W_f, pre, errors, self.rate_W / sqrt(len(x)))
        if W.W_io.size:
            accumulate(W.W_io, x, errors, self.rate_io / sqrt(len(x)))
        self._constrain()
        return _unstable(hidden.s, hidden.f, np.float32(self.recipe.kappa))

    def _step_within(self, s: Array, asked: Array, wanted: Array, root: float) -> None:
        rate = self.rate_J / root
        for l, J in enumerate(self.couplings.J):
            if self.recipe.rule.symmetry == "both_unstable":
                accumulate(J, asked[l], wanted[l], rate)
            elif self.recipe.rule.symmetry == "update":
                accumulate(J, s[l], wanted[l], rate / 2)
                accumulate(J, wanted[l], s[l], rate / 2)
            else:
                accumulate(J, s[l], wanted[l], rate)

    def _step_between(self, s: Array, wanted: Array, root: float) -> None:
        pairs = zip(self.couplings.forward, self.couplings.backward, strict=True)
        for l, (forward, backward) in enumerate(pairs):
            accumulate(forward, s[l], wanted[l + 1], self.rate_fc / root)
            accumulate(backward, s[l + 1], wanted[l], self.rate_fc / root)

    def _constrain(self) -> None:
        W, rule = self.couplings, self.recipe.rule
        if rule.symmetry == "projected" and self.rate_J:
            for J in W.J:
                J[:] = (J + J.T) / 2
        W.reset_diagonals()
        if rule.feedback not in ("frozen", "learned"):
            tie(W, self.recipe)

    def decay(self, postponed: float = 0.0) -> None:
        """Let the couplings between hidden units decay for all steps since they last did.

        A pass over them costs as much as a step: nothing is done as long as they would lose no
        more than the fraction `postponed`.
        """
        W, wd = self.couplings, self.recipe.rule.wd_J
        if wd * max(self.rate_J, self.rate_fc) * self._undecayed <= postponed:
            return
        rate_J, rate_fc = self.rate_J, self.rate_fc
        for arrays, rate in ((W.J, rate_J), (W.forward, rate_fc), (W.backward, rate_fc)):
            if rate:
                arrays *= np.float32((1 - wd * rate) ** self._undecayed)
        W.reset_diagonals()
        self._undecayed = 0

    def _decay(self) -> None:
        W, rule = self.couplings, self.recipe.rule
        self._undecayed += 1
        self.decay(POSTPONED)
        for array, rate in (
            (W.W_in, rule.wd_in * self.rate_in),
            (W.W_f, rule.wd_W * self.rate_W),
            (W.W_io, rule.wd_W * self.rate_io),
        ):
            if rate:
                array *= np.float32(1 - rate)


def signals(s: Array, f: Array, kappa: float, beta: float | None) -> Array:
    r"""Return :math:`e\,s`, what each unit asks of the couplings to it.

    .. math:: e = \mathbf 1[s f \le \kappa] \quad\text{or}\quad e = 1 - \sigma(\beta(s f - \kappa)).
    """
    if beta is None:
        return _below(s, f, np.float32(kappa))
    from scipy.special import expit

    return s * expit(-beta * (s * f - np.float32(kappa)), dtype=np.float32)


@compiled
def _below(s: Array, f: Array, kappa: np.float32) -> Array:
    wanted = np.empty_like(s)
    states, fields, signals = s.ravel(), f.ravel(), wanted.ravel()
    for k in range(states.size):
        signals[k] = states[k] * np.float32(states[k] * fields[k] <= kappa)
    return wanted


@compiled
def _unstable(s: Array, f: Array, kappa: np.float32) -> int:
    """Return how many units are below their margin; a unit at zero has none."""
    states, fields = s.ravel(), f.ravel()
    found = np.int32(0)
    for k in range(states.size):
        found += np.int32((states[k] != 0) & (states[k] * fields[k] <= kappa))
    return int(found)


def accumulate(W: Array, pre: Array, post: Array, rate: float) -> None:
    r"""Add :math:`\eta \sum_b \mathrm{pre}_{bj}\, \mathrm{post}_{bi}` to `W[j, i]`."""
    if rate:
        sgemm(rate, post.T, pre.T, trans_b=1, beta=1.0, c=W.T, overwrite_c=1)


def tie(couplings: Couplings, recipe: Recipe) -> None:
    """Tie the couplings back from the readout to those to it, as the rule says."""
    C, H = couplings.C, couplings.H
    kind, strengths = recipe.rule.feedback, recipe.strengths
    pairs = zip(couplings.W_b[::-1], couplings.W_f[::-1], strict=False)
    for skipped, (W_b, W_f) in enumerate(pairs):  # the last layer comes first
        lam_f, lam_b = (
            (strengths.lam_f_skip, strengths.lam_b_skip)
            if skipped
            else (strengths.lam_f, strengths.lam_b)
        )
        new = W_f.T * np.float32(sqrt(H / C) * lam_b / lam_f)
        if kind == "tied_weakly":
            new /= 100
        elif kind == "normalised":
            new *= np.linalg.norm(W_b, axis=1, keepdims=True) / np.linalg.norm(
                new, axis=1, keepdims=True
            )
        elif kind == "sign":
            new = np.float32(lam_b / sqrt(C)) * np.sign(W_f.T)
        W_b[:] = new
