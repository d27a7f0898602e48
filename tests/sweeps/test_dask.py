"""A cluster: dask's executor, and the death of its workers."""

import os
import signal
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

import sweeps

distributed = pytest.importorskip("distributed")


@pytest.fixture
def client():
    cluster = distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    )
    with cluster, distributed.Client(cluster) as client:
        yield client


@pytest.mark.thorough
def test_killed_workers_lose_nothing(client, tmp_path):
    def function(i, rng):
        time.sleep(0.01)
        return {"number": rng.random(), "array": rng.random(i % 5 + 1)}

    options = {"version": 1, "rng": 5, "progress": False}
    grid = {"i": range(200)}
    victims = list(client.run(os.getpid).values())
    killers = [
        threading.Timer(0.3 * (i + 1), os.kill, (victim, signal.SIGKILL))
        for i, victim in enumerate(victims)
    ]
    for killer in killers:
        killer.start()
    store = tmp_path / "ledger"
    data = sweeps.run(function, grid, store=store, executor=client.get_executor(), **options)
    assert not any(killer.is_alive() for killer in killers)
    assert not set(victims) & set(client.run(os.getpid).values())
    with ThreadPoolExecutor(1) as executor:
        serial = sweeps.run(function, grid, store=tmp_path / "b", executor=executor, **options)
    assert not data["failed"].any()
    assert data.drop_vars("seconds").identical(serial.drop_vars("seconds"))
    connection = sqlite3.connect(store)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert connection.execute("SELECT count(*) FROM points").fetchone() == (200,)
    connection.close()
