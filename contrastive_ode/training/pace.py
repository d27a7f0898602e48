"""How an update becomes a change of the parameters: plainly, with momentum, or by Adam."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from foundation import domains
from foundation.domains import Floats

Rate = float | Callable[[int], float]


@dataclass(frozen=True)
class Pace:
    r"""The plain rule, :math:`\alpha \Delta w`.

    `vectors` says how many vectors a rule remembers.
    """

    rate: Rate
    vectors: ClassVar[int] = 0

    def __post_init__(self) -> None:
        if not callable(self.rate):
            rate = domains.real("rate", self.rate, low=0, exclusive=True)
            object.__setattr__(self, "rate", rate)

    @classmethod
    def of(cls, given: Rate | Pace) -> Pace:
        """Return the rule that is given, or the plain one of a rate."""
        return given if isinstance(given, Pace) else Pace(given)

    @property
    def told(self) -> list[Any]:
        """What tells it from others; for the plain one as versions without others kept it."""
        return ["a function" if callable(self.rate) else self.rate]

    def change(self, n: int, kept: Floats, dw: Floats) -> Floats:
        """Return the change of iteration n, counted from 0, for an update; renew what is kept."""
        return self._at(n) * dw

    def _at(self, n: int) -> float:
        if callable(self.rate):
            return domains.real(f"rate({n})", self.rate(n), low=0)
        return self.rate


@dataclass(frozen=True)
class Momentum(Pace):
    r"""Changes that go on.

    .. math:: v \leftarrow \beta v + \Delta w, \qquad w \leftarrow w + \alpha v

    Where updates agree they are worth :math:`1/(1 - \beta)` of the plain rule's.

    Parameters
    ----------
    rate
        α > 0, or a function of the iteration.
    beta
        How much of v is left after an iteration, in [0, 1).

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    References
    ----------
    Polyak, USSR Comput. Math. Math. Phys. 4, 1 (1964).

    Examples
    --------
    >>> import numpy as np
    >>> import contrastive_ode as ode
    >>> from contrastive_ode import systems
    >>> rule, kept = ode.Momentum(0.1, beta=0.5), np.zeros((1, 2))
    >>> [rule.change(n, kept, np.array([1.0, -1.0])).tolist() for n in (0, 1)]
    [[0.1, -0.1], [0.15..., -0.15...]]
    >>> model = systems.linear_oscillators.on(ode.all_to_all(3), kappa=1.0)
    >>> task = ode.Task([0, 0, 0], outputs=[2], T=5, h=0.1, forces={0: 1.0}, target=0.1)
    >>> training = ode.train(model, task, model.pack(k=0.5), rate=ode.Momentum(0.1), iterations=50)
    >>> bool(training.best_cost < 0.5 * training.loss[0])
    True
    """

    beta: float = 0.9
    vectors: ClassVar[int] = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "beta", _fraction("beta", self.beta))

    @property
    def told(self) -> list[Any]:
        """What tells it from others."""
        return ["momentum", *super().told, self.beta]

    def change(self, n: int, kept: Floats, dw: Floats) -> Floats:
        """Return the change of iteration n for an update; `kept` is v, of shape (1, P)."""
        kept[0] = self.beta * kept[0] + dw
        return self._at(n) * kept[0]


@dataclass(frozen=True)
class Adam(Pace):
    r"""Changes of one size for all parameters, whatever the sizes of their updates.

    .. math:: m \leftarrow \beta_1 m + (1 - \beta_1) \Delta w, \quad
              v \leftarrow \beta_2 v + (1 - \beta_2) \Delta w^2, \quad
              w \leftarrow w + \alpha \frac{m / (1 - \beta_1^n)}{\sqrt{v / (1 - \beta_2^n)} + \eta}

    in iteration n, counted from 1. The rule needs no more than a parameter's own updates: it stays
    local. Under `Constraints` it is given what they allow, and `clip` bounds what it makes of it.

    Parameters
    ----------
    rate
        α > 0, about the change of a parameter in an iteration; or a function of the iteration.
    beta1, beta2
        How long mean and square are remembered, in [0, 1).
    eta
        > 0; the size of updates below which changes shrink.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    References
    ----------
    Kingma and Ba, arXiv:1412.6980, algorithm 1.

    Examples
    --------
    >>> import numpy as np
    >>> import contrastive_ode as ode
    >>> from contrastive_ode import systems
    >>> rule, kept = ode.Adam(0.1), np.zeros((2, 2))
    >>> rule.change(0, kept, np.array([1e-3, -10.0])).round(3).tolist()
    [0.1, -0.1]
    >>> model = systems.linear_oscillators.on(ode.all_to_all(3), kappa=1.0)
    >>> task = ode.Task([0, 0, 0], outputs=[2], T=5, h=0.1, forces={0: 1.0}, target=0.1)
    >>> training = ode.train(model, task, model.pack(k=0.5), rate=ode.Adam(0.02), iterations=50)
    >>> bool(training.best_cost < 0.5 * training.loss[0])
    True
    """

    beta1: float = 0.9
    beta2: float = 0.999
    eta: float = 1e-8
    vectors: ClassVar[int] = 2

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("beta1", "beta2"):
            object.__setattr__(self, name, _fraction(name, getattr(self, name)))
        object.__setattr__(self, "eta", domains.real("eta", self.eta, low=0, exclusive=True))

    @property
    def told(self) -> list[Any]:
        """What tells it from others."""
        return ["Adam", *super().told, self.beta1, self.beta2, self.eta]

    def change(self, n: int, kept: Floats, dw: Floats) -> Floats:
        """Return the change of iteration n for an update; `kept` is m and v, of shape (2, P)."""
        kept[0] = self.beta1 * kept[0] + (1 - self.beta1) * dw
        kept[1] = self.beta2 * kept[1] + (1 - self.beta2) * dw**2
        mean = kept[0] / (1 - self.beta1 ** (n + 1))
        square = kept[1] / (1 - self.beta2 ** (n + 1))
        return self._at(n) * mean / (np.sqrt(square) + self.eta)


def _fraction(name: str, value: object) -> float:
    beta = domains.real(name, value, low=0)
    if beta >= 1:
        raise ValueError(f"{name} must be in [0, 1), got {beta:g}")
    return beta
