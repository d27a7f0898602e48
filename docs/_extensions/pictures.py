"""`{pictures} first` or `last`: pages as a grid of small pictures, which the pages have made.

A line in the directive is `page: what it is about`; the title is that of the page, the picture its
first or its last one.
"""

import posixpath
from typing import Any

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

logger = logging.getLogger(__name__)


class pictures(nodes.General, nodes.Element):
    """The grid, until all pages have been read."""


class Pictures(SphinxDirective):
    """Keep the names and the words until the pictures are there."""

    required_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return the placeholder."""
        folder = posixpath.dirname(self.env.current_document.docname)
        lines = [line.partition(":") for line in self.content if line.strip()]
        pages = [(posixpath.join(folder, page.strip()), words.strip()) for page, _, words in lines]
        which = directives.choice(self.arguments[0], ("first", "last"))
        place = pictures(pages=pages, which=-1 if which == "last" else 0)
        self.set_source_info(place)
        return [place]


def fill(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put in the pictures, each with a link to its page."""
    for place in list(doctree.findall(pictures)):
        grid = nodes.container("", classes=["pictures"])
        for page, words in place["pages"]:
            if page not in app.env.all_docs:
                logger.warning("there is no page %s to show", page, location=place)
                continue
            grid += card(app, docname, page, words, place["which"])
        place.replace_self(grid)


def card(app: Sphinx, here: str, page: str, words: str, which: int) -> nodes.Element:
    """Return picture, title and words of a page."""
    address: dict[str, Any] = {"internal": True, "refuri": app.builder.get_relative_uri(here, page)}
    title = nodes.reference("", app.env.titles[page].astext(), **address)
    found = list(app.env.get_doctree(page).findall(nodes.image))
    one = nodes.container("", classes=["picture"])
    if found:
        image = found[which].deepcopy()
        for size in {"width", "height", "scale"} & set(image.attributes):
            del image[size]
        image["alt"] = ""  # the title says it
        one += nodes.paragraph("", "", nodes.reference("", "", image, **address))
    one += nodes.paragraph("", "", nodes.strong("", "", title))
    one += nodes.paragraph("", words)
    return one


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_node(pictures)
    app.add_directive("pictures", Pictures)
    app.connect("doctree-resolved", fill)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
