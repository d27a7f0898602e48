"""The couplings of a steered network: how they are drawn, and where they are kept."""

from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt

import networks
from foundation import domains
from learning.network.strengths import Strengths
from networks.asymmetric import gaussian_couplings

Array = npt.NDArray[np.float32]


ARRAYS = ("J", "W_in", "W_f", "W_b", "A", "R", "W_io", "bias")


@dataclass(eq=False)
class Couplings:
    r"""All couplings of a network of L layers of H units, N inputs and C classes.

    Every matrix is kept by sender: `J[l, j, i]` acts from unit j on unit i, and the row `J[l, j]`
    is all that unit j sends. A flip adds one contiguous row, and a batch of states is multiplied as
    `s @ J`.

    Attributes
    ----------
    J
        (L, H, H), within the layers; the diagonal is `self_coupling`.
    W_in
        (L, N, H) or (1, N, H), from the input to all layers or to the first.
    W_f
        (L, H, C) or (1, H, C), to the readout from all layers or from the last.
    W_b
        (L, C, H) or (1, C, H), back from the readout to all layers or to the last.
    A, R
        (L - 1, H, H), dense couplings to a layer from the one before, and to it from the one
        behind; of no layers if there are none. Their diagonals are zero: see `lam`.
    W_io
        (N, C), from the input to the readout; zero inputs if there are none.
    bias
        (L, H), frozen fields.
    self_coupling
        :math:`\lambda_{int} J_D`.
    lam
        Excitatory coupling between equal units of neighbouring layers.

    Raises
    ------
    TypeError, ValueError
        If an array is not of its shape, or not of finite numbers in float32; if a number is < 0.

    Examples
    --------
    >>> from learning import Learner, recipe
    >>> couplings = Learner.draw(N=50, H=100, C=3, L=1, recipe=recipe(J_D=0.3), rng=1).couplings
    >>> couplings.J.shape, couplings.W_in.shape, couplings.W_f.shape
    ((1, 100, 100), (1, 50, 100), (1, 100, 3))
    >>> couplings.network()
    Network(N=100, J_D=0.3)
    >>> couplings.J[:] += 1
    >>> couplings.reset_diagonals()  # the self-coupling is not learned
    >>> couplings
    Couplings(...self_coupling=0.3, lam=0.0)
    """

    J: Array
    W_in: Array
    W_f: Array
    W_b: Array
    A: Array
    R: Array
    W_io: Array
    bias: Array
    self_coupling: float
    lam: float

    def __post_init__(self) -> None:
        for name in ("self_coupling", "lam"):
            domains.real(name, getattr(self, name), 0)
        for name, array in self.arrays.items():
            if not isinstance(array, np.ndarray):
                raise TypeError(f"{name} must be an array of float32, got {array!r}")
            dimensions = 2 if name in ("W_io", "bias") else 3
            if array.dtype != np.float32 or array.ndim != dimensions:
                raise ValueError(
                    f"{name} must have {dimensions} dimensions of float32, got shape "
                    f"{array.shape} of {array.dtype}"
                )
            if not np.isfinite(array).all():
                raise ValueError(f"{name} must be finite, got NaN or infinity")
        L, H, N, C = self.L, self.H, self.N, self.C
        shapes = {
            "J": [(L, H, H)],
            "W_in": [(L, N, H), (1, N, H)],
            "W_f": [(L, H, C), (1, H, C)],
            "W_b": [(L, C, H), (1, C, H)],
            "A": [(L - 1, H, H), (0, H, H)],
            "R": [self.A.shape],
            "W_io": [(N, C), (0, C)],
            "bias": [(L, H)],
        }
        for name, allowed in shapes.items():
            if self.arrays[name].shape not in allowed:
                raise ValueError(
                    f"{name} must have shape {' or '.join(map(str, allowed))}, got "
                    f"{self.arrays[name].shape}"
                )

    @property
    def L(self) -> int:
        """Number of hidden layers."""
        return self.J.shape[0]

    @property
    def H(self) -> int:
        """Number of units in a layer."""
        return self.J.shape[1]

    @property
    def N(self) -> int:
        """Number of inputs."""
        return self.W_in.shape[1]

    @property
    def C(self) -> int:
        """Number of classes."""
        return self.W_f.shape[2]

    @property
    def arrays(self) -> dict[str, Array]:
        """All arrays by name, to be stored."""
        return {name: getattr(self, name) for name in ARRAYS}

    def reset_diagonals(self) -> None:
        """Give the couplings that are not learned their values again."""
        for matrices, value in ((self.J, self.self_coupling), (self.A, 0), (self.R, 0)):
            if len(matrices):
                matrices.reshape(len(matrices), -1)[:, :: self.H + 1] = value

    def network(self) -> networks.Network:
        """Return the hidden layers alone as a network of `networks`, for theory and for `bp`.

        Raises
        ------
        ValueError
            If neighbouring layers have dense couplings, which a `Network` has not.
        """
        if len(self.A):
            raise ValueError("a networks.Network has no dense couplings between layers")
        J = self.J.copy()
        J.reshape(self.L, -1)[:, :: self.H + 1] = 0
        incoming = J.swapaxes(1, 2)
        return networks.Network(
            incoming[0] if self.L == 1 else incoming, self.self_coupling, self.lam
        )


def draw(
    N: int, H: int, C: int, L: int, strengths: Strengths, rng: np.random.Generator
) -> Couplings:
    """Draw the couplings of a network: independent Gaussians of variance strength² / senders.

    `Recipe.check` is to be asked before whether the strengths fit the sizes.
    """
    own = rng.spawn(7)  # a strength that is zero must not change what else is drawn
    couplings = Couplings(
        J=np.stack([_internal(H, strengths, own[0]) for _ in range(L)]),
        W_in=_input(N, H, L, strengths, own[1]),
        W_f=_chain(L, strengths.lam_f_skip, strengths.lam_f, _gaussian(H, C, own[2])),
        W_b=_chain(L, strengths.lam_b_skip, strengths.lam_b, _gaussian(C, H, own[3])),
        A=_dense(H, L, strengths.lam_fc, own[4]),
        R=_dense(H, L, strengths.lam_fc, own[4]),
        W_io=np.float32(L * strengths.lam_io) * _gaussian(N if strengths.lam_io else 0, C, own[5]),
        bias=np.float32(strengths.bias) * own[6].standard_normal((L, H), dtype=np.float32),
        self_coupling=strengths.lam_int * strengths.J_D,
        lam=strengths.lam,
    )
    couplings.reset_diagonals()
    return couplings


def _gaussian(senders: int, receivers: int, rng: np.random.Generator) -> Array:
    """Return couplings that give every receiver a field of variance one."""
    G = rng.standard_normal((senders, receivers), dtype=np.float32)
    return G / np.float32(sqrt(max(senders, 1)))


def _internal(H: int, strengths: Strengths, rng: np.random.Generator) -> Array:
    J = gaussian_couplings(H, rng)
    if strengths.kept < 1:
        J *= (rng.random((H, H)) < strengths.kept) / np.float32(sqrt(strengths.kept))
    if strengths.symmetric:
        J = (J + J.T) / np.float32(2)
    return np.float32(strengths.lam_int) * J


def _input(N: int, H: int, L: int, strengths: Strengths, rng: np.random.Generator) -> Array:
    layers = L if strengths.input_to == "all" else 1
    if strengths.input_to == "clamp":
        W = np.eye(N, H, dtype=np.float32)[None]
    else:
        W = np.stack([_gaussian(N, H, rng) for _ in range(layers)])
    return np.float32(strengths.lam_in) * W


def _chain(L: int, skip: float, last: float, G: Array) -> Array:
    """Return the couplings of the last layer, after those of all others if there are any."""
    factors = [skip] * (L - 1) + [last] if skip else [last]
    return np.stack([np.float32(factor) * G for factor in factors])


def _dense(H: int, L: int, lam_fc: float, rng: np.random.Generator) -> Array:
    layers = L - 1 if lam_fc else 0
    matrices = [np.float32(lam_fc) * gaussian_couplings(H, rng) for _ in range(layers)]
    return np.array(matrices, dtype=np.float32).reshape(layers, H, H)
