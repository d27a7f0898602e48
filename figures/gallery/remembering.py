"""A figure that is drawn once: it remembers what matplotlib asks again and again.

The layout asks each axis a dozen times where its ticks are and how large their labels, which
depends on the place of its panel and on the limits; a text is as large in any place, and so is a
legend. A new tick is built, and then made like the first one: here it is a copy of that. Formulas
are parsed, and words measured, in each figure, also those of the last.

No pixel changes. Names with an underscore are matplotlib's own: one that it gives up costs time.
"""

import copy
import threading
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from matplotlib import rcParams
from matplotlib.axis import Axis, Tick, XAxis, YAxis
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.offsetbox import HPacker, PackerBase, VPacker
from matplotlib.text import Text

if TYPE_CHECKING:
    from matplotlib.font_manager import FontProperties

PARTS = ("tick1line", "tick2line", "gridline", "label1", "label2")
AXIS: Any = Axis  # typed without their underscores
TEXT: Any = Text
RENDERER: Any = RendererAgg
PACKER: Any = PackerBase
LETTERS = ("font.", "mathtext.", "text.")


def remember(canvas: Any) -> None:
    """Prepare a figure, of which nothing changes from now on but the places of its panels."""
    letters = [f"{key} {value}" for key, value in rcParams.items() if key.startswith(LETTERS)]
    known, renderer = _formulas(threading.get_ident(), *letters), canvas.get_renderer()
    if not isinstance(renderer.mathtext_parser, _Formulas):
        renderer.mathtext_parser = _Formulas(renderer.mathtext_parser, known)
        renderer.__class__, renderer.known = _Renderer, known
    panels = list(canvas.figure.axes)
    for ax in panels:
        panels += ax.child_axes
        for axis in (ax.xaxis, ax.yaxis):
            if (kind := KINDS.get(type(axis))) is not None:  # others are not asked as often
                axis.__class__ = kind
            for tick in (*axis.majorTicks, *axis.minorTicks):
                _measured_once(tick.label1, tick.label2)
            _measured_once(axis.label)
        if (legend := ax.get_legend()) is not None:
            texts = (legend.get_title(), *legend.get_texts())
            _measured_once(*texts)
            if not any(text.get_wrap() for text in texts):
                for box in legend.findobj(PackerBase):
                    box.__class__ = PACKERS.get(type(box), type(box))


def _measured_once(*texts: Text) -> None:
    for text in texts:
        if type(text) is Text and not text.get_wrap():
            text.__class__ = _Measured


class _Measured(TEXT):  # type: ignore[misc]
    """A text of which only the words and the place change."""

    _layout: "tuple[tuple[str, Any], Any] | None" = None

    def _get_layout(self, renderer: Any) -> Any:
        asked = (self.get_text(), renderer)
        if self._layout is None or self._layout[0] != asked:
            self._layout = (asked, super()._get_layout(renderer))
        return self._layout[1]


class _Renderer(RENDERER):  # type: ignore[misc]
    """One that measures the same words once for all figures."""

    known: dict[Any, Any]

    def get_text_width_height_descent(self, s: str, prop: "FontProperties", ismath: Any) -> Any:
        key = ("size", s, self.dpi, prop.copy(), ismath)
        if key not in self.known:
            self.known[key] = super().get_text_width_height_descent(s, prop, ismath)
        return self.known[key]


class _Packed(PACKER):  # type: ignore[misc]
    """Rows or columns of a legend, whose parts keep their sizes."""

    _sizes: Any = None

    def _get_bbox_and_child_offsets(self, renderer: Any) -> Any:
        if self._sizes is None or self._sizes[0] is not renderer:
            self._sizes = (renderer, super()._get_bbox_and_child_offsets(renderer))
        return self._sizes[1]


class _Row(_Packed, HPacker):
    pass


class _Column(_Packed, VPacker):
    pass


PACKERS: dict[type, type] = {HPacker: _Row, VPacker: _Column}


class _Remembering(AXIS):  # type: ignore[misc]
    _known: "tuple[tuple[float, ...], list[Tick]] | None" = None
    _boxes: Any = None

    def _update_ticks(self) -> list[Tick]:
        place = (*self.axes.bbox.bounds, *self.axes.viewLim.bounds)
        if self._known is None or self._known[0] != place:
            self._known, self._boxes = (place, super()._update_ticks()), None
        return self._known[1]

    def _get_ticklabel_bboxes(self, ticks: list[Tick], renderer: Any = None) -> Any:
        if self._known is None or ticks is not self._known[1]:
            return super()._get_ticklabel_bboxes(ticks, renderer)
        if self._boxes is None:
            self._boxes = super()._get_ticklabel_bboxes(ticks, renderer)
        return self._boxes

    def _get_tick(self, major: bool) -> Tick:
        ticks = self.majorTicks if major else self.minorTicks
        return _copied(ticks[0]) if ticks else super()._get_tick(major)

    def _copy_tick_props(self, src: Tick, dest: Tick) -> None:
        """Leave it as it is: a copy."""


class _X(_Remembering, XAxis):
    pass


class _Y(_Remembering, YAxis):
    pass


KINDS: dict[type, type] = {XAxis: _X, YAxis: _Y}


def _copied(tick: Tick) -> Tick:
    new = copy.copy(tick)
    for part in PARTS:
        setattr(new, part, copy.copy(getattr(tick, part)))
    return new


class _Formulas:
    """The parser of a renderer; it remembers the formulas of all figures, not fifty of its own."""

    def __init__(self, parser: Any, known: dict[Any, Any]) -> None:
        self._parser, self._known = parser, known

    def parse(
        self,
        s: str,
        dpi: float = 72,
        prop: "FontProperties | None" = None,
        *,
        antialiased: bool | None = None,
    ) -> Any:
        key = (s, dpi, prop and prop.copy(), antialiased)
        if key not in self._known:
            self._known[key] = self._parser.parse(s, dpi, prop, antialiased=antialiased)
        return self._known[key]


@lru_cache(maxsize=1)
def _formulas(_thread: int, *_letters: str) -> dict[Any, Any]:
    """Return those known for as long as letters look the same: their fonts are of a thread."""
    return {}
