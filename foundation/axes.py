"""Where a result draws itself."""

from typing import TYPE_CHECKING

from foundation import domains

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def axes_of(ax: "Axes | None") -> "Axes":
    """Return the axes that were given, or those of a new figure.

    Raises
    ------
    TypeError
        If `ax` is neither axes nor None.
    """
    import matplotlib.pyplot as plt
    from matplotlib.axes import Axes

    return plt.subplots()[1] if ax is None else domains.instance("ax", ax, Axes)
