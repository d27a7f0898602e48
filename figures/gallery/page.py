"""The page of a gallery: one static file that opens from disk and needs nothing but its folder."""

import html
import os
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from figures import catalogue
from figures.chapter import Chapter
from figures.gallery import entry, verdict
from figures.gallery.mathml import mathml
from figures.gallery.prose import prose
from foundation.files import replacing

HERE = Path(__file__).parent
CHECKOUT = HERE.parents[1]  # that of an installed wheel has no docs beside the packages


@dataclass(frozen=True)
class Damaged:
    """A file that is no figure, and why."""

    name: str
    reason: str


@dataclass(frozen=True)
class Section:
    """A chapter, and its figures that are in the folder."""

    chapter: Chapter
    entries: tuple[entry.Entry | Damaged, ...]
    theory: tuple[tuple[str, str], ...]  # pages, and links to them

    @property
    def anchor(self) -> str:
        """Its name in the addresses of the page."""
        return "chapter-" + re.sub(r"\W+", "-", self.chapter.title.lower())


def write_page(folder: Path, known: Mapping[str, entry.Entry] | None = None) -> Path:
    """Write `index.html` for the figures whose data are in a folder, and return its path.

    A file that cannot be shown, or whose name is not that of a figure, is named on the page, with
    the reason; all others are shown. Figures that are `known` are not read.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["clauses"] = lambda equation: map(Markup, _clauses(equation))
    contents = _contents(folder, known or {})
    names = {figure.name for section in contents["sections"] for figure in section.entries}
    environment.filters["prose"] = lambda text: Markup(prose(text, names))
    page = folder / "index.html"
    text = environment.get_template("page.html").render(contents)
    with replacing(page) as temporary:
        temporary.write_text(text, encoding="utf-8")
    return page


@lru_cache(maxsize=256)
def _clauses(equation: str) -> list[str]:
    r"""Return the parts of an equation that `\quad` sets apart, each of which may begin a line."""
    try:
        return [
            mathml(clause, "block").replace('display="block"', 'displaystyle="true"')
            for clause in re.split(r"\\q?quad(?![a-zA-Z])", equation)
        ]
    except ValueError:
        return [f"<code>{html.escape(equation)}</code>"]


def _contents(folder: Path, known: Mapping[str, entry.Entry]) -> dict[str, Any]:
    """Return what the template shows."""
    sections = [_section(folder, chapter, known) for chapter in catalogue.chapters()]
    found = [figure for section in sections for figure in section.entries]
    shown = [figure for figure in found if isinstance(figure, entry.Entry)]
    names = {path.stem for path in folder.glob("*.nc")}
    return {
        "sections": [section for section in sections if section.entries],
        "shown": shown,
        "damaged": [figure for figure in found if isinstance(figure, Damaged)],
        "foreign": sorted(names - set(catalogue.names())),
        "total": len(catalogue.names()),
        "states": Counter(figure.state for figure in shown),
        "sorts": verdict.counts(figure.checks for figure in shown),
        "sizes": Counter(figure.size for figure in shown),
        "commits": sorted({figure.commit for figure in shown}),
        "dates": sorted({figure.date for figure in shown}),
    }


def _section(folder: Path, chapter: Chapter, known: Mapping[str, entry.Entry]) -> Section:
    stored = [path for name in chapter.names if (path := folder / f"{name}.nc").is_file()]
    entries = [known[path.stem] if path.stem in known else _read(path) for path in stored]
    return Section(chapter, tuple(entries), tuple(_links(folder, chapter.theory)))


def _read(path: Path) -> entry.Entry | Damaged:
    picture = path.with_suffix(".png")
    looks = [file.stat() for file in (path, picture) if file.is_file()]
    stamps = [(look.st_mtime_ns, look.st_size) for look in looks]
    return _read_once(path, catalogue.tabulate(path.stem), *stamps)


@lru_cache(maxsize=256)  # the page is renewed after each figure, the others are as they were
def _read_once(path: Path, *_depends: object) -> entry.Entry | Damaged:
    try:
        return entry.read(path)
    except ValueError as error:
        return Damaged(path.stem, str(error))


def _links(folder: Path, pages: Iterable[str]) -> Iterable[tuple[str, str]]:
    """Link to pages in the checkout that the gallery lies in: they move with it.

    From anywhere else the link would die as soon as one of both moves, and tell others the paths
    of this machine; there the page is named only.
    """
    for page in pages:
        file = CHECKOUT / "docs" / "theory" / f"{page}.md"
        inside = file.is_file() and folder.resolve().is_relative_to(CHECKOUT)
        yield page, Path(os.path.relpath(file, folder.resolve())).as_posix() if inside else ""
