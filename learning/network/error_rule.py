"""How a steered network learns from the error of its readout."""

from dataclasses import dataclass

from foundation import domains
from learning.network.bounds import PARAMETER
from learning.network.rule import PRESYNAPTIC

_RATES = ("lr_J", "lr_in", "lr_W", "lr_b", "wd_J", "wd_in", "wd_W")


@dataclass(frozen=True)
class ErrorRule:
    r"""The network settles freely, and what its readout misses is sent back through :math:`W_b`.

    With :math:`e = y - \mathrm{softmax}(u/T)` and the feedback current :math:`\varphi = W_b e`, a
    unit whose field without the self-coupling lies inside the window moves its couplings by
    :math:`\varphi_i` times what they carried. A coupling sees what it carried, the field of its
    unit and the current into its unit: a rule of three factors.

    With zero couplings to and from the readout at the start (`lam_f = lam_b = 0`) and equal rates
    :math:`W_b` stays the transpose of :math:`W_f`, and in one layer without :math:`J` the rule *is*
    back-propagation through the signs with a straight-through derivative. With `lr_b = 0` the
    couplings back stay random, and nothing of :math:`W_f` is known to the hidden units.

    Parameters
    ----------
    window
        Size of the field without the self-coupling, below which a unit learns, >= 0.
    gate
        Size of the feedback current, above which it learns, >= 0.
    temperature
        T of the softmax, > 0.
    lr_J, lr_in
        Rates of the couplings within and between layers, and from the input, as in `Rule`, >= 0.
    lr_W, lr_b
        Rates of the couplings to the readout and back, >= 0: their steps are these times
        :math:`1/\sqrt{HB}`, whatever their strength at the start.
    wd_J, wd_in, wd_W
        Weight decay in units of the rate, >= 0.
    presynaptic
        "raw" activity, or "centred", less its running mean; see `Rule`.

    Raises
    ------
    TypeError, ValueError
        If a parameter is outside its documented domain.

    Examples
    --------
    >>> from learning import ErrorRule, recipe
    >>> recipe("error", lr_b=0.0).rule
    ErrorRule(window=4.1, ..., lr_b=0.0, ...)
    """

    window: float = 4.1
    gate: float = 0.003
    temperature: float = 1.0
    lr_J: float = 0.011
    lr_in: float = 1.2
    lr_W: float = 0.3
    lr_b: float = 0.3
    wd_J: float = 0.0
    wd_in: float = 0.0
    wd_W: float = 0.0
    presynaptic: str = "raw"

    def __post_init__(self) -> None:
        for name in ("window", "gate", "temperature", *_RATES):
            object.__setattr__(self, name, domains.real(name, getattr(self, name), 0, PARAMETER))
        if self.temperature == 0:
            raise ValueError("temperature must be > 0, got 0")
        domains.choice("presynaptic", self.presynaptic, PRESYNAPTIC)

    def readout_rate(self, lam_f: float) -> float:
        """Return the rate of couplings to the readout, here whatever their strength `lam_f`.

        Examples
        --------
        >>> from learning import ErrorRule
        >>> ErrorRule(lr_W=0.1).readout_rate(lam_f=0.0)
        0.1
        """
        return self.lr_W
