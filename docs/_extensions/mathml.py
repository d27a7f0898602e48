"""Equations as MathML: as on the page of a gallery."""

import re

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator

from figures.gallery.mathml import mathml

logger = logging.getLogger(__name__)


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


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the renderer."""
    app.add_html_math_renderer("mathml", (visit, None), (visit, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
