"""The margin rule: a perceptron with margin in every unit, at the state that was reached."""

from math import sqrt

import numpy as np

from foundation.compiled import compiled
from learning.network import fields
from learning.network.couplings import Array
from learning.network.rule import Rule
from learning.plasticity.steps import Arrived, Steps, accumulate
from learning.plasticity.tied import tie


class MarginSteps(Steps):
    """Steps of a `Rule`; see `Steps`."""

    rule: Rule

    def step(
        self,
        x: Array,
        y: Array,
        hidden: Arrived,
        last: Arrived,
        u: Array,
        weights: Array | None = None,
    ) -> int:
        """Learn from one batch; return how many hidden units are below their margin."""
        self._decay()
        asked = self._wanted(hidden)
        errors = self._errors(y, u)
        wanted = asked
        if weights is not None:  # each step has one factor that is weighed, the receiving one
            wanted, errors = wanted * weights[:, None], errors * weights[:, None]
        self._hidden(x, hidden.s, wanted, asked)
        self._feedback(y, wanted, errors, last.s, sqrt(len(x)))
        self._readout(x, last.s, errors)
        self._constrain()
        return _unstable(hidden.s, hidden.f, np.float32(self.recipe.kappa))

    def _wanted(self, at: Arrived) -> Array:
        """Return what the hidden units ask of the couplings to them, (L, B, H)."""
        wanted = signals(at.s, at.f, self.recipe.kappa, self.rule.beta)
        if self.rule.agreeing:
            assert at.sent is not None
            wanted *= fields.feedback(self.couplings, at.sent) * at.s >= 0
        return wanted

    def _errors(self, y: Array, u: Array) -> Array:
        """Return what the readout asks of the couplings to it, (B, C)."""
        rule = self.rule
        if rule.readout == "softmax":
            return fields.missed(y, u, rule.temperature)
        return signals(rule.targets(y), u, rule.kappa_out, rule.beta)

    def _feedback(self, y: Array, wanted: Array, errors: Array, s: Array, root: float) -> None:
        """Move the couplings back from the readout, if they are learned."""
        if self.rule.feedback != "learned":
            return
        W_b = self.couplings.W_b
        if self.rule.sent == "error":
            for W, post in zip(W_b, s[-len(W_b) :], strict=True):
                accumulate(W, errors, post, self.rate_b / root)
            return
        sent = self.recipe.strengths.feedback(y)
        for W, post in zip(W_b, wanted[-len(W_b) :], strict=True):
            accumulate(W, sent, post, self.rate_b / root)

    def _step_within(self, s: Array, asked: Array, wanted: Array, root: float) -> None:
        rate = self.rate_J / root
        for l, J in enumerate(self.couplings.J):
            if self.rule.symmetry == "both_unstable":
                accumulate(J, asked[l], wanted[l], rate)
            elif self.rule.symmetry == "update":
                accumulate(J, s[l], wanted[l], rate / 2)
                accumulate(J, wanted[l], s[l], rate / 2)
            else:
                accumulate(J, s[l], wanted[l], rate)

    def _constrain(self) -> None:
        W, rule = self.couplings, self.rule
        if rule.symmetry == "projected" and self.rate_J:
            for J in W.J:
                J[:] = (J + J.T) / 2
        W.reset_diagonals()
        if rule.feedback not in ("frozen", "learned"):
            tie(W, rule.feedback, self.recipe.strengths)


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
