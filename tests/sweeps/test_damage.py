"""A damaged ledger never gives a wrong value, nor an error that is not its own."""

import contextlib
import shutil
import sqlite3
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

import sweeps
from sweeps.storing.ledger import Ledger
from sweeps.storing.reader import Reader

SWAPPED = ("version", "seed", "parameters", "function", "results", "error", "arrays", "checksum")


def draw(i, rng):
    if i == 5:
        raise ArithmeticError(f"no solution at {i}")
    return {"number": rng.random(), "text": f"point {i}", "array": rng.random(40 * i)}


def sweep(store, count=12):
    with ThreadPoolExecutor(1) as executor, warnings.catch_warnings():
        warnings.simplefilter("ignore", sweeps.SweepWarning)
        options = {"store": store, "version": 1, "executor": executor, "progress": False}
        return sweeps.run(draw, {"i": range(count)}, **options)


def damaged(content, rng):
    """Return the bytes of a file with one random damage."""
    content, place = bytearray(content), int(rng.integers(len(content)))
    how = rng.integers(4)
    if how == 0:
        content[place] ^= 1 << int(rng.integers(8))
    elif how == 1:
        content[place] = int(rng.integers(256))
    elif how == 2:
        content[place : place + 64] = bytes(len(content[place : place + 64]))
    else:
        del content[place:]
    return bytes(content)


def swap(store, rng):
    """Exchange one column of two rows."""
    column = rng.choice(SWAPPED)
    with contextlib.closing(sqlite3.connect(store)) as connection, connection:
        ids = [row for (row,) in connection.execute("SELECT id FROM points ORDER BY id")]
        one, two = rng.permutation(ids)[:2].tolist()
        query = f"SELECT {column} FROM points WHERE id = ?"
        a, b = (connection.execute(query, (row,)).fetchone()[0] for row in (one, two))
        update = f"UPDATE points SET {column} = ? WHERE id = ?"
        if column == "parameters":  # they are unique
            connection.execute(update, ("", one))
        connection.executemany(update, [(a, two), (b, one)])


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    store = tmp_path_factory.mktemp("damage") / "ledger.sqlite"
    return store, sweep(store).drop_vars("seconds")


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """Return a ledger whose last six points are in the journal, as a killed driver leaves it."""
    store = tmp_path_factory.mktemp("killed") / "ledger.sqlite"
    sweep(store, 6)
    left = store.with_name("left.sqlite")

    def leaving(ledger):
        for end in ("", "-wal"):
            shutil.copy(f"{store}{end}", f"{left}{end}")
        close(ledger)

    close = Ledger.close
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Ledger, "close", leaving)
        sweep(store)
    return left


def copied(original, copy):
    """Copy a ledger with its journal, if it has one; return the ends of their names."""
    ends = [end for end in ("", "-wal") if Path(f"{original}{end}").exists()]
    for end in ends:
        shutil.copy(f"{original}{end}", f"{copy}{end}")
    return ends


@pytest.mark.parametrize("journal", [pytest.param(False, marks=pytest.mark.thorough), True])
@pytest.mark.parametrize(
    "damages",
    [40, pytest.param(100, marks=pytest.mark.thorough), pytest.param(1000, marks=pytest.mark.long)],
)
def test_no_damage_gives_a_wrong_value(original, killed, tmp_path, damages, journal):
    """A fifth of them each: a bit, a byte, zeros, truncation, rows swapped by SQL."""
    store, expected = original
    rng, found = np.random.default_rng(17), 0
    for count in range(damages):
        copy = tmp_path / f"{count}.sqlite"
        ends = copied(killed if journal else store, copy)
        if count % 5:
            file = Path(f"{copy}{rng.choice(ends)}")
            file.write_bytes(damaged(file.read_bytes(), rng))
        else:
            swap(copy, rng)
        with contextlib.suppress(sweeps.LedgerError), warnings.catch_warnings():
            warnings.simplefilter("ignore", sweeps.SweepWarning)
            for point in sweeps.recheck(draw, copy, version=1, count=12):
                assert point.differences in ((), ("error",))
            told = [(f.parameters, f.error.splitlines()[-1]) for f in sweeps.failures(copy)]
            assert told in ([], [({"i": 5}, "ArithmeticError: no solution at 5")])
            assert sweeps.status(copy).done <= 12
            assert sweep(copy).drop_vars("seconds").identical(expected), f"damage {count}"
            found += 1
        for file in tmp_path.glob(f"{count}.sqlite*"):
            file.unlink()
    assert found > damages / 2  # the others could not be opened


def test_what_a_killed_driver_left_in_the_journal_is_there(original, killed, tmp_path):
    _, expected = original
    copied(killed, tmp_path / "copy.sqlite")
    with Reader(tmp_path / "copy.sqlite") as reader:
        assert (reader.counts()[0].done, reader.counts()[0].failed) == (11, 1)
    assert sweep(tmp_path / "copy.sqlite").drop_vars("seconds").identical(expected)


def test_a_row_whose_key_is_damaged_is_told(original, tmp_path):
    store, expected = original
    for column, value in (("parameters", '{"i":77}'), ("version", "2"), ("seed", "x")):
        copy = shutil.copy(store, tmp_path / f"{column}.sqlite")
        with contextlib.closing(sqlite3.connect(copy)) as connection, connection:
            connection.execute(f"UPDATE points SET {column} = ? WHERE id = 4", (value,))
        with ThreadPoolExecutor(1) as executor:
            options = {"store": copy, "version": 1, "executor": executor, "progress": False}
            with pytest.warns(sweeps.SweepWarning) as told:
                data = sweeps.run(draw, {"i": range(12)}, **options)
        assert "rows that do not tell their points: 1" in str(told[0].message)
        assert data.drop_vars("seconds").identical(expected)


@pytest.mark.parametrize("column", ["results", "error", "parameters"])
@pytest.mark.parametrize("damage", ["{", "[]", "\udcff", b"\x00", "[" * 100_000])
def test_a_damaged_text_is_told(original, tmp_path, column, damage):
    store, expected = original
    copy = shutil.copy(store, tmp_path / "copy.sqlite")
    content = damage.encode(errors="surrogateescape") if isinstance(damage, str) else damage
    with contextlib.closing(sqlite3.connect(copy)) as connection, connection:
        told = "CAST(? AS TEXT)" if isinstance(damage, str) else "?"
        where = "error IS NOT NULL" if column == "error" else "id = 4"
        connection.execute(f"UPDATE points SET {column} = {told} WHERE {where}", (content,))
    if column == "error":
        with pytest.warns(sweeps.SweepWarning, match="1 damaged rows are left out"):
            assert sweeps.failures(copy) == []
    assert all(p.differences in ((), ("error",)) for p in sweeps.recheck(draw, copy, version=1))
    assert sweep(copy).drop_vars("seconds").identical(expected)


def test_where_the_file_is_damaged_its_journal_goes_with_it(original, tmp_path):
    """What a killed driver left would be written into the copy that is put in its place."""
    store = tmp_path / "ledger"
    text = original[0].read_bytes()
    store.write_bytes(text[:100] + bytes(400) + text[500:])
    with pytest.raises(sweeps.LedgerError, match="is damaged; move it away, with the files -wal"):
        sweeps.status(store)
