"""What inputs weigh in learning."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from foundation import domains

Floats = npt.NDArray[np.float64]
Array = npt.NDArray[np.float32]
Labels = npt.NDArray[Any]


def weighing(
    sample_weight: npt.ArrayLike | None, inputs: Array, labels: Labels
) -> tuple[Array, Labels, Floats | None]:
    """Return the inputs that weigh something, their labels, and their weights if there are any.

    In units of the largest, so that no product or sum of them overflows.
    """
    if sample_weight is None:
        return inputs, labels, None
    weights = domains.reals("sample_weight", sample_weight, 0)
    if weights.shape != (len(inputs),):
        raise ValueError(
            f"sample_weight must be of shape ({len(inputs)},), got shape {weights.shape}"
        )
    some = weights > 0
    if not some.any():
        raise ValueError("sample_weight must be > 0 for some input, got zeros alone")
    weights = weights / weights.max()
    return (inputs, labels, weights) if some.all() else (inputs[some], labels[some], weights[some])


def checked(class_weight: object) -> None:
    """Refuse what is no weight of classes."""
    if isinstance(class_weight, str):
        domains.choice("class_weight", class_weight, ("balanced",))
    for weight in () if isinstance(class_weight, str) else _weights(class_weight).values():
        domains.real("a weight of class_weight", weight, 0)


def _weights(class_weight: object) -> Mapping[Any, Any]:
    return domains.mapping("class_weight", class_weight)


def with_classes(
    class_weight: object, classes: Labels, truth: npt.NDArray[np.intp], weights: Floats | None
) -> Floats | None:
    """Return the weights times those of the classes; if "balanced", all classes weigh the same."""
    if class_weight is None:
        return weights
    own = np.ones(len(truth)) if weights is None else weights
    if isinstance(class_weight, str):
        totals = np.bincount(truth, own / own.max(), len(classes))
        return np.asarray(own / np.where(totals > 0, totals, 1)[truth])
    factors = np.ones(len(classes))
    for label, weight in _weights(class_weight).items():
        if label not in classes.tolist():
            raise ValueError(f"class_weight must be of labels among {classes}, got {label!r}")
        factors[classes.tolist().index(label)] = weight
    if not factors[truth].any():
        raise ValueError(f"class_weight must leave some input a weight > 0, got {class_weight!r}")
    return np.asarray(own * factors[truth])


def relative(weights: Floats | None, rows: npt.NDArray[np.intp]) -> Array | None:
    """Return weights in units of their mean over some rows; None if those are all the same."""
    if weights is None:
        return None
    largest = weights[rows].max()
    if not largest:
        raise ValueError("the weights must be > 0 for some input that learns, got zeros alone")
    if np.all(weights[rows] == largest):
        return None
    return np.asarray(weights / largest / np.mean(weights[rows] / largest), dtype=np.float32)
