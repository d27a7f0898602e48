"""What tests of pages measure, and chapters that are written for a test."""

import importlib
import sys
import textwrap
from pathlib import Path

import pytest

from figures import catalogue


@pytest.fixture(scope="session")
def probe():
    """Return the script that measures what a page looks like to its reader."""
    return Path(__file__).with_name("probe.js").read_text(encoding="utf-8")


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Write a package of a chapter; undo what was added."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(catalogue, "_CHAPTERS", list(catalogue.chapters()))

    def write(name, **modules):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "__init__.py").touch()
        for module, text in modules.items():
            (folder / f"{module}.py").write_text(textwrap.dedent(text).lstrip())
        importlib.invalidate_caches()
        return name

    yield write
    for name in [name for name in sys.modules if name.partition(".")[0].startswith("own_")]:
        del sys.modules[name]
