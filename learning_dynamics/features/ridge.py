"""What reaches the hidden layer when the readout is the best one."""

import numpy as np
import numpy.typing as npt

from foundation import domains
from foundation.domains import Floats


def ridge_signal(features: npt.ArrayLike, targets: npt.ArrayLike, decay: float) -> Floats:
    r"""Return the gradient that is propagated back to hidden neurons by a ridge readout.

    With features F and targets Y centred over samples, the readout V that minimises
    :math:`\tfrac12 |\tilde Y - \tilde F V|^2 + \tfrac\eta2 |V|^2` and
    :math:`R = (\tilde F \tilde F^T + \eta)^{-1}`,

    .. math:: G = (\tilde Y - \tilde F V) V^T = \eta R \tilde Y \tilde Y^T R \tilde F .

    It vanishes without weight decay. If the decay is large, or :math:`\tilde F \tilde F^T` a
    multiple of the identity, it is :math:`\propto \tilde Y \tilde Y^T \tilde F`: every node sees
    itself alone, and climbs its energy.

    Parameters
    ----------
    features
        F, of shape (samples, neurons).
    targets
        Y, of shape (samples, classes).
    decay
        Weight decay :math:`\eta` of the readout, > 0.

    Returns
    -------
    G, of the shape of the features: minus the derivative of the smallest loss by them.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    References
    ----------
    `docs/theory/feature-emergence.md`.

    Examples
    --------
    >>> import numpy as np
    >>> import learning_dynamics as ld
    >>> rng = np.random.default_rng(1)
    >>> F, Y = rng.normal(size=(30, 8)), rng.normal(size=(30, 3))
    >>> signal = ld.ridge_signal(F, Y, decay=1e6)
    >>> alone = (Y - Y.mean(0)) @ (Y - Y.mean(0)).T @ (F - F.mean(0)) / 1e6
    >>> bool(np.allclose(signal, alone, rtol=1e-2, atol=1e-6))
    True
    """
    F, Y = domains.finite("features", features), domains.finite("targets", targets)
    if F.ndim != 2 or not F.size:
        raise ValueError(f"features must have shape (samples, neurons), got {F.shape}")
    if Y.ndim != 2 or len(Y) != len(F):
        raise ValueError(f"targets must have shape ({len(F)}, classes), got {Y.shape}")
    decay = domains.real("decay", decay, low=0, high=np.inf, exclusive=True)
    F, Y = F - F.mean(0), Y - Y.mean(0)
    # by singular values: no inverse of a matrix that is ill-conditioned at small decay
    U, s, V = np.linalg.svd(F, full_matrices=False)
    seen = U.T @ Y
    residual = Y - U @ (s[:, None] ** 2 / (s[:, None] ** 2 + decay) * seen)
    readout = V.T @ (s[:, None] / (s[:, None] ** 2 + decay) * seen)
    return residual @ readout.T
