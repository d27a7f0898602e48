"""The running means of the presynaptic activity, for rules that learn from covariances."""

from dataclasses import dataclass

import numpy as np

from learning.network.couplings import Array

PACE = 1e-3  # by which an input moves the means


@dataclass(eq=False)
class Senders:
    """The mean activity of every sender: a number that each of them can keep for itself.

    Attributes
    ----------
    x, s
        Means of the inputs, (N,), and of the hidden units, (L, 1, H); empty before the first batch.
    """

    x: Array
    s: Array

    @classmethod
    def unknown(cls) -> "Senders":
        """Return senders that have not been active yet."""
        return cls(np.zeros(0, np.float32), np.zeros((0, 1, 0), np.float32))

    def centred(self, x: Array, s: Array) -> tuple[Array, Array]:
        """Return inputs and states less their means; then move the means towards them.

        The first batch is its own mean.
        """
        now_x, now_s = x.mean(axis=0), s.mean(axis=1, keepdims=True)
        if not self.x.size:
            self.x, self.s = now_x, now_s
        found = x - self.x, s - self.s
        move = np.float32(PACE * len(x))
        self.x = self.x + move * (now_x - self.x)
        self.s = self.s + move * (now_s - self.s)
        return found
