"""What a computation depends on besides this package: libraries, threads, caches, data, folders."""

import importlib.metadata
import importlib.util
import os
import platform
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

CORE = ("numpy", "scipy", "numba", "xarray", "matplotlib", "h5netcdf", "scikit-learn", "sympy")
EXTRAS = ("dask", "dask-jobqueue", "adaptive", "jax", "diffrax")
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
NETWORK = (
    "nfs",
    "cifs",
    "smb",
    "lustre",
    "gpfs",
    "beegfs",
    "ceph",
    "afs",
    "fuse.sshfs",
    "glusterfs",
)


@dataclass(frozen=True)
class Fact:
    """One line of the report.

    Attributes
    ----------
    name, text
        What was looked at, and what was found.
    advice
        What to do about it; empty if nothing.
    """

    name: str
    text: str
    advice: str = ""


def facts() -> Iterator[Fact]:
    """Look at everything; what cannot be looked at is a fact too."""
    for look in LOOKS:
        try:
            yield from look()
        except Exception as error:
            yield Fact(look.__name__, f"not known: {type(error).__name__}: {error}")


def versions() -> Iterator[Fact]:
    """Tell the versions of the package, its commit, the libraries and the extras."""
    from sweeps import provenance

    record = provenance()
    yield Fact("package", record["package"])
    git = record["git"]
    changed = {True: ", with changes on top", False: "", None: ", changes unknown"}
    yield Fact("git", f"{git['commit'][:12]}{changed[git['dirty']]}" if git else "not a checkout")
    yield Fact("python", f"{record['python']} on {platform.system()} {platform.machine()}")
    yield Fact("libraries", ", ".join(f"{name} {_version(name)}" for name in CORE))
    yield Fact("extras", ", ".join(f"{name} {_version(name)}" for name in EXTRAS))


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "absent"


def threads() -> Iterator[Fact]:
    """Count the cores this process may use, and the threads of the libraries that compute."""
    import loky
    import scipy.linalg  # noqa: F401 (loads its BLAS, and numpy's)
    from threadpoolctl import threadpool_info

    cores = loky.cpu_count()  # as `sweeps` counts them: affinity and the limit of a container too
    yield Fact("cores", f"{cores} for this process, {os.cpu_count()} in the machine")
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    crowded = (
        "while others compute, the threads of a product wait for each other: OMP_NUM_THREADS=1"
    )
    yield Fact("load", f"{load:.1f} processes want to run", crowded if load > cores else "")
    for pool in threadpool_info():
        text = f"{pool['internal_api']} {pool['version']}, {pool['num_threads']} threads"
        many = f"more threads than cores wait for each other: set OMP_NUM_THREADS={cores} or 1"
        yield Fact(pool["user_api"], text, many if pool["num_threads"] > cores else "")
    given = [f"{name}={os.environ[name]}" for name in THREADS if name in os.environ]
    yield Fact("threads asked for", ", ".join(given) or "none of " + ", ".join(THREADS))


def caches() -> Iterator[Fact]:
    """Find where compiled code is kept."""
    from contrastive_ode.kernels.load import _folder

    try:
        from dynamics.attractors.enumeration import _scan

        yield _cache("numba cache", Path(str(_scan.stats.cache_path)), "NUMBA_CACHE_DIR")
    except RuntimeError as error:  # neither the package's folder nor the user's can be written
        advice = "without it nothing compiles: set NUMBA_CACHE_DIR to a folder that can be written"
        yield Fact("numba cache", f"{error}", advice)
    yield _cache("kernels of ODEs", _folder(), "STEERING_CACHE")


def _cache(name: str, folder: Path, variable: str) -> Fact:
    kind = file_system(folder)
    advice = ""
    if kind.startswith(NETWORK):
        advice = f"on a file system of the network ({kind}): set {variable} to a local folder"
    if not writable(folder):
        advice = f"cannot be written, all is compiled anew: set {variable} to another folder"
    return Fact(name, f"{folder}{f' ({variable})' if variable in os.environ else ''}", advice)


def file_system(folder: Path, mounts: Path = Path("/proc/self/mounts")) -> str:
    """Return the kind of file system that holds a folder; empty where it cannot be known."""
    if not mounts.is_file():
        return ""
    lines = [line.split() for line in mounts.read_text(encoding="utf-8").splitlines()]
    place = folder.resolve()
    holding = [(len(where), kind) for _, where, kind, *_ in lines if place.is_relative_to(where)]
    # of mounts at one place the last one is seen
    return max(reversed(holding), key=lambda found: found[0], default=(0, ""))[1]


def writable(folder: Path) -> bool:
    """Return whether a folder, or the nearest one above that exists, can be written."""
    there = next((place for place in (folder, *folder.parents) if place.exists()), folder)
    return there.is_dir() and os.access(there, os.W_OK | os.X_OK)


def data() -> Iterator[Fact]:
    """Look for the data that the package does not bring along."""
    from contrastive_ode.tasks import recorded
    from learning import load_mnist

    folder = os.environ.get("STEERING_DATA")
    yield Fact("STEERING_DATA", folder or "not set")
    if folder is None:
        yield Fact("MNIST", "downloaded when it is first needed")
    else:
        yield _found("MNIST", lambda: str(load_mnist()), "figures with MNIST cannot be made")
    advice = "made-up utterances are used instead"
    yield _found("spoken digits", lambda: f"{len(recorded().digit)} utterances", advice)


def _found(name: str, load: Callable[[], str], without: str) -> Fact:
    try:
        return Fact(name, load())
    except (OSError, ValueError, KeyError) as error:
        return Fact(name, f"{error}", without)


def places() -> Iterator[Fact]:
    """Find where a gallery is written."""
    folder = Path("gallery").absolute()
    advice = "" if writable(folder) else "cannot be written: choose another with --output"
    free = shutil.disk_usage(folder.parent).free / 2**30
    yield Fact("output", f"{folder}, {free:.0f} GiB free", advice)


def cluster() -> Iterator[Fact]:
    """Tell whether there is a SLURM, and dask to use it."""
    job = os.environ.get("SLURM_JOB_ID")
    if not (job or shutil.which("sbatch")):
        yield Fact("SLURM", "none here")
        return
    without = "" if importlib.util.find_spec("dask_jobqueue") else "install the extra `cluster`"
    yield Fact("SLURM", f"this is job {job}" if job else "jobs can be submitted from here", without)


LOOKS = (versions, threads, caches, data, places, cluster)
