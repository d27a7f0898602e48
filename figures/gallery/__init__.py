"""The gallery: figures made, judged, stored, shown on one page, and drawn for a paper."""

from figures.gallery.making import Gallery
from figures.gallery.paper import draw, export, to_csv
from figures.gallery.tables import tables, to_dataframe

__all__ = ["Gallery", "draw", "export", "tables", "to_csv", "to_dataframe"]
