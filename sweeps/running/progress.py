"""The progress bar, in a terminal or a notebook."""

from typing import Any


def bar(description: str, total: int, show: bool) -> Any:
    """Return a tqdm bar on the standard error, or a silent one."""
    from tqdm.auto import tqdm

    return tqdm(total=total, desc=description, disable=not show)
