"""Equations become MathML, and nothing of them is lost."""

import re
import unicodedata
import xml.etree.ElementTree as ElementTree
from collections import Counter

import pytest

from figures import catalogue
from figures.gallery.equation import ACCENTS, mathml, prose

SIGNS = {**ACCENTS, "Σ": "∑", "Π": "∏"}


def letters(text):
    """Count the signs of an equation as MathML keeps them: brackets of groups become elements."""
    plain = ""
    for sign in text:
        kind = unicodedata.decomposition(sign).partition(" ")[0]
        small = kind in ("<sub>", "<super>")
        plain += unicodedata.normalize("NFKC" if small else "NFD", sign)
    signs = (SIGNS.get(sign, sign) for sign in plain if not sign.isspace())
    return Counter(sign for sign in signs if sign not in "_^√(){}")


@pytest.mark.parametrize("name", catalogue.names())
def test_nothing_is_lost(name):
    equation = catalogue.load(name).equation
    clauses = mathml(equation)
    assert len(clauses) == len(re.split(r" {2,}", equation))
    found = "".join("".join(ElementTree.fromstring(clause).itertext()) for clause in clauses)
    assert letters(found) == letters(equation)
    assert not set(found) & set("_^√")


def tree(equation):
    """Return an equation as nested lists of names and texts, without what only groups."""
    (clause,) = mathml(equation)
    return _within(ElementTree.fromstring(clause)[0])


def _plain(element):
    while element.tag == "mrow" and len(element) == 1:
        element = element[0]
    return [element.tag, *(_within(element) or [element.text])]


def _within(element):
    return [_plain(child) for child in element if child.tag != "mspace"]


def test_scripts():
    assert tree("J_D") == [["msub", ["mi", "J"], ["mi", "D"]]]
    assert tree("S_int") == [["msub", ["mi", "S"], ["mtext", "int"]]]
    assert tree("J_ij") == [["msub", ["mi", "J"], ["mrow", ["mi", "i"], ["mi", "j"]]]]
    lower = ["mrow", ["mi", "l"], ["mo", "−"], ["mn", "1"]]
    assert tree("sᵢˡ⁻¹") == [["msubsup", ["mi", "s"], ["mi", "i"], lower]]
    assert tree("sˡ⁻¹ᵢ") == tree("sᵢˡ⁻¹")
    assert tree("y*") == [["msup", ["mi", "y"], ["mo", "*"]]]
    power = ["mrow", ["msub", ["mi", "μ"], ["mi", "l"]], ["msub", ["mi", "a"], ["mi", "l"]]]
    assert tree("e^{μ_l a_l}") == [["msup", ["mi", "e"], power]]
    assert tree("ẋᵢ") == [["msub", ["mover", ["mi", "x"], ["mo", "˙"]], ["mi", "i"]]]


def test_sums_and_letters():
    assert tree("Σⱼ x")[0] == ["munder", ["mo", "∑"], ["mi", "j"]]
    assert tree("Σ x")[0] == ["mo", "∑"]
    assert tree("Σ_{a,τ} x")[0][0] == "munder"
    assert tree("Σ(S)")[0] == ["mi", "Σ"]
    assert tree("Σ = 0")[0] == ["mi", "Σ"]
    assert tree("min_d f")[0] == ["munder", ["mi", "min"], ["mi", "d"]]


def test_words_roots_and_signs():
    assert tree("y at N")[1] == ["mtext", "\u00a0at\u00a0"]
    assert tree("a random T")[0] == ["mtext", "a\u00a0random\u00a0"]
    assert tree("a b") == [["mi", "a"], ["mi", "b"]]
    assert tree("√(N/(N−1))") == [["msqrt", ["mrow", *tree("N/(N−1)")]]]
    assert tree("√x y") == [["msqrt", ["mi", "x"]], ["mi", "y"]]
    (clause,) = mathml("(−q − r)")
    minus = [sign for sign in ElementTree.fromstring(clause).iter("mo") if sign.text == "−"]
    assert [sign.get("form") for sign in minus] == ["prefix", None]
    (clause,) = mathml("|x| − 1")
    forms = [sign.get("form") for sign in ElementTree.fromstring(clause).iter("mo")]
    assert forms == ["prefix", "postfix", None]


STRANGE = ["", "√", "√(", "√()", "x_", "x_{", "^", "x^{a", "ᵢ", "<&>", "{_^√)", "°", "_{}"]


@pytest.mark.parametrize("strange", STRANGE)
def test_strange_text_stays_readable(strange):
    found = "".join(
        "".join(ElementTree.fromstring(clause).itertext()) for clause in mathml(strange)
    )
    assert set(strange) - set("√()") <= set(found)


def test_captions():
    J_D = "<var>J</var><sub><var>D</var></sub>"
    assert prose("at J_D < 1, I see S_int") == f"at {J_D} &lt; 1, I see <var>S</var><sub>int</sub>"
    assert prose("a G2 of N's, e.g. T = 5.") == (
        "a G2 of <var>N</var>&#x27;s, e.g. <var>T</var> = 5."
    )
    assert prose('settle_layers "J_D"') == f"settle_layers &quot;{J_D}&quot;"
    assert prose("as N^(-1/2)") == "as <var>N</var><sup>-1/2</sup>"
    assert prose("q₁ of S(d), H_0") == (
        "<var>q</var>₁ of <var>S</var>(<var>d</var>), <var>H</var><sub>0</sub>"
    )
    assert prose("(arXiv:2510.11984)") == (
        '(<a href="https://arxiv.org/abs/2510.11984">arXiv:2510.11984</a>)'
    )
