"""Labels of a classifier, and the classes they stand for."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from foundation import domains
from learning.estimators.logit_classifier import Labels


def distinct(classes: npt.ArrayLike) -> Labels:
    """Return the different labels in rising order."""
    domains.unmasked("classes", classes)
    try:
        given = np.asarray(classes)
    except ValueError:
        raise ValueError(f"classes must be a list of labels, got {classes!r}") from None
    if given.ndim != 1 or not given.size:
        raise ValueError(f"classes must be a list of labels, got {classes!r}")
    if given.dtype.kind == "f" and not np.isfinite(given).all():
        raise ValueError(f"classes must be finite, got {classes!r}")
    try:
        return np.unique(given)
    except TypeError:
        raise TypeError(f"classes must be labels of one kind, got {classes!r}") from None


def encoded(labels: Labels, classes: Labels) -> npt.NDArray[np.intp]:
    """Return the position of each label among the classes."""
    unknown = ~np.isin(labels, classes)
    if unknown.any():
        raise ValueError(f"y must be among {classes}, got {labels[unknown][0]!r}")
    return np.searchsorted(classes, labels)


def plain(classes: Labels) -> Labels:
    """Return strings that are objects as strings of numpy, which can be stored; others as is."""
    if classes.dtype == object and all(isinstance(label, str) for label in classes):
        return classes.astype(str)
    return classes
