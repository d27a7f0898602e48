"""Texts of a figure that have no room are broken into lines, or turned."""

import re
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Text

ROOM = 1.1  # of the side of a panel: longer labels are broken
_SPACE = re.compile(r" (?=(?:[^$]*\$[^$]*\$)*[^$]*$)")  # not within a formula


def broken(figure: "Figure") -> None:
    """Break titles and labels that are longer than their panel, and turn ticks that overlap."""
    figure.draw_without_rendering()
    for ax in figure.axes:
        box = ax.get_window_extent()
        for text in (ax.title, ax.xaxis.label):
            _break(text, text.get_window_extent().width, box.width)
        _break(ax.yaxis.label, ax.yaxis.label.get_window_extent().height, box.height)
        _turn_ticks(ax)


def _break(text: "Text", length: float, side: float) -> None:
    """Break a text into as many lines as it needs, nearly equally long."""
    words = _SPACE.split(text.get_text())
    count = min(-int(-length // (ROOM * side)), len(words))
    if count < 2:
        return
    goal = sum(map(len, words)) / count
    lines, filled = [words[0]], len(words[0])
    for word in words[1:]:
        if filled + len(word) / 2 > goal * len(lines):
            lines.append(word)
        else:
            lines[-1] += f" {word}"
        filled += len(word)
    text.set_text("\n".join(lines))


def _turn_ticks(ax: "Axes") -> None:
    """Turn the words below an axis if they overlap; numbers make their own room."""
    from matplotlib.ticker import FixedLocator

    if not isinstance(ax.xaxis.get_major_locator(), FixedLocator):
        return
    boxes = [label.get_window_extent() for label in ax.get_xticklabels() if label.get_text()]
    if any(left.x1 > right.x0 for left, right in pairwise(sorted(boxes, key=lambda box: box.x0))):
        ax.tick_params(axis="x", labelrotation=90)
