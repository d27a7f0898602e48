r"""Figures in which theory lies on top of simulation, all computed on the spot.

A figure is a module of a chapter (a folder here, or a package of your own) with a `title`, a
`caption`, an `equation`, and these functions:

- `compute(run, full)` runs its simulations through `run(function, grid, ...)`, which is
  `sweeps.run` with a ledger: what is computed once is never lost. It returns a labelled
  `xarray.Dataset` of data, errors and theory.
- `draw(data)` draws that, and computes nothing.
- `compared(data)` yields what is drawn against what it should be (`figures.compared.Compared`):
  from that the verdict is computed. Theory against simulation and two computations of the same are
  told apart. (Without this function the variables whose names end in `z`, `deviation` or
  `mismatch` are judged, see `figures.gallery.verdict.judge`.) What is drawn and not compared is
  named in `unjudged`, by the reason.

All variables are described: `variables` has texts `long name [unit]: more` by name, except for
those that `figures.shared.words` knows, as `J_D`, or `x_error` if it knows `x`. They are stored
beside the numbers, and a figure without them is refused. A function `table(data)`, which returns a
header and rows of text, adds a table of numbers; a function `page(data)`, which returns HTML, a
page of its own, `NAME.html`. The equation is LaTeX; `\quad` sets its parts off. The caption is
text, in which `J_D` has an index.

`figures.catalogue` lists them in chapters, and adds one of your own; `figures.gallery` makes and
stores them (NetCDF with provenance, PNG, and a page `index.html` that opens from disk);
`figures.command` is the command line:

    steering list
    steering figure relaxation
    steering reproduce --full

In a notebook:

>>> import figures
>>> "overlap_gap" in figures.NAMES
True
"""

from foundation import __version__

__all__ = ["NAMES", "__version__"]


def __getattr__(name: str) -> object:
    """Return the names of the figures there are now: `figures.catalogue.add` adds to them."""
    if name != "NAMES":
        raise AttributeError(f"module 'figures' has no attribute {name!r}")
    from figures import catalogue

    return catalogue.names()
