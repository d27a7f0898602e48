"""The sweeps that `test_kill` kills: run as a script with the path of the ledger and a name."""

import sys
import time

import sweeps


def numbers(i, kind, rng):
    time.sleep(0.02)
    return {"x": rng.random(), "text": f"{i}{kind}", "few": rng.random(i % 3)}


def arrays(i, rng):
    time.sleep(0.05)
    return {"large": rng.random(2_500_000), "x": rng.random()}  # 20 MB


def endless(i):
    time.sleep(1 if i < 2 else 1000)
    return i


SWEEPS = {
    "numbers": (numbers, {"i": range(100), "kind": ["a", "b"]}),
    "arrays": (arrays, {"i": range(16)}),
    "endless": (endless, {"i": range(6)}),
}


if __name__ == "__main__":
    store, name = sys.argv[1:]
    function, grid = SWEEPS[name]
    sweeps.run(function, grid, store=store, version=1, executor=2, progress=False)
