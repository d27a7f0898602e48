"""Checks as an attribute of the data that they are of: written, and read again."""

import json
import math
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from figures.gallery.verdict import Check


def dump(checks: Iterable[Check]) -> str:
    """Return checks as JSON, for an attribute; a number that JSON has not is a text in it."""

    def plain(value: Any) -> Any:
        return str(value) if isinstance(value, float) and math.isinf(value) else value

    return json.dumps(
        [{key: plain(value) for key, value in asdict(check).items()} for check in checks]
    )


def parse(text: str) -> tuple[Check, ...]:
    """Return the checks that `dump` wrote.

    Raises
    ------
    ValueError
        If it did not.
    """
    try:
        checks = tuple(map(_check, json.loads(text)))
        for check in checks:
            str(check)  # that it can be shown
    except (KeyError, TypeError, ValueError, ArithmeticError) as error:
        raise ValueError(f"its checks cannot be read: {error!r}") from error
    return checks


def _check(fields: dict[str, Any]) -> Check:
    variables, largest = tuple(fields["variables"]), float(fields["largest"])
    power = fields.get("power")
    numbers = {"largest": largest, "power": None if power is None else float(power)}
    return Check(**fields | {"variables": variables} | numbers)
