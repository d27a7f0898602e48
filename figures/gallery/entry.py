"""A stored figure as the page tells it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sweeps
from figures import catalogue
from figures.chapter import Table
from figures.gallery import verdict, written
from figures.gallery.texts import SAID, said

if TYPE_CHECKING:
    import xarray

NEEDED = (*SAID, "command", "provenance")
NOT_PARAMETERS = {*NEEDED, "verdict", "function", "version", "seed", "Conventions", "history"}
ENDS = {"bound", "end", "error"}  # coordinates of intervals


@dataclass(frozen=True)
class Entry:
    """A figure of a gallery.

    Attributes
    ----------
    name, title, equation, caption, command
        As its module stated them when it was computed, or states them today, if that was before
        there were checks.
    checks
        What was compared, and how well it agrees.
    size
        `"full"` or `"quick"`.
    parameters
        Names and values, as text.
    commit, date
        Of the computation; the commit tells changes on top of it, and is empty if there was no
        checkout.
    provenance
        All that is known about it, as JSON.
    picture
        Width and height of `NAME.png`, None if there is none.
    table
        Its numbers, if its module makes a table.
    interactive
        Whether it has a page of its own, `NAME.html`.
    """

    name: str
    title: str
    equation: str
    caption: str
    command: str
    checks: tuple[verdict.Check, ...]
    size: str
    parameters: tuple[tuple[str, str], ...]
    commit: str
    date: str
    provenance: str
    picture: tuple[int, int] | None
    table: Table | None
    interactive: bool

    @property
    def state(self) -> str:
        """`"agree"`, `"DISAGREE"` if any check does, `"not judged"` if there is none."""
        if not self.checks:
            return "not judged"
        return "agree" if all(check.agrees for check in self.checks) else "DISAGREE"

    @property
    def alternative(self) -> str:
        """What the picture shows, for those who do not see it."""
        return f"Plots for “{self.title}”. {re.split(r'(?<=[.]) ', self.caption)[0]}"


def read(path: Path, data: "xarray.Dataset | None" = None) -> Entry:
    """Read a figure from its NetCDF file and the picture beside it.

    Parameters
    ----------
    path
        The NetCDF file.
    data
        What it holds, if that is known: then it is not read again for the table.

    Raises
    ------
    ValueError
        If the file is damaged, or was not written by `figures.gallery`.
    """
    attributes = _attributes(path)
    name = path.stem
    if attributes.get("figure") == name and "verdict" in attributes:  # a sentence, of the past
        attributes |= said(name, sweeps.load(path), past=True)
    missing = [key for key in NEEDED if key not in attributes]
    if missing:
        raise ValueError(f"it is not a figure of the gallery, it lacks {', '.join(missing)}")
    if attributes["figure"] != name:
        raise ValueError(f"it holds the figure {attributes['figure']!r}")
    try:
        record = json.loads(attributes["provenance"])
        parameters = dict(record["parameters"])
        git = record["git"] or {"commit": "", "dirty": False}
        commit = git["commit"][:10] + " with changes" * bool(git["dirty"])
        date, seed = str(record["time"])[:10], record["seed"]
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"its provenance cannot be read: {error!r}") from error
    full = bool(parameters.pop("full", False))
    parameters.pop("version", None)
    sizes = {key: value for key, value in attributes.items() if key not in NOT_PARAMETERS}
    if sizes.get("source") == record.get("package"):  # not what a figure says of its data
        del sizes["source"]
    return Entry(
        name=name,
        **{key: attributes[key] for key in ("title", "equation", "caption", "command")},
        checks=written.parse(attributes["checks"]),
        size="full" if full else "quick",
        parameters=_as_text({**parameters, **sizes, "seed": seed}),
        commit=commit,
        date=date,
        provenance=json.dumps(record, indent=1, ensure_ascii=False),
        picture=_picture(path.with_suffix(".png")),
        table=_table(path, data),
        interactive=path.with_suffix(".html").is_file(),
    )


def _attributes(path: Path) -> dict[str, Any]:
    """Read the attributes alone: forty times faster than by xarray, and the page reads them all."""
    import h5py

    try:
        with h5py.File(path) as file:
            return {name: _plain(value) for name, value in file.attrs.items() if name[:1] != "_"}
    except (OSError, KeyError, RuntimeError, UnicodeError) as error:
        raise ValueError(f"it cannot be read as NetCDF, it may be damaged: {error}") from error


def _plain(value: Any) -> Any:
    """Return what HDF5 holds as plain data; an empty text is not one in HDF5."""
    import h5py

    if isinstance(value, h5py.Empty):
        return ""
    return value.tolist() if hasattr(value, "tolist") else value


def _as_text(parameters: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((name, _text(value)) for name, value in parameters.items() if name not in ENDS)


def _text(value: Any) -> str:
    """Return a value in four digits, and of a long list the first ones and the last one."""
    if isinstance(value, list):
        if len(value) > 8:
            return f"{_text(value[:3])}, …, {_text(value[-1])} ({len(value)} values)"
        return ", ".join(map(_text, value))
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _picture(path: Path) -> tuple[int, int] | None:
    """Read width and height of a PNG from its header."""
    try:
        with path.open("rb") as file:
            header = file.read(24)
    except (FileNotFoundError, IsADirectoryError):
        return None
    if len(header) < 24 or not header.startswith(b"\x89PNG\r\n\x1a\n"):
        return None
    return int.from_bytes(header[16:20]), int.from_bytes(header[20:24])


def _table(path: Path, data: "xarray.Dataset | None") -> Table | None:
    """Let the module of the figure make its table.

    Raises
    ------
    ValueError
        If the data are not what it expects, as those of an older version.
    """
    tabulate = catalogue.tabulate(path.stem)
    if tabulate is None:
        return None
    try:
        return tabulate(sweeps.load(path) if data is None else data)
    except (KeyError, ValueError, TypeError, IndexError, AttributeError) as error:
        raise ValueError(f"its table cannot be made: {error!r}") from error
