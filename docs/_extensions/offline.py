"""The pages must open from disk without a network: nothing may be loaded from elsewhere."""

import re
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.util import logging

logger = logging.getLogger(__name__)

LOADED = re.compile(
    r"<(?:script|img|iframe|source|video)\b[^>]*?\bsrc=[\"']((?:https?:)?//[^\"']+)"
    r"|<link\b(?=[^>]*\brel=[\"'](?:stylesheet|preload|icon))[^>]*?\bhref=[\"']((?:https?:)?//[^\"']+)"
    r"|@import\s+(?:url\()?[\"']?((?:https?:)?//[^\"')]+)",
)


def check(app: Sphinx, error: Exception | None) -> None:
    """Warn of each page that loads something from a server; a warning ends the build."""
    if error or app.builder.name != "html":
        return
    for page in sorted(Path(app.outdir).rglob("*.html")):
        for found in LOADED.finditer(page.read_text(encoding="utf-8")):
            address = next(filter(None, found.groups()))
            logger.warning("%s loads %s", page.relative_to(app.outdir), address)


def setup(app: Sphinx) -> dict[str, bool]:
    """Check when all has been written."""
    app.connect("build-finished", check)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
