"""How Sphinx builds these pages: `sphinx-build -W -b html docs docs/_build`."""

import os
import sys
from importlib.metadata import version as installed_version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_extensions"))
import public_names

os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # `steering`
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

project = "steering-dynamics"
author = "The steering-dynamics authors"
copyright = author
version = release = installed_version(project)

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.viewcode",
    "numpydoc",
    "citation",
    "drawn",
    "mathml",
    "offline",
    "pictures",
    "public_names",
    "written_signatures",
]
templates_path = ["_templates"]
exclude_patterns = ["_build", "jupyter_execute"]
suppress_warnings = ["toc.empty_glob"]  # the benchmark report is there once it was measured
highlight_language = "text"  # of indented blocks, which are equations
default_role = "py:obj"
html_math_renderer = "mathml"

# notebooks: always executed, elsewhere than here, and an error in one ends the build
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_in_temp = True
nb_execution_timeout = 300
nb_merge_streams = True
nb_output_stderr = "remove"  # progress bars, and the farewells of dask workers
nb_ipywidgets_js: dict[str, dict[str, str]] = {}  # they would come from a server
myst_enable_extensions = ["dollarmath", "colon_fence", "deflist"]
myst_heading_anchors = 3
myst_update_mathjax = False

autosummary_ignore_module_all = False
autosummary_imported_members = True
autosummary_filename_map = public_names.file_names()
autodoc_member_order = "bysource"
numpydoc_show_class_members = False
python_maximum_signature_line_length = 80

html_theme = "pydata_sphinx_theme"
html_title = project
html_static_path = ["_static"]
html_css_files = ["style.css"]
html_js_files = [("version-menu.js", {"defer": "defer"})]
html_show_sourcelink = False
html_show_sphinx = False
html_sidebars = {
    page: []  # nothing lies below them
    for page in (
        "index",
        "which-solver",
        "extending",
        "sweeps",
        "benchmarks",
        "project",
        "versions",
    )
}
html_theme_options = {
    "logo": {"text": project},
    "navbar_end": ["versions", "theme-switcher"],
    "secondary_sidebar_items": ["page-toc"],
    "show_prev_next": True,
    "footer_start": ["copyright"],
    "footer_end": [],
    "pygments_light_style": "friendly",
    "pygments_dark_style": "github-dark",
}
