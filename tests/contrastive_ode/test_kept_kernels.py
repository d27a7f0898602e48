"""Generated kernels on the disk: a damaged one is generated anew."""

import importlib.util
import py_compile
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

import contrastive_ode as ode
from contrastive_ode.kernels import load

SYSTEM = ode.System("decay", node="-k_i * x_i", parameters=["k_i"])


@pytest.fixture
def rate(tmp_path, monkeypatch):
    """Generate and load the kernels as a new process would, and return what they compute."""
    monkeypatch.setattr(load, "cache_folder", lambda: tmp_path)

    def forget():
        for made in (load._linked, load._kernels, load._engine):
            made.cache_clear()

    def compute():
        forget()
        model = SYSTEM.on(ode.graph(2, [(0, 1)]))
        return ode.simulate(model, ode.Task(np.ones(2), [1], 1.0, 0.5, target=0.0), [1.0, 2.0])

    yield compute
    forget()


def damages(text):
    yield b""
    yield text[: len(text) // 2]
    yield text[:-1]
    yield text + b"import os\n"
    for place in range(7, len(text), len(text) // 3):
        yield text[:place] + bytes([text[place] ^ 2]) + text[place + 1 :]


def test_damaged_kernels_are_told_and_replaced(rate, tmp_path):
    cost = rate().costs
    files = list(tmp_path.rglob("*.py"))
    assert len(files) == 2  # the engine, and the kernels of this system
    for file in files:
        intact = file.read_bytes()
        assert oct(file.parent.stat().st_mode)[-3:] == "700"
        for damaged in damages(intact):
            file.write_bytes(damaged)
            with pytest.warns(UserWarning, match="a damaged kernel in .* is generated anew"):
                assert rate().costs == cost
            assert file.read_bytes() == intact


def test_a_full_disk_stops_nothing(rate, tmp_path, monkeypatch):
    cost = rate().costs
    for file in tmp_path.rglob("*.py"):
        file.unlink()
    write = Path.write_bytes

    def full(self, text):
        if tmp_path in self.parents:
            raise OSError(28, "No space left on device")
        return write(self, text)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.warns(UserWarning, match="kernels cannot be kept in .*No space left"):
        assert rate().costs == cost


def test_an_intact_file_is_read(rate, monkeypatch):
    rate()
    monkeypatch.setattr(load, "_kept", None)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        rate()


def test_nothing_is_read_that_has_no_digest(rate, tmp_path, monkeypatch):
    """Python itself would keep the bytecode beside the file, and believe it."""
    monkeypatch.setattr(sys, "pycache_prefix", None)
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    cost = rate().costs
    for file in tmp_path.rglob("*.py"):
        compiled = Path(importlib.util.cache_from_source(str(file)))
        assert not compiled.exists()
        compiled.parent.mkdir(exist_ok=True)
        py_compile.compile(str(file), str(compiled))
        compiled.write_bytes(compiled.read_bytes()[:200])
    assert rate().costs == cost
