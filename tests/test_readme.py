"""The README's code runs as it stands."""

import re
from pathlib import Path

import pytest

README = Path(__file__).parents[1] / "README.md"


@pytest.mark.thorough
def test_code_of_the_readme_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 4
    namespace: dict[str, object] = {}
    for block in blocks:
        exec(block, namespace)
    assert namespace["training"].best_cost < 0.1 * namespace["training"].loss[0]
    assert 0 <= float(namespace["data"]["result"].mean()) <= 1


def test_ci_finds_the_test_command():
    commands = [
        line
        for line in README.read_text(encoding="utf-8").splitlines()
        if line.startswith("python3 -m venv")
    ]
    assert [command.split("/")[-1] for command in commands] == ["steering reproduce", "pytest"]
