"""Captions and introductions as HTML: variables in italics, indices, links."""

import re
from collections.abc import Collection
from html import escape

INDICES = set("abcijklmn")  # `J_ij` has two indices, `S_int` and `W_in` a name
PIECE = re.compile(
    r"arXiv:(?P<preprint>[0-9]{4}\.[0-9]{5})"
    # a letter with an index, or alone; its power in brackets
    r"|(?<![\w.'’])(?:(?P<letter>[A-Za-zΑ-ω])_(?P<index>[A-Za-z0-9]+)|(?P<alone>[B-HJ-Zb-zα-ω]))"
    r"(?![A-Za-z0-9_]|\.\w)(?:\^\((?P<power>[^()]+)\))?"
    # a figure, where its name is no other word
    r"|(?P<figure>\b[a-z]+(?:_[a-z]+)+\b|(?<=figure )[a-z]+\b|^[a-z]+$)"
)


def prose(text: str, figures: Collection[str] = ()) -> str:
    """Return a text as HTML, with links to those of the figures that it names."""

    def markup(found: re.Match[str]) -> str:
        if number := found["preprint"]:
            return f'<a href="https://arxiv.org/abs/{number}">arXiv:{number}</a>'
        if name := found["figure"]:
            return f'<a href="#{name}">{name}</a>' if name in figures else name
        index, power = found["index"] or "", found["power"] or ""
        if index.isalpha() and (len(index) == 1 or (set(index) <= INDICES and index != "in")):
            index = f"<var>{index}</var>"
        scripts = f"<sub>{index}</sub>" * bool(index) + f"<sup>{escape(power)}</sup>" * bool(power)
        return f"<var>{found['letter'] or found['alone']}</var>{scripts}"

    pieces, at = [], 0
    for found in PIECE.finditer(text):
        pieces += [escape(text[at : found.start()]), markup(found)]
        at = found.end()
    return "".join([*pieces, escape(text[at:])])
