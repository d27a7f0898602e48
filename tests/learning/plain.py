"""The model of the theory page, literally, one sample and one unit at a time, in double precision.

Matrices have the incoming couplings of a unit in a row, as in the formulas. Nothing of `learning`
is used but the numbers that it drew.
"""

import math

import numpy as np


def sign(h):
    return int(h > 0) - int(h < 0)


class Plain:
    """A network with the couplings of `couplings`, which it copies."""

    def __init__(self, couplings, recipe):
        self.L, self.H, self.N, self.C = couplings.L, couplings.H, couplings.N, couplings.C
        turned = {
            name: array.swapaxes(-1, -2).astype(np.float64)
            for name, array in couplings.arrays.items()
        }
        vars(self).update(turned)
        self.bias = self.bias.T  # (L, H) again
        self.lam = couplings.lam
        self.recipe = recipe
        self.norms = np.linalg.norm(self.W_b, axis=1, keepdims=True)  # one for each class

    def feedback_of(self, z):
        C, chosen = self.C, self.recipe.strengths.feedback_scale
        words = {
            "balanced": (math.sqrt(C) / 2, -0.5),
            "darnax": (math.sqrt(C - 1) / 2, -1 / math.sqrt(C - 1)),
            "none": (1, -1),
        }
        positive, negative = words[chosen] if isinstance(chosen, str) else chosen
        return np.array([positive if c > 0 else negative if c < 0 else 0.0 for c in z])

    def inference_field(self, l, s, x):
        """Return the field without anything from behind and without feedback."""
        h = self.J[l] @ s[l] + self.bias[l]
        if l < len(self.W_in):
            h = h + self.W_in[l] @ x
        if l > 0:
            h = h + self.lam * s[l - 1]
            if len(self.forward):
                h = h + self.forward[l - 1] @ s[l - 1]
        return h

    def right_field(self, l, s):
        if l == self.L - 1:
            return np.zeros(self.H)
        h = self.lam * s[l + 1]
        return h + self.backward[l] @ s[l + 1] if len(self.backward) else h

    def feedback_field(self, l, z):
        k = l - (self.L - len(self.W_b))
        return self.W_b[k] @ self.feedback_of(z) if k >= 0 else np.zeros(self.H)

    def readout(self, s, x):
        u = np.zeros(self.C)
        for k, W in enumerate(self.W_f):
            u = u + W @ s[self.L - len(self.W_f) + k]
        return u + self.W_io @ x if self.W_io.size else u

    def sweep(self, s, z, x, y, mode):
        """Return all units after one synchronous sweep, each from the old states."""
        new = np.zeros_like(s)
        for l in range(self.L):
            h = self.inference_field(l, s, x)
            if mode != "LEFT_ONLY":
                h = h + self.right_field(l, s)
            if mode in ("FULL", "NO_LABEL"):
                h = h + self.feedback_field(l, z)
            new[l] = [sign(one) for one in h]
        u = self.readout(s, x)
        if mode in ("FULL", "NO_FEEDBACK"):
            u = u + 1000 * y
        return new, np.array([sign(one) for one in u], dtype=float)

    def settle(self, x, y, modes):
        """Return the states after each sweep of a list of modes."""
        s, z = np.zeros((self.L, self.H)), np.zeros(self.C)
        if self.recipe.schedule.start == "input":
            s[:, : self.N] = np.sign(x)
            z = z if y is None else y
        states = []
        for mode in modes:
            s, z = self.sweep(s, z, x, y, mode)
            states.append(s)
        return states

    def training_modes(self):
        schedule = self.recipe.schedule
        free = "LEFT_ONLY" if schedule.inference == "left_only" else "NO_SUPERVISION"
        w = self.L if schedule.warm_up is None else schedule.warm_up
        modes = [free] * w + ["FULL"] * (schedule.sweeps - w)
        return modes + (["NO_FEEDBACK"] * schedule.sweeps if schedule.double else [])

    def wanting(self, stability, kappa):
        """Return how much a unit asks of its couplings, from its field times its state."""
        beta = self.recipe.rule.beta
        if beta is None:
            return (stability <= kappa).astype(float)
        return 1 - 1 / (1 + np.exp(-beta * (stability - kappa)))

    def learn(self, X, Y):
        """Make one step of the plasticity, with sums over samples and units written out."""
        rule, strengths, B = self.recipe.rule, self.recipe.strengths, len(X)
        d_b = np.zeros_like(self.W_b)
        dJ, d_in = np.zeros_like(self.J), np.zeros_like(self.W_in)
        d_f, d_A, d_R = (np.zeros_like(array) for array in (self.W_f, self.forward, self.backward))
        d_io = np.zeros_like(self.W_io)
        right = self.recipe.schedule.inference == "no_supervision"
        kappa = rule.k + strengths.J_D * strengths.lam_int + (strengths.lam if right else 0)
        for x, y in zip(X, Y, strict=True):
            states = self.settle(x, y, self.training_modes())
            last = states[-1]
            s = states[self.recipe.schedule.sweeps - 1] if rule.hidden_at == "first" else last
            unstable = np.zeros((self.L, self.H))
            for l in range(self.L):
                f = self.inference_field(l, s, x) + (self.right_field(l, s) if right else 0)
                unstable[l] = self.wanting(s[l] * f, kappa)
            for l in range(self.L):
                step = np.outer(unstable[l] * s[l], s[l])
                if rule.symmetry == "both_unstable":
                    step = np.outer(unstable[l] * s[l], unstable[l] * s[l])
                elif rule.symmetry == "update":
                    step = (step + step.T) / 2
                dJ[l] += step
                if l < len(d_in):
                    d_in[l] += np.outer(unstable[l] * s[l], x)
                if l > 0 and len(d_A):
                    d_A[l - 1] += np.outer(unstable[l] * s[l], s[l - 1])
                    d_R[l - 1] += np.outer(unstable[l - 1] * s[l - 1], s[l])
                k = l - (self.L - len(d_b))
                if k >= 0 and rule.feedback == "learned":
                    d_b[k] += np.outer(unstable[l] * s[l], self.feedback_of(y))
            targets = {"balanced": (self.C / 4, -math.sqrt(self.C) / 4), "plain": (1, -1)}
            chosen = rule.target_scale
            positive, negative = targets[chosen] if isinstance(chosen, str) else chosen
            zt = np.where(y > 0, positive, negative)
            e = self.wanting(zt * self.readout(last, x), rule.kappa_out)
            for k in range(len(d_f)):
                d_f[k] += np.outer(e * zt, last[self.L - len(d_f) + k])
            if self.W_io.size:
                d_io += np.outer(e * zt, x)
        eta_J = rule.lr_J * strengths.lam_int / math.sqrt(self.H)
        eta_fc = rule.lr_J * strengths.lam_fc / math.sqrt(self.H)
        eta_in = rule.lr_in * strengths.lam_in / math.sqrt(self.N)
        eta_W = rule.lr_W * strengths.lam_f / math.sqrt(self.H)
        eta_b = rule.lr_b * strengths.lam_b / math.sqrt(self.C)
        eta_io = rule.lr_W * strengths.lam_io / math.sqrt(self.N)
        root = math.sqrt(B)
        self.J = (1 - rule.wd_J * eta_J) * self.J + eta_J / root * dJ
        self.W_in = (1 - rule.wd_in * eta_in) * self.W_in + eta_in / root * d_in
        self.W_f = (1 - rule.wd_W * eta_W) * self.W_f + eta_W / root * d_f
        self.W_b = self.W_b + eta_b / root * d_b
        self.W_io = (1 - rule.wd_W * eta_io) * self.W_io + eta_io / root * d_io
        self.forward = (1 - rule.wd_J * eta_fc) * self.forward + eta_fc / root * d_A
        self.backward = (1 - rule.wd_J * eta_fc) * self.backward + eta_fc / root * d_R
        if rule.symmetry == "projected":
            self.J = (self.J + self.J.swapaxes(1, 2)) / 2
        for J in self.J:
            np.fill_diagonal(J, strengths.J_D * strengths.lam_int)
        for dense in (*self.forward, *self.backward):
            np.fill_diagonal(dense, 0)
        self.tie(rule.feedback, strengths.lam_b)

    def tie(self, kind, lam_b):
        """Make the couplings back from the readout of those to it, as the rule says."""
        for k, W in enumerate(self.W_f):
            tied = W.T * math.sqrt(self.H / self.C) * lam_b / self.recipe.strengths.lam_f
            if kind == "tied":
                self.W_b[k] = tied
            elif kind == "tied_weakly":
                self.W_b[k] = tied / 100
            elif kind == "sign":
                self.W_b[k] = lam_b / math.sqrt(self.C) * np.sign(W.T)
            elif kind == "normalised":
                self.W_b[k] = tied * self.norms[k] / np.linalg.norm(tied, axis=0)
