"""How inputs and couplings are treated in training, whatever the rule."""

from dataclasses import dataclass

from foundation import domains

EVERY = 16  # steps from one move of the average to the next, as a move costs as much as a step


@dataclass(frozen=True)
class Training:
    """What is done around the rule; all of it is off in the published recipes.

    Parameters
    ----------
    flipped
        Fraction of the entries of the inputs whose sign is flipped, anew whenever an input is
        learned, in [0, 1).
    averaged
        Weight of the present couplings in their running average, in [0, 1]: the average is moved
        towards them every 16 steps, from the second epoch on, and inference uses it. 0 for none.
    cooling
        Factor of all rates from each epoch to the next, in (0, 1].

    Raises
    ------
    TypeError, ValueError
        If a parameter is outside its documented domain.

    Examples
    --------
    >>> from learning import Training, recipe
    >>> recipe("G2", flipped=0.05, averaged=0.01).training
    Training(flipped=0.05, averaged=0.01, cooling=1.0)
    """

    flipped: float = 0.0
    averaged: float = 0.0
    cooling: float = 1.0

    def __post_init__(self) -> None:
        for name in ("flipped", "averaged", "cooling"):
            object.__setattr__(self, name, domains.real(name, getattr(self, name), 0, 1))
        if self.flipped == 1:
            raise ValueError("flipped must be < 1, got 1: every input would be its opposite")
        if self.cooling == 0:
            raise ValueError("cooling must be > 0, got 0: only one epoch would learn")
