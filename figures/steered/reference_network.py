"""The relaxation of a steered network again, in double precision and plain NumPy.

The equations of `docs/theory/learning.md` as they stand, without engines or stages (for recipes
without couplings from the input to the readout, and with the balanced scale of the feedback).
"""

import numpy as np
import numpy.typing as npt

import learning
from learning.relaxation.counter_rng import uniform

Floats = npt.NDArray[np.float64]
ROUNDING = 3e-5  # distance of a field from a threshold, below which float32 may err


class ReferenceNetwork:
    """Couplings and recipe of a `learning.Learner`, copied.

    Attributes
    ----------
    clear
        For which inputs no field of the last relaxation was so close to its threshold that single
        precision may take it for the other side.
    error
        What the readout sent back in the last relaxation, (P, C), if it sends its error.
    """

    def __init__(self, learner: learning.Learner) -> None:
        self.recipe = learner.recipe
        self.W = {name: array.astype(float) for name, array in learner.couplings.arrays.items()}
        self.lam = learner.couplings.lam
        self.free = self.recipe.schedule.free.name
        self.clear = np.empty(0, dtype=bool)
        self.error: Floats | None = None

    def infer(self, X: Floats) -> tuple[Floats, Floats]:
        """Return states and fields of the readout after inference."""
        modes = [self.free] * self.recipe.schedule.sweeps
        return self._settle(X, None, modes, np.random.default_rng(0))

    def _settle(
        self, X: Floats, Y: Floats | None, modes: list[str], rng: np.random.Generator
    ) -> tuple[Floats, Floats]:
        """Return states and fields of the readout after synchronous sweeps from zeros."""
        L, (H, C) = len(self.W["J"]), self.W["W_f"].shape[1:]
        s, z = np.zeros((L, len(X), H)), np.zeros((len(X), C))
        self.clear, self.error = np.ones(len(X), dtype=bool), None
        p = self.recipe.schedule.p_update
        seed = np.uint64(rng.integers(2**63)) if p < 1 else np.uint64(0)
        for t, mode in enumerate(modes):
            h = self._fields(s, X, mode, z)
            follow = _draws(seed, t, s.shape, alike=Y is None) < p if p < 1 else np.True_
            self._watch(np.where(follow & (h != 0), h, 1))
            u = self._readout(s)
            s = np.where(follow, np.sign(h), s)
            z = np.sign(u if Y is None or mode in ("LEFT_ONLY", "NO_SUPERVISION") else Y)
            if Y is not None and mode == "FULL" and self.error is None:
                self.error = self._missed(Y, u)
        return s, self._readout(s)

    def _fields(self, s: Floats, X: Floats, mode: str, z: Floats | None = None) -> Floats:
        h = s @ self.W["J"] + self.W["bias"][:, None]
        h[: len(self.W["W_in"])] += X @ self.W["W_in"]
        h[1:] += self.lam * s[:-1]
        if len(self.W["forward"]):
            h[1:] += s[:-1] @ self.W["forward"]
        if mode != "LEFT_ONLY":
            h[:-1] += self.lam * s[1:]
            if len(self.W["backward"]):
                h[:-1] += s[1:] @ self.W["backward"]
        if mode == "FULL" and z is not None:
            by_error = self.recipe.wanted == "error" and self.error is not None
            h += self._current(self.error if by_error else graded(z, np.sqrt(z.shape[1]) / 2, -0.5))
        return h

    def _current(self, sent: Floats | None) -> Floats:
        """Return the fields of what the readout sends back, of layers that receive it."""
        assert sent is not None
        missing = len(self.W["J"]) - len(self.W["W_b"])
        return np.pad(sent @ self.W["W_b"], ((missing, 0), (0, 0), (0, 0)))

    def _readout(self, s: Floats) -> Floats:
        return np.asarray((s[-len(self.W["W_f"]) :] @ self.W["W_f"]).sum(axis=0))

    def _missed(self, Y: Floats, u: Floats) -> Floats:
        """Return the error of the readout."""
        p = np.exp((u - u.max(axis=1, keepdims=True)) / self.recipe.rule.temperature)
        return (Y + 1) / 2 - p / p.sum(axis=1, keepdims=True)

    def _watch(self, distance: Floats) -> None:
        self.clear &= (np.abs(distance) > ROUNDING).all(axis=(0, 2))


def graded(z: Floats, positive: float, negative: float) -> Floats:
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
