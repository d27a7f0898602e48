"""A store in trouble: a clear error, and nothing already stored is lost."""

import contextlib
import io
import resource
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import sweeps
from sweeps.storing.arrays import DamagedError, packed, unpacked
from sweeps.storing.evaluation import named
from sweeps.storing.ledger import Ledger

CALLS = []


def draw(i, rng):
    CALLS.append(i)
    return {"number": rng.random(), "array": rng.random(100)}


def wide(i):
    """Return a kilobyte of text: rows that fill a disk."""
    CALLS.append(i)
    return "x" * 1000


def sweep(store, function=draw, count=20):
    CALLS.clear()
    with ThreadPoolExecutor(1) as executor:
        return sweeps.run(
            function, {"i": range(count)}, store=store, version=1, executor=executor, progress=False
        )


@pytest.fixture
def store(tmp_path):
    return tmp_path / "ledger.sqlite"


def integrity(store):
    connection = sqlite3.connect(store)
    try:
        return connection.execute("PRAGMA integrity_check").fetchone()[0]
    finally:
        connection.close()


@contextlib.contextmanager
def altered(store):
    """Give a connection to a ledger that is closed, and commit what is done with it."""
    with contextlib.closing(sqlite3.connect(store)) as connection, connection:
        yield connection


def test_a_file_of_another_kind_is_left_alone(store):
    store.write_text("my diary, and not a ledger; long enough to be read as a header" * 20)
    before = store.read_bytes()
    with pytest.raises(sweeps.LedgerError, match=rf"{store} cannot be opened: it is not an SQLite"):
        sweep(store)
    assert store.read_bytes() == before
    assert CALLS == []


def test_a_database_of_another_program_is_left_alone(store):
    connection = sqlite3.connect(store)
    connection.execute("CREATE TABLE points (x)")
    connection.commit()
    connection.close()
    before = store.read_bytes()
    with pytest.raises(sweeps.LedgerError, match="of another program"):
        sweep(store)
    assert store.read_bytes() == before


def test_a_newer_schema_is_left_alone(store):
    sweep(store)
    connection = sqlite3.connect(store)
    connection.execute("PRAGMA user_version = 4")
    connection.commit()
    connection.close()
    before = store.read_bytes()
    with pytest.raises(sweeps.LedgerError, match=r"has schema 4, .* update steering-dynamics"):
        sweep(store)
    assert store.read_bytes() == before


def test_an_empty_file_becomes_a_ledger(store):
    store.touch()
    sweep(store)
    assert integrity(store) == "ok"


@pytest.mark.parametrize(
    "place", ["/proc/self/nowhere/ledger", "/proc/ledger", "{file}/ledger", "{folder}"]
)
def test_a_place_where_nothing_can_be_written(tmp_path, place):
    file = tmp_path / "file"
    file.write_text("in the way")
    path = place.format(file=file, folder=tmp_path)
    with pytest.raises(sweeps.LedgerError, match=rf"{path} cannot be opened: "):
        sweep(path)
    assert file.read_text() == "in the way"
    assert CALLS == []


def test_a_folder_turned_read_only(mount):
    store = mount("size=8m") / "ledger"
    expected = sweep(store)
    mount("ro")
    with pytest.raises(sweeps.LedgerError, match=f"{store} cannot be opened: .*Read-only"):
        sweep(store, count=21)
    assert sweep(store)["array"].identical(expected["array"])
    mount("rw")
    assert sweep(store)["array"].identical(expected["array"])
    assert CALLS == []


def object_array():
    file = io.BytesIO()
    np.save(file, np.array([{"evil": 1}], dtype=object), allow_pickle=True)
    return file.getvalue()


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda content: None, ""),
        (lambda content: b"", "cannot be read"),
        (lambda content: content[:-100], "cannot be read"),
        (lambda content: content + b"0", "followed by something else"),
        (lambda content: content.replace(b"\x01\x00", b"\x02\x00", 1), "first version of .npy"),
        (lambda content: content.replace(b"False", b"True "), "real numbers by rows"),
        (lambda content: content.replace(b"<f8", b"<f7"), "cannot be read"),
        (lambda content: content.replace(b"(100,)", b"(10**99,)"), "cannot be read"),
        (lambda content: content.replace(b"'fortran_order'", b"[[[[[[[[[[[[[[["), "cannot be read"),
        (lambda content: object_array(), "cannot be read: not an array of real numbers"),
    ],
)
def test_a_damaged_array_is_computed_again(store, damage, reason):
    """The checksum tells; without one, of an earlier schema, reading does."""
    expected = sweep(store)
    with altered(store) as connection:
        content = connection.execute("SELECT arrays FROM points WHERE id = 4").fetchone()[0]
        connection.execute("UPDATE points SET arrays = ? WHERE id = 4", (damage(content),))
    damaged = damage(content)
    if damaged is not None:
        with pytest.raises(DamagedError, match=reason):
            unpacked(damaged, 1)
    with pytest.warns(sweeps.SweepWarning, match="computed again:\n  i=3, .*the checksum"):
        again = sweep(store)
    assert CALLS == [3]
    assert again.drop_vars("seconds").identical(expected.drop_vars("seconds"))
    assert sweep(store).identical(again)
    assert CALLS == []


def test_many_damaged_arrays_are_counted(store):
    sweep(store)
    with altered(store) as connection:
        connection.execute("UPDATE points SET arrays = NULL")
    with pytest.warns(
        sweeps.SweepWarning, match=r"(?s)i=4, .*the checksum[^\n]*\n  \.\.\. and 15 more"
    ):
        sweep(store)


def test_arrays_of_every_kind_are_packed():
    arrays = [
        np.arange(6, dtype=">i2").reshape(2, 3),
        np.asfortranarray(np.random.default_rng(0).random((3, 4))),
        np.zeros((0, 2), dtype=np.float16),
        np.array([True, False]),
        np.arange(10, dtype=np.longdouble)[::-2],
        np.array([[np.nan, -0.0]]),
    ]
    for array, found in zip(arrays, unpacked(b"".join(packed(arrays)), len(arrays)), strict=True):
        assert found.dtype == array.dtype
        assert found.shape == array.shape
        assert found.tobytes() == array.tobytes()


def test_more_than_a_row_can_hold_is_an_error_of_the_point():
    half = np.broadcast_to(0.0, (6 * 10**7,))
    assert named(half)["result"].nbytes == 480_000_000
    with pytest.raises(ValueError, match="at most 900 MB at a point, got 960 MB: reduce them"):
        named({"a": half, "b": half})


@pytest.mark.parametrize("function", [wide, draw])
def test_a_full_disk(mount, function):
    store = mount("size=300k") / "ledger"
    with pytest.raises(sweeps.LedgerError, match=f"(?s){store} cannot be written.*Nothing stored"):
        sweep(store, function, 400)
    tried = len(CALLS)
    assert tried < 400
    mount("size=16m")
    data = sweep(store, function, 400)
    assert integrity(store) == "ok"
    assert not data["failed"].any()
    kept = 400 - len(CALLS)
    assert kept > 0.5 * tried  # what was in flight is computed again


LIMITED = """
import resource, sys
from concurrent.futures import ThreadPoolExecutor
import sweeps
def wide(i):
    return "x" * 1000
with ThreadPoolExecutor(1) as executor:
    options = dict(store=sys.argv[1], version=1, progress=False)
    sweeps.run(wide, {"i": range(400)}, executor=executor, **options)
"""


def test_a_limit_on_the_size_of_files(store, monkeypatch):
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))

    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(store)],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=limit,
    )
    assert f"LedgerError: {store} cannot be written" in done.stderr
    monkeypatch.setattr(wide, "__module__", "__main__")  # as it is in the script
    with pytest.warns(sweeps.SweepWarning, match="of 400 points of wide were computed by other"):
        data = sweep(store, wide, 400)
    assert integrity(store) == "ok"
    assert 0 < len(CALLS) < 400
    assert (data["result"] == "x" * 1000).all()


def test_no_pickle_is_ever_read(store):
    """A ledger holds numbers, text and plain arrays only."""
    sweep(store)
    with Ledger(store) as ledger:
        for *values, arrays in ledger._connection.execute("SELECT * FROM points"):
            assert all(isinstance(value, str | int | float | None) for value in values)
            assert np.load(io.BytesIO(arrays), allow_pickle=False).shape == (100,)


def test_an_error_that_is_no_unicode_loses_no_other_point(store):
    def fragile(i):
        if i == 1:
            raise ValueError("\udc80")
        return i

    with pytest.warns(sweeps.SweepWarning, match=r"1 of 4 points failed"):
        data = sweep(store, fragile, 4)
    assert data["failed"].values.ravel().tolist() == [False, True, False, False]
    assert sweeps.failures(store)[0].error.splitlines()[-1] == r"ValueError: \udc80"
