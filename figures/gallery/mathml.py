"""Equations in LaTeX as MathML, which browsers set themselves: no script, no fonts to fetch."""

import html
import re
import unicodedata
from itertools import pairwise
from xml.etree.ElementTree import Element, tostring

LIMITS = {"min", "max", "lim", "sup", "inf"}
CAPITALS = "ΓΔΘΛΞΠΣΥΦΨΩ"
CLOSING = ")]}⟩|‖′!"
ROWS = {"mrow", "mstyle", "msqrt", "mtd"}
KINDS = {
    "∞": "mi",
    "±": "mo",
    "∓": "mo",
    ":": "mo",
    ";": "mo",
}  # else a browser spaces them wrongly


def mathml(equation: str, display: str) -> str:
    """Convert an equation, and mend what browsers set otherwise than TeX.

    Parameters
    ----------
    equation
        In LaTeX; a command that `latex2mathml` does not know stays as it is.
    display
        `"block"` or `"inline"`.

    Raises
    ------
    ValueError
        If it is no LaTeX, as it has a brace too few.
    """
    from latex2mathml.converter import convert_to_element

    try:
        math = convert_to_element(equation, display=display)
    except Exception as error:  # its exceptions have no common ancestor
        raise ValueError(f"equation must be LaTeX, got {equation!r}: {error!r}") from error
    del math.attrib["xmlns"]  # HTML needs none
    for element in math.iter():
        _mend_sign(element)
    for row in list(math.iter()):
        _join_words(row)
        _mend_spaces(row)
        if display == "block" and row.tag == "msub" and row[0].text in LIMITS:
            row.tag = "munder"
    return tostring(math, encoding="unicode")


def _mend_sign(element: Element) -> None:
    """Write characters as such; browsers know upright and script letters by other signs."""
    written = element.text or ""
    element.text = text = html.unescape(written)
    element.tag = KINDS.get(text, element.tag)
    if element.tag == "mo" and text.isascii() and text.isalpha():
        element.tag = "mi"  # \operatorname{sign}, \min
    if element.tag == "mo" and text == "/":
        element.attrib.update(lspace="0", rspace="0")
    if element.tag == "mi" and element.get("mathvariant") == "script":
        element.text = _script(text)
        del element.attrib["mathvariant"]
    # \mathrm{d} alone is written as a number, other letters are not
    elif element.tag == "mi" and (re.match("&#x000[4-7].;$", written) or text in CAPITALS):
        element.set("mathvariant", "normal")


def _script(letter: str) -> str:
    try:
        return unicodedata.lookup(f"MATHEMATICAL SCRIPT CAPITAL {letter}")
    except KeyError:  # eight of them are older than the rest
        return unicodedata.lookup(f"SCRIPT CAPITAL {letter}")


def _join_words(row: Element) -> None:
    """Make one element of the letters of a word, which have gaps between them otherwise."""
    for first, second in pairwise(list(row)[::-1]):  # from the end, so that each joins the next
        if _is_roman(first) and _is_roman(second):
            second.text = f"{second.text}{first.text}"
            row.remove(first)


def _is_roman(element: Element) -> bool:
    return (
        element.tag == "mi"
        and element.get("mathvariant") == "normal"
        and (element.text or "").isascii()
    )


def _mend_spaces(row: Element) -> None:
    """Set functions off from what stands beside them, and not a sign from its number."""
    for before, element in pairwise(list(row)):
        opened = before.tag == "mo" and (before.text or "") not in CLOSING
        if element.tag == "mo" and element.text in ("−", "+", "±"):
            if opened or before.tag == "mtext" or before.text == "⟨":
                element.set("form", "prefix")
        elif row.tag in ROWS and not opened and "mspace" not in (before.tag, element.tag):
            applied = _is_function(before) and element.tag != "mo"
            if applied or _is_function(element):
                row.insert(list(row).index(element), Element("mspace", width="0.167em"))


def _is_function(element: Element) -> bool:
    """Tell the name of a function, with or without scripts, from a letter and a word."""
    while element.tag in ("msub", "msup", "msubsup", "munder"):
        element = element[0]
    return (
        element.tag == "mi" and len(element.text or "") > 1 and element.get("mathvariant") is None
    )
