"""What is written down twice for a release says the same."""

import re
import tomllib
from pathlib import Path

import pytest

import foundation

ROOT = Path(__file__).parents[1]
OTHER_NAMES = {"matplotlib": "matplotlib-base"}  # of packages on conda-forge


def _dependencies() -> dict[str, str]:
    stated = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    pairs = (line.split(">=") for line in stated)
    return {OTHER_NAMES.get(name, name): version for name, version in pairs}


def test_the_recipe_asks_for_what_the_project_does():
    recipe = (ROOT / "packaging/conda/recipe.yaml").read_text()
    run = recipe.partition("  run:\n")[2].partition("\ntests:")[0]
    asked = dict(re.findall(r"- (\S+) >=(\S+)", run))
    assert asked.pop("python") == "${{"
    assert asked == _dependencies()


def test_the_oldest_dependencies_are_those_of_the_project():
    pinned = dict(
        line.split("==")
        for line in (ROOT / ".ci/oldest.txt").read_text().split("\n")
        if "==" in line
    )
    for name, version in _dependencies().items():
        oldest = pinned[{"matplotlib-base": "matplotlib"}.get(name, name)]
        assert re.fullmatch(re.escape(version) + r"(\.0)*", oldest), name


@pytest.mark.parametrize("file", ["CITATION.cff", "packaging/conda/recipe.yaml"])
def test_the_version_is_the_same_everywhere(file):
    stated = re.search(r"^\s*version: (\S+)$", (ROOT / file).read_text(), re.MULTILINE)
    assert stated[1] == foundation.__version__


def test_the_version_has_a_line_in_the_menu_of_the_pages():
    names = re.findall(r'name: "([\d.]+)"', (ROOT / "docs/versions.js").read_text())
    assert names[0] == ".".join(foundation.__version__.split(".")[:2])


def test_the_paper_cites_what_it_lists():
    text = (ROOT / "paper/paper.md").read_text().partition("\n---\n")[2]
    listed = set(re.findall(r"^@\w+\{(\w+),", (ROOT / "paper/paper.bib").read_text(), re.MULTILINE))
    assert set(re.findall(r"@([a-z]+\d*)", text)) == listed
