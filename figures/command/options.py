"""Options that are whole numbers, several of them, or lengths."""

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


def _several(kind: object, tokens: Any) -> list[int]:
    """Return whole numbers with commas between them."""
    try:
        return [int(part) for part in tokens[0].value.split(",")]
    except ValueError:
        raise ValueError(
            f"it must be whole numbers with commas between them, got {tokens[0].value}"
        ) from None


Numbers = Annotated[list[int] | None, Parameter(converter=_several)]

_INCHES = {"in": 1.0, "cm": 1 / 2.54, "mm": 1 / 25.4}


def _length(kind: object, tokens: Any) -> float:
    """Return a length in inches."""
    text = tokens[0].value
    try:
        return float(text[:-2]) * _INCHES[text[-2:]]
    except (ValueError, KeyError):
        raise ValueError(
            f"it must be a number with its unit, as in 3.4in, 8.6cm or 86mm, got {text}"
        ) from None


Length = Annotated[float | None, Parameter(converter=_length)]
