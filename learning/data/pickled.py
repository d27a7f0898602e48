"""The bytes of an array in a pickle, found without executing anything of it."""

from pickletools import genops


def contents(pickled: bytes) -> bytes:
    """Return the one long string of bytes that a pickle holds.

    Loading a pickle runs whatever its author has written there; here its instructions are read
    and none is followed.

    Raises
    ------
    ValueError
        If it holds none, or several.
    """
    long = ("BINBYTES", "BINBYTES8")
    found = [bytes(value or b"") for code, value, _ in genops(pickled) if code.name in long]
    if len(found) != 1:
        raise ValueError(f"a pickle of one array has one string of bytes, got {len(found)}")
    return found[0]
