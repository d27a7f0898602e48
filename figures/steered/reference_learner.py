"""A steered network that learns again, in double precision and plain NumPy, for the verdicts.

The equations of `docs/theory/learning.md` as they stand, without engines, stages or postponed decay
(for the recipes of `figures.steered.reference_network`, the balanced scales, and the perceptron's
step).
"""

import copy
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

import learning
from figures.compared import Compared, Comparisons
from figures.steered.entangled import train
from figures.steered.reference_network import ROUNDING, Floats, ReferenceNetwork, graded

if TYPE_CHECKING:
    import xarray

Labels = npt.NDArray[np.int64]
CLAIMED = 1e-5  # error that a coupling in float32 may have after a step


class ReferenceLearner(ReferenceNetwork):
    """A copy of a `learning.Learner` that has learned before, its generator included.

    `clear` tells, after learning, of the thresholds of the rule too.
    """

    def __init__(self, learner: learning.Learner) -> None:
        super().__init__(learner)
        self.rng = copy.deepcopy(learner.rng)
        self.mean_x: Floats | float = 0.0
        self.mean_s: Floats | float = 0.0  # of raw activity nothing is subtracted
        if learner.senders is not None:
            self.mean_x = learner.senders.x.astype(float)
            self.mean_s = learner.senders.s.astype(float)

    def learn(self, X: Floats, labels: Labels) -> None:
        """Make the step of `Learner.epoch` on a single batch, with the same random numbers."""
        order = self.rng.permutation(len(X))
        X, Y = X[order], 2.0 * np.eye(self.W["W_f"].shape[2])[labels[order]] - 1
        if part := self.recipe.training.flipped:
            X = np.where(self.rng.random(X.shape) < part, -X, X)
        s, u = self._settle(X, Y, self._training(), self.rng)
        rule, strengths = self.recipe.rule, self.recipe.strengths
        if isinstance(rule, learning.ErrorRule):
            wanted, errors, rate_b = self._following(s, X, self._missed(Y, u), rule)
        else:
            wanted, errors, rate_b = self._stabilising(s, u, X, Y, rule)
        sends_error = self.recipe.wanted == "error"
        C = Y.shape[1]
        sent = errors if sends_error else graded(Y, np.sqrt(C) / 2, -0.5)
        pre_x, pre_s = X - self.mean_x, s - self.mean_s
        inputs, sent, errors = (np.stack([one] * len(s)) for one in (pre_x, sent, errors))
        self._move("J", pre_s, wanted, rule.lr_J * strengths.lam_int, rule.wd_J)
        if len(self.W["forward"]):
            rate = rule.lr_J * strengths.lam_fc
            self._move("forward", pre_s[:-1], wanted[1:], rate, rule.wd_J)
            self._move("backward", pre_s[1:], wanted[:-1], rate, rule.wd_J)
        self._move("W_in", inputs, wanted, rule.lr_in * strengths.lam_in, rule.wd_in)
        self._move("W_b", sent, s if sends_error else wanted, rate_b, 0.0)
        self._move("W_f", s, errors, rule.readout_rate(strengths.lam_f), rule.wd_W)
        for J in self.W["J"]:
            np.fill_diagonal(J, strengths.lam_int * strengths.J_D)
        for A in (*self.W["forward"], *self.W["backward"]):
            np.fill_diagonal(A, 0)
        if isinstance(rule, learning.Rule) and rule.feedback == "tied":
            H, C = self.W["W_f"].shape[1:]
            self.W["W_b"] = np.sqrt(H / C) * strengths.lam_b * self.W["W_f"].swapaxes(1, 2)
            self.W["W_b"] /= strengths.lam_f

    def _stabilising(
        self, s: Floats, u: Floats, X: Floats, Y: Floats, rule: learning.Rule
    ) -> tuple[Floats, Floats, float]:
        """Return what hidden units and readout want by the margin rule, and the rate of W_b."""
        C, kappa, h = Y.shape[1], self.recipe.kappa, self._fields(s, X, self.free)
        self._watch(s * h - kappa)
        wanted = s * (s * h <= kappa)
        if rule.agreeing:
            assert self.error is not None
            current = self._current(self.error)
            self._watch_current(current, self.error)
            wanted *= current * s >= 0
        rate_b = rule.lr_b * self.recipe.strengths.lam_b * (rule.feedback == "learned")
        if rule.readout == "softmax":
            return wanted, self._missed(Y, u), rate_b
        targets = graded(Y, C / 4, -np.sqrt(C) / 4)
        self._watch((targets * u - rule.kappa_out)[None])
        return wanted, targets * (targets * u <= rule.kappa_out), rate_b

    def _following(
        self, s: Floats, X: Floats, error: Floats, rule: learning.ErrorRule
    ) -> tuple[Floats, Floats, float]:
        """Return what hidden units and readout want by the error rule, and the rate of W_b."""
        strengths, current = self.recipe.strengths, self._current(error)
        f = self._fields(s, X, self.free) - strengths.J_D * strengths.lam_int * s
        self._watch(np.abs(f) - rule.window)
        self._watch_current(np.abs(current) - rule.gate, error)
        wanted = current * (np.abs(f) < rule.window) * (np.abs(current) > rule.gate)
        C, H = self.W["W_b"].shape[1:]
        return wanted, error, rule.lr_b * np.sqrt(C / H)  # of steps that go with 1 / sqrt(H)

    def _watch_current(self, distance: Floats, error: Floats) -> None:
        """Watch distances of the feedback current from a threshold, in units of its precision.

        The error of the right class is known to 1e-7, all others to a fraction of their size.
        """
        sizes = np.abs(self.W["W_b"])
        missing = len(distance) - len(sizes)
        known = 1e-7 * sizes.max(axis=1, keepdims=True) + 1e-5 * (np.abs(error) @ sizes)
        self._watch(ROUNDING * distance[missing:] / known)

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
        if isinstance(self.recipe.rule, learning.ErrorRule):
            return [self.free] * T
        warm_up = L if schedule.warm_up is None else schedule.warm_up
        modes = [self.free] * warm_up + ["FULL"] * (T - warm_up)
        return modes + ["NO_FEEDBACK"] * (T if schedule.double else 0)


def recomputed(
    data: learning.Split,
    H: int,
    L: int,
    recipe: learning.Recipe | str,
    rng: np.random.Generator,
    engine: str = "events",
) -> dict[str, float]:
    """Train a network for two epochs by an engine, and compare it with double precision.

    Returns
    -------
    `inference_mismatch`, how many of 200 new inputs, if clear, end in other states or in another
    class; `step_deviation`, the largest difference of a coupling after a step of learning from 16
    inputs, in units of 1e-5, in those of four steps that are clear.
    """
    learner, _ = train(data, H, 2, rng, recipe, L, engine=engine)
    at_inference = replace(learner, couplings=learner.in_use, averaged=None)
    plain, X = ReferenceLearner(at_inference), data.X_test[:200]
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


variables = {
    "inference_mismatch": "number of inputs with other states or another class in double precision",
    "step_deviation": (
        "largest difference of a coupling from double precision after a step of learning, in "
        "units of 1e-5"
    ),
}


def held(checks: "xarray.Dataset") -> "xarray.Dataset":
    """Return what a sweep of `recomputed` found, for the data of its figure."""
    found = checks[["inference_mismatch", "step_deviation"]].squeeze(drop=True)
    return found.rename({name: f"checked_{name}" for name in found.dims}).reset_coords(drop=True)


def compared(data: "xarray.Dataset") -> Comparisons:
    """Compare networks like those of a figure with double precision in plain NumPy."""
    what = (
        "states and classes of networks like these, trained for two epochs on 500 images, by the "
        "engine and by plain NumPy in double precision (inputs that rounding can decide left out)"
    )
    yield Compared("mismatch", what, data["inference_mismatch"])
    what = "their couplings after a step of learning, by both"
    yield Compared("deviation", what, data["step_deviation"], "", CLAIMED, "of a coupling")
