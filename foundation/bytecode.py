"""The instructions of a function: what it loads from outside, and what it alters there."""

import dis
import functools
import types

GLOBAL = ("LOAD_GLOBAL", "LOAD_NAME")
_OUTSIDE = (*GLOBAL, "LOAD_DEREF")
_STORED = ("STORE_GLOBAL", "DELETE_GLOBAL", "STORE_DEREF", "DELETE_DEREF")
_METHODS = {"add", "append", "appendleft", "clear", "extend", "insert", "pop", "popitem"}
_METHODS |= {"remove", "setdefault", "update"}
_ATTRIBUTE = ("LOAD_METHOD", "LOAD_ATTR")


@functools.lru_cache(10_000)
def steps(code: types.CodeType) -> list[dis.Instruction]:
    """Return the instructions of a code, which never change: to read them takes long."""
    return list(dis.get_instructions(code))


def altered(code: types.CodeType) -> set[str]:
    """Return the names of the globals and captured variables that a code itself alters."""
    found = {step.argval for step in steps(code) if step.opname in _STORED}
    return found | {step.argval for step in _owners(code) if step.opname in _OUTSIDE}


def altered_attributes(code: types.CodeType) -> set[str]:
    """Return the names of the attributes that a code alters, whatever object has them."""
    found = {step.argval for step in steps(code) if step.opname in ("STORE_ATTR", "DELETE_ATTR")}
    return found | {step.argval for step in _owners(code) if step.opname in _ATTRIBUTE}


def _owners(code: types.CodeType) -> list[dis.Instruction]:
    """Return what loads the objects of which a method that alters is called, or an item stored."""
    every = steps(code)
    found = []
    for i, step in enumerate(every):
        if step.opname in _ATTRIBUTE and step.argval in _METHODS:
            found.append(i - 1)
        elif step.opname in ("STORE_SUBSCR", "DELETE_SUBSCR"):
            found.append(_before_key(every, i) - 1)
    return [every[i] for i in found if i >= 0]


def _before_key(every: list[dis.Instruction], end: int) -> int:
    """Return where the key of an item begins that is stored at `end`; 0 if that is not known.

    The key is the shortest run of instructions before the end that leaves one value more.
    """
    if every[end - 1].opname == "SWAP":  # x[key] += 1 has copied container and key
        while end > 0 and [step.opname for step in every[end - 1 : end + 1]] != ["COPY", "COPY"]:
            end -= 1
        end -= 1
    depth = 0
    for i in range(end - 1, -1, -1):
        depth += dis.stack_effect(every[i].opcode, every[i].arg, jump=False)
        if depth > 0:
            return i if depth == 1 else 0
    return 0
