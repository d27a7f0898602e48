"""The error rule: what the readout misses is sent back, and units that may still turn follow it."""

from math import sqrt

import numpy as np

from foundation.compiled import compiled
from learning.network import fields
from learning.network.couplings import Array
from learning.network.error_rule import ErrorRule
from learning.plasticity.steps import Arrived, Steps, accumulate


class ErrorSteps(Steps):
    r"""Steps of an `ErrorRule`; see `Steps`.

    With :math:`e` the error of the readout, :math:`\varphi = W_b e` and w the window,

    .. math:: d_i = \varphi_i\, \mathbf 1[|f_i - J_D s_i| < w]\,
        \mathbf 1[|\varphi_i| > \text{gate}],

    :math:`\Delta W_{in} \propto d\, x`, :math:`\Delta J \propto d\, s`, and
    :math:`\Delta W_f, \Delta W_b \propto e\, s`.
    """

    rule: ErrorRule

    def step(
        self,
        x: Array,
        y: Array,
        hidden: Arrived,
        last: Arrived,
        u: Array,
        weights: Array | None = None,
    ) -> int:
        """Learn from one batch; return how many hidden units follow the error."""
        W, rule, root = self.couplings, self.rule, sqrt(len(x))
        self._decay()
        errors = fields.missed(y, u, rule.temperature)
        wanted = fields.feedback(W, errors)
        held = np.float32(W.self_coupling)
        moved = _follow(wanted, hidden.s, hidden.f, held, rule.window, rule.gate)
        asked = wanted
        if weights is not None:
            wanted, errors = wanted * weights[:, None], errors * weights[:, None]
        self._hidden(x, hidden.s, wanted, asked)
        self._readout(x, last.s, errors)
        for W_b, post in zip(W.W_b, last.s[-len(W.W_b) :], strict=True):
            accumulate(W_b, errors, post, self.rate_b / root)
        W.reset_diagonals()
        return moved


@compiled
def _follow(
    current: Array, s: Array, f: Array, held: np.float32, window: float, gate: float
) -> int:
    """Let the feedback currents be zero where a unit does not follow them; count the others."""
    currents, states, fields = current.ravel(), s.ravel(), f.ravel()
    widest, least = np.float32(window), np.float32(gate)
    moved = np.int32(0)
    for k in range(currents.size):
        inside = abs(fields[k] - held * states[k]) < widest
        follows = inside & (abs(currents[k]) > least)
        moved += np.int32(follows)
        currents[k] *= np.float32(follows)
    return int(moved)
