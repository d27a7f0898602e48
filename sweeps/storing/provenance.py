"""Where a result comes from."""

import json
import platform
import shlex
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from foundation import domains
from foundation.versions import version

_DISTRIBUTION = "steering-dynamics"
_LIBRARIES = ("numpy", "scipy", "numba", "xarray", "h5netcdf", "matplotlib")
_HERE = Path(__file__).resolve()


def provenance(
    *,
    parameters: Mapping[Any, Any] | None = None,
    seed: int | None = None,
    command: str | None = None,
) -> dict[str, Any]:
    """Return what is needed to make a result again, as plain data for JSON.

    Parameters
    ----------
    parameters
        Whatever determines the result; anything that is not plain data is kept as its text.
    seed
        The root seed.
    command
        The command that makes the result; default: the command line of this process, quoted for
        a shell.

    Returns
    -------
    Mapping with the keys `package` (name and version), `git` (`commit`, and `dirty`: whether the
    checkout has changes on top of it, None if git cannot tell; the whole is None if the package
    does not run from a checkout), `command`, `parameters`, `seed`, `libraries` (versions),
    `python`, `host` and `time` (UTC).

    Raises
    ------
    TypeError
        If `parameters` is not a mapping.

    Examples
    --------
    >>> import sweeps
    >>> record = sweeps.provenance(parameters={"N": 10}, seed=1, command="make overlap")
    >>> record["command"], record["parameters"], record["seed"]
    ('make overlap', {'N': 10}, 1)
    >>> sorted(record)
    ['command', 'git', 'host', 'libraries', 'package', 'parameters', 'python', 'seed', 'time']
    """
    record = {
        "package": f"{_DISTRIBUTION} {version(_DISTRIBUTION)}",
        "git": git_state(),
        "command": command if command is not None else shlex.join(sys.argv),
        "parameters": {
            ",".join(name) if isinstance(name, tuple) else name: values
            for name, values in domains.mapping("parameters", parameters).items()
        },
        "seed": seed,
        "libraries": {name: version(name) for name in _LIBRARIES},
        "python": platform.python_version(),
        "host": platform.node(),
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    plain: dict[str, Any] = json.loads(json.dumps(record, default=_plain))
    return plain


def git_state(file: Path = _HERE) -> dict[str, str | bool | None] | None:
    """Return commit and dirty flag of the checkout that tracks `file`; None if there is none."""
    if _git(file, "ls-files", "--error-unmatch", file.name) is None:
        return None
    commit = _git(file, "rev-parse", "HEAD")
    changes = _git(file, "status", "--porcelain")
    dirty = None if changes is None else bool(changes)
    return None if commit is None else {"commit": commit.strip(), "dirty": dirty}


def _git(file: Path, *arguments: str) -> str | None:
    """Return what a git command prints in the folder of `file`, None if it fails."""
    command = ["git", "-C", str(file.parent), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


def _plain(value: object) -> Any:
    """Return arrays and numpy scalars as lists and numbers, anything else as its text."""
    return value.tolist() if hasattr(value, "tolist") else str(value)
