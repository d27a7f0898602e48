"""Which plasticities have the wrong sign, and what that makes of a solution."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from foundation import domains
from foundation.domains import Floats
from learning_dynamics.curl.edges import PLACES


@dataclass(frozen=True, eq=False, repr=False)
class Flips:
    r"""Signs of the plasticity of a student :math:`y = w^T W x` with one output.

    .. math::

        \dot W = - D_h\, w\, e^T D_i , \qquad \dot w = - D_r W e , \qquad e = W^T w - w^* ,

    where the D are diagonal matrices of signs: gradient descent on :math:`\tfrac12 |e|^2` if all
    are +1, and otherwise descent on nothing.

    Parameters
    ----------
    inputs
        M signs of the first layer, one an input.
    hidden
        N signs of the first layer, one a hidden neuron.
    readout
        N signs of the second layer.

    Raises
    ------
    TypeError, ValueError
        If they are not signs, or `readout` has another length than `hidden`.

    Examples
    --------
    >>> import numpy as np
    >>> import learning_dynamics as ld
    >>> flips = ld.Flips.draw(N=60, M=30, fraction=0.2, at="readout", rng=1)
    >>> flips
    Flips(0 of 30 inputs, 0 of 60 hidden, 12 of 60 readout)
    >>> rng = np.random.default_rng(1)
    >>> W, w = rng.normal(0, 30**-0.5, (60, 30)), rng.normal(0, 60**-0.5, 60)
    >>> flips.correction(W, w).shape
    (30, 30)
    >>> flips.least_eigenvalue(W, w) < 0  # learning leaves this solution
    True
    """

    inputs: npt.ArrayLike
    hidden: npt.ArrayLike
    readout: npt.ArrayLike

    def __post_init__(self) -> None:
        for name in ("inputs", "hidden", "readout"):
            value = domains.vector(name, getattr(self, name))
            signs = domains.spins(name, value, value.shape).astype(np.float64)
            object.__setattr__(self, name, signs)
        if np.shape(self.readout) != np.shape(self.hidden):
            raise ValueError(
                f"readout must have {np.size(self.hidden)} signs as hidden, "
                f"got {np.size(self.readout)}"
            )

    @classmethod
    def draw(
        cls,
        N: int,
        M: int,
        fraction: float,
        at: str = "readout",
        *,
        rng: int | np.random.Generator | None = None,
    ) -> Flips:
        """Flip a fraction of the signs, at random.

        Parameters
        ----------
        N, M
            Hidden neurons and inputs.
        fraction
            Fraction of flipped signs, in [0, 1], which is rounded to a number of them.
        at
            Where: "readout", "hidden" or "inputs".
        rng
            A seed, a generator, or None for a fresh seed.

        Returns
        -------
        Flips.

        Raises
        ------
        TypeError, ValueError
            If an argument is outside its documented domain.

        Examples
        --------
        >>> import learning_dynamics as ld
        >>> ld.Flips.draw(N=60, M=30, fraction=0.1, at="inputs", rng=1)
        Flips(3 of 30 inputs, 0 of 60 hidden, 0 of 60 readout)
        """
        N, M = domains.integer("N", N), domains.integer("M", M)
        fraction = domains.real("fraction", fraction, low=0, high=1)
        at = domains.choice("at", at, PLACES)
        signs = {"inputs": np.ones(M), "hidden": np.ones(N), "readout": np.ones(N)}
        one = signs[at]
        flipped = domains.generator(rng).permutation(len(one))[: round(fraction * len(one))]
        one[flipped] = -1
        return cls(**signs)

    def correction(self, W: npt.ArrayLike, w: npt.ArrayLike) -> Floats:
        r"""Return the matrix by which learning corrects the error, :math:`\dot e = - K e`.

        Parameters
        ----------
        W
            First layer, of shape (N, M).
        w
            Second layer, of shape (N,).

        Returns
        -------
        K = (w^T D_h w) D_i + W^T D_r W, symmetric, of shape (M, M).

        Raises
        ------
        TypeError, ValueError
            If the weights are not finite numbers of these shapes.
        """
        W, w = fitting(self, W, w)
        level = np.sum(np.asarray(self.hidden) * w**2)
        return np.diag(level * np.asarray(self.inputs)) + (W.T * np.asarray(self.readout)) @ W

    def least_eigenvalue(self, W: npt.ArrayLike, w: npt.ArrayLike) -> float:
        """Return the smallest eigenvalue of `correction`: a solution is stable if it is positive.

        Parameters
        ----------
        W
            First layer, of shape (N, M).
        w
            Second layer, of shape (N,).

        Returns
        -------
        The eigenvalue.

        Raises
        ------
        TypeError, ValueError
            If the weights are not finite numbers of these shapes.
        """
        from scipy.linalg import eigvalsh

        return float(eigvalsh(self.correction(W, w), subset_by_index=[0, 0])[0])

    def __repr__(self) -> str:
        counts = [
            f"{np.sum(np.asarray(signs) < 0)} of {np.size(signs)} {name}"
            for name, signs in vars(self).items()
        ]
        return f"Flips({', '.join(counts)})"


def fitting(flips: Flips, W: npt.ArrayLike, w: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Return weights that have a place for each sign, checked, as fresh arrays."""
    N, M = np.size(flips.hidden), np.size(flips.inputs)
    found = domains.finite("W", W), domains.finite("w", w)
    for name, value, shape in zip("Ww", found, ((N, M), (N,)), strict=True):
        if value.shape != shape:
            raise ValueError(f"{name} must have shape {shape}, got {value.shape}")
    return np.array(found[0], order="C"), np.array(found[1])
