"""Machine code that is kept: never outdated, never damaged."""

import importlib.util
import os
import subprocess
import sys
import warnings
from pathlib import Path

import numba
import numpy as np
import pytest

from foundation import caches, compiled

SOURCE = """
from foundation.compiled import compiled
{first}

@compiled{options}
def outer(x):
    return inner(x) + CONSTANT
"""
CALLEE = """
from foundation.compiled import compiled

@compiled
def inner(x):
    return {inner}
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(compiled, "cache_folder", lambda: tmp_path)
    compiled._say_damaged.cache_clear()
    compiled._say_unwritable.cache_clear()
    return tmp_path


@pytest.fixture
def modules(tmp_path, monkeypatch):
    """Import two modules as a new process would; the first calls what is in the second."""

    def load(inner="2 * x", constant=1, options=""):
        first = f"from callee_of_test import inner\nCONSTANT = {constant}"
        texts = {
            "callee_of_test": CALLEE.format(inner=inner),
            "caller_of_test": SOURCE.format(first=first, options=options),
        }
        for name, text in texts.items():
            path = tmp_path / f"{name}.py"
            path.write_text(text)
            spec = importlib.util.spec_from_file_location(name, path)
            module = importlib.util.module_from_spec(spec)
            monkeypatch.setitem(sys.modules, name, module)
            exec(compile(text, path, "exec"), module.__dict__)
        return module.outer

    return load


def hits(function):
    return sum(function.stats.cache_hits.values())


def files(folder):
    return sorted(folder.glob("machine_code/caller_of_test.outer/*.bin"))


def test_the_next_process_compiles_nothing(folder, modules):
    assert (modules()(3), hits(modules())) == (7, 0)
    function = modules()
    assert (function(3), hits(function)) == (7, 1)
    assert function(3.5) == 8
    assert len(files(folder)) == 2


@pytest.mark.parametrize(
    ("change", "value"),
    [
        ({"inner": "3 * x"}, 10),
        ({"constant": 2}, 8),
        ({"constant": 1.0}, 7),
        ({"options": "(fastmath=True)"}, 7),
    ],
)
def test_what_changes_the_machine_code_is_compiled_anew(folder, modules, change, value):
    """A callee in another file too, whose change numba's own cache does not see."""
    modules()(3)
    function = modules(**change)
    assert (function(3), hits(function)) == (value, 0)
    before = modules()  # and the old one is still there
    assert (before(3), hits(before)) == (7, 1)


def test_what_is_called_is_kept_for_other_callers(folder, modules):
    """Without machine code, until Python calls it."""
    modules()(3)
    function = modules(constant=2)
    callee = sys.modules["callee_of_test"].inner
    assert (function(3), hits(function), hits(callee)) == (8, 0, 1)
    kept = list(folder.glob("machine_code/callee_of_test.inner/*.bin"))
    assert (callee(3), hits(callee), len(kept)) == (6, 1, 1)
    modules(constant=3)
    callee = sys.modules["callee_of_test"].inner
    assert (callee(3), hits(callee)) == (6, 1)
    assert sys.modules["caller_of_test"].outer(3) == 9


@compiled.compiled
def factorial(n):
    if n < 0:
        raise ValueError("not of", n)
    return n * factorial(n - 1) if n else 1


@compiled.compiled
def of_half(n):
    if n % 2:
        raise ValueError("odd")
    return factorial(n // 2)


@numba.njit
def of_quarter(n):
    return of_half(n // 2)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2)])
def test_functions_are_called_from_anywhere(folder, order):
    """One that calls itself, one that raises, and a foreign one, in any order."""
    functions = factorial, of_half, of_quarter
    for function in functions:
        function._reset_overloads()
    for m in order:
        function = functions[m]
        assert function(4 * 2**m) == 24
        with pytest.raises(ValueError, match=r"not of.*-1"):
            function(-(2**m))
        if m:
            with pytest.raises(ValueError, match="odd"):
                function(2 * m - 1)


def test_a_function_that_is_inlined_is_compiled_again(folder, modules):
    function, callee = modules(), sys.modules["callee_of_test"].inner
    function(3)
    callee.recompile()
    function.recompile()
    assert (callee(3), function(3)) == (6, 7)


def damages(text):
    rng = np.random.default_rng(1)
    yield b""
    yield text[: len(text) // 2]
    yield text + b"\0"
    yield bytes(len(text))
    yield b"cposix\nsystem\n" + text
    for place in rng.integers(len(text), size=20):
        yield text[:place] + bytes([text[place] ^ 1 << rng.integers(8)]) + text[place + 1 :]


def test_damaged_files_are_told_and_replaced(folder, modules):
    modules()(3)
    (file,) = files(folder)
    intact = file.read_bytes()
    for damaged in damages(intact):
        file.write_bytes(damaged)
        compiled._say_damaged.cache_clear()
        function = modules()
        with pytest.warns(UserWarning, match="damaged machine code in .* compiled anew"):
            assert function(3) == 7
        again = modules()
        assert (again(3), hits(again)) == (7, 1)


def test_damage_is_told_once(folder, modules):
    function = modules()
    assert [function(x) for x in (3, 3.5)] == [7, 8]
    for file in files(folder):
        file.write_bytes(b"")
    again = modules()
    with pytest.warns(UserWarning, match="damaged") as told:
        assert [again(x) for x in (3, 3.5)] == [7, 8]
    assert len(told) == 1


def test_a_type_that_is_gone(folder, modules, monkeypatch):
    """Undamaged, but it cannot be unpickled: as if it were not there."""
    modules()(3)

    def gone(*_):
        raise AttributeError("Can't get attribute 'Outputs'")

    monkeypatch.setattr(compiled, "_revived", gone)
    function = modules()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert (function(3), hits(function)) == (7, 0)


def test_a_full_disk_stops_nothing(folder, modules, monkeypatch):
    def full(self, text):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.warns(UserWarning, match="cannot be kept in .*No space left"):
        assert modules()(3) == 7
    assert not files(folder)


def test_what_is_not_used_for_long_is_removed(folder, modules):
    modules()(3)
    (old,) = files(folder)
    os.utime(old, (1e9, 1e9))
    modules(constant=5)(3)
    assert old not in files(folder)
    assert len(files(folder)) == 1


def test_flush_and_disable(folder, modules):
    function = modules()
    function(3)
    assert Path(function.stats.cache_path) == files(folder)[0].parent
    function.recompile()
    assert function(3) == 7
    function._cache.flush()
    assert not files(folder)
    function = modules()
    function._cache.disable()
    assert (function(3), files(folder)) == (7, [])
    function._cache.enable()
    assert function(3.5) == 8
    assert len(files(folder)) == 1


def test_keys_do_not_depend_on_the_order_of_sets():
    """It is another one in each process."""
    function = compiled.compiled(fastmath={"reassoc", "nsz", "arcp"})(lambda x: x)
    assert "fastmath=['arcp', 'nsz', 'reassoc']" in function._cache._options


@pytest.fixture
def asked(monkeypatch):
    def folder(path):
        monkeypatch.setenv("STEERING_CACHE", str(path))
        return caches.cache_folder.__wrapped__()

    return folder


def test_the_folder_is_the_users_own(tmp_path, asked):
    assert asked(tmp_path / "new" / "er") == tmp_path / "new" / "er"
    assert (tmp_path / "new" / "er").stat().st_mode & 0o777 == 0o700


def test_a_readable_folder_is_closed(tmp_path, asked):
    tmp_path.chmod(0o755)
    assert asked(tmp_path) == tmp_path
    assert tmp_path.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("mode", [0o777, 0o775, 0o702])
def test_a_folder_that_others_may_write_to_is_refused(tmp_path, asked, mode):
    tmp_path.chmod(mode)
    with pytest.warns(UserWarning, match="others may write to it; .* chmod 700"):
        found = asked(tmp_path)
    assert found != tmp_path
    assert found.stat().st_mode & 0o777 == 0o700
    assert tmp_path.stat().st_mode & 0o777 == mode
    found.rmdir()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives away")
def test_a_folder_of_somebody_else_is_refused(tmp_path, asked):
    os.chown(tmp_path, 12345, -1)
    with pytest.warns(UserWarning, match="belongs to another user"):
        asked(tmp_path).rmdir()


def test_a_folder_that_cannot_be_written_is_told(tmp_path, asked):
    (tmp_path / "file").touch()
    with pytest.warns(UserWarning, match="kernels cannot be kept in .*STEERING_CACHE"):
        asked(tmp_path / "file").rmdir()


def test_a_user_without_a_home_may_name_a_folder(tmp_path, monkeypatch, asked):
    def homeless():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(caches.Path, "home", homeless)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert asked(tmp_path) == tmp_path
    with pytest.warns(UserWarning, match=r"kept \(this user has no home\).*STEERING_CACHE"):
        asked("").rmdir()


def test_a_temporary_folder_does_not_stay(tmp_path):
    (tmp_path / "file").touch()
    code = "from foundation.caches import cache_folder; print(cache_folder())"
    environment = {**os.environ, "STEERING_CACHE": str(tmp_path / "file")}
    command = [sys.executable, "-W", "ignore", "-c", code]
    told = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert "steering-kernels-" in told.stdout
    assert not Path(told.stdout.strip()).exists()
