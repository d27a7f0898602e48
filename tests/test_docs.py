"""Every example of the documentation runs: here, or when Sphinx builds the notebooks."""

import ast
import importlib.util
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from figures import catalogue
from figures.command import app

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
BUILT = {"_build", "jupyter_execute"}
PAGES = sorted(path for path in DOCS.rglob("*.md") if not BUILT & set(path.relative_to(DOCS).parts))
NOTEBOOK = "---\nfile_format: mystnb\n"
BLOCK = re.compile(r"^(`{3,}|:{3,}|~{3,})[ ]*(\S*)[^\n]*\n(.*?)^\1[ ]*$", re.MULTILINE | re.DOTALL)
RUN_HERE = {"python"}
RUN_BY_SPHINX = {"{code-cell}"}
CLUSTER = {"py"}  # for a SLURM cluster
SHELL = {"sh"}
OURS = {"{drawn}", "{pictures}", "{citation}"}  # in docs/_extensions
NOT_CODE = {"", "text", "{toctree}", "{eval-rst}", "{include}"} | OURS
PRINTED = {
    "sweeps.md": [
        "Threshold(The threshold was not reached: all fractions are below 0.5",
        "Comparison(agree",
    ]
}


def name(page):
    return page.relative_to(DOCS).as_posix()


def blocks(page, kinds):
    found = BLOCK.findall(page.read_text(encoding="utf-8"))
    return [text for _, kind, text in found if kind in kinds]


def indented(page):
    """Return what Markdown takes for indented code."""
    outside = BLOCK.sub("", page.read_text(encoding="utf-8"))
    return [
        "\n".join(line[4:] for line in block.splitlines())
        for block in re.findall(r"(?:(?<=\n\n)|\A)((?: {4}[^\n]*\n|\n(?= {4}))+)", outside)
    ]


def is_python(text):
    """Tell a program from an equation: it imports something, or calls with keywords."""
    try:
        nodes = list(ast.walk(ast.parse(text)))
    except SyntaxError:
        return ">>> " in text
    return any(
        isinstance(node, ast.Import | ast.ImportFrom)
        or (isinstance(node, ast.Call) and bool(node.keywords))
        for node in nodes
    )


def test_pages_are_found():
    names = set(map(name, PAGES))
    assert {"index.md", "which-solver.md", "extending.md", "sweeps.md"} <= names
    assert sum("theory/" in page for page in names) >= 9
    assert sum("tutorials/" in page for page in names) >= 4
    assert sum("examples/" in page for page in names) >= 8


def public_names():
    packages = [
        "networks",
        "replica",
        "bp",
        "dynamics",
        "learning",
        "learning_dynamics",
        "contrastive_ode",
        "sweeps",
    ]
    return {name for package in packages for name in importlib.import_module(package).__all__}


HEAD = re.compile(r"\A# [^\n]+\n\n```\{drawn\} (\w+)\n(.*?)^```\n", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("chapter", catalogue.chapters(), ids=lambda chapter: chapter.title)
def test_pages_of_a_chapter_begin_with_its_figures(chapter):
    heads = [HEAD.match((DOCS / f"theory/{page}.md").read_text()) for page in chapter.theory]
    assert heads
    assert all(heads)
    assert {head[1] for head in heads} <= set(chapter.names)
    for head in heads:
        named = re.findall(r"`(?:\w+\.)?(\w+)`", head[2].partition("Functions: ")[2])
        assert named
        assert set(named) <= public_names(), "what the functions of a page are called"


def test_pages_of_theory_belong_to_chapters():
    pages = {page.stem for page in PAGES if page.parent.name == "theory"} - {"index"}
    assert pages == {page for chapter in catalogue.chapters() for page in chapter.theory}


@pytest.mark.parametrize("folder", ["examples", "theory"])
def test_all_pages_are_shown_as_pictures(folder):
    """The grid and the table of contents name the same pages, in the same order."""
    index = DOCS / folder / "index.md"
    shown = [line.partition(":")[0] for line in blocks(index, {"{pictures}"})[0].splitlines()]
    listed = blocks(index, {"{toctree}"})[0].split()
    assert shown == [page for page in listed if not page.startswith(":") and not page.isdigit()]
    assert set(shown) == {page.stem for page in index.parent.glob("*.md")} - {"index"}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_no_example_is_left_out(page):
    text = page.read_text(encoding="utf-8")
    kinds = {kind for _, kind, _ in BLOCK.findall(text)}
    unknown = kinds - RUN_HERE - RUN_BY_SPHINX - CLUSTER - SHELL - NOT_CODE
    assert not unknown, "nothing runs blocks of this kind"
    if text.startswith(NOTEBOOK):
        assert not kinds & RUN_HERE, "in a notebook, code belongs into a {code-cell}"
    else:
        assert not kinds & RUN_BY_SPHINX, "cells run on pages that begin as a notebook only"
    if page.name != "sweeps.md":
        assert not kinds & CLUSTER
    for block in [*indented(page), *blocks(page, {"", "text"})]:
        assert not is_python(block), f"this is Python, and nothing runs it:\n{block}"


@pytest.mark.parametrize(
    ("text", "python"),
    [
        ("E[#] = [2 H(-J_D/σ)]^N\n", False),
        ("f_j = atanh( tanh γ )\n", False),
        ("h_i = Σ_j J_ij s_j\n", False),
        ("import replica\n", True),
        ("x = relax(network, rng=1)\n", True),
        (">>> 1 + 1\n2\n", True),
    ],
)
def test_programs_are_told_from_equations(text, python, tmp_path):
    page = tmp_path / "page.md"
    page.write_text("A line.\n\n" + "".join(f"    {line}\n" for line in text.splitlines()))
    assert [is_python(block) for block in indented(page)] == [python]


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, RUN_BY_SPHINX)], ids=name)
def test_cells_are_python(page):
    """A slip is found here, in no time, and not first by Sphinx."""
    for cell in blocks(page, RUN_BY_SPHINX):
        if re.match(r"%%writefile (?!\S+\.py\n)", cell):
            continue  # a script of the shell, which a later cell runs
        plain = re.sub(r"\A%%.*\n", "", re.sub(r"\A(?::.*\n)+", "", cell))
        ast.parse(re.sub(r"^[%!].*$", "", plain, flags=re.MULTILINE))


def test_sphinx_runs_all_cells():
    """What `conf.py` says of notebooks, without importing it: it needs Sphinx."""
    settings = {
        node.targets[0].id: ast.literal_eval(node.value)
        for node in ast.parse((DOCS / "conf.py").read_text(encoding="utf-8")).body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and node.targets[0].id.startswith(("nb_", "exclude"))
    }
    assert settings["nb_execution_mode"] == "force"
    assert settings["nb_execution_raise_on_error"] is True
    assert not {"nb_execution_excludepatterns", "nb_execution_allow_errors"} & set(settings)
    assert set(settings["exclude_patterns"]) == BUILT
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert re.search(r"sphinx-build\S* .*-W .*docs", script)


LONGEST = {"contrastive.md", "graded-neurons.md", "learning.md", "sweeps.md"}  # to run
RUN = [
    pytest.param(page, id=name(page), marks=pytest.mark.thorough if page.name in LONGEST else ())
    for page in PAGES
    if blocks(page, RUN_HERE)
]


@pytest.mark.parametrize("page", RUN)
def test_plain_blocks_run(page, tmp_path):
    script = tmp_path / "blocks.py"
    script.write_text("\n".join(blocks(page, RUN_HERE)), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "error", str(script)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for expected in PRINTED.get(name(page), []):
        assert expected in done.stdout


@pytest.mark.parametrize("page", [ROOT / "README.md", *PAGES], ids=lambda page: page.name)
def test_commands_exist(page):
    """Commands that take hours are parsed; the notebooks run the others."""
    for block in blocks(page, SHELL):
        for line in block.splitlines():
            if line.startswith("steering "):
                app.parse_args(shlex.split(line)[1:], exit_on_error=False, print_error=False)
            else:
                assert line in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.skipif(not importlib.util.find_spec("dask_jobqueue"), reason="needs dask-jobqueue")
def test_the_cluster_of_the_page_runs(tmp_path):
    """With an `sbatch` that starts its job at once, here."""
    (tmp_path / "sbatch").write_text(
        '#!/bin/sh\ncp "$1" job.sh; sh job.sh > job.log 2>&1 &\necho "Submitted batch job $!"\n'
    )
    (tmp_path / "scancel").write_text('#!/bin/sh\nkill "$@" 2> /dev/null\nexit 0\n')
    for command in ("sbatch", "scancel"):
        (tmp_path / command).chmod(0o755)
    page = DOCS / "sweeps.md"
    (block,) = blocks(page, CLUSTER)
    for written, here in [("=32", "=2"), ("64GB", "2GB"), ("maximum_jobs=20", "maximum_jobs=1")]:
        assert written in block
        block = block.replace(written, here)
    function = blocks(page, RUN_HERE)[0]
    lines = ["import sweeps", 'grid = {"N": [20], "J_D": [0.1, 0.2]}', *block.splitlines()]
    lines = ["def main():", *(f"    {line}" for line in lines), "    cluster.close()"]
    lines += ['    print(data["failed"].values)', 'if __name__ == "__main__":', "    main()"]
    script = tmp_path / "cluster.py"
    script.write_text("\n".join([function, *lines]), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script)],
        cwd=tmp_path,
        env=os.environ | {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "[[[False]\n  [False]]]" in done.stdout
