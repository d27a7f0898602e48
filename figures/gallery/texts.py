"""What is written beside the data of a figure: the words of its module, and its checks."""

from typing import TYPE_CHECKING

from figures import catalogue
from figures.gallery import verdict

if TYPE_CHECKING:
    import xarray

SAID = ("figure", "title", "caption", "equation", "checks")


def said(name: str, data: "xarray.Dataset") -> dict[str, str]:
    """Return what the module of a figure says today, and its data judged today.

    Raises
    ------
    TypeError, ValueError
        If there is no such figure, or nothing in the data to be judged by.
    """
    module = catalogue.load(name)
    checks = verdict.dump(verdict.judge(data))
    return dict(
        zip(SAID, (name, module.title, module.caption, module.equation, checks), strict=True)
    )
