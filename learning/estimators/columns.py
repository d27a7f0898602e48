"""Which columns of a table are no numbers."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np


@contextmanager
def naming_columns(X: Any) -> Iterator[None]:
    """Say which columns of a table are text, where scikit-learn says only that some entry is."""
    try:
        yield
    except (TypeError, ValueError) as error:
        names = [repr(name) for name in getattr(X, "columns", ()) if not _numbers(X[name])]
        if not names:
            raise
        raise ValueError(
            f"X must hold numbers, got columns that do not: {', '.join(names)}; encode them "
            "(sklearn.preprocessing.OneHotEncoder) or leave them out"
        ) from error


def _numbers(column: Any) -> bool:
    try:
        np.asarray(column).astype(np.float64)
    except (TypeError, ValueError):
        return False
    return True
