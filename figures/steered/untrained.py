r"""What an untrained network does with inputs: theory for many hidden units.

The fields of a unit are Gaussian: :math:`b` from the input, of variance :math:`\lambda_{in}^2`
and, for two inputs, of their overlap q as correlation; and :math:`\xi(t)` from the other units,
with the correlation :math:`(1 - 1/H) \langle s(t) s(t') \rangle` of their states, of one time or
two, of one input or both. Asymmetric couplings have no other memory (`dynamics.mean_field`). So

.. math:: s(0) = \mathrm{sign}(b), \qquad s(t + 1) = \mathrm{sign}(b + J_D s(t) + \xi(t)),

with the averages taken over many histories of such a unit. s(0) and s(1) are exact at any H,
what follows up to terms of order 1/H.
"""

import numpy as np
import numpy.typing as npt

import learning

Floats = npt.NDArray[np.float64]


def overlap(q: float, H: int, steps: int, histories: int, rng: np.random.Generator) -> float:
    r"""Return the overlap of the states of two inputs of overlap q, in [0, 1), after some steps.

    It starts at :math:`\frac2\pi \arcsin q`, and the histories tell by how much it changes. It is
    odd in q: so are they, run for q and -q by the same random numbers.
    """
    seed = int(rng.integers(2**63))
    changes = [
        _change(sign, q, H, steps, histories, np.random.default_rng(seed)) for sign in (1, -1)
    ]
    return float(2 / np.pi * np.arcsin(q) + (changes[0] - changes[1]) / 2)


def _change(
    sign: int, q: float, H: int, steps: int, histories: int, rng: np.random.Generator
) -> float:
    """Return by how much the overlap of two inputs of overlap `sign * q` changes."""
    strengths = learning.recipe("G2").strengths
    shared, own = rng.normal(size=histories), rng.normal(size=(2, histories))
    b = np.sqrt(q) * shared * [[1], [sign]] + np.sqrt(1 - q) * own
    b *= strengths.lam_in
    states = [np.sign(b)]  # a time in each, of both inputs
    noise = np.empty((0, histories))
    for _ in range(steps):
        xi = _extended(noise, np.concatenate(states) * np.sqrt(1 - 1 / H), rng)
        noise = np.concatenate([noise, xi])
        states.append(np.sign(b + strengths.J_D * states[-1] + xi))
    first, last = ((one[0] * one[1]).mean() for one in (states[0], states[-1]))
    return float(last - first)


def _extended(noise: Floats, s: Floats, rng: np.random.Generator) -> Floats:
    """Return the next two rows of Gaussian noise with the correlation of all rows of `s`."""
    k, M = noise.shape
    C = s @ s.T / M
    known, new = C[k:, :k], C[k:, k:]
    weights = np.linalg.solve(C[:k, :k], known.T).T if k else known
    rest = new - weights @ known.T
    return weights @ noise + np.linalg.cholesky(rest) @ rng.normal(size=(2, M))
