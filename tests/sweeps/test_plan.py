"""What a sweep would compute, and how long it would take."""

import contextlib
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

import sweeps

SCALE = 1.0


def slow(N, rng):
    time.sleep(0.001 * N)
    return SCALE * N


@pytest.fixture
def ledger(tmp_path):
    return {"store": tmp_path / "ledger.sqlite", "version": 1}


def run(ledger, grid, replicas=1):
    with ThreadPoolExecutor(1) as executor:
        options = {"executor": executor, "progress": False, "replicas": replicas}
        return sweeps.run(slow, grid, **ledger, **options)


def test_nothing_is_stored(ledger, tmp_path):
    plan = sweeps.plan(slow, {"N": [1, 2]}, replicas=3, executor=2, **ledger)
    assert (plan.points, plan.stored, plan.missing, plan.seconds) == (6, 0, 6, None)
    assert list(tmp_path.iterdir()) == []
    assert "nothing is stored that tells" in repr(plan)


def test_stored_replicas_tell_how_long_a_point_takes(ledger):
    run(ledger, {"N": [0, 50]}, replicas=2)
    with contextlib.closing(sqlite3.connect(ledger["store"])) as connection, connection:
        connection.execute("UPDATE points SET seconds = 2.0")
        connection.execute("""UPDATE points SET seconds = 6.0 WHERE parameters = '{"N":50}'""")
    before = ledger["store"].read_bytes()
    plan = sweeps.plan(slow, {"N": [50, 70]}, replicas=5, executor=4, **ledger)
    assert (plan.points, plan.stored, plan.outdated) == (10, 2, 0)
    assert plan.seconds == 3 * 6.0 + 5 * 4.0
    assert repr(plan) == (
        "10 points, 2 stored, 8 to compute: 9.5 s on 4 workers, by the times of those stored"
    )
    done = sweeps.plan(slow, {"N": [0, 50]}, executor=1, **ledger)
    assert repr(done) == "2 points, 2 stored, 0 to compute"
    assert done.seconds == 0
    assert ledger["store"].read_bytes() == before


def test_other_code_is_told(ledger, monkeypatch):
    run(ledger, {"N": [0, 1]})
    monkeypatch.setitem(globals(), "SCALE", 2.0)
    plan = sweeps.plan(slow, {"N": [0, 1, 2]}, executor=1, **ledger)
    assert (plan.stored, plan.outdated) == (2, 2)
    assert "3 points, 2 stored (2 by other code), 1 to compute" in repr(plan)


def test_arguments(ledger):
    with pytest.raises(TypeError, match="function must take the parameters of the grid"):
        sweeps.plan(slow, {"M": [1]}, **ledger)
    with pytest.raises(ValueError, match="replicas must be an integer >= 1"):
        sweeps.plan(slow, {"N": [1]}, replicas=0, **ledger)
