"""Start anew without losing anything."""

import glob
import os
from datetime import UTC, datetime
from pathlib import Path

from foundation import domains
from sweeps.storing.arrays import ArrayFolder
from sweeps.storing.ledger import Ledger


def set_aside(store: str | os.PathLike[str]) -> Path | None:
    """Rename the ledger at `store`, with its arrays, so that the next sweep starts an empty one.

    The new name is `<store>-<time>`, a ledger like any other. The arrays are renamed first: after a
    kill between the two, the ledger is where it was, and the next call of `set_aside` brings it
    back together with its arrays. (A sweep that comes first misses the arrays and computes them
    again, with a warning.)

    Parameters
    ----------
    store
        As in `sweeps.run`.

    Returns
    -------
    The new path; None if there is no ledger.

    Raises
    ------
    TypeError, ValueError
        If `store` is not a path.
    LedgerError
        If the ledger is in use by a sweep, or is none; then nothing is renamed.

    Examples
    --------
    >>> import tempfile
    >>> from concurrent.futures import ThreadPoolExecutor
    >>> import sweeps
    >>> def inverse(N):
    ...     return 1 / N
    >>> with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(1) as executor:
    ...     again = dict(store=f"{folder}/inverse.sqlite", version=1, progress=False)
    ...     data = sweeps.run(inverse, {"N": [1, 2]}, executor=executor, **again)
    ...     print(sweeps.set_aside(f"{folder}/inverse.sqlite"))
    /...inverse.sqlite-20...
    """
    path = domains.path("store", store)
    if not path.exists():
        return None
    with Ledger(path) as ledger:
        target = _begun(path) or path.with_name(f"{path.name}-{datetime.now(UTC):%Y%m%dT%H%M%S%f}")
        ledger.move(target)
    return target


def _begun(path: Path) -> Path | None:
    """Return where a killed call has moved the arrays of the ledger, if it has."""
    if ArrayFolder(path).path.exists():
        return None
    moved = sorted(path.parent.glob(f"{glob.escape(path.name)}-[0-9]*T[0-9]*.arrays"))
    alone = [target for folder in moved if not (target := folder.with_suffix("")).exists()]
    return alone[-1] if alone else None
