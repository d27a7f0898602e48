"""The page of a gallery: one static file that opens from disk."""

import html
import json
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

import sweeps
from figures.catalogue import NAMES
from sweeps.atomic import replacing

if TYPE_CHECKING:
    import xarray

PAGE = Template("""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>steering-dynamics: gallery</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; color: #222; max-width: 62rem; margin: 2rem auto;
         padding: 0 1rem; }
  h1, h2 { font-weight: 600; line-height: 1.2; }
  figure { margin: 1rem 0; }
  img { max-width: 100%; border: 1px solid #ddd; }
  figcaption { margin-top: .5rem; }
  .equation { font-family: Cambria, "STIX Two Math", serif; font-style: italic; }
  .verdict { border-left: 4px solid #009e73; padding-left: .7rem; }
  .verdict.bad { border-color: #d55e00; }
  code, pre { font-size: .85rem; background: #f5f5f5; padding: .1rem .3rem; }
  pre { white-space: pre-wrap; padding: .7rem; }
  details { margin-bottom: 3rem; }
</style>
<h1>Theory on simulation</h1>
<p>Recurrent networks that compute by settling into fixed points. Everything on this page was
computed by the command that stands below each figure.</p>
$figures
</html>
""")

FIGURE = Template("""<section id="$name">
<h2>$title</h2>
<p class="equation">$equation</p>
<figure><a href="$name.png"><img src="$name.png" alt="$title"></a>
<figcaption>$caption</figcaption></figure>
<p class="verdict$mood">$verdict</p>
<p>Made by <code>$command</code>; data: <a href="$name.nc">$name.nc</a> (NetCDF).</p>
<details><summary>Parameters and provenance</summary><pre>$provenance</pre></details>
</section>
""")


def write_page(folder: Path) -> Path:
    """Write `index.html` for the figures whose data are in a folder, and return its path."""
    stored = [path for name in NAMES if (path := folder / f"{name}.nc").is_file()]
    sections = "".join(_section(sweeps.load(path)) for path in stored)
    page = folder / "index.html"
    with replacing(page) as temporary:
        temporary.write_text(PAGE.substitute(figures=sections), encoding="utf-8")
    return page


def _section(data: "xarray.Dataset") -> str:
    shown = ("title", "equation", "caption", "verdict", "command")
    provenance = json.dumps(json.loads(data.attrs["provenance"]), indent=1)
    return FIGURE.substitute(
        {name: html.escape(data.attrs[name]) for name in shown},
        name=data.attrs["figure"],
        mood=" bad" if "DISAGREE" in data.attrs["verdict"] else "",
        provenance=html.escape(provenance),
    )
