"""Two layers of any width, as an exact map of their Gram matrix."""

import numpy as np
import numpy.typing as npt

from foundation import domains
from foundation.compiled import compiled
from foundation.domains import Floats
from learning_dynamics.control.adjoint import congruent, put
from learning_dynamics.deep_linear.course import RegressionCourse, course_of
from learning_dynamics.deep_linear.regression import Regression


def regression_flow(
    regression: Regression,
    gram: npt.ArrayLike,
    rate: float,
    steps: int,
    *,
    throw: bool = True,
) -> RegressionCourse:
    r"""Follow gradient descent of two linear layers, at any width, in their Gram matrix.

    With :math:`A = W_2^T` and :math:`B = W_1`, S the products of all columns of [A B] and
    :math:`D = O - \Sigma`, a step is the map of `overlap_flow` on the quadratic landscape,

    .. math:: S \leftarrow F^T S F , \quad
        F = 1 - \eta \begin{pmatrix} 0 & D \\ D^T & 0 \end{pmatrix} , \quad O = A^T B .

    Parameters
    ----------
    regression
        What is learned.
    gram
        Gram matrix of [A B], of shape (outputs + inputs, outputs + inputs): `initial_gram` with
        rank 0, times the variance of the weights.
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

    References
    ----------
    `docs/theory/deep-linear.md`.

    Examples
    --------
    >>> import numpy as np
    >>> import learning_dynamics as ld
    >>> regression = ld.Regression(np.diag([3.0, 1.0]))
    >>> gram = 0.01 * ld.initial_gram(N=10**6, rank=0, inputs=2, outputs=2, rng=1)
    >>> course = ld.regression_flow(regression, gram, rate=0.001, steps=2000)
    >>> theory = ld.wide_two_layer(s=[3, 1], c0=0.01, t=2.0)
    >>> bool(np.abs(course.modes[-1] - theory).max() < 0.01)
    True
    """
    domains.instance("regression", regression, Regression)
    rate = domains.real("rate", rate, low=0)
    steps = domains.integer("steps", steps, low=0)
    throw = domains.boolean("throw", throw)
    target = np.asarray(regression.target)
    size = sum(target.shape)
    S = np.array(domains.finite("gram", gram))
    if S.shape != (size, size):
        raise ValueError(
            f"gram must have outputs + inputs = {size} rows and columns, got shape {S.shape}"
        )
    loss, overlaps = np.empty(steps + 1), np.empty((steps + 1, *target.shape))
    made = _descended(target, S, rate, loss, overlaps)
    return course_of(regression, rate, loss, overlaps, made, throw)


@compiled
def _descended(target: Floats, S: Floats, rate: float, loss: Floats, overlaps: Floats) -> int:
    """Fill in the course; return how many of its losses are finite."""
    q = len(target)
    F = np.eye(len(S))
    for step in range(len(loss)):
        put(S[:q, q:], overlaps[step], 0, 0)
        D = overlaps[step] - target
        loss[step] = np.sum(D * D) / 2
        if not np.isfinite(loss[step]):
            return step
        put(-rate * D, F, 0, q)
        put((-rate * D).T.copy(), F, q, 0)
        S = congruent(F, S)
    return len(loss)
