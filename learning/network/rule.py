"""How a steered network learns."""

from dataclasses import dataclass
from functools import cache
from math import sqrt

import numpy as np
import numpy.typing as npt

from foundation import domains
from learning.network.bounds import PARAMETER
from learning.network.strengths import graded, scale

PRESYNAPTIC = ("raw", "centred")
SYMMETRIES = ("none", "both_unstable", "update", "projected")
FEEDBACKS = ("frozen", "tied", "tied_weakly", "normalised", "sign", "learned")
_RATES = ("k", "kappa_out", "lr_J", "lr_in", "lr_W", "lr_b", "wd_J", "wd_in", "wd_W")


@dataclass(frozen=True)
class Rule:
    r"""Margins, rates and constraints of the plasticity.

    The rates are those of couplings of strength one in one dimension: a step of :math:`J` is
    `lr_J` :math:`\lambda_{int} / \sqrt{H B}`, and so on. No number may be above 1e6.

    Parameters
    ----------
    k
        Margin of the hidden units, >= 0, beyond what the self-coupling contributes.
    kappa_out
        Margin of the readout, >= 0.
    lr_J, lr_in, lr_W, lr_b
        Rates of the couplings within and between layers, from the input, to the readout, and back
        from it (if learned), >= 0.
    wd_J, wd_in, wd_W
        Weight decay in units of the rate, >= 0.
    beta
        None for the perceptron rule, which counts units below the margin. A number > 0 for the
        local cross-entropy, which weighs them by :math:`1 - \sigma(\beta(s f - \kappa))`.
    symmetry
        Of the steps of :math:`J`: "none"; "both_unstable", a symmetric step where both units are
        below the margin; "update", the symmetric part of the step; "projected", the symmetric part
        of :math:`J` after each step.
    feedback
        Couplings back from the readout: "frozen"; "tied" to those to the readout; "tied_weakly",
        the same divided by 100; "normalised", tied, with the norms they had at the start; "sign" of
        the tied ones; "learned" like the other couplings.
    target_scale
        Target of the readout for the right and the wrong labels (a pair): "balanced"
        :math:`(C/4, -\sqrt C/4)`, "plain" (1, -1).
    hidden_at
        State at which the hidden couplings learn: "last", or "first", the one with the label. The
        readout learns at the last one.
    sent
        What the readout sends back in training: the "label", or its "error"
        :math:`e = y - \mathrm{softmax}(u/T)` at the end of the warm-up. Couplings back that are
        "learned" then move by :math:`e_c s_i`.
    agreeing
        Whether only units learn that are where the error wants them: with the sign of its current.
    readout
        Rule of the readout: that of the "margin", or "softmax", whose steps are :math:`e_c s_i`.
    temperature
        T of the softmax, > 0.
    presynaptic
        What the couplings to hidden units learn from: the activity of their senders, "raw", or
        less its running mean, "centred" (a covariance rule, whose means move by one in a thousand
        with each input). The data themselves are not centred.

    Raises
    ------
    TypeError, ValueError
        If a parameter is outside its documented domain, or two do not go together.

    Examples
    --------
    >>> import numpy as np
    >>> from learning import Rule
    >>> Rule(k=0.5, beta=2.0).beta
    2.0
    >>> one_of_four = np.array([1, -1, -1, -1], dtype=np.float32)
    >>> Rule(target_scale="balanced").targets(one_of_four).tolist()
    [1.0, -0.5, -0.5, -0.5]
    """

    k: float = 0.9
    kappa_out: float = 3.0
    lr_J: float = 0.005
    lr_in: float = 0.03
    lr_W: float = 0.1
    lr_b: float = 0.005
    wd_J: float = 0.005
    wd_in: float = 0.0
    wd_W: float = 0.005
    beta: float | None = None
    symmetry: str = "none"
    feedback: str = "frozen"
    target_scale: str | tuple[float, float] = "balanced"
    hidden_at: str = "last"
    sent: str = "label"
    agreeing: bool = False
    readout: str = "margin"
    temperature: float = 2.0
    presynaptic: str = "raw"

    def __post_init__(self) -> None:
        for name in _RATES:
            object.__setattr__(self, name, domains.real(name, getattr(self, name), 0, PARAMETER))
        if self.beta is not None:
            object.__setattr__(self, "beta", domains.real("beta", self.beta, 0, PARAMETER))
            if self.beta == 0:
                raise ValueError("beta must be > 0, got 0")
        domains.choice("symmetry", self.symmetry, SYMMETRIES)
        domains.choice("feedback", self.feedback, FEEDBACKS)
        domains.choice("hidden_at", self.hidden_at, ("first", "last"))
        self._check_error()
        checked = scale("target_scale", self.target_scale, ("balanced", "plain"))
        object.__setattr__(self, "target_scale", checked)

    def _check_error(self) -> None:
        """Refuse what does not go together in rules that send errors back, or centre."""
        domains.choice("sent", self.sent, ("label", "error"))
        domains.choice("readout", self.readout, ("margin", "softmax"))
        domains.choice("presynaptic", self.presynaptic, PRESYNAPTIC)
        domains.boolean("agreeing", self.agreeing)
        if domains.real("temperature", self.temperature, 0, PARAMETER) == 0:
            raise ValueError("temperature must be > 0, got 0")
        if self.agreeing and self.sent == "label":
            raise ValueError("agreeing needs sent='error': a label is no current that one follows")
        if self.presynaptic == "centred" and self.symmetry == "both_unstable":
            raise ValueError("presynaptic='centred' has no step with symmetry='both_unstable'")

    def readout_rate(self, lam_f: float) -> float:
        """Return the rate of couplings of strength `lam_f` to the readout.

        Examples
        --------
        >>> from learning import Rule
        >>> Rule(lr_W=0.1).readout_rate(lam_f=2.0)
        0.2
        """
        return self.lr_W * lam_f

    def targets(self, y: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Return the target of the readout for labels of entries +1 and -1; classes come last."""
        return graded(y, *_target_pair(self.target_scale, y.shape[-1]))


@cache
def _target_pair(chosen: str | tuple[float, float], C: int) -> tuple[float, float]:
    pairs = {"balanced": (C / 4, -sqrt(C) / 4), "plain": (1.0, -1.0)}
    return pairs[chosen] if isinstance(chosen, str) else chosen
