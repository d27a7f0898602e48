"""Options that must be whole numbers."""

from typing import Annotated, Any

from cyclopts import Parameter


def _whole(kind: object, tokens: Any) -> int:
    """Return a number that is whole; the library would round others."""
    try:
        return int(tokens[0].value)
    except ValueError:
        raise ValueError(f"it must be a whole number, got {tokens[0].value}") from None


Whole = Annotated[int, Parameter(converter=_whole)]
MaybeWhole = Annotated[int | None, Parameter(converter=_whole)]
