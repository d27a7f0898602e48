"""Durations as people say them."""

_UNITS = (("days", 86400.0), ("h", 3600.0), ("min", 60.0))


def told(seconds: float) -> str:
    """Return a duration in its largest unit, to two digits."""
    for unit, size in _UNITS:
        if seconds >= 1.5 * size:
            return f"{_rounded(seconds / size)} {unit}"
    return f"{_rounded(seconds)} s"


def _rounded(number: float) -> str:
    return f"{number:.2g}" if number < 99.5 else f"{number:.0f}"
