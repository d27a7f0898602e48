"""A figure as a picture: in the style of all, laid out once."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from figures import catalogue
from foundation.files import replacing

if TYPE_CHECKING:
    import xarray
    from matplotlib.figure import Figure

STYLE = Path(__file__).parents[1] / "style.mplstyle"
PNG = {"compress_level": 3}  # two thirds of the time of 6, files 5 % larger


def write(name: str, folder: Path, data: "xarray.Dataset") -> None:
    """Write `NAME.png`, and `NAME.html` if the figure has a page of its own."""
    import matplotlib

    module, path = catalogue.load(name), folder / f"{name}.png"
    with matplotlib.rc_context(fname=STYLE), replacing(path) as temporary, _uncollected():
        save(module.draw(data), temporary)
    if page := getattr(module, "page", None):
        with replacing(path.with_suffix(".html")) as temporary:
            temporary.write_text(page(data), encoding="utf-8")


def save(figure: "Figure", path: Path) -> None:
    """Write a figure as PNG, the same as by its `savefig`, in less time; then it is used up.

    That would draw all of it once more, into nothing, for the places of its panels.
    """
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    from figures.gallery.remembering import remember

    canvas: Any = FigureCanvasAgg(figure)
    figure.set_dpi(matplotlib.rcParams["savefig.dpi"])
    remember(canvas)
    if (engine := figure.get_layout_engine()) is not None:
        engine.execute(figure)
        figure.set_layout_engine("none")
    with path.open("wb") as file:
        canvas.print_png(file, pil_kwargs=PNG)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Look for no circles: artists are some, and live until the picture is written."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
