"""The colours of a figure, settled: it may be saved under another style than it was drawn under."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def coloured(figure: "Figure") -> "Figure":
    """Give lines and texts the colours that the present style has for them, and return the figure.

    matplotlib keeps "C1" as a name, and looks it up whenever it draws.
    """
    from matplotlib.lines import Line2D
    from matplotlib.text import Text

    for line in figure.findobj(Line2D):
        edge, face = line.get_markeredgecolor(), line.get_markerfacecolor()  # may follow the line
        line.set_color(_settled(line.get_color()))
        line.set_markeredgecolor(_settled(edge))
        line.set_markerfacecolor(_settled(face))
    for text in figure.findobj(Text):
        text.set_color(_settled(text.get_color()))
    return figure


def _settled(color: Any) -> Any:
    from matplotlib.colors import to_hex

    return color if isinstance(color, str) and color == "none" else to_hex(color, keep_alpha=True)
