"""Networks whose states merge or not, and the theory of it: what `learning_collapse` sweeps."""

import functools
from typing import Any

import numpy as np
import numpy.typing as npt

import learning
from figures.steered.entangled import N, entangled
from learning.relaxation.phases import Batch, settle

SHOWN = 2000  # inputs between which overlaps are measured
M1 = 0.05  # by how much synthetic inputs of one class overlap more
CLOSURES = ["sweeps", "static"]
CLUSTERS = 50  # of images in a class
VERSION = 2  # of `predicted`: 1 knew of no clusters and took steps half as long
Floats = npt.NDArray[np.float64]


def of(inputs: str, m0: float, P: int, rng: np.random.Generator) -> learning.Split:
    """Return P inputs to train on and as many new ones as are shown.

    They are "images", Gaussian "twins" of images with their class means and covariance, or
    "synthetic": Gaussians that overlap by m0.
    """
    if inputs == "images":
        return entangled("mnist", rng, P)
    known = statistics(inputs, m0, rng)
    some, new = known.sample(P, rng=rng), known.sample(SHOWN, rng=rng)
    return learning.Split(some.X, some.y, new.X, new.y, inputs)


def statistics(inputs: str, m0: float, rng: np.random.Generator) -> learning.InputOverlaps:
    """Return what the theory knows of the inputs."""
    if inputs == "synthetic":
        return learning.InputOverlaps.isotropic(N, 10, m0, M1)
    data = entangled("mnist", rng)
    return learning.input_overlaps(data.X, data.y, CLUSTERS if inputs == "images" else 1, rng=rng)


def merged(
    inputs: str,
    m0: float,
    H: int,
    P: int,
    epochs: int,
    changes: str,
    lam_in: float,
    J_D: float,
    rng: np.random.Generator,
) -> dict[str, float]:
    """Train a network; return its accuracy, and the overlaps of first and last states."""
    data = of(inputs, m0, P, rng)
    recipe = changed(changes).replace(lam_in=lam_in, J_D=J_D)
    learner = learning.Learner.draw(N, H, 10, 1, recipe, rng=rng, engine="compiled")
    for _ in range(epochs):
        learner.epoch(data.X, data.y)
    X = data.X_test[:SHOWN]
    first = np.sign(X @ learner.couplings.W_in[0])
    return {
        "first": overlap(first),
        "last": overlap(learner.states(X)[0]),
        "accuracy": learner.score(X, data.y_test[:SHOWN]),
    }


def predicted(
    inputs: str,
    m0: float,
    H: int,
    seen: int,
    changes: str,
    units: int,
    lam_in: float,
    J_D: float,
    rng: np.random.Generator,
) -> dict[str, float]:
    """Return the overlap of first states in theory, by both closures."""
    known = statistics(inputs, m0, rng)
    recipe = changed(changes).replace(lam_in=lam_in)
    options: dict[str, Any] = {"H": H, "seen": seen, "units": units, "rng": rng, "throw": False}
    return {
        closure: float(
            learning.population(J_D, known, recipe, closure=closure, **options).first[-1]
        )
        for closure in CLOSURES
    }


CHANGES: dict[str, dict[str, float | str]] = {
    "as published": {},
    "covariance": {"presynaptic": "centred"},
    "k = 0.45": {"k": 0.45},
    "k = 1.8": {"k": 1.8},
    "rates / 4": {"lr_in": 0.0075, "lr_J": 0.00125},
    "rates x 4": {"lr_in": 0.12, "lr_J": 0.02},
    "lr_J / 4": {"lr_J": 0.00125},
}


def changed(changes: str) -> learning.Recipe:
    """Return the published recipe with what is changed in it."""
    return learning.recipe("G2", **CHANGES[changes])


def overlap(states: npt.NDArray[np.floating] | npt.NDArray[np.integer]) -> float:
    """Return the mean overlap of the states of two different inputs, (P, H)."""
    P = len(states)
    return float(((states.astype(float).mean(axis=0) ** 2).mean() * P - 1) / (P - 1))


def crossing(J_D: npt.ArrayLike, first: npt.ArrayLike, level: float = 0.9) -> float:
    """Return where a falling curve crosses a level, interpolated; nan if it does not."""
    x, q = np.asarray(J_D, float), np.minimum.accumulate(np.asarray(first, float))
    if not q[-1] < level < q[0]:
        return float("nan")
    k = int(np.argmax(q < level))
    return float(x[k - 1] + (x[k] - x[k - 1]) * (q[k - 1] - level) / (q[k - 1] - q[k]))


@functools.cache
def withstood(k: float) -> tuple[Floats, Floats]:
    """Return tilts a, and the push j(a) = ln cosh(ak) / a that has to be withstood."""
    a = np.geomspace(0.05, 10, 60)
    return a, (np.logaddexp(a * k, -a * k) - np.log(2)) / a


def envelope(lam_in: float, k: float, v: float) -> float:
    """Return a rough threshold without any dynamics: j(a) at a = 2 / (lam_in sqrt v)."""
    a = 2 / (lam_in * np.sqrt(v))
    return float(np.log(np.cosh(a * k)) / a)


def law_mismatches(J_D: float, H: int, P: int, rng: np.random.Generator) -> dict[str, int]:
    r"""Count the states in which a relaxation without couplings J differs from the law.

    A label of current b leaves the threshold :math:`\mathrm{sign}(b) \min(J_D, (|b| - J_D)_+)`.
    """
    recipe = learning.recipe("G2", J_D=J_D)
    learner = learning.Learner.draw(N, H, 10, 1, recipe, rng=rng)
    learner.couplings.J[:] = 0
    learner.couplings.reset_diagonals()
    x = np.sign(rng.standard_normal((P, N))).astype(np.float32)
    y = (2 * np.eye(10, dtype=np.float32)[rng.integers(10, size=P)] - 1).astype(np.float32)
    s = settle(Batch(learner.couplings, recipe, x, y, learner.rng), recipe.phases(1)).s[0]
    b = recipe.strengths.feedback(y).astype(float) @ learner.couplings.W_b[0]
    theta = np.sign(b) * np.minimum(J_D, np.maximum(np.abs(b) - J_D, 0))
    h = x.astype(float) @ learner.couplings.W_in[0]
    return {"mismatch": int(np.count_nonzero(np.sign(h + theta) != s))}
