"""Which libraries computed a result."""

import importlib.metadata
import platform
from collections.abc import Iterable


def version(distribution: str) -> str | None:
    """Return the version of an installed distribution, None if it is not there."""
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None


def versions(distributions: Iterable[str]) -> dict[str, str | None]:
    """Return the versions of Python and of distributions by name."""
    return {"python": platform.python_version(), **{name: version(name) for name in distributions}}
