"""What `steering status` shows."""

import time
from pathlib import Path

_EVERY = 2.0  # seconds


def status(store: Path, *, follow: bool = False) -> None:
    """Show how far a sweep is, and what is in its ledger.

    Parameters
    ----------
    store
        The ledger, an SQLite file.
    follow
        Show it again every two seconds, as long as the sweep runs.
    """
    import sweeps

    found = sweeps.status(store)
    print(found, flush=True)
    while follow and found.running:
        time.sleep(_EVERY)
        found = sweeps.status(store)
        print(found, flush=True)
