"""The sweeps that `test_kill` kills: run as a script with the path of the ledger and a name.

Each evaluated point adds a byte to the file `<ledger>.count`, so that the killer can follow.
"""

import os
import signal
import sys
import time

import sweeps

COUNT = "KILLED_SWEEP_COUNT"


def count():
    if COUNT in os.environ:
        with open(os.environ[COUNT], "ab") as file:
            file.write(b".")


def numbers(i, kind, rng):
    time.sleep(0.01)
    count()
    return {"x": rng.random(), "text": f"{i}{kind}", "few": rng.random(i % 3)}


def arrays(i, rng):
    large = rng.random(2_500_000)  # 20 MB
    count()
    return {"large": large, "x": rng.random()}


def endless(i):
    if i >= 2:
        time.sleep(1000)
    count()
    return i


SWEEPS = {
    "numbers": (numbers, {"i": range(100), "kind": ["a", "b"]}),
    "arrays": (arrays, {"i": range(30)}),
    "endless": (endless, {"i": range(6)}),
}


if __name__ == "__main__":
    # a shell that runs the tests in the background has told all its children to ignore Ctrl-C
    signal.signal(signal.SIGINT, signal.default_int_handler)
    store, name = sys.argv[1:]
    os.environ[COUNT] = f"{store}.count"
    function, grid = SWEEPS[name]
    sweeps.run(function, grid, store=store, version=1, executor=2, progress=False)
