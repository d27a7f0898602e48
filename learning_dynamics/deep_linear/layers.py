"""Any number of layers, matrix by matrix."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from foundation import domains
from foundation.domains import Floats
from learning_dynamics.deep_linear.course import RegressionCourse, course_of
from learning_dynamics.deep_linear.regression import Regression


def aligned_layers(
    regression: Regression,
    a0: float,
    depth: int,
    *,
    rng: int | np.random.Generator | None = None,
) -> list[Floats]:
    r"""Return initial layers that are aligned with the target and balanced.

    .. math:: W_l = a_0^{1/L} R_l R_{l-1}^T , \qquad R_0 = V , \quad R_L = U ,

    with random rotations between them, so that every mode starts from :math:`a_0`.

    Parameters
    ----------
    regression
        What is to be learned.
    a0
        Strength of every mode at the start, > 0.
    depth
        Number of layers L, >= 1.
    rng
        A seed, a generator, or None for a fresh seed.

    Returns
    -------
    The layers, the first first; hidden layers are as wide as the target has modes.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    Examples
    --------
    >>> import learning_dynamics as ld
    >>> layers = ld.aligned_layers(ld.Regression([[2, 0], [0, 1], [0, 0]]), a0=0.1, depth=3, rng=1)
    >>> [layer.shape for layer in layers]
    [(2, 2), (2, 2), (3, 2)]
    """
    domains.instance("regression", regression, Regression)
    a0 = domains.real("a0", a0, low=0, high=np.inf, exclusive=True)
    depth, rng = domains.integer("depth", depth), domains.generator(rng)
    U, s, V = np.linalg.svd(np.asarray(regression.target), full_matrices=False)
    turns = [np.linalg.qr(rng.normal(size=(len(s), len(s))))[0] for _ in range(depth - 1)]
    ends = [V.T, *turns, U]
    return [a0 ** (1 / depth) * ends[l + 1] @ ends[l].T for l in range(depth)]


def train_layers(
    regression: Regression,
    layers: Sequence[npt.ArrayLike],
    rate: float,
    steps: int,
    *,
    throw: bool = True,
) -> RegressionCourse:
    """Train linear layers by gradient descent, all matrices written out.

    Parameters
    ----------
    regression
        What is learned.
    layers
        Initial matrices, the first first, of shapes (width, inputs), ..., (outputs, width).
    rate
        Rate, >= 0.
    steps
        Number of steps, >= 0.
    throw
        Whether to raise if the loss diverges; otherwise the result ends before, and says so.

    Returns
    -------
    RegressionCourse.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.
    ConvergenceError
        If the loss diverges, and `throw`.

    Examples
    --------
    >>> import numpy as np
    >>> import learning_dynamics as ld
    >>> regression = ld.Regression(np.diag([2.0, 1.0]))
    >>> layers = ld.aligned_layers(regression, a0=0.1, depth=5, rng=1)
    >>> course = ld.train_layers(regression, layers, rate=0.01, steps=300)
    >>> theory = ld.mode_recursion([2, 1], a0=0.1, depth=5, rate=0.01, steps=300)
    >>> bool(np.abs(course.modes - theory).max() < 1e-11)
    True
    """
    domains.instance("regression", regression, Regression)
    rate = domains.real("rate", rate, low=0)
    steps = domains.integer("steps", steps, low=0)
    throw = domains.boolean("throw", throw)
    matrices = _chain(regression, layers)
    target = np.asarray(regression.target)
    loss, overlaps = np.empty(steps + 1), np.empty((steps + 1, *target.shape))
    made = steps + 1
    with np.errstate(over="ignore", invalid="ignore"):
        for step in range(steps + 1):
            before = [np.eye(target.shape[1])]
            for W in matrices:
                before.append(W @ before[-1])
            D = before[-1] - target
            loss[step], overlaps[step] = np.sum(D**2) / 2, before[-1]
            if not np.isfinite(loss[step]):
                made = step
                break
            for l in reversed(range(len(matrices))):
                pull = D @ before[l].T
                D = matrices[l].T @ D
                matrices[l] = matrices[l] - rate * pull
    return course_of(regression, rate, loss, overlaps, made, throw)


def _chain(regression: Regression, layers: Sequence[npt.ArrayLike]) -> list[Floats]:
    """Return the layers as matrices that can be multiplied, checked."""
    domains.unmasked("layers", layers)
    found = [domains.finite("layers", one) for one in domains.several("layers", layers)]
    outputs, inputs = np.shape(regression.target)
    widths = [inputs, *(len(one) if one.ndim == 2 else 0 for one in found)]
    fits = [one.shape == (widths[l + 1], widths[l]) for l, one in enumerate(found)]
    if not found or not all(fits) or widths[-1] != outputs:
        raise ValueError(
            f"layers must be matrices from {inputs} inputs to {outputs} outputs that can be "
            f"multiplied, got the shapes {[one.shape for one in found]}"
        )
    return found
