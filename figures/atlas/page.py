"""The page of the atlas: tables, overlays and the drawing library in one file."""

import base64
import html
import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from figures.atlas.overlays import SIZES, overlays
from figures.atlas.panels import J_D, PANELS, PLACES, SLIDERS, TICKS

if TYPE_CHECKING:
    import xarray

HERE = Path(__file__).parent
LIBRARY = HERE / "uplot"
STYLES = (HERE.parent / "gallery" / "page.css", LIBRARY / "uPlot.min.css", HERE / "atlas.css")


def render(data: "xarray.Dataset", picture: str, alternative: str, made: str) -> str:
    """Return the page as HTML, which needs nothing but the picture, and that without scripts only.

    Parameters
    ----------
    data
        The tables.
    picture, alternative
        The file of the static picture, and what it shows.
    made
        A sentence on the computation of the tables.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["prose"] = lambda text: Markup(_marked(text))
    library = (LIBRARY / "uPlot.iife.min.js").read_text(encoding="utf-8")
    panels = [{**asdict(panel), "x_label": Markup(panel.x_label)} for panel in PANELS]
    return environment.get_template("atlas.html").render(
        panels=[{**panel, "y_label": Markup(panel["y_label"])} for panel in panels],
        look=Markup("\n".join(style.read_text(encoding="utf-8") for style in STYLES)),
        # in a script, only this ends it
        tables=Markup(json.dumps(contents(data)).replace("</", "<\\/")),
        library=Markup(library),
        licence=Markup((LIBRARY / "LICENSE").read_text(encoding="utf-8")),
        script=Markup((HERE / "atlas.js").read_text(encoding="utf-8")),
        version=re.search(r"uPlot \(v([\d.]+)\)", library)[1],  # type: ignore[index]
        j_d=Markup(J_D),
        picture=picture,
        alternative=alternative,
        made=made,
    )


def contents(data: "xarray.Dataset") -> dict[str, Any]:
    """Return what the script draws: tables as base64 of little-endian float32, and all else."""
    axes = {str(name): values.values.tolist() for name, values in data.coords.items()}
    return {
        "ticks": TICKS,
        "axes": {**axes, "size": list(SIZES)},
        "tables": {str(name): _packed(table) for name, table in data.data_vars.items()},
        "sliders": [asdict(slider) for slider in SLIDERS],
        "places": [{"J_D": value, "name": name} for value, name in PLACES],
        "panels": [asdict(panel) for panel in PANELS],
        "overlays": [_rounded(asdict(overlay)) for overlay in overlays()],
    }


def _marked(text: str) -> str:
    """Return a text as HTML, with its variables as such."""
    return re.sub(r"\*(\w)\*", r"<var>\1</var>", html.escape(text)).replace("J_D", J_D)


def _packed(table: "xarray.DataArray") -> dict[str, Any]:
    values = np.ascontiguousarray(table.values, dtype="<f4")
    return {"dims": list(table.dims), "values": base64.b64encode(values.tobytes()).decode()}


def _rounded(overlay: dict[str, Any]) -> dict[str, Any]:
    """Shorten numbers to five digits: more than is seen, less than errors need."""
    for name in ("x", "y", "low", "high"):
        if overlay[name] is not None:
            overlay[name] = [float(f"{value:.5g}") for value in overlay[name]]
    return overlay
