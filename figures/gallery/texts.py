"""What is written beside the data of a figure: the words of its module, and its checks."""

from typing import TYPE_CHECKING

from figures import catalogue
from figures.gallery import verdict, written

if TYPE_CHECKING:
    import xarray

SAID = ("figure", "title", "caption", "equation", "checks")


def said(name: str, data: "xarray.Dataset", *, past: bool = False) -> dict[str, str]:
    """Return what the module of a figure says today, and its data judged today.

    Data of the past may lack what is compared today; they are judged by the names of variables.

    Raises
    ------
    TypeError, ValueError
        If there is no such figure, or nothing in the data to be judged by.
    KeyError
        If the data, which are not of the past, lack what is compared.
    """
    module = catalogue.load(name)
    compared = getattr(module, "compared", None)
    try:
        checks = verdict.judge(data, compared and list(compared(data)))
    except KeyError:
        if not past:
            raise
        checks = verdict.judge(data)
    texts = (name, module.title, module.caption, module.equation, written.dump(checks))
    return dict(zip(SAID, texts, strict=True))
