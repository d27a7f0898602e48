"""NetCDF with provenance."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import xarray

import sweeps
from sweeps.storing import provenance
from sweeps.storing.provenance import git_state


@pytest.fixture
def data(tmp_path):
    def function(N, kind, on):
        return {"x": N / 3, "text": kind, "truth": on, "array": np.arange(N)}

    grid = {"N": [1, 2], "kind": ["a", "b"], "on": [True, False]}
    with ThreadPoolExecutor(1) as executor:
        return sweeps.run(
            function,
            grid,
            store=tmp_path / "ledger",
            version=1,
            rng=3,
            executor=executor,
            progress=False,
        )


def test_what_is_written_is_read(data, tmp_path):
    path = sweeps.to_netcdf(
        data,
        tmp_path / "new" / "data.nc",
        parameters={"N": np.arange(2), "T": np.float64(0.5), "path": tmp_path},
        command="steering figure x",
    )
    read = sweeps.load(path)
    record = json.loads(read.attrs.pop("provenance"))
    xarray.testing.assert_identical(read, data)
    assert record["seed"] == 3
    assert record["command"] == "steering figure x"
    assert record["parameters"] == {"N": [0, 1], "T": 0.5, "path": str(tmp_path)}
    assert record["libraries"]["numpy"] == np.__version__
    assert record["time"].endswith("+00:00")
    assert record["package"].startswith("steering-dynamics ")
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("seed", [2**63 - 1, 2**63, 2**64, 2**128 + 1])
def test_a_seed_of_any_size(tmp_path, seed):
    def function(N, rng):
        return rng.random()

    with ThreadPoolExecutor(1) as executor:
        options = {"store": tmp_path / "ledger", "version": 1, "progress": False}
        data = sweeps.run(function, {"N": [1]}, rng=seed, executor=executor, **options)
        again = sweeps.run(function, {"N": [1]}, rng=seed, executor=executor, **options)
    assert again.identical(data)
    read = sweeps.load(sweeps.to_netcdf(data, tmp_path / "data.nc"))
    assert int(read.attrs["seed"]) == seed == data.attrs["seed"]
    assert json.loads(read.attrs["provenance"])["seed"] == seed


def test_a_failed_write_keeps_the_old_file(data, tmp_path):
    path = sweeps.to_netcdf(data, tmp_path / "data.nc")
    before = path.read_bytes()
    with pytest.raises((TypeError, ValueError)):
        sweeps.to_netcdf(data.assign(bad=("N", np.array([{}, []], dtype=object))), path)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.glob("*.nc*")] == ["data.nc"]


FULL = """
import resource, sys
import numpy as np, sweeps, xarray
data = xarray.Dataset({"x": (("a", "b"), np.random.default_rng(1).random((300, 300)))})
if len(sys.argv) == 3:
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
try:
    sweeps.to_netcdf(data, sys.argv[1], command="")
except OSError as error:
    print(error)
"""


def export(path, *limit):
    """Write a file of 720 kB in a process of its own, and return what it says."""
    command = [sys.executable, "-c", FULL, str(path), *limit]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.mark.parametrize("limit", ["4096", pytest.param("500000", marks=pytest.mark.thorough)])
def test_a_file_that_may_not_be_so_large_is_an_error_and_not_the_end(tmp_path, limit):
    path = tmp_path / "x.nc"
    path.write_text("before")
    assert export(path, limit).endswith(f"{path} cannot be written: File too large\n")
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("tries", [1, pytest.param(12, marks=pytest.mark.long)])
def test_a_full_disk_is_an_error_and_not_the_end(mount, tries):
    path = mount("size=300k") / "x.nc"
    for _ in range(tries):
        assert export(path).endswith(f"{path} cannot be written: No space left on device\n")
        assert list(path.parent.iterdir()) == []


def test_bad_files(data, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"none\.nc does not exist"):
        sweeps.load(tmp_path / "none.nc")
    with pytest.raises(ValueError, match="is a folder"):
        sweeps.to_netcdf(data, tmp_path)
    with pytest.raises(ValueError, match="is no NetCDF file but a ledger"):
        sweeps.load(tmp_path / "ledger")
    path = sweeps.to_netcdf(data, tmp_path / "data.nc")
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(ValueError, match=f"{path} cannot be read as NetCDF"):
        sweeps.load(path)


def git(folder, *arguments):
    who = ["-c", "user.name=x", "-c", "user.email=x"]
    subprocess.run(["git", "-C", str(folder), *who, *arguments], check=True, capture_output=True)


def test_git_state_is_that_of_the_checkout_that_tracks_the_file(tmp_path):
    file = tmp_path / "module.py"
    file.touch()
    assert git_state(file) is None
    git(tmp_path, "init")
    assert git_state(file) is None
    git(tmp_path, "add", "module.py")
    git(tmp_path, "commit", "-m", "x")
    state = git_state(file)
    assert len(state["commit"]) == 40
    assert state["dirty"] is False
    file.write_text("changed")
    assert git_state(file) == {**state, "dirty": True}


def test_git_that_cannot_tell_of_changes(tmp_path, monkeypatch):
    file = tmp_path / "module.py"
    file.touch()
    git(tmp_path, "init")
    git(tmp_path, "add", "module.py")
    git(tmp_path, "commit", "-m", "x")
    ask = provenance._git

    def unable(file, *arguments):
        return None if arguments[0] == "status" else ask(file, *arguments)

    monkeypatch.setattr(provenance, "_git", unable)
    assert git_state(file)["dirty"] is None


def test_the_command_can_be_pasted_into_a_shell(monkeypatch):
    monkeypatch.setattr("sys.argv", ["steering", "sweep", "my model.py:f", "J_D=0:1"])
    assert sweeps.provenance()["command"] == "steering sweep 'my model.py:f' J_D=0:1"
