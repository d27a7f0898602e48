"""What a chapter of figures is, and what a figure is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import xarray
    from matplotlib.figure import Figure

    Run = Callable[..., xarray.Dataset]

Table = tuple[tuple[str, ...], list[tuple[str, ...]]]  # its header and its rows


@dataclass(frozen=True)
class Chapter:
    """Figures that belong together.

    Attributes
    ----------
    title, introduction
        What its figures ask, in a few words and in a few sentences.
    theory
        The pages of `docs/theory` that derive it.
    names
        Its figures, in the order of reading.
    package
        The package that holds them, each in a module of its name.
    """

    title: str
    introduction: str
    theory: tuple[str, ...]
    names: tuple[str, ...]
    package: str


class FigureModule(Protocol):
    """What a module of a figure offers.

    It should offer a function `compared(data)` too, which yields what is drawn against what it
    should be (`figures.compared`), and `unjudged`, names of what is drawn otherwise, by the reason.
    Every variable that it stores is described: in `variables`, texts `long name [unit]: more` by
    name, or, for names that mean the same everywhere, in `figures.shared.words`. It may offer a
    function `table(data) -> Table` too, a header and rows of text, which the page shows below the
    figure, and `page(data) -> str`, the HTML of a page of its own, `NAME.html`.
    """

    title: str
    caption: str
    equation: str

    def compute(self, run: "Run", full: bool) -> "xarray.Dataset":
        """Return data, errors and theory; `full` asks for publication sizes."""

    def draw(self, data: "xarray.Dataset") -> "Figure":
        """Draw what `compute` returned."""
