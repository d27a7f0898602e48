"""Overlaps of hidden states, and the symmetry of couplings."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from foundation import domains


def overlaps(a: npt.ArrayLike, b: npt.ArrayLike) -> npt.NDArray[np.float64]:
    r"""Return the overlaps of states.

    .. math:: q = \frac1H \sum_i a_i b_i.

    Parameters
    ----------
    a, b
        States, (..., H): of two times, two layers, or two inputs; broadcast over the dimensions
        before the last.

    Raises
    ------
    TypeError, ValueError
        If they are not numbers, or their numbers of units differ.

    Examples
    --------
    >>> import numpy as np
    >>> from learning import overlaps
    >>> s = np.array([1, 1, -1, -1])
    >>> overlaps([s, -s, [1, 1, 1, 1]], s).tolist()
    [1.0, -1.0, 0.0]
    """
    first, second = _states("a", a), _states("b", b)
    if first.shape[-1:] != second.shape[-1:]:
        raise ValueError(f"b must have {first.shape[-1:]} units as a has, got {second.shape[-1:]}")
    try:
        return np.mean(first * second, axis=-1)
    except ValueError:
        raise ValueError(
            f"b must have a shape that fits {first.shape} of a, got {second.shape}"
        ) from None


def _states(name: str, value: npt.ArrayLike) -> npt.NDArray[np.float64]:
    s = domains.reals(name, value)
    if not s.ndim or not s.shape[-1]:
        raise ValueError(f"{name} must have shape (..., H), H >= 1, got {s.shape}")
    return s


def similarity(states: npt.ArrayLike) -> npt.NDArray[np.float64]:
    r"""Return the matrix of similarities of states, :math:`(1 + q_{\mu\nu})/2`.

    Parameters
    ----------
    states
        (..., P, H).

    Returns
    -------
    Fractions of units that agree, (..., P, P).

    Raises
    ------
    TypeError, ValueError
        If they are not numbers, or outside their documented domains.

    Examples
    --------
    >>> from learning import similarity
    >>> similarity([[1, 1, -1, -1], [1, 1, 1, -1]]).tolist()
    [[1.0, 0.75], [0.75, 1.0]]
    """
    s = _states("states", states)
    if s.ndim < 2:
        raise ValueError(f"states must have shape (..., P, H), got {s.shape}")
    return (1 + s @ s.swapaxes(-1, -2) / s.shape[-1]) / 2


def symmetricity(J: npt.ArrayLike) -> npt.NDArray[np.float64]:
    r"""Return how symmetric matrices are, from -1 to 1.

    .. math:: \frac{|J_s| - |J_a|}{|J_s| + |J_a|}, \qquad J_{s,a} = \tfrac12 (J \pm J^T),

    in Frobenius norms: 0 for independent couplings, 1 for a symmetric matrix.

    Parameters
    ----------
    J
        Square matrices, (..., H, H), with their diagonals.

    Raises
    ------
    TypeError, ValueError
        If they are not square, or not numbers.

    Examples
    --------
    >>> import numpy as np
    >>> from learning import symmetricity
    >>> J = np.random.default_rng(1).normal(size=(200, 200))
    >>> bool(abs(symmetricity(J)) < 0.02)
    True
    >>> [float(symmetricity(matrix)) for matrix in (J + J.T, J - J.T)]
    [1.0, -1.0]
    """
    matrices = domains.reals("J", J)
    if matrices.ndim < 2 or not matrices.size or matrices.shape[-1] != matrices.shape[-2]:
        raise ValueError(f"J must be square, (..., H, H), got shape {matrices.shape}")
    size = np.abs(matrices).max(axis=(-2, -1), keepdims=True)
    if not size.all():
        raise ValueError("J must not be zero: it has no symmetry then")
    matrices = matrices / size  # squares of large or small numbers may not exist
    transposed = matrices.swapaxes(-1, -2)
    symmetric, antisymmetric = (
        np.linalg.norm(matrices + sign * transposed, axis=(-2, -1)) for sign in (1, -1)
    )
    return (symmetric - antisymmetric) / (symmetric + antisymmetric)
