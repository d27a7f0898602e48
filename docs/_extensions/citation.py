"""`{citation}`: the entry for BibTeX, from `CITATION.cff`."""

from pathlib import Path

import yaml
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

SOURCE = Path(__file__).parents[2] / "CITATION.cff"


class Citation(SphinxDirective):
    """The entry as a block to be copied."""

    def run(self) -> list[nodes.Node]:
        """Read the file, and note that the page depends on it."""
        self.env.note_dependency(str(SOURCE))
        entry = bibtex(yaml.safe_load(SOURCE.read_text(encoding="utf-8")))
        return [nodes.literal_block(entry, entry, language="bibtex")]


def bibtex(said: dict[str, object]) -> str:
    """Return the entry; names stand in braces, so that they are not taken for persons' ones."""
    authors = " and ".join(f"{{{author['name']}}}" for author in said["authors"])
    title, version = said["title"], said["version"]
    fields = {"author": authors, "title": f"{{{title}}}", "version": version}
    if "doi" in said:
        fields["doi"] = said["doi"]
    if "date-released" in said:
        fields["year"] = str(said["date-released"])[:4]
    lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items())
    return f"@software{{steering_dynamics,\n{lines}\n}}"


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("citation", Citation)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
