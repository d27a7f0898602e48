"""Equations in LaTeX become MathML that a browser sets like TeX."""

import html
import re
import xml.etree.ElementTree as ElementTree

import pytest

from figures import catalogue
from figures.gallery.mathml import mathml
from figures.gallery.page import _clauses


@pytest.mark.parametrize("name", catalogue.names())
def test_every_equation_is_converted(name):
    equation = catalogue.load(name).equation
    clauses = _clauses(equation)
    assert len(clauses) == equation.count(r"\quad") + 1
    for clause in clauses:
        found = ElementTree.fromstring(clause)
        assert found.tag == "math"
        assert found.get("displaystyle") == "true"
        text = "".join(found.itertext())
        assert text.strip()
        assert not re.search(r"[\\{}_^&$]", re.sub("[{}]", "", text)), "a command is left as it was"
        assert all(element.text for element in found.iter() if element.tag in ("mi", "mo", "mn"))


def tree(equation, display="block"):
    """Return an equation as nested lists of names and texts, without what only groups."""
    return _within(ElementTree.fromstring(mathml(equation, display))[0])


def _plain(element):
    while element.tag == "mrow" and len(element) == 1:
        element = element[0]
    return [element.tag, *(_within(element) or [element.text or ""])]


def _within(element):
    return [_plain(child) for child in element]


def test_a_known_equation():
    """That of the figure of relaxation in layers, part by part."""
    found = tree(catalogue.load("relaxation_layered").equation.partition(r"\quad")[0])
    i, j, l = (["mi", letter] for letter in "ijl")
    up, down = (["mrow", l, ["mo", sign], ["mn", "1"]] for sign in "+−")
    assert found == [
        ["msubsup", ["mi", "s"], i, l],
        ["mo", "←"],
        ["mi", "sign"],
        ["mo", "("],
        ["munder", ["mo", "∑"], j],
        ["msubsup", ["mi", "J"], ["mrow", i, j], l],
        ["msubsup", ["mi", "s"], j, l],
        ["mo", "+"],
        ["msub", ["mi", "J"], ["mi", "D"]],
        ["msubsup", ["mi", "s"], i, l],
        ["mo", "+"],
        ["mi", "λ"],
        ["mo", "("],
        ["msubsup", ["mi", "s"], i, down],
        ["mo", "+"],
        ["msubsup", ["mi", "s"], i, up],
        ["mo", ")"],
        ["mo", ")"],
    ]


def element(equation, tag, text):
    """Return the element of a name and a text."""
    math = ElementTree.fromstring(mathml(equation, "block"))
    (found,) = (found for found in math.iter(tag) if found.text == text)
    return found


def test_words_and_letters():
    assert tree(r"S_\mathrm{int}") == [["msub", ["mi", "S"], ["mi", "int"]]]
    assert element(r"\mathrm{d}t", "mi", "d").get("mathvariant") == "normal"
    assert element(r"\mathrm{d}t", "mi", "t").get("mathvariant") is None
    assert element(r"\mathrm{int}", "mi", "int").get("mathvariant") == "normal"
    assert element(r"\Phi \varphi", "mi", "Φ").get("mathvariant") == "normal"
    assert tree(r"\mathcal{N} \mathcal{L}") == [["mi", "𝒩"], ["mi", "ℒ"]]


def test_functions_are_set_off():
    space = ["mspace", ""]
    assert tree(r"d \ln P") == [["mi", "d"], space, ["mi", "ln"], space, ["mi", "P"]]
    assert tree(r"\tanh(x)")[:2] == [["mi", "tanh"], ["mo", "("]]
    assert tree(r"x + \operatorname{atanh} y")[2:] == [["mi", "atanh"], space, ["mi", "y"]]
    assert tree(r"\min_d f") == [["munder", ["mi", "min"], ["mi", "d"]], space, ["mi", "f"]]
    assert tree(r"\min_d f", "inline")[0][0] == "msub"
    assert tree(r"x_\mathrm{max} y") == [["msub", ["mi", "x"], ["mi", "max"]], ["mi", "y"]]


@pytest.mark.parametrize(
    ("equation", "form"),
    [
        ("(-q)", "prefix"),
        ("x = -q", "prefix"),
        (r"\text{where } -q", "prefix"),
        (r"\langle -q \rangle", "prefix"),
        ("p - q", None),
        ("(p) - q", None),
        (r"|p| - q", None),
        ("p' - q", None),
    ],
)
def test_signs_are_not_differences(equation, form):
    assert element(equation, "mo", "−").get("form") == form


def test_what_latex2mathml_takes_for_letters():
    assert tree(r"y; \eta \pm \infty") == [
        *(["mi", "y"], ["mo", ";"], ["mi", "η"], ["mo", "±"], ["mi", "∞"])
    ]
    assert element("a / b", "mo", "/").get("lspace") == "0"


@pytest.mark.parametrize("strange", [r"\foo", r"\text{<b>}", "<&>", "°", r"\#"])
def test_strange_text_stays_readable(strange):
    found = "".join(ElementTree.fromstring(mathml(strange, "inline")).itertext())
    assert found == strange.replace(r"\text{<b>}", "<b>").replace(r"\#", "#")


@pytest.mark.parametrize("wrong", ["x_{", "x^", r"\left( x", "a & b_"])
def test_what_is_no_latex_is_refused_and_shown_as_it_is(wrong):
    with pytest.raises(ValueError, match="equation must be LaTeX"):
        mathml(wrong, "block")
    shown = rf"a < b \quad {wrong}"
    assert _clauses(shown) == [f"<code>{html.escape(shown)}</code>"]
