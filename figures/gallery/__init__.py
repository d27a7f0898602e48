"""The gallery: figures made, judged, stored, shown on one page, and drawn for a paper."""

from figures.gallery.making import Gallery
from figures.gallery.paper import draw, export, to_csv

__all__ = ["Gallery", "draw", "export", "to_csv"]
