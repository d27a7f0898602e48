"""The quadratic landscape: a linear map that is to be learned."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from foundation import domains
from foundation.domains import Floats


@dataclass(frozen=True, eq=False, repr=False)
class Regression:
    r"""Linear regression on whitened inputs; its loss depends on the product O of the layers.

    .. math:: L = \tfrac12 |O - \Sigma|^2 , \qquad O = W_L \cdots W_1 ,
        \qquad \Sigma = U \operatorname{diag}(s_k) V^T .

    Parameters
    ----------
    target
        The map :math:`\Sigma` to be learned, of shape (outputs, inputs): the correlations of
        targets and inputs.

    Raises
    ------
    TypeError, ValueError
        If `target` is not a finite matrix.

    Examples
    --------
    >>> import learning_dynamics as ld
    >>> regression = ld.Regression([[0, 2], [1, 0], [0, 0]])
    >>> regression
    Regression(2 inputs, 3 outputs, strengths [2. 1.])
    >>> regression.loss(regression.target), regression.loss(0 * regression.target)
    (0.0, 2.5)
    >>> regression.gradient(0 * regression.target).tolist()
    [[0.0, -2.0], [-1.0, 0.0], [0.0, 0.0]]
    >>> regression.modes(regression.target).tolist()
    [2.0, 1.0]
    """

    target: npt.ArrayLike

    def __post_init__(self) -> None:
        target = domains.finite("target", self.target)
        if target.ndim != 2 or not target.size:
            raise ValueError(f"target must have shape (outputs, inputs), got {target.shape}")
        object.__setattr__(self, "target", np.array(target))

    @property
    def strengths(self) -> Floats:
        """Singular values of the target, the largest first: how strong its modes are."""
        return np.linalg.svd(np.asarray(self.target), compute_uv=False)

    def loss(self, overlaps: npt.ArrayLike) -> float:
        """Return the loss L.

        Parameters
        ----------
        overlaps
            The product O, of the shape of the target.

        Returns
        -------
        The loss.

        Raises
        ------
        TypeError, ValueError
            If `overlaps` are not finite numbers, or of another shape.
        """
        return float(np.sum(self.gradient(overlaps) ** 2) / 2)

    def gradient(self, overlaps: npt.ArrayLike) -> Floats:
        """Return the derivative dL/dO, the error of the map.

        Parameters
        ----------
        overlaps
            The product O, of the shape of the target.

        Returns
        -------
        Of the same shape.

        Raises
        ------
        TypeError, ValueError
            If `overlaps` are not finite numbers, or of another shape.
        """
        target = np.asarray(self.target)
        O = domains.finite("overlaps", overlaps)
        if O.shape != target.shape:
            raise ValueError(f"overlaps must have shape {target.shape}, got {O.shape}")
        return O - target

    def modes(self, overlaps: npt.ArrayLike) -> Floats:
        """Return how much of each mode of the target has been learned.

        Parameters
        ----------
        overlaps
            Products O, of shape (..., outputs, inputs).

        Returns
        -------
        The diagonal of U^T O V, of shape (..., modes), in the order of `strengths`; where strengths
        coincide the basis is one of many.

        Raises
        ------
        TypeError, ValueError
            If `overlaps` are not finite numbers, or of another shape.
        """
        target = np.asarray(self.target)
        O = domains.finite("overlaps", overlaps)
        if O.shape[-2:] != target.shape:
            raise ValueError(f"overlaps must have shape (..., {target.shape}), got {O.shape}")
        U, _, V = np.linalg.svd(target, full_matrices=False)
        return np.asarray(np.einsum("ik,...ij,kj->...k", U, O, V))

    def __repr__(self) -> str:
        outputs, inputs = np.shape(self.target)
        strengths = np.array2string(self.strengths, precision=4)
        return f"Regression({inputs} inputs, {outputs} outputs, strengths {strengths})"
