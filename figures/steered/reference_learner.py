"""A steered network again, in double precision and plain NumPy, for the verdicts on learning.

The equations of `docs/theory/learning.md` as they stand, without engines, stages or postponed decay
(for recipes without dense couplings between layers, or from the input to the readout, and with the
balanced scales).
"""

import copy
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

import learning
from figures.compared import Compared, Comparisons
from figures.steered.entangled import train
from learning.relaxation.counter_rng import uniform

if TYPE_CHECKING:
    import xarray

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]
ROUNDING = 3e-5  # distance of a field from a threshold, below which float32 may err
CLAIMED = 1e-5  # error that a coupling in float32 may have after a step


class ReferenceLearner:
    """A copy of a `learning.Learner`, its generator included.

    Attributes
    ----------
    clear
        For which inputs no field of the last relaxation, or stability in learning, was so close to
        its threshold that single precision may take it for the other side.
    """

    def __init__(self, learner: learning.Learner) -> None:
        self.recipe, self.rng = learner.recipe, copy.deepcopy(learner.rng)
        if not isinstance(self.recipe.rule, learning.Rule):
            raise TypeError(f"the reference is one of a Rule, got {self.recipe.rule!r}")
        self.rule = self.recipe.rule
        self.W = {name: array.astype(float) for name, array in learner.couplings.arrays.items()}
        self.lam = learner.couplings.lam
        self.free = self.recipe.schedule.free.name
        self.clear = np.empty(0, dtype=bool)

    def infer(self, X: Floats) -> tuple[Floats, Floats]:
        """Return states and fields of the readout after inference."""
        modes = [self.free] * self.recipe.schedule.sweeps
        return self._settle(X, None, modes, np.random.default_rng(0))

    def learn(self, X: Floats, labels: Labels) -> None:
        """Make the step of `Learner.epoch` on a single batch, with the same random numbers."""
        order = self.rng.permutation(len(X))
        C = self.W["W_f"].shape[2]
        X, Y = X[order], 2.0 * np.eye(C)[labels[order]] - 1
        rule, strengths = self.rule, self.recipe.strengths
        s, u = self._settle(X, Y, self._training(), self.rng)
        h, targets, kappa = (
            self._fields(s, X, self.free),
            _graded(Y, C / 4, -np.sqrt(C) / 4),
            self.recipe.kappa,
        )
        self._watch(s * h - kappa)
        self._watch((targets * u - rule.kappa_out)[None])
        wanted = s * (s * h <= kappa)
        errors = targets * (targets * u <= rule.kappa_out)
        learned = rule.feedback == "learned"
        sent = _graded(Y, np.sqrt(C) / 2, -0.5)
        self._move("J", s, wanted, rule.lr_J * strengths.lam_int, rule.wd_J)
        self._move(
            "W_in", np.stack([X] * len(s)), wanted, rule.lr_in * strengths.lam_in, rule.wd_in
        )
        self._move(
            "W_b", np.stack([sent] * len(s)), wanted, rule.lr_b * strengths.lam_b * learned, 0.0
        )
        self._move("W_f", s, np.stack([errors] * len(s)), rule.lr_W * strengths.lam_f, rule.wd_W)
        for J in self.W["J"]:
            np.fill_diagonal(J, strengths.lam_int * strengths.J_D)
        if rule.feedback == "tied":
            H, C = self.W["W_f"].shape[1:]
            self.W["W_b"] = np.sqrt(H / C) * strengths.lam_b * self.W["W_f"].swapaxes(1, 2)
            self.W["W_b"] /= strengths.lam_f

    def _move(self, name: str, senders: Floats, receivers: Floats, rate: float, wd: float) -> None:
        """Add what all samples ask of some couplings; those of fewer layers are of the last ones.

        The couplings from the input, if it acts on one layer, are of the first one.
        """
        W = self.W[name]
        rate /= np.sqrt(W.shape[1])
        start = 0 if name == "W_in" else len(senders) - len(W)
        for l, layer in enumerate(W, start):
            layer *= 1 - wd * rate
            layer += rate / np.sqrt(len(senders[l])) * senders[l].T @ receivers[l]

    def _training(self) -> list[str]:
        schedule = self.recipe.schedule
        T, L = schedule.sweeps, len(self.W["J"])
        warm_up = L if schedule.warm_up is None else schedule.warm_up
        modes = [self.free] * warm_up + ["FULL"] * (T - warm_up)
        return modes + ["NO_FEEDBACK"] * (T if schedule.double else 0)

    def _settle(
        self, X: Floats, Y: Floats | None, modes: list[str], rng: np.random.Generator
    ) -> tuple[Floats, Floats]:
        """Return states and fields of the readout after synchronous sweeps from zeros."""
        L, (H, C) = len(self.W["J"]), self.W["W_f"].shape[1:]
        s, z = np.zeros((L, len(X), H)), np.zeros((len(X), C))
        self.clear = np.ones(len(X), dtype=bool)
        p = self.recipe.schedule.p_update
        seed = np.uint64(rng.integers(2**63)) if p < 1 else np.uint64(0)
        for t, mode in enumerate(modes):
            h = self._fields(s, X, mode, z)
            follow = _draws(seed, t, s.shape, alike=Y is None) < p if p < 1 else np.True_
            self._watch(np.where(follow & (h != 0), h, 1))
            u = self._readout(s)
            s = np.where(follow, np.sign(h), s)
            z = np.sign(u if Y is None or mode in ("LEFT_ONLY", "NO_SUPERVISION") else Y)
        return s, self._readout(s)

    def _fields(self, s: Floats, X: Floats, mode: str, z: Floats | None = None) -> Floats:
        h = s @ self.W["J"] + self.W["bias"][:, None]
        h[: len(self.W["W_in"])] += X @ self.W["W_in"]
        h[1:] += self.lam * s[:-1]
        if mode != "LEFT_ONLY":
            h[:-1] += self.lam * s[1:]
        if mode == "FULL" and z is not None:
            sent = _graded(z, np.sqrt(z.shape[1]) / 2, -0.5)
            h[-len(self.W["W_b"]) :] += sent @ self.W["W_b"]
        return h

    def _readout(self, s: Floats) -> Floats:
        return np.asarray((s[-len(self.W["W_f"]) :] @ self.W["W_f"]).sum(axis=0))

    def _watch(self, distance: Floats) -> None:
        self.clear &= (np.abs(distance) > ROUNDING).all(axis=(0, 2))


def _graded(z: Floats, positive: float, negative: float) -> Floats:
    """Return what states +1, 0, -1 of the readout count."""
    return np.where(z > 0, positive, np.where(z < 0, negative, 0.0))


def _draws(seed: np.uint64, t: int, shape: tuple[int, ...], alike: bool) -> Floats:
    """Return the random numbers by which units follow their fields in a sweep."""
    L, P, H = shape
    numbers = [
        [
            [uniform(seed, t, ((0 if alike else b) * L + l) * H + i) for i in range(H)]
            for l in range(L)
        ]
        for b in range(1 if alike else P)
    ]
    return np.array(numbers).swapaxes(0, 1)


def recomputed(
    data: learning.Split, H: int, L: int, recipe: learning.Recipe | str, rng: np.random.Generator
) -> dict[str, float]:
    """Train a network for two epochs, and compare it with double precision.

    Returns
    -------
    `inference_mismatch`, how many of 200 new inputs, if clear, end in other states or in another
    class; `step_deviation`, the largest difference of a coupling after a step of learning from 16
    inputs, in units of 1e-5, in those of four steps that are clear.
    """
    learner, _ = train(data, H, 2, rng, recipe, L)
    plain, X = ReferenceLearner(learner), data.X_test[:200]
    s, u = plain.infer(X.astype(float))
    if not plain.clear.any():
        raise RuntimeError("all inputs come so near to a threshold that float32 may decide")
    other = (learner.states(X) != s).any(axis=(0, 2)) | (learner.logits(X).argmax(1) != u.argmax(1))
    largest = np.nan
    for batch in np.arange(64).reshape(4, 16):
        again = ReferenceLearner(learner)
        learner.epoch(data.X[batch], data.y[batch])
        again.learn(data.X[batch].astype(float), data.y[batch])
        if again.clear.all():
            pairs = [(learner.couplings.arrays[name], W) for name, W in again.W.items() if W.size]
            largest = np.fmax(largest, max(float(np.abs(a - b).max()) for a, b in pairs))
    return {
        "inference_mismatch": int(np.count_nonzero(other & plain.clear)),
        "step_deviation": float(largest / CLAIMED),
    }


def held(checks: "xarray.Dataset") -> "xarray.Dataset":
    """Return what a sweep of `recomputed` found, for the data of its figure."""
    found = checks[["inference_mismatch", "step_deviation"]].squeeze(drop=True)
    return found.rename({name: f"checked_{name}" for name in found.dims}).reset_coords(drop=True)


def compared(data: "xarray.Dataset") -> Comparisons:
    """Compare networks like those of a figure with double precision in plain NumPy."""
    what = "states and classes, by the engine and by NumPy"
    yield Compared("mismatch", what, data["inference_mismatch"])
    what = "couplings after a step of learning, by the engine and by NumPy"
    yield Compared("deviation", what, data["step_deviation"], "", CLAIMED, "of a coupling")
