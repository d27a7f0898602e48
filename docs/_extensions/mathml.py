"""Equations as MathML, which browsers set themselves: no script, no fonts to fetch."""

import re

from docutils import nodes
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator

logger = logging.getLogger(__name__)

OPENING = re.compile(r"\\([bB]ig)(?=[(\[]|\\\{)")
CLOSING = re.compile(r"\\([bB]ig)(?![a-zA-Z])")


def visit(translator: HTML5Translator, node: nodes.math | nodes.math_block) -> None:
    """Write an equation; one that cannot be converted is a warning, which ends the build."""
    block = isinstance(node, nodes.math_block)
    try:
        body = tex2mathml(sided(node.astext()), as_block=block)
    except MathError as error:
        logger.warning("equation %r: %s", node.astext(), error, location=node)
        body = translator.encode(node.astext())
    tag = "div" if block else "span"
    translator.body.append(translator.starttag(node, tag, "", CLASS="math notranslate"))
    translator.body.append(f"{body}</{tag}>")
    raise nodes.SkipNode


def sided(equation: str) -> str:
    r"""Write `\big(` as `\bigl(`, the only one of the two that docutils knows."""
    return CLOSING.sub(r"\\\1r", OPENING.sub(r"\\\1l", equation))


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the renderer."""
    app.add_html_math_renderer("mathml", (visit, None), (visit, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
