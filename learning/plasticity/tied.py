"""Couplings back from the readout that are tied to those to it."""

from math import sqrt

import numpy as np

from learning.network.couplings import Couplings
from learning.network.strengths import Strengths


def tie(couplings: Couplings, kind: str, strengths: Strengths) -> None:
    """Tie the couplings back from the readout to those to it, as `Rule.feedback` says."""
    C, H = couplings.C, couplings.H
    pairs = zip(couplings.W_b[::-1], couplings.W_f[::-1], strict=False)
    for skipped, (W_b, W_f) in enumerate(pairs):  # the last layer comes first
        lam_f, lam_b = (
            (strengths.lam_f_skip, strengths.lam_b_skip)
            if skipped
            else (strengths.lam_f, strengths.lam_b)
        )
        new = W_f.T * np.float32(sqrt(H / C) * lam_b / lam_f)
        if kind == "tied_weakly":
            new /= 100
        elif kind == "normalised":
            new *= np.linalg.norm(W_b, axis=1, keepdims=True) / np.linalg.norm(
                new, axis=1, keepdims=True
            )
        elif kind == "sign":
            new = np.float32(lam_b / sqrt(C)) * np.sign(W_f.T)
        W_b[:] = new
