"""A point that raised."""

from dataclasses import dataclass

from sweeps.storing.point import Value


@dataclass(frozen=True)
class Failure:
    """A point that raised.

    Attributes
    ----------
    version
        Version of the model.
    parameters, replica
        The point.
    error
        The traceback of its last attempt.

    Examples
    --------
    What `failures` returns has the form

    >>> import sweeps
    >>> failure = sweeps.Failure("1", {"N": 0}, replica=0, error="Traceback ...: division by zero")
    >>> failure.parameters["N"], failure.error.split(": ")[-1]
    (0, 'division by zero')
    """

    version: str
    parameters: dict[str, Value]
    replica: int
    error: str
