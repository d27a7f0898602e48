"""Whether the echo holds: a network must run back by itself, and its forces have a potential."""

from __future__ import annotations

import numpy as np

from contrastive_ode.models.model import Model
from contrastive_ode.supervision.task import Task
from foundation.domains import Floats

LOOKS = 3  # states along the trajectory: the first, the last, and one half way
TOLERANCE = 1e-9  # relative, of identities that hold to rounding
ELSE = "; where that cannot be, take the supervisor gradient"


class Echo:
    r"""The conditions under which the echo of a network carries its adjoint.

    With positions and momenta z = (x, p), R the reversal of p and
    :math:`\Omega = \begin{pmatrix} 0 & 1 \\ -1 & 0 \end{pmatrix}`, the right-hand side must fulfil
    :math:`F(Rz, t) = -R F(z, t)`, and :math:`\Omega^{-1} \partial F/\partial z` must be symmetric.

    Raises
    ------
    ValueError
        If the states of a node are not pairs, or a task acts on a momentum as it must not.
    """

    def __init__(self, model: Model, task: Task) -> None:
        self.model, half = model, model.size // 2
        states = model.system.states
        if len(states) % 2:
            raise ValueError(
                "supervisor echo needs positions, then as many momenta, such as states=['x', 'p'], "
                f"got {list(states)}: give the nodes inertia" + ELSE
            )
        if (task.imposed >= half).any():
            raise ValueError("supervisor echo needs positions to be imposed, not momenta" + ELSE)
        if (task.forced < half).any():
            raise ValueError("supervisor echo needs forces on momenta, not on positions" + ELSE)
        if np.isin(task.imposed, task.outputs - half).any():
            raise ValueError("supervisor echo needs outputs whose positions are not imposed" + ELSE)
        self.looks = np.empty((LOOKS, model.size))
        self.free = np.ones(model.size)
        self.free[task.imposed] = self.free[task.imposed + half] = 0.0
        self.times = np.linspace(0, task.T, LOOKS)
        self.imposed = bool(len(task.imposed))
        self.probes = np.random.default_rng(0).normal(size=(2, model.size))

    def check(self, w: Floats) -> None:
        """Raise unless the conditions hold at the states of `looks`; found by random directions.

        Raises
        ------
        ValueError
            If they do not hold.
        """
        for t, z in zip(self.times, self.looks, strict=True):
            z = np.ascontiguousarray(z.real)
            self._check_path(w, z, t)
            self._check_forces(w, z, t)
            if self.imposed:
                self._check_imposed(w, z, t)

    def _check_path(self, w: Floats, z: Floats, t: float) -> None:
        kernels, net, half = self.model.kernels(), self.model.net(w), self.model.size // 2
        there, back, turned = np.empty_like(z), np.empty_like(z), z.copy()
        turned[half:] *= -1
        kernels.rhs(t, z, net, there)
        kernels.rhs(t, turned, net, back)
        there[half:] *= -1
        miss, scale = self.free * (back + there), self.free * (abs(back) + abs(there))
        if abs(miss).max() > TOLERANCE * scale.max():
            name = self.model.variable(int(np.argmax(abs(miss))))
            raise ValueError(
                "supervisor echo holds where a network runs back along its path once its momenta "
                f"are reversed, but the rate of {name} does not allow that: take away damping and "
                "what else is odd in the momenta" + ELSE
            )

    def _check_forces(self, w: Floats, z: Floats, t: float) -> None:
        kernels, net, half = self.model.kernels(), self.model.net(w), self.model.size // 2
        u, v = self.free * self.probes
        both = np.empty((2, len(z)))
        for direction, product in zip((u, v), both, strict=True):
            kernels.jvp(t, z, direction, net, product)
        Ju, Jv = self.free * both
        first = u[half:] @ Jv[:half] - u[:half] @ Jv[half:]
        other = v[half:] @ Ju[:half] - v[:half] @ Ju[half:]
        scale = np.linalg.norm(u) * np.linalg.norm(Jv) + np.linalg.norm(v) * np.linalg.norm(Ju)
        if abs(first - other) > TOLERANCE * scale:
            raise ValueError(
                "supervisor echo holds where the force on one node by another is as large as that "
                "back, in its derivatives, but here it is not: make the couplings reciprocal (the "
                "start, and Constraints(reciprocal=...)), and take momenta for velocities where "
                "masses differ" + ELSE
            )

    def _check_imposed(self, w: Floats, z: Floats, t: float) -> None:
        """Raise if something feels the momenta of imposed positions, which are free."""
        lonely = (1 - self.free) * self.probes[0]
        lonely[: self.model.size // 2] = 0.0
        product = np.empty_like(z)
        self.model.kernels().jvp(t, z, lonely, self.model.net(w), product)
        if (self.free * product).any():
            raise ValueError(
                "supervisor echo needs that nothing feels the momenta of imposed positions" + ELSE
            )
