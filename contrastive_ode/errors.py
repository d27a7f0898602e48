"""What can go wrong while integrating."""

from typing import Any


class BlowUpError(RuntimeError):
    """A trajectory left the range of numbers of sense.

    Attributes
    ----------
    example, step, variable
        Where it happened: which example, after which step, and which entry of the state.
    """

    def __init__(self, example: int, step: int, variable: int, time: float) -> None:
        self.example, self.step, self.variable = example, step, variable
        super().__init__(
            f"variable {variable} of example {example} blew up in step {step} (t = {time:g}): "
            "decrease the step h or the rate, or bound the update (clip) or the parameters"
        )

    def __reduce__(self) -> Any:
        time = float(str(self).partition("(t = ")[2].partition(")")[0])
        return type(self), (self.example, self.step, self.variable, time)

    @classmethod
    def check(cls, end: tuple[int, int, int], examples: Any, h: float) -> None:
        """Raise if an engine's answer says that a trajectory blew up."""
        b, step, variable = end
        if b >= 0:
            raise cls(int(examples[b]), step, variable, step * h)


class StepWarning(UserWarning):
    """The step of the integrator is too long for the Jacobian."""
