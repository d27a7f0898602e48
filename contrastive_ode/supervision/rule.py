"""The rule that changes the parameters: which supervisor teaches, and how it pushes."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np

from foundation import domains

SUPERVISORS = ("forward", "tangent", "clamp", "echo", "gradient", "descent")
FINITE = ("forward", "clamp", "echo")  # supervisors that push by a finite nudge
ROUNDING = 1e-5  # estimated relative error of an update above which a nudge is too small


@dataclass(frozen=True)
class Rule:
    r"""How an update of the parameters is made.

    .. math:: \Delta w_a = \frac1\epsilon \int_0^T [x^C_i(t) - x^F_i(t)]
              \,\frac{\partial F_i}{\partial w_a}\Big|_{x^F(t)} dt

    The supervisor makes the clamped trajectory :math:`x^C` of the free one, :math:`x^F`:

    - "forward": pushes the outputs by the force :math:`-\epsilon\, \partial c/\partial x`, and by a
      jump of the same size at a point cost;
    - "tangent": the same in the limit of an infinitesimal push;
    - "clamp": holds the outputs at :math:`x^F - \epsilon\, \partial c/\partial x`;
    - "echo": reverses the momenta at the end and lets the network run back, free and pushed; for a
      network that runs back along its path, with reciprocal forces (any other is refused), the rule
      descends the gradient in the limit of an infinitesimal push, and no adjoint is needed;
    - "gradient": :math:`x^C = x^F - \epsilon \lambda` at all nodes, λ the adjoint: the rule then
      descends the gradient, up to the error of the trapezoid rule;
    - "descent": no supervisor and no local rule, but minus the exact gradient of the discretised
      cost.

    Where a rule is asked for, the name of a supervisor stands for the rule with that supervisor.

    Parameters
    ----------
    supervisor
        One of the words above.
    nudge
        Size ε of the push, not 0. Rounding makes a relative error of about 2e-16 over the size of
        ε: a warning tells of more than 1e-5.
    error_on
        Whose error the supervisors forward and echo see: that of the "clamped" trajectory, or of
        the "free" one.
    order
        Number M of nudges, up to 64, of which the update is the mean: it is that of an
        infinitesimal push up to an error of order :math:`\epsilon^M`. 1 for ε alone, 2 for ε and
        -ε ("centred"), more for :math:`\epsilon e^{2 \pi i m / M}` ("holomorphic"), with clamped
        trajectories of complex numbers and nudges that may be large.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    References
    ----------
    `docs/theory/contrastive.md`; Stern et al., arXiv:2603.26969, equations (12), (14), (20); echo:
    López-Pastor and Marquardt, Phys. Rev. X 13, 031020; holomorphic nudges: Laborieux and Zenke,
    arXiv:2209.00530.

    Examples
    --------
    >>> import numpy as np
    >>> import contrastive_ode as ode
    >>> from contrastive_ode import systems
    >>> model = systems.linear_oscillators.on(ode.all_to_all(3), kappa=1.0)
    >>> task = ode.Task([0, 0, 0], outputs=[2], T=5, h=0.1, forces={0: 1.0}, target=0.1)
    >>> w = model.pack(k=0.5)
    >>> gentle = ode.local_update(model, task, w, ode.Rule("forward", nudge=1e-6)).dw
    >>> bool(ode.cosine(gentle, ode.local_update(model, task, w, "tangent").dw) > 1 - 1e-9)
    True
    >>> ode.Rule(nudge=0.1, order=2).nudges
    (0.1, -0.1)
    >>> holomorphic = ode.Rule(nudge=0.1, order=4)
    >>> np.round(holomorphic.nudges, 3), holomorphic.shares
    (array([ 0.1+0.j ,  0. +0.1j, -0.1+0.j ]), (0.25, 0.5, 0.25))
    """

    supervisor: str = "forward"
    nudge: float = 1e-3
    error_on: str = "clamped"
    order: int = 1

    def __post_init__(self) -> None:
        domains.choice("supervisor", self.supervisor, SUPERVISORS)
        nudge = domains.real("nudge", self.nudge)
        if nudge == 0:
            raise ValueError("nudge must not be 0: the supervisor tangent is its limit")
        object.__setattr__(self, "nudge", nudge)
        rounding = np.finfo(float).eps / abs(nudge)
        if self.supervisor in FINITE and rounding > ROUNDING:
            warnings.warn(
                f"a nudge of {nudge:g} drowns in rounding: an error of about {rounding:.1g} of the "
                "update where states and errors are of order 1; take the supervisor tangent, or a "
                "nudge of a size of 1e-8 or more",
                stacklevel=3,
            )
        domains.choice("error_on", self.error_on, ("clamped", "free"))
        object.__setattr__(self, "order", domains.integer("order", self.order, 1, 64))
        if self.order > 1 and self.supervisor not in FINITE:
            raise ValueError(
                f"order must be 1 under the supervisor {self.supervisor}, which takes no finite "
                f"nudge, got {self.order}; those that do are {', '.join(FINITE)}"
            )

    @property
    def nudges(self) -> tuple[float | complex, ...]:
        """The nudges of which the update is the mean; of conjugate ones, which agree, the first."""
        if self.order <= 2:
            return (self.nudge, -self.nudge)[: self.order]
        turns = np.arange(self.order // 2 + 1) / self.order
        return tuple(complex(nudge) for nudge in self.nudge * np.exp(2j * np.pi * turns))

    @property
    def shares(self) -> tuple[float, ...]:
        """How much each of them counts."""
        twice = [m for m in range(1, len(self.nudges)) if self.order > 2 and 2 * m != self.order]
        return tuple((2 if m in twice else 1) / self.order for m in range(len(self.nudges)))

    @classmethod
    def of(cls, given: Rule | str) -> Rule:
        """Return the rule that is given, or that of a supervisor."""
        if isinstance(given, cls):
            return given
        if not isinstance(given, str):
            raise TypeError(f"rule must be a Rule or the name of a supervisor, got {given!r}")
        return cls(domains.choice("rule", given, SUPERVISORS))
