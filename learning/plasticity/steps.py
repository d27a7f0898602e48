"""What the steps of all rules share: rates, decay, and the products that move the couplings."""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy.linalg.blas import sgemm

from learning.network.couplings import Array, Couplings
from learning.network.error_rule import ErrorRule
from learning.network.recipe import Recipe
from learning.network.rule import Rule
from learning.plasticity.senders import Senders

POSTPONED = 2e-5  # of the couplings between hidden units, the most by which decay may lag


@dataclass(frozen=True, eq=False)
class Arrived:
    """A state of a batch at which couplings learn.

    Attributes
    ----------
    s, f
        States of the hidden units, and their fields in inference, (L, B, H).
    sent
        The error that the readout had sent back on the way, (B, C); None if it sent the label.
    """

    s: Array
    f: Array
    sent: Array | None = None


class Steps:
    """Steps of the couplings of a network, all rates times `pace`.

    `senders` has the means that the covariance rule needs; None for rules without.
    """

    rule: Rule | ErrorRule

    def __init__(
        self,
        couplings: Couplings,
        recipe: Recipe,
        pace: float = 1.0,
        senders: Senders | None = None,
    ) -> None:
        self.couplings, self.recipe, self.senders = couplings, recipe, senders
        self.rule = rule = recipe.rule
        strengths = recipe.strengths
        self.rate_J = pace * rule.lr_J * strengths.lam_int / sqrt(couplings.H)
        self.rate_fc = pace * rule.lr_J * strengths.lam_fc / sqrt(couplings.H)
        self.rate_in = pace * rule.lr_in * strengths.lam_in / sqrt(couplings.N)
        self.rate_W = pace * rule.readout_rate(strengths.lam_f) / sqrt(couplings.H)
        self.rate_io = pace * rule.lr_W * strengths.lam_io / sqrt(couplings.N)
        by_error = isinstance(rule, ErrorRule)  # its steps back are as those to the readout
        strength, number = (1.0, couplings.H) if by_error else (strengths.lam_b, couplings.C)
        self.rate_b = pace * rule.lr_b * strength / sqrt(number)
        self.undecayed = 0

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
        Number of hidden units that learn.
        """
        raise NotImplementedError

    def _hidden(self, x: Array, s: Array, wanted: Array, asked: Array) -> None:
        """Move the couplings to the hidden units, which want `wanted` of them, (L, B, H).

        `asked` is the same before the inputs were weighed.
        """
        root = sqrt(len(x))
        pre_x, pre_s = (x, s) if self.senders is None else self.senders.centred(x, s)
        self._step_within(pre_s, asked, wanted, root)
        self._step_between(pre_s, wanted, root)
        for l, W_in in enumerate(self.couplings.W_in):
            accumulate(W_in, pre_x, wanted[l], self.rate_in / root)

    def _step_within(self, s: Array, asked: Array, wanted: Array, root: float) -> None:
        for l, J in enumerate(self.couplings.J):
            accumulate(J, s[l], wanted[l], self.rate_J / root)

    def _step_between(self, s: Array, wanted: Array, root: float) -> None:
        pairs = zip(self.couplings.forward, self.couplings.backward, strict=True)
        for l, (forward, backward) in enumerate(pairs):
            accumulate(forward, s[l], wanted[l + 1], self.rate_fc / root)
            accumulate(backward, s[l + 1], wanted[l], self.rate_fc / root)

    def _readout(self, x: Array, s: Array, errors: Array) -> None:
        """Move the couplings to the readout, which wants `errors` of them, (B, C)."""
        W, root = self.couplings, sqrt(len(x))
        for W_f, pre in zip(W.W_f, s[-len(W.W_f) :], strict=True):
            accumulate(W_f, pre, errors, self.rate_W / root)
        if W.W_io.size:
            accumulate(W.W_io, x, errors, self.rate_io / root)

    def decay(self, postponed: float = 0.0) -> None:
        """Let the couplings between hidden units decay for all steps since they last did.

        A pass over them costs as much as a step: nothing is done as long as they would lose no
        more than the fraction `postponed`.
        """
        W, wd = self.couplings, self.rule.wd_J
        if wd * max(self.rate_J, self.rate_fc) * self.undecayed <= postponed:
            return
        rate_J, rate_fc = self.rate_J, self.rate_fc
        for arrays, rate in ((W.J, rate_J), (W.forward, rate_fc), (W.backward, rate_fc)):
            if rate:
                arrays *= np.float32((1 - wd * rate) ** self.undecayed)
        W.reset_diagonals()
        self.undecayed = 0

    def _decay(self) -> None:
        W, rule = self.couplings, self.rule
        self.undecayed += 1
        self.decay(POSTPONED)
        for array, rate in (
            (W.W_in, rule.wd_in * self.rate_in),
            (W.W_f, rule.wd_W * self.rate_W),
            (W.W_io, rule.wd_W * self.rate_io),
        ):
            if rate:
                array *= np.float32(1 - rate)


def accumulate(W: Array, pre: Array, post: Array, rate: float) -> None:
    r"""Add :math:`\eta \sum_b \mathrm{pre}_{bj}\, \mathrm{post}_{bi}` to `W[j, i]`."""
    if rate:
        sgemm(rate, post.T, pre.T, trans_b=1, beta=1.0, c=W.T, overwrite_c=1)
