"""The report of `steering doctor`: what a computation depends on, then known answers."""

import importlib
import os
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from traceback import extract_tb
from typing import Any

from figures.command import known_answers
from foundation.caches import cache_folder
from foundation.versions import version

LIBRARIES = ("numpy", "scipy", "numba", "xarray", "matplotlib", "h5netcdf", "scikit-learn", "sympy")
EXTRAS = ("dask", "dask-jobqueue", "adaptive", "diffrax")

Fact = tuple[str, str, str]  # what was looked at, what was found, what to do about it


def report() -> bool:
    """Print what the package finds around it; return whether it computes as it should."""
    for look in (versions, threads, caches, data):
        try:
            for name, text, advice in look():
                print(f"{name:16} {text}{advice and f' -> {advice}'}", flush=True)
        except Exception as error:
            print(f"{look.__name__:16} not known: {_said(error)}", flush=True)
    print("\nknown answers: some 20 seconds, the first time a minute more to compile")
    passed = [_checked(*item) for item in known_answers.CHECKS.items()]
    print(f"\n{sum(passed)} of {len(passed)} checks passed")
    return all(passed)


def _checked(name: str, check: Callable[[Any], known_answers.Measured]) -> bool:
    """Print what is checked before it runs, and what came of it; any exception is a failure."""
    package = known_answers.TOPICS.get(name, name)
    print(f"{name:16} {(check.__doc__ or '').rstrip('.')} ", end="... ", flush=True)
    start, passed = time.perf_counter(), False
    try:
        measured, allowed = check(importlib.import_module(package))
        passed, text = bool(measured <= allowed), f"{measured:.2g}, allowed {allowed:.2g}"
    except Exception as error:
        text = _said(error)
    print(f"{text}: {'ok' if passed else 'FAILED'} ({time.perf_counter() - start:.1f} s)")
    return passed


def _said(error: Exception) -> str:
    last = extract_tb(error.__traceback__)[-1]
    message = " ".join(str(error).split())
    return f"{type(error).__name__}: {message} ({Path(last.filename).name}:{last.lineno})"


def versions() -> Iterator[Fact]:
    """Tell the versions of the package, its commit, the libraries and the extras."""
    from sweeps import provenance

    record = provenance()
    git = record["git"] or {"commit": "no checkout", "dirty": False}
    changes = {True: ", with changes on top", False: "", None: ", changes unknown"}[git["dirty"]]
    yield "package", f"{record['package']}, {git['commit'][:12]}{changes}", ""
    yield "python", record["python"], ""
    for name, packages in (("libraries", LIBRARIES), ("extras", EXTRAS)):
        yield name, ", ".join(f"{one} {version(one) or 'absent'}" for one in packages), ""


def threads() -> Iterator[Fact]:
    """Count the cores this process may use, and the threads of the libraries that compute."""
    import loky
    import scipy.linalg  # noqa: F401 (loads its BLAS, and numpy's)
    from threadpoolctl import threadpool_info

    cores = loky.cpu_count()  # as `sweeps` counts them: affinity and the limit of a container too
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    crowded = "others compute too: OMP_NUM_THREADS=1" if load > cores else ""
    yield "cores", f"{cores} of {os.cpu_count()}, {load:.1f} processes want to run", crowded
    for pool in threadpool_info():
        text = f"{pool['internal_api']} {pool['version']}, {pool['num_threads']} threads"
        many = f"more than cores, they wait for each other: OMP_NUM_THREADS={cores} or 1"
        yield pool["user_api"], text, many if pool["num_threads"] > cores else ""


def caches() -> Iterator[Fact]:
    """Tell where compiled kernels are kept, and how much."""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        folder = cache_folder()
    kept = [path.stat().st_size for path in folder.rglob("*") if path.is_file()]
    advice = " ".join(str(warning.message) for warning in told)
    yield "compiled kernels", f"{folder}: {len(kept)} files, {sum(kept) / 1e6:.1f} MB", advice


def data() -> Iterator[Fact]:
    """Look for the data that the package does not bring along."""
    from contrastive_ode.tasks import recorded
    from figures.shared.data_sets import LOADERS, own

    folder = os.environ.get("STEERING_DATA")
    downloaded = "not set: MNIST and Fashion-MNIST are downloaded when they are needed"
    yield "STEERING_DATA", folder or downloaded, ""
    looks: dict[str, Callable[[], Any]] = {"spoken digits": recorded, **LOADERS}
    for name, load in looks.items() if folder else ():
        try:
            load()
            yield name, "there", ""
        except (OSError, ValueError, KeyError) as error:
            yield name, str(error), "figures use other data, or cannot be made"
    if folder and (found := own(Path(folder))):
        yield "data of your own", ", ".join(found), "learning.load_arrays reads them"
