"""Learning of a few vectors on top of a recurrent matrix that does not learn."""

import numpy as np
import numpy.typing as npt

from foundation import domains
from foundation.domains import Floats
from learning_dynamics.control.loop import Loop
from learning_dynamics.control.world import world_of
from learning_dynamics.descent.learning import Learning, checked, learned
from learning_dynamics.descent.network import descended, of_any_neurons
from learning_dynamics.descent.neurons import Neurons
from learning_dynamics.descent.weights import Weights, fitting, parted


def train_on_background(
    loop: Loop,
    weights: Weights,
    background: npt.ArrayLike,
    rate: float,
    steps: int,
    clip: float | None = None,
    *,
    throw: bool = True,
) -> Learning:
    r"""Train a network whose recurrent matrix has a part that does not learn.

    .. math:: h_{t+1} = (1-a) h_t + a (X h_t + U V^T h_t + M y_{t+1})

    A random background, :math:`X_{ij} \sim N(0, g^2/N)`, ends the wait for a memory: what was seen
    comes back a step later as :math:`Z^T X M`, which at leak 1 grows on the first plateau at the
    rate :math:`2 \eta g^2 |L_b|`, without a saddle (`plateaus` has :math:`L_b`). Its time does not
    depend on N.

    Parameters
    ----------
    loop
        Where the network learns; it must have a horizon.
    weights
        Those that it starts with, of as many inputs and outputs as the environment of the loop.
    background
        X, of shape (N, N).
    rate, steps, clip, throw
        As in `overlap_flow`.

    Returns
    -------
    Learning. The overlaps say a part of what the network does; the radius is that of the whole
    loop, from the eigenvalues of a matrix of N neurons at each step.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain, or the loop has no horizon.
    ConvergenceError
        If the loss diverges, and `throw`.

    References
    ----------
    `docs/theory/closed-loop.md`.

    Examples
    --------
    >>> import learning_dynamics as ld
    >>> import numpy as np
    >>> loop, weights = ld.Loop(ld.double_integrator(), steps=20), ld.Weights.draw(N=40, rng=6)
    >>> X = 0.5 * np.random.default_rng(1).normal(size=(40, 40)) / 40**0.5
    >>> options = {"rate": 4e-5, "steps": 150, "clip": 200}
    >>> ld.train_on_background(loop, weights, X, **options).stable_from < 100
    True
    >>> ld.train(loop, weights, **options).stable_from is None
    True
    """
    options, throw = checked(loop, rate, steps, clip, throw)
    world, weights = world_of(loop), fitting(loop, weights)
    X, N = np.array(domains.finite("background", background)), len(np.asarray(weights.Z))
    if X.shape != (N, N):
        raise ValueError(f"background must have shape ({N}, {N}), got {X.shape}")
    slopes, radius = of_any_neurons(world, weights, Neurons(background=X)), []

    def found(rows: Floats) -> tuple[float, Floats]:
        L, gradient = slopes(rows)
        radius.append(_radius(loop, parted(rows, weights), X) if np.isfinite(L) else np.nan)
        return L, gradient

    course, made = descended(found, weights, options)
    return learned(loop, options, course, made, throw, np.array(radius[:made]))


def _radius(loop: Loop, weights: list[Floats], X: Floats) -> float:
    """Return the spectral radius of the loop of all neurons, without what it cannot move."""
    A, B, C = (np.asarray(getattr(loop.environment, name)) for name in "ABC")
    (Z, V, M, U), a = weights, loop.leak
    inner = X + U @ V.T + M @ (C @ B @ Z.T)
    Phi = np.block([[A, B @ Z.T], [a * M @ C @ A, (1 - a) * np.eye(len(X)) + a * inner]])
    own = np.append(loop.environment.reached(), np.ones(len(X), bool))
    return float(np.abs(np.linalg.eigvals(Phi[own][:, own])).max())
