"""The kinds of message passing that follow a protocol, and what each makes of its entries."""

from collections.abc import Iterable
from typing import Any

from bp import arguments
from bp.solving.steps import Linear, Plan, fed_back, focused
from foundation import domains

KINDS = ("focusing", "reinforcement", "linear")


def plans(kind: str, protocol: Iterable[Any]) -> list[Plan]:
    """Return what to do in each step of a protocol, whose entries are checked."""
    if kind == "focusing":
        return [focused(gamma, y) for gamma, y in arguments.protocol(protocol)]
    values = domains.reals("protocol", _listed(protocol), low=0).ravel()
    if not values.size:
        raise ValueError("protocol must have at least one entry, got none")
    if kind == "linear":
        return [fed_back(float(value), Linear) for value in values]
    return [fed_back(arguments.below_one("rates of the protocol", value)) for value in values]


def _listed(protocol: Iterable[Any]) -> list[Any]:
    """Return the entries of a protocol."""
    try:
        return list(protocol)
    except TypeError:
        raise TypeError(f"protocol must be an iterable of numbers, got {protocol!r}") from None
