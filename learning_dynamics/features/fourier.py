"""The energy of a node on the whole table, by frequencies, and which of them wins."""

import numpy as np
import numpy.typing as npt

from foundation import domains
from foundation.domains import Floats


def fourier_powers(weights: npt.ArrayLike) -> Floats:
    r"""Return the powers of the two halves of a node at each frequency.

    Parameters
    ----------
    weights
        (a, b) of each node, of shape (2 M,) or (2 M, nodes).

    Returns
    -------
    :math:`p_k = |\hat a_k|^2` and :math:`q_k = |\hat b_k|^2` for k = 0, ..., M // 2, of shape
    (2, M // 2 + 1) or (2, M // 2 + 1, nodes).

    Raises
    ------
    TypeError, ValueError
        If `weights` are not finite numbers of such a shape.

    Examples
    --------
    >>> import learning_dynamics as ld
    >>> ld.fourier_powers([1, 0, 0, 1, 1, 1]).round(6).tolist()  # M = 3
    [[1.0, 1.0], [9.0, 0.0]]
    """
    w = domains.finite("weights", weights)
    if w.ndim not in (1, 2) or len(w) % 2 or len(w) < 4:
        raise ValueError(f"weights must have shape (2 M,) or (2 M, nodes), got {w.shape}")
    halves = w.reshape(2, len(w) // 2, *w.shape[1:])
    return np.abs(np.fft.rfft(halves, axis=1)) ** 2


def fourier_energy(weights: npt.ArrayLike) -> Floats:
    r"""Return the energy of nodes on the whole table of modular addition.

    .. math:: E = \frac2M \sum_{k \ne 0} p_k q_k ,

    over all frequencies, both signs. Of a node of length 1 it is at most M/4, with one frequency
    and its opposite, p = q = M/4; at most M/2 if M is even, with the alternating wave k = M/2.

    Parameters
    ----------
    weights
        (a, b) of each node, of shape (2 M,) or (2 M, nodes).

    Returns
    -------
    The energy, of shape () or (nodes,).

    Raises
    ------
    TypeError, ValueError
        If `weights` are not finite numbers of such a shape.

    References
    ----------
    `docs/theory/feature-emergence.md`.

    Examples
    --------
    >>> import numpy as np
    >>> import learning_dynamics as ld
    >>> w = np.random.default_rng(1).normal(size=(24, 5))
    >>> bool(np.allclose(ld.fourier_energy(w), ld.ModularAddition(M=12).energy(w), rtol=1e-12))
    True
    """
    p, q = fourier_powers(weights)
    M = np.shape(weights)[0] // 2
    both = np.full(len(p), 2.0)
    both[0] = 0
    if M % 2 == 0:
        both[-1] = 1
    return np.asarray(2 / M * np.tensordot(both, p * q, axes=1))


def blow_up_times(weights: npt.ArrayLike) -> Floats:
    r"""Return when each frequency of a node that climbs its energy would be infinite.

    Without a constraint frequencies do not see each other, :math:`\dot p_k = \dot q_k = 8 p_k q_k`,
    so that :math:`p_k - q_k` is conserved and

    .. math:: t_k = \frac{\ln (p_k/q_k)}{8 (p_k - q_k)} .

    Parameters
    ----------
    weights
        (a, b) of each node, of shape (2 M,) or (2 M, nodes).

    Returns
    -------
    Times for k = 1, ..., M // 2, of shape (M // 2,) or (M // 2, nodes); inf where a power vanishes.

    Raises
    ------
    TypeError, ValueError
        If `weights` are not finite numbers of such a shape.

    References
    ----------
    `docs/theory/feature-emergence.md`.

    Examples
    --------
    >>> import numpy as np
    >>> import learning_dynamics as ld
    >>> ld.blow_up_times(np.random.default_rng(1).normal(size=14)).round(4).tolist()
    [0.1369, 0.0255, 0.0696]
    """
    p, q = fourier_powers(weights)[:, 1:]
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = (p - q) / np.where(p + q > 0, p + q, 1)
        # ln(p/q)/(p - q) = 2 artanh(x)/(x (p + q)), x = (p - q)/(p + q)
        slope = np.where(np.abs(apart) > 1e-6, np.arctanh(apart) / apart, 1 + apart**2 / 3)
        return np.asarray(np.where(p * q > 0, slope / (4 * (p + q)), np.inf))


def winning_frequency(weights: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Return which frequency a node ends in that climbs its energy, from its initial weights.

    On the sphere the ascent takes the same path as without a constraint, in another time: the
    winner is the first to become infinite (`blow_up_times`). This is exact for small steps.

    Parameters
    ----------
    weights
        (a, b) of each node, of shape (2 M,) or (2 M, nodes).

    Returns
    -------
    Frequencies from 1 to M // 2, of shape () or (nodes,).

    Raises
    ------
    TypeError, ValueError
        If `weights` are not finite numbers of such a shape.

    References
    ----------
    `docs/theory/feature-emergence.md`.

    Examples
    --------
    >>> import numpy as np
    >>> import learning_dynamics as ld
    >>> w = np.random.default_rng(1).normal(size=(46, 8))
    >>> ascent = ld.ascend(ld.ModularAddition(M=23), w)
    >>> bool((ascent.frequency == ld.winning_frequency(w)).all())
    True
    """
    return np.asarray(1 + np.argmin(blow_up_times(weights), axis=0))
