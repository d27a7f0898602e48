"""Averages over inputs of what units do, with the recurrent field at rest or sweep by sweep."""

import itertools
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.polynomial.hermite_e import hermegauss
from scipy.special import ndtr

from foundation.domains import Floats
from learning.theory.units import Fields, States, Units, density, held

NODES = 7  # of the recurrent field, at rest
MOST_PATHS, ALL_PATHS = 16, 160  # of it, sweep by sweep: of one cluster, of all
REFRESHED = 5  # steps between two looks at its correlations


class Averages(NamedTuple):
    r"""Averages over the inputs of a cluster, at the state where units learn.

    Attributes
    ----------
    states
        The `States`.
    drift
        :math:`D_y = \langle e s \rangle`, (M, K).
    below
        :math:`\langle e \rangle`, (M, K).
    along_z, along_rest
        Regression of :math:`e s` on z and on :math:`\zeta`: :math:`\langle e s z \rangle /
        \langle z^2 \rangle` and so on, averaged over clusters, (M,).
    kept
        By how much less the drift answers to a push of the recurrent field than to one of the
        input, (M,).
    """

    states: States
    drift: Floats
    below: Floats
    along_z: Floats
    along_rest: Floats
    kept: Floats


class Static:
    """The recurrent field of an input is the same in all sweeps: that of the settled state."""

    def __init__(self, labels: Sequence[bool]) -> None:
        self.pushes = [label for label, _ in itertools.groupby(labels)]  # more sweeps do no more
        self.nodes, weights = hermegauss(NODES)
        self.weights = weights / weights.sum()

    def average(
        self, units: Units, fields: Fields, states: States, J_D: float, k: float
    ) -> Averages:
        """Average over inputs, given what the units told each other in the step before."""
        deviation = np.sqrt(fields.rest_variance)[:, :, None]
        push = (units.J @ states.S)[:, :, None] + deviation * self.nodes
        theta = np.zeros_like(push)
        scale = (1 + fields.follow)[:, None, None]
        mean = fields.mean[:, :, None]
        for label in self.pushes:
            on = units.back[:, :, None] if label else 0.0
            theta = held(theta, (mean + push + on) / scale - mean, J_D / scale)
        return averaged(fields, theta, push, self.nodes, self.weights, k)


class BySweeps:
    """The recurrent field moves with the states; its noise has the correlations of theirs."""

    def __init__(self, labels: Sequence[bool], K: int, rng: np.random.Generator) -> None:
        self.labels, self.K, self.rng = list(labels), K, rng
        n = len(self.labels) + 1
        self.correlations = np.full((n, n), 0.9) + 0.1 * np.eye(n)
        pairs = max(1, min(MOST_PATHS, ALL_PATHS // K) // 2)  # of paths of opposite sign
        self.weights = np.full(2 * pairs, 1 / (2 * pairs))
        self.steps = 0

    def average(
        self, units: Units, fields: Fields, states: States, J_D: float, k: float
    ) -> Averages:
        """Average over inputs; the correlations in time are those of a step before."""
        paths = self._paths()
        deviation = np.sqrt(fields.rest_variance)[:, :, None]
        scale, mean = (1 + fields.follow)[:, None, None], fields.mean[:, :, None]
        sigma = np.sqrt(fields.variance)[:, None, None]
        theta = np.zeros((*fields.mean.shape, len(self.weights)))
        up = [ndtr((mean + theta) / sigma)]
        for label, noise in zip(self.labels, paths[:-1], strict=True):
            S = 2 * up[-1].mean(axis=2) - 1
            push = (units.J @ S)[:, :, None] + deviation * noise
            on = units.back[:, :, None] if label else 0.0
            theta = held(theta, (mean + push + on) / scale - mean, J_D / scale)
            up.append(ndtr((mean + theta) / sigma))
        if self.steps % REFRESHED == 0:
            self._correlate(up, fields.shares)
        self.steps += 1
        push = (units.J @ (2 * up[-1].mean(axis=2) - 1))[:, :, None] + deviation * paths[-1]
        return averaged(fields, theta, push, paths[-1], self.weights, k)

    def _paths(self) -> Floats:
        """Draw normal paths of a unit-variance noise for each cluster, (sweeps, K, paths)."""
        half = self.rng.standard_normal((len(self.correlations), self.K, len(self.weights) // 2))
        values, vectors = np.linalg.eigh(self.correlations)
        root = vectors * np.sqrt(np.maximum(values, 0)) @ vectors.T
        paths = np.tensordot(root, half, axes=1)
        return np.concatenate([paths, -paths], axis=2)

    def _correlate(self, up: list[Floats], shares: Floats) -> None:
        """Take the correlations of what is random in the states, given cluster and unit."""
        n = len(up)
        found = np.empty((n, n))
        mean = [2 * p.mean(axis=2) - 1 for p in up]
        for i in range(n):
            for j in range(i + 1):
                same = 1 - 2 * np.abs(up[i] - up[j]).mean(axis=(0, 2))
                found[i, j] = found[j, i] = (same - (mean[i] * mean[j]).mean(axis=0)) @ shares
        size = np.sqrt(np.maximum(np.diag(found), 1e-12))
        self.correlations = np.clip(found / np.outer(size, size), 0, 1)


def averaged(
    fields: Fields, theta: Floats, push: Floats, noise: Floats, weights: Floats, k: float
) -> Averages:
    """Average over z exactly, and over the noise of the recurrent field with weights."""
    sigma = np.sqrt(fields.variance)[:, None, None]
    field = fields.mean[:, :, None] + push
    scale = (1 + fields.follow)[:, None, None]
    at = -fields.mean[:, :, None] - theta  # s = sign(z - at)
    points = (np.maximum((k - field) / scale, at), at, np.minimum((-k - field) / scale, at))
    above, edge, under = (ndtr(point / sigma) for point in points)
    d_above, d_edge, d_under = (density(point / sigma) for point in points)
    pulled = above - 2 * edge + under
    deviation = np.sqrt(np.maximum(fields.rest_variance, 1e-12))
    free = 2 * d_edge * (theta == 0)
    per_width = fields.shares / sigma[:, :, 0]
    return Averages(
        States((1 - 2 * edge) @ weights, ((2 * d_edge @ weights) * per_width).sum(axis=1)),
        pulled @ weights,
        (above - under) @ weights,
        (((2 * d_edge - d_above - d_under) @ weights) * per_width).sum(axis=1),
        ((pulled * noise) @ weights / deviation) @ fields.shares,
        ((free @ weights) * per_width).sum(axis=1),
    )
