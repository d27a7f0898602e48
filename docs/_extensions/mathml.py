"""Equations as MathML, which browsers set themselves: no script, no fonts to fetch."""

import re
import unicodedata

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator

logger = logging.getLogger(__name__)

# a name that neither carries an index nor stands before an operator, a parenthesis or an end
FUNCTION = re.compile(
    r"(?<!<msup>)(?<!<msub>)(<mi>(?:ln|log|exp|sin|cos|tan|cot|sinh|cosh|tanh|arcsin|arccos)</mi>)"
    r"(?!<mo|</)"
)
SCRIPT = re.compile(r'<mi mathvariant="script">([A-Z])</mi>')
ROMAN = re.compile(r'(?:<mi mathvariant="normal">\w</mi>){2,}')


def visit(translator: HTML5Translator, node: nodes.math | nodes.math_block) -> None:
    """Write an equation; what cannot be converted is a warning, which ends the build."""
    block = isinstance(node, nodes.math_block)
    equation = node.astext()
    body = mathml(equation, "block" if block else "inline")
    if unknown := re.search(r"\\[a-zA-Z]+", body):
        logger.warning("%s in %r cannot be converted", unknown[0], equation, location=node)
    tag = "div" if block else "span"
    translator.body.append(translator.starttag(node, tag, "", CLASS="math notranslate"))
    translator.body.append(f"{body}</{tag}>")
    raise nodes.SkipNode


def mathml(equation: str, display: str) -> str:
    """Convert, and mend what browsers set otherwise than TeX.

    They know no script letters but those of Unicode, set a word of single letters with gaps, and
    a function's name without one.
    """
    body = convert(equation, display=display)
    body = SCRIPT.sub(lambda found: f"<mi>{_script(found[1])}</mi>", body)
    body = ROMAN.sub(lambda found: f"<mi>{re.sub('<[^>]*>', '', found[0])}</mi>", body)
    return FUNCTION.sub(r'\1<mspace width="0.167em"/>', body)


def _script(letter: str) -> str:
    try:
        return unicodedata.lookup(f"MATHEMATICAL SCRIPT CAPITAL {letter}")
    except KeyError:  # eight of them are older than the rest
        return unicodedata.lookup(f"SCRIPT CAPITAL {letter}")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the renderer."""
    app.add_html_math_renderer("mathml", (visit, None), (visit, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
