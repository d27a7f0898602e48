"""Which parameters may change, how far, and which are one and the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from contrastive_ode.models.model import Model
from contrastive_ode.training.penalty import Penalty
from contrastive_ode.training.ties import groups_of_ties, mean_of_groups
from foundation import domains
from foundation.domains import Floats


class Constraints:
    """What the parameters may do: bounds, frozen entries, reciprocity; their cost, and their pace.

    Parameters
    ----------
    model
        The network.
    bounds
        Lowest and highest value of parameters, `{name: (low, high)}`: numbers, or arrays of the
        shape of the parameter; None, or an infinite entry, for no bound.
    frozen
        Which entries of a parameter, and their reciprocal ones, do not change: `{name: mask}`, a
        mask of its shape (or True).
    reciprocal
        Parameters of edges with the same value in both directions: both get the mean of their
        changes.
    tied
        Entries with one value, which get the mean of their changes: `{name: labels}`, integers of
        the shape of the parameter. Entries of a parameter with the same label >= 0 are tied, those
        labelled -1 are not.
    penalty
        Cost of the parameters, added to that of the task; None for none.
    clip
        Largest Euclidean norm of a change of all parameters; None for no bound.

    Raises
    ------
    TypeError, ValueError
        If a parameter is unknown, a mask has another shape, an edge has no way back, or the bounds
        of tied entries have no value in common.

    Examples
    --------
    >>> import numpy as np
    >>> import contrastive_ode as ode
    >>> from contrastive_ode import systems
    >>> model = systems.kuramoto.on(ode.all_to_all(2), omega=0.0)
    >>> allowed = ode.Constraints(model, bounds={"K": (0, 1)}, reciprocal=["K"])
    >>> model.unpack(allowed.project(model.pack(K=[[0, 1], [3, 0]])))["K"].tolist()
    [[0.0, 2.0], [2.0, 0.0]]
    >>> model.unpack(allowed.apply(model.pack(K=[[0, -1], [3, 0]])))["K"].tolist()
    [[0.0, 0.0], [1.0, 0.0]]
    >>> model.unpack(allowed.start(model.pack(K=[[0, 0.2], [0.6, 0]])))["K"].tolist()
    [[0.0, 0.4], [0.4, 0.0]]
    >>> one = ode.Constraints(model, tied={"K": [[-1, 0], [0, -1]]}, bounds={"K": (None, [0, 1])})
    >>> model.unpack(one.project(model.pack(K=[[0, 1], [3, 0]])))["K"].tolist()
    [[0.0, 2.0], [2.0, 0.0]]
    >>> ode.Constraints(model, clip=2.5).clipped(np.array([0.0, 3.0, 4.0, 0.0])).tolist()
    [0.0, 1.5, 2.0, 0.0]
    """

    def __init__(
        self,
        model: Model,
        *,
        bounds: Mapping[str, tuple[npt.ArrayLike | None, npt.ArrayLike | None]] | None = None,
        frozen: Mapping[str, npt.ArrayLike] | None = None,
        reciprocal: Sequence[str] = (),
        tied: Mapping[str, npt.ArrayLike] | None = None,
        penalty: Penalty | None = None,
        clip: float | None = None,
    ) -> None:
        domains.instance("model", model, Model)
        self.low, self.high = np.full(model.P, -np.inf), np.full(model.P, np.inf)
        places = model.unpack(np.arange(model.P))
        for name, limits in domains.mapping("bounds", bounds).items():
            where = model.where(domains.choice("bounds", name, places))
            if len(limits := domains.several(f"bounds[{name}]", limits)) != 2:
                raise ValueError(f"bounds[{name}] must be (low, high), got {limits}")
            shape = places[name].shape
            low, high = limits
            self.low[where], self.high[where] = _limits(f"bounds[{name}]", low, high, shape)
        self.free = model.tunable.copy()
        for name, mask in domains.mapping("frozen", frozen).items():
            where = model.where(domains.choice("frozen", name, places))
            shape = places[name].shape
            frozen_here = domains.shaped(f"frozen[{name}]", mask, shape).astype(bool)
            self.free[where] &= ~frozen_here.ravel()
        self.partner = np.arange(model.P)
        names = [reciprocal] if isinstance(reciprocal, str) else reciprocal
        names = domains.several("reciprocal", names)
        for name in names:
            domains.choice("reciprocal", name, places)
            index = np.full((model.N, model.N), -1)
            i, j = model.topology.edges.T
            if places[name].size not in (len(i), model.N**2) or model.topology.triples.size:
                raise ValueError(f"reciprocal must be parameters of edges, got {name!r}")
            index[i, j] = places[name][i, j] if places[name].ndim == 2 else places[name]
            back = index[j, i]
            if (back < 0).any():
                raise ValueError(f"reciprocal {name!r} needs an edge back for every edge")
            self.partner[index[i, j]] = back
        self.reciprocal = bool(names)
        self.free &= self.free[self.partner]  # the partner of a frozen one cannot change either
        self.group = groups_of_ties(model, self.partner, domains.mapping("tied", tied))
        if self.group is not None:
            self.free &= (np.bincount(self.group, ~self.free) == 0)[self.group]
        self._narrow()
        self.penalty = domains.instance(
            "penalty", Penalty(0.0) if penalty is None else penalty, Penalty
        )
        self.clip = np.inf if clip is None else domains.real("clip", clip, low=0, exclusive=True)

    def _narrow(self) -> None:
        """Give entries with one value the bounds that all of them allow."""
        self.low = np.maximum(self.low, self.low[self.partner])
        self.high = np.minimum(self.high, self.high[self.partner])
        if self.group is not None:
            low, high = np.full(len(self.low), -np.inf), np.full(len(self.low), np.inf)
            np.maximum.at(low, self.group, self.low)
            np.minimum.at(high, self.group, self.high)
            self.low, self.high = low[self.group], high[self.group]
        if (self.low > self.high).any():
            raise ValueError("bounds of entries that are tied or reciprocal must share a value")

    @classmethod
    def of(cls, model: Model, given: Constraints | None) -> Constraints:
        """Return the constraints that are given for a network, or none at all."""
        domains.instance("model", model, Model)
        allowed = domains.instance("constraints", cls(model) if given is None else given, cls)
        if len(allowed.free) != model.P:
            raise ValueError(
                f"constraints must be of this network, with {model.P} parameters, got those of "
                f"one with {len(allowed.free)}"
            )
        return allowed

    def project(self, dw: Floats) -> Floats:
        """Return the part of a change that frozen, reciprocal and tied entries allow."""
        return np.where(self.free, self._joined(dw), 0.0)

    def _joined(self, values: Floats) -> Floats:
        """Return a vector whose tied or reciprocal entries are their means."""
        if self.group is not None:
            return mean_of_groups(self.group, values)
        return 0.5 * (values + values[self.partner]) if self.reciprocal else values

    def apply(self, w: Floats) -> Floats:
        """Return the parameters within their bounds; frozen ones are left as they are."""
        return np.where(self.free, np.clip(w, self.low, self.high), w)

    def start(self, w: Floats) -> Floats:
        """Return the parameters that a training starts from: reciprocal, and within their bounds.

        Reciprocal and tied parameters get their means; frozen ones are left as they are.
        """
        return self.apply(np.where(self.free, self._joined(w), w))

    def clipped(self, change: Floats) -> Floats:
        """Return a change, shortened if it is longer than `clip`."""
        norm = float(np.linalg.norm(change))
        return change * (self.clip / norm) if norm > self.clip else change


def _limits(name: str, low: object, high: object, shape: tuple[int, ...]) -> tuple[Floats, Floats]:
    """Return the bounds of a parameter as flat arrays."""
    found = []
    for value, none in ((low, -np.inf), (high, np.inf)):
        array = np.asarray(none) if value is None else domains.numbers(name, value)
        if np.isnan(array).any() or (array == -none).any():
            raise ValueError(f"{name} must be numbers, or {none} for no bound, got {value}")
        try:
            found.append(np.broadcast_to(array, shape).ravel())
        except ValueError:
            raise ValueError(f"{name} must have shape {shape}, got {array.shape}") from None
    if (found[0] > found[1]).any():
        raise ValueError(f"{name} must be (low, high), got ({low}, {high})")
    return found[0], found[1]
