"""A random matrix of which only products are drawn, when they are asked for."""

from __future__ import annotations

from math import sqrt

import numpy as np
import numpy.typing as npt

from foundation import domains

Array = npt.NDArray[np.floating]

_FEWEST = 16  # directions for which there is room at first
_TWICE = 2  # passes of Gram and Schmidt, which is enough (Kahan) but for rounding errors:
_FALLS = 0.99  # one more where the last left less than this part of the one before


class Revealed:
    r"""Couplings :math:`J_{ij} \sim \mathcal N(0, 1/N)`, all independent, never stored.

    An algorithm that needs products `J x` and `J^T y` alone does not need J. With orthonormal
    directions e, in which J has been asked for, and f, in which its transpose has, the law of J
    given all answers is that of a fresh matrix projected off both, so that for a new direction e

    .. math:: J e = \sum_r f_r\, (J^T f_r) \cdot e
              + \Big(1 - \sum_r f_r f_r^T\Big) \frac{\xi}{\sqrt N},
              \qquad \xi_i \sim \mathcal N(0, 1),

    and likewise for the transpose. The products are exact in law at every N. After k of each, a
    product takes some 16 k N operations, and all of them keep 4 k N numbers: less than a matrix if
    k < N/4.

    Parameters
    ----------
    N
        Number of neurons, from 1 to 10^9.
    dtype
        "float32" or "float64", of all that is kept and returned.
    tolerance
        A vector of which less than this part lies in a new direction counts as known, in [0, 0.1]:
        states that move slowly then need fewer directions.
    rng
        A seed, a generator, or None for a fresh seed.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    References
    ----------
    Bolthausen, Commun. Math. Phys. 325, 333 (2014), for symmetric matrices;
    `docs/theory/focusing-dynamics.md`.

    Examples
    --------
    Products of the same matrix, whatever the order in which they are asked for:

    >>> import numpy as np
    >>> import networks
    >>> J = networks.Revealed(1000, rng=1)
    >>> x, y = np.random.default_rng(2).standard_normal((2, 1000))
    >>> Jx, Jy = J.product(x), J.back(y)
    >>> bool(np.isclose(y @ Jx, x @ Jy))
    True
    >>> bool(np.allclose(J.product(x + 2 * x), 3 * Jx)), J.directions
    (True, (1, 1))
    """

    def __init__(
        self,
        N: int,
        *,
        dtype: str = "float64",
        tolerance: float = 0.0,
        rng: int | np.random.Generator | None = None,
    ) -> None:
        self.N = domains.integer("N", N, high=10**9)
        self.dtype = np.dtype(domains.choice("dtype", dtype, ("float32", "float64")))
        self._known = max(
            10 * float(np.finfo(self.dtype).eps),  # rounding errors are no new direction
            domains.real("tolerance", tolerance, low=0, high=0.1),
        )
        self._rng = domains.generator(rng)
        self._asked = _Answers(self.N, self.dtype)
        self._back = _Answers(self.N, self.dtype)

    @property
    def directions(self) -> tuple[int, int]:
        """Number of directions in which J and its transpose are known."""
        return self._asked.k, self._back.k

    def product(self, x: npt.ArrayLike, *, keep: bool = True) -> Array:
        """Return `J x`.

        Parameters
        ----------
        x
            Of shape (N,).
        keep
            Whether the answer is remembered. One that is not may contradict later answers: for
            measurements that nothing else follows from.

        Returns
        -------
        Array of shape (N,).

        Raises
        ------
        TypeError, ValueError
            If `x` is not a finite vector of length N.
        """
        return self._answer(self._vector("x", x), self._asked, self._back, keep)

    def back(self, y: npt.ArrayLike, *, keep: bool = True) -> Array:
        """Return `J^T y`; parameters, shapes and errors are those of `product`."""
        return self._answer(self._vector("y", y), self._back, self._asked, keep)

    def _vector(self, name: str, value: npt.ArrayLike) -> Array:
        vector = domains.reals(name, value)
        if vector.shape != (self.N,):
            raise ValueError(f"{name} must have shape ({self.N},), got shape {vector.shape}")
        return vector.astype(self.dtype, copy=False)

    def _answer(self, x: Array, here: _Answers, there: _Answers, keep: bool) -> Array:
        E, F = here.directions, there.directions
        known, rest = np.zeros(len(E), self.dtype), x
        norms = [sqrt(float(x @ x))]
        none = self._known * norms[0]
        while len(norms) <= _TWICE or none < norms[-1] < _FALLS * norms[-2]:
            part = E @ rest
            known += part
            rest = rest - part @ E
            norms.append(sqrt(float(rest @ rest)))
        result = known @ here.answers
        norm = norms[-1]
        if norm <= none:
            return result
        e = rest / self.dtype.type(norm)
        fresh = self._rng.standard_normal(self.N, dtype=self.dtype) / self.dtype.type(sqrt(self.N))
        answer = fresh + (there.answers @ e - F @ fresh) @ F
        if keep:
            here.add(e, answer)
        return result + self.dtype.type(norm) * answer

    def __repr__(self) -> str:
        return f"Revealed(N={self.N}, known in {self._asked.k} + {self._back.k} directions)"


class _Answers:
    """Orthonormal directions, one a row, and the products with them."""

    def __init__(self, N: int, dtype: np.dtype[np.floating]) -> None:
        self.k = 0
        self._kept = np.empty((2, _FEWEST, N), dtype)

    @property
    def directions(self) -> Array:
        return self._kept[0, : self.k]

    @property
    def answers(self) -> Array:
        return self._kept[1, : self.k]

    def add(self, direction: Array, answer: Array) -> None:
        if self.k == self._kept.shape[1]:
            room = np.empty_like(self._kept, shape=(2, 2 * self.k, self._kept.shape[2]))
            room[:, : self.k] = self._kept
            self._kept = room
        self._kept[0, self.k], self._kept[1, self.k] = direction, answer
        self.k += 1
