"""Figures in which theory lies on top of simulation, all computed on the spot.

A figure is a module of this folder with a `title`, a `caption`, an `equation`, and two functions:

- `compute(run, full)` runs its simulations through `run(function, grid, ...)`, which is
  `sweeps.run` with a ledger: what is computed once is never lost. It returns a labelled
  `xarray.Dataset` of data, errors and theory; the variables whose names end in `z` hold theory
  against simulation, in standard errors, and those in `deviation` two computations of the theory,
  in units of the errors they claim.
- `draw(data)` draws that, and computes nothing.

A function `table(data)`, which returns a header and rows of text, adds a table of numbers. The
equation is Unicode, as `figures.equation` reads it.

`figures.catalogue` lists them in chapters, `figures.gallery` makes and stores them (NetCDF with
provenance, PNG, and a page `index.html` that opens from disk), `figures.command` is the command
line:

    steering list
    steering figure relaxation
    steering reproduce --full

In a notebook:

>>> import figures
>>> "overlap_gap" in figures.NAMES
True
"""

from figures.catalogue import NAMES

__all__ = ["NAMES"]
