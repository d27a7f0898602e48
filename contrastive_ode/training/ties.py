"""Entries of the parameters that have one value."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from contrastive_ode.models.model import Model
from foundation import domains
from foundation.domains import Floats

Indices = npt.NDArray[np.int64]


def groups_of_ties(model: Model, partner: Indices, tied: Mapping[str, Any]) -> Indices | None:
    """Return the number of the group of each entry, tied or reciprocal; None without ties."""
    if not tied:
        return None
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    places = model.unpack(np.zeros(model.P))
    links = [np.stack([np.arange(model.P), partner])]
    for name, labels in tied.items():
        shape = places[domains.choice("tied", name, places)].shape
        where = model.where(name)
        found = domains.integers(f"tied[{name}]", labels, -1)
        if found.shape != shape:
            raise ValueError(f"tied[{name}] must have shape {shape}, got {found.shape}")
        entries = np.arange(model.P)[where]
        kept = (found.ravel() >= 0) & model.tunable[where]
        entries, found = entries[kept], found.ravel()[kept]
        _, first, group = np.unique(found, return_index=True, return_inverse=True)
        links.append(np.stack([entries, entries[first[group]]]))
    i, j = np.concatenate(links, axis=1)
    graph = coo_array((np.ones(len(i)), (i, j)), shape=(model.P, model.P))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def mean_of_groups(group: Indices, values: Floats) -> Floats:
    """Return a vector in which every entry is the mean over its group."""
    return (np.bincount(group, values) / np.bincount(group))[group]
