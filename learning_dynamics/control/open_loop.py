"""Learning in open loop: an environment that does not answer, in which a teacher is imitated."""

import itertools

import numpy as np
import numpy.typing as npt

from foundation import domains
from learning_dynamics.control.environment import Environment
from learning_dynamics.control.overlaps import matrix_of_overlaps


def imitation(
    teacher: npt.ArrayLike, inputs: int = 1, outputs: int = 1, leak: float = 1.0
) -> Environment:
    r"""Return the environment in which a network learns to do what a teacher does on white noise.

    White noise is as good as one pulse: the mean squared error of the outputs is the sum of squares
    of the difference of the responses to a pulse at each input. The pulse, the teacher and the
    error are the variables of an environment that the network moves by its error alone,

    .. math:: e_{t+1} = u_t - u^*_t , \qquad L = \tfrac12 \sum_t e_t^2 ,

    so that `Loop(imitation(teacher), steps=None)` is learning in open loop, on white noise without
    end. For one input and output and rank one, with k = :math:`\sigma_{zm}`, a =
    :math:`\sigma_{vu}`, b = :math:`\sigma_{vm} \sigma_{zu}` and leak 1 it is

    .. math::

        L = \tfrac12 \Big[(k - k^*)^2 + \frac{b^2}{1 - a^2} - \frac{2 b b^*}{1 - a a^*}
            + \frac{{b^*}^2}{1 - {a^*}^2}\Big] .

    A teacher of rank zero is a matrix, and its imitation the learning of a linear network with one
    hidden layer.

    Parameters
    ----------
    teacher
        Its overlaps, of shape (outputs + rank, inputs + rank).
    inputs, outputs
        How many inputs and outputs the teacher has, >= 1.
    leak
        Its leak, in (0, 1].

    Returns
    -------
    Environment.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    References
    ----------
    `docs/theory/closed-loop.md`.

    Examples
    --------
    >>> import learning_dynamics as ld
    >>> teacher = [[-0.7, 0.6], [0.5, -0.3]]
    >>> open_loop = ld.Loop(ld.imitation(teacher), steps=None)
    >>> open_loop.loss(teacher) < 1e-15
    True
    >>> round(open_loop.loss([[-0.2, 0], [0, 0]]), 4)  # (0.5^2 + 0.3^2/(1 - 0.3^2))/2
    0.1745
    """
    p, q = domains.integer("inputs", inputs), domains.integer("outputs", outputs)
    leak = domains.real("leak", leak, low=1e-9, high=1)
    O, rank = matrix_of_overlaps("teacher", teacher, p, q)
    k = p + rank
    E, F = np.eye(k)[:, :p], np.eye(k)[:, p:]
    sizes = np.cumsum([0, q, p, p, k])  # the error, the inputs, the pulse, the teacher
    e, y, pulse, own = (slice(*pair) for pair in itertools.pairwise(sizes))
    A, B = np.zeros((sizes[-1], sizes[-1])), np.zeros((sizes[-1], q))
    A[e, own] = -O[:q]
    A[y, pulse] = np.eye(p)
    A[own, pulse] = leak * E
    A[own, own] = (1 - leak) * np.eye(k) + leak * F @ O[q:]
    B[e] = np.eye(q)
    C = np.eye(sizes[-1])[y]
    cost, start = np.zeros(sizes[-1]), np.zeros(sizes[-1])
    cost[e], start[pulse] = 1, 1
    return Environment(A, B, C, np.diag(cost), np.diag(start))
