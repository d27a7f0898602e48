"""Names are public under their package: `networks.Network`, wherever the class is defined."""

import importlib
import re
from typing import Any

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.nodes import make_refnode

PACKAGES = (
    "networks",
    "replica",
    "bp",
    "dynamics",
    "learning",
    "learning_dynamics",
    "contrastive_ode",
    "contrastive_ode.tasks",
    "sweeps",
)


def public() -> list[tuple[str, str]]:
    """Return all pairs of a package and a name in its `__all__`."""
    return [
        (package, name) for package in PACKAGES for name in importlib.import_module(package).__all__
    ]


def file_names() -> dict[str, str]:
    """Name the pages of `Census` and `census` apart, also where case does not count."""
    names = [f"{package}.{name}" for package, name in public()]
    return {
        name: f"{name}-class"
        for name in names
        if name != name.lower() and any(o != name and o.lower() == name.lower() for o in names)
    }


def targets() -> dict[str, list[str]]:
    """Map each way of writing a public name to the names it may mean."""
    found: dict[str, list[str]] = {}
    for package, name in public():
        thing = getattr(importlib.import_module(package), name)
        module = getattr(thing, "__module__", package)
        for written in {name, f"{module}.{name}"} - {f"{package}.{name}"}:
            found.setdefault(written, []).append(f"{package}.{name}")
    return found


def resolve(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, content: nodes.TextElement
) -> nodes.reference | None:
    """Link a name that is written otherwise than under its package, or a page of `docs/`."""
    builder, target, here = app.builder, node.get("reftarget", ""), env.current_document.docname
    here = node.get("refdoc", here)
    if page := re.fullmatch(r"docs/(.*)\.md", target):
        if page[1] in env.all_docs:
            return make_refnode(builder, here, page[1], "", content)
        return None
    if node.get("refdomain") != "py":
        return None
    meant = TARGETS.get(target.removeprefix("~"), [])
    if len(choice := nearest(meant, node)) != 1:
        return None
    entry: Any = env.domains.python_domain.objects.get(choice[0])
    return entry and make_refnode(builder, here, entry.docname, entry.node_id, content, choice[0])


def nearest(meant: list[str], node: pending_xref) -> list[str]:
    """Return those of some names that are of the module of a link, or of its package."""
    module = node.get("py:module") or ""
    own = [name for name in meant if name.rpartition(".")[0] == module]
    kin = [name for name in meant if name.partition(".")[0] == module.partition(".")[0]]
    return own or kin or meant


def link(app: Sphinx, doctree: nodes.document) -> None:
    """Make links of public names in backticks: `replica.clusters`, or `pair_entropy`.

    A name that several packages have, as `Rule`, is that of the package where it stands.
    """
    for node in doctree.findall(pending_xref):
        meant = TARGETS.get(node.get("reftarget", ""), [])
        if len(meant) > 1 and len(choice := nearest(meant, node)) == 1:
            node["reftarget"] = choice[0]
    for literal in list(doctree.findall(nodes.literal)):
        name = FULL.get(literal.astext().removesuffix("()"))
        if name and not isinstance(literal.parent, pending_xref | nodes.reference):
            xref = pending_xref(
                "", refdomain="py", reftype="obj", reftarget=name, refdoc=app.env.docname
            )
            literal.replace_self(xref)
            xref += literal


def full_names() -> dict[str, str]:
    """Map what stands for one public name: itself, or alone if it is no word of English."""
    found = {f"{package}.{name}": f"{package}.{name}" for package, name in public()}
    alone = {name: full for name, full in TARGETS.items() if len(full) == 1}
    return found | {
        name: full for name, (full,) in alone.items() if not name.islower() or "_" in name
    }


TARGETS = targets()
FULL = full_names()


def setup(app: Sphinx) -> dict[str, bool]:
    """Resolve what Sphinx does not find."""
    app.connect("doctree-read", link)
    app.connect("missing-reference", resolve)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
