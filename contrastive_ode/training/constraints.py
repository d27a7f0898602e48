"""Which parameters may change, how far, and which are one and the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from contrastive_ode.models.model import Model
from contrastive_ode.training.penalty import Penalty
from foundation import domains
from foundation.domains import Floats


class Constraints:
    """What the parameters may do: bounds, frozen entries, reciprocity; their cost, and their pace.

    Parameters
    ----------
    model
        The network.
    bounds
        Lowest and highest value of parameters, `{name: (low, high)}`; None for no bound.
    frozen
        Which entries of a parameter, and their reciprocal ones, do not change: `{name: mask}`, a
        mask of its shape (or True).
    reciprocal
        Parameters of edges with the same value in both directions: both get the mean of their
        changes.
    penalty
        Cost of the parameters, added to that of the task; None for none.
    clip
        Largest Euclidean norm of a change of all parameters; None for no bound.

    Raises
    ------
    TypeError, ValueError
        If a parameter is unknown, a mask has another shape, or an edge has no way back.

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
    >>> ode.Constraints(model, clip=2.5).clipped(np.array([0.0, 3.0, 4.0, 0.0])).tolist()
    [0.0, 1.5, 2.0, 0.0]
    """

    def __init__(
        self,
        model: Model,
        *,
        bounds: Mapping[str, tuple[float | None, float | None]] | None = None,
        frozen: Mapping[str, npt.ArrayLike] | None = None,
        reciprocal: Sequence[str] = (),
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
            low, high = limits
            self.low[where] = -np.inf if low is None else domains.real(f"bounds[{name}]", low)
            self.high[where] = np.inf if high is None else domains.real(f"bounds[{name}]", high)
            if (self.low[where] > self.high[where]).any():
                raise ValueError(f"bounds[{name}] must be (low, high), got ({low}, {high})")
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
        self.penalty = domains.instance(
            "penalty", Penalty(0.0) if penalty is None else penalty, Penalty
        )
        self.clip = np.inf if clip is None else domains.real("clip", clip, low=0, exclusive=True)

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
        """Return the part of a change that the frozen entries and the reciprocity allow."""
        if self.reciprocal:
            dw = 0.5 * (dw + dw[self.partner])
        return np.where(self.free, dw, 0.0)

    def apply(self, w: Floats) -> Floats:
        """Return the parameters within their bounds; frozen ones are left as they are."""
        return np.where(self.free, np.clip(w, self.low, self.high), w)

    def start(self, w: Floats) -> Floats:
        """Return the parameters that a training starts from: reciprocal, and within their bounds.

        Reciprocal parameters get the mean of both; frozen ones are left as they are.
        """
        return self.apply(np.where(self.free, 0.5 * (w + w[self.partner]), w))

    def clipped(self, change: Floats) -> Floats:
        """Return a change, shortened if it is longer than `clip`."""
        norm = float(np.linalg.norm(change))
        return change * (self.clip / norm) if norm > self.clip else change
