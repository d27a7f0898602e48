"""A recipe: strengths, schedule and rule together, and the recipes that have a name."""

from dataclasses import asdict, dataclass, field, fields, replace
from math import sqrt
from typing import Any

from foundation import domains
from learning.network.error_rule import ErrorRule
from learning.network.rule import Rule
from learning.network.schedule import Phase, Schedule
from learning.network.strengths import Strengths
from learning.network.training import Training

_PARTS: dict[str, tuple[type, ...]] = {
    "strengths": (Strengths,),
    "schedule": (Schedule,),
    "rule": (Rule, ErrorRule),
    "training": (Training,),
}


@dataclass(frozen=True)
class Recipe:
    """Everything that defines a steered network besides its sizes.

    Attributes
    ----------
    strengths
        How its couplings are drawn.
    schedule
        How it relaxes.
    rule
        How it learns: a `Rule` of margins, or an `ErrorRule`.
    training
        What is done around the rule.

    Raises
    ------
    TypeError, ValueError
        If a part is not what it should be, or feedback is tied to a readout of no strength.

    Examples
    --------
    >>> from learning import Recipe, Rule, Schedule, Strengths
    >>> made = Recipe(Strengths(J_D=0.3, lam=2.0), Schedule(sweeps=8), Rule(k=1.0))
    >>> made.kappa
    1.3
    >>> made.replace(J_D=0.5).strengths.J_D
    0.5
    >>> made.check(N=50, H=100, L=2)  # raises if a network of these sizes cannot follow it
    """

    strengths: Strengths = field(default_factory=Strengths)
    schedule: Schedule = field(default_factory=Schedule)
    rule: Rule | ErrorRule = field(default_factory=Rule)
    training: Training = field(default_factory=Training)

    def __post_init__(self) -> None:
        for name, kinds in _PARTS.items():
            if not isinstance(getattr(self, name), kinds):
                words = " or ".join(kind.__name__ for kind in kinds)
                raise TypeError(f"{name} must be a {words}, got {getattr(self, name)!r}")
        if isinstance(self.rule, Rule) and self.rule.feedback not in ("frozen", "learned"):
            needed = ("lam_f", "lam_b") if self.rule.feedback == "normalised" else ("lam_f",)
            for name in needed:
                if not getattr(self.strengths, name):
                    raise ValueError(f"{name} must be > 0 for feedback={self.rule.feedback!r}")

    @property
    def kappa(self) -> float:
        """Margin of the hidden units, including what a unit's coupling to itself supplies.

        Raises
        ------
        AttributeError
            If the rule has no margin.
        """
        if isinstance(self.rule, ErrorRule):
            raise AttributeError("a recipe with an ErrorRule has a window, no margin kappa")
        held = self.strengths.J_D * self.strengths.lam_int
        if self.schedule.inference == "no_supervision":
            held += self.strengths.lam
        return self.rule.k + held

    @property
    def wanted(self) -> str:
        """What the readout sends back in training: the "label", or its "error"."""
        return self.rule.sent if isinstance(self.rule, Rule) else "error"

    def check(self, N: int, H: int, L: int) -> None:
        """Refuse what a network of N inputs and L layers of H units cannot follow.

        Raises
        ------
        TypeError, ValueError
            If a size is no integer >= 1; if there are more inputs than units that they start or
            clamp; if the label would never act, the input never reach the last layer, or an error
            not all layers that follow it; if a step of decay would turn the sign of couplings.
        """
        for name, size in (("N", N), ("H", H), ("L", L)):
            domains.integer(name, size)
        strengths, schedule, rule = self.strengths, self.schedule, self.rule
        if N > H and (schedule.start == "input" or strengths.input_to == "clamp"):
            word = "start='input'" if schedule.start == "input" else "input_to='clamp'"
            raise ValueError(f"{word} needs H >= N, got H = {H} and N = {N}")
        full = schedule.training(L)[1].sweeps + (schedule.start == "input")
        steered = isinstance(rule, Rule) and strengths.lam_b > 0
        if full < 2 and schedule.warm_up is None and steered:
            raise ValueError(
                f"sweeps must be at least L + 2 = {L + 2}, got {schedule.sweeps}: the label would "
                f"not act. Raise sweeps, lower warm_up, or set lam_b=0"
            )
        if L > 1:
            self._check_layers(L)
        for name, lr, strength, senders in (
            ("wd_J", rule.lr_J, max(strengths.lam_int, strengths.lam_fc), H),
            ("wd_in", rule.lr_in, strengths.lam_in, N),
            ("wd_W", 1.0, self._fastest_readout(N, H), 1),
        ):
            most = sqrt(senders) / (lr * strength) if lr * strength else float("inf")
            if getattr(rule, name) > most:
                raise ValueError(
                    f"{name} must be at most {most:.3g} at these rates and sizes, got "
                    f"{getattr(rule, name):g}: the couplings would change sign"
                )

    def _check_layers(self, L: int) -> None:
        """Refuse layers that nothing reaches."""
        strengths, schedule, rule = self.strengths, self.schedule, self.rule
        follows = isinstance(rule, ErrorRule) or rule.agreeing
        if follows and not strengths.lam_b_skip:
            word = "agreeing=True" if isinstance(rule, Rule) else "an ErrorRule"
            raise ValueError(
                f"lam_b_skip must be > 0 for {word} in L = {L} layers, got 0: no error would reach "
                f"those before the last"
            )
        if strengths.input_to == "all" or schedule.start == "input":
            return
        if not (strengths.lam or strengths.lam_fc):
            raise ValueError(
                f"lam or lam_fc must be > 0 in L = {L} layers, got 0: the input would not reach "
                f"those after the first. Or set input_to='all'"
            )
        if schedule.sweeps < L and schedule.order == "synchronous":
            raise ValueError(
                f"sweeps must be at least L = {L} in synchronous order, got {schedule.sweeps}: the "
                f"input would not reach the last layer"
            )

    def _fastest_readout(self, N: int, H: int) -> float:
        """Return the largest rate of a coupling to the readout."""
        rule, strengths = self.rule, self.strengths
        of_units = rule.readout_rate(strengths.lam_f) / sqrt(H)
        return max(of_units, rule.lr_W * strengths.lam_io / sqrt(N))

    def phases(self, L: int) -> list[Phase]:
        """Return the phases of training L layers: the error rule lets them settle freely.

        Examples
        --------
        >>> from learning import recipe
        >>> [len(recipe(name).phases(L=1)) for name in ("G2", "error")]
        [3, 1]
        """
        free = isinstance(self.rule, ErrorRule)
        return self.schedule.testing() if free else self.schedule.training(L)

    def replace(self, **changes: Any) -> "Recipe":
        """Return the recipe with some parameters of its parts changed, each known by its name."""
        parts: dict[str, Any] = {}
        for part in fields(self):
            old = getattr(self, part.name)
            own = {item.name for item in fields(old)} & set(changes)
            parts[part.name] = replace(old, **{name: changes.pop(name) for name in own})
        if changes:
            names = [name for part in parts.values() for name in asdict(part)]
            raise ValueError(
                f"recipe has no parameter {sorted(changes)[0]!r}; it has {', '.join(names)}"
            )
        return Recipe(**parts)


_G1: dict[str, Any] = {
    "J_D": 0.3,
    "input_to": "clamp",
    "lam_in": 1000.0,
    "lam_b": 1.0,
    "feedback_scale": "none",
    "double": False,
    "k": 0.4,
    "lr_J": 0.03,
    "lr_in": 0.0,
    "feedback": "tied_weakly",
    "target_scale": "plain",
}
_RESERVOIR: dict[str, Any] = {"lam_b": 0.0, "lr_J": 0.0, "lr_in": 0.0, "wd_J": 0.0}
_CHANGES: dict[str, dict[str, Any]] = {
    "G2": {},
    "G1": _G1,
    "reservoir": _RESERVOIR,
    "random_features": {**_RESERVOIR, "lam_int": 0.0, "sweeps": 2, "double": False},
}
_ERROR = Recipe(
    Strengths(J_D=1.0, lam_in=3.0, lam_b=0.4, lam_b_skip=0.4),
    Schedule(),
    ErrorRule(),
    Training(flipped=0.02, averaged=0.01, cooling=0.9),
)
_ERROR_MARGIN: dict[str, Any] = {
    "lam_b_skip": 0.9,
    "sent": "error",
    "agreeing": True,
    "readout": "softmax",
    "feedback": "learned",
}
_NAMED = {name: Recipe().replace(**changes) for name, changes in _CHANGES.items()}
_NAMED |= {"error": _ERROR, "error_margin": Recipe().replace(**_ERROR_MARGIN)}
NAMES = tuple(_NAMED)


def recipe(name: "str | Recipe" = "G2", **changes: Any) -> Recipe:
    """Return a recipe by its name, with some parameters changed.

    Parameters
    ----------
    name
        "G2", the default; "G1", an earlier generation: the input clamps the first hidden units, the
        feedback is tied to the readout, and there is one relaxation; "reservoir", which learns only
        the readout of a random network; "random_features", the same without couplings within the
        layer. "error", the network settles freely and learns from the error of its readout;
        "error_margin", it is steered by that error, and units that agree with it stabilise their
        state. Or a recipe.
    changes
        Parameters of `Strengths`, `Schedule`, `Rule` or `ErrorRule`, and `Training`, by their
        names.

    Raises
    ------
    TypeError, ValueError
        If there is no such recipe or parameter, or a value is outside the domain given there.

    Examples
    --------
    >>> from learning import recipe
    >>> recipe("G2", J_D=0.3, lr_J=0.01).kappa
    1.2
    """
    if isinstance(name, Recipe):
        return name.replace(**changes)
    return _NAMED[domains.choice("recipe name", name, NAMES)].replace(**changes)
