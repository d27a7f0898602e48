"""`{drawn} NAME`: a figure at the head of a page, drawn from stored results when the page is read.

What the directive holds are the sentences below it. The verdict of today, and the commands, follow
by themselves.
"""

import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from figures import catalogue
from figures.gallery import export, stored
from figures.gallery.texts import said
from figures.gallery.verdict import Check
from figures.gallery.written import parse


class Drawn(SphinxDirective):
    """The figure, what it says, whether theory and data agree, and how to make it."""

    required_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        """Draw it beside the pickled pages, where nothing is committed or kept."""
        name = catalogue.figure(self.arguments[0])
        module, data = catalogue.load(name), stored.load(name)
        for file in (str(module.__file__), stored.find(name)):
            self.env.note_dependency(str(file))
        folder = Path(self.env.doctreedir) / "drawn"
        (picture,) = export(name, folder, data, formats=["png"])
        page = Path(self.env.doc2path(self.env.current_document.docname))
        image = nodes.image(
            uri=os.path.relpath(picture, page.parent), alt=f"Figure: {module.title}"
        )
        below = nodes.container("", *self.parse_content_to_nodes(), classes=["drawn-words"])
        below += self.parse_text_to_nodes(
            f"{verdict(parse(said(name, data)['checks']))} Drawn by `steering figure {name} "
            f"--redraw`, computed without `--redraw`; all of its chapter: "
            f"`steering reproduce {chapter(name)}`."
        )
        return [nodes.container("", image, below, classes=["drawn"])]


def chapter(name: str) -> str:
    """Return the chapter of a figure as the command line takes it."""
    (package,) = (found.package for found in catalogue.chapters() if name in found.names)
    return package.rpartition(".")[2].replace("_", "-")


def verdict(checks: Sequence[Check]) -> str:
    """Say in a sentence or two whether what is drawn agrees, and where it does not."""
    judged = [check for check in checks if check.values]
    agree = sum(check.agrees for check in judged)
    kinds = Counter(check.compared for check in judged)
    listed = ", ".join(f"{kind}: {count}" for kind, count in kinds.items())
    text = f"**Verdict**: {agree} of {len(judged)} comparisons agree ({listed})."
    for check in judged:
        if not check.agrees:
            text += (
                f" They part in {check.what}" + f" ({check.because})" * bool(check.because) + "."
            )
    return text


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("drawn", Drawn)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
