"""Signatures as they stand in the source: `npt.ArrayLike`, not the union that it stands for."""

import ast
import dataclasses
import inspect
import textwrap
from typing import Any

from public_names import PACKAGES
from sphinx.application import Sphinx


def signature(
    app: Sphinx, what: str, name: str, thing: Any, options: Any, arguments: str, returns: str
) -> tuple[str, str] | None:
    """Return arguments and result of a function, a method or a dataclass."""
    if what == "class" and dataclasses.is_dataclass(thing):
        return _fields(thing), ""
    if what not in ("function", "method") or not inspect.isfunction(thing):
        return None
    node = _source(thing)
    if not isinstance(node, ast.FunctionDef):
        return None
    everything = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    for argument in everything:
        argument.annotation = _plain(argument.annotation)
    if what == "method" and node.args.args and node.args.args[0].arg in ("self", "cls"):
        del node.args.args[0]
    result = _plain(node.returns)
    return f"({_text(node.args)})", _text(result) if result else ""


def _fields(thing: type) -> str:
    """Return the arguments of a dataclass."""
    written = {
        node.target.id: node
        for base in reversed(thing.__mro__[:-1])
        if dataclasses.is_dataclass(base)
        for node in _source(base).body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    }
    arguments = []
    for field in dataclasses.fields(thing):
        if field.init:
            hint = _text(_plain(written[field.name].annotation))
            default = "" if field.default is dataclasses.MISSING else f" = {field.default!r}"
            if field.default_factory is not dataclasses.MISSING:
                default = " = ..."
            arguments.append(f"{field.name}: {hint}{default}")
    return f"({', '.join(arguments)})"


def _source(thing: Any) -> Any:
    return ast.parse(textwrap.dedent(inspect.getsource(thing))).body[0]


def _plain(hint: ast.expr | None) -> ast.expr | None:
    """Take the quotes off an annotation."""
    if isinstance(hint, ast.Constant) and isinstance(hint.value, str):
        return ast.parse(hint.value, mode="eval").body
    return hint


def _text(node: ast.AST | None) -> str:
    return ast.unparse(node).replace("npt.", "") if node else ""


def inherited(
    app: Sphinx, what: str, name: str, thing: Any, skip: bool, options: Any
) -> bool | None:
    """Leave out what a class has from another library."""
    module = getattr(inspect.unwrap(thing), "__module__", None) if callable(thing) else None
    ours = module is None or module.partition(".")[0] in PACKAGES
    return None if ours else True


def setup(app: Sphinx) -> dict[str, bool]:
    """Come before numpydoc, which has its own idea of a signature."""
    app.connect("autodoc-process-signature", signature, priority=100)
    app.connect("autodoc-skip-member", inherited)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
