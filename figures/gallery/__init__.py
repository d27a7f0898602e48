"""The gallery: figures made, judged, stored, and shown on one page."""

from figures.gallery.making import Gallery

__all__ = ["Gallery"]
