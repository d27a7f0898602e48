"""The couplings of a steered network."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

import networks
from foundation import domains

Array = npt.NDArray[np.float32]
ARRAYS = ("J", "W_in", "W_f", "W_b", "forward", "backward", "W_io", "bias")


@dataclass(eq=False)
class Couplings:
    r"""All couplings of a network of L layers of H units, N inputs and C classes.

    Every matrix is stored by sender: `J[l, j, i]` acts from unit j on unit i, and the row `J[l, j]`
    is all that unit j sends. So a flip adds one contiguous row to the fields, and a batch of states
    is multiplied as `s @ J`.

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
    forward, backward
        (L - 1, H, H), dense couplings from each layer to the next, and from that back to it; (0, H,
        H) if there are none. Their diagonals are zero: see `lam`.
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
    forward: Array
    backward: Array
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
            "forward": [(L - 1, H, H), (0, H, H)],
            "backward": [self.forward.shape],
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
        """All arrays by name."""
        return {name: getattr(self, name) for name in ARRAYS}

    def reset_diagonals(self) -> None:
        """Restore the couplings that are not learned."""
        held = ((self.J, self.self_coupling), (self.forward, 0), (self.backward, 0))
        for matrices, value in held:
            if len(matrices):
                matrices.reshape(len(matrices), -1)[:, :: self.H + 1] = value

    def network(self) -> networks.Network:
        """Return the hidden layers alone as a network of `networks`, for theory and for `bp`.

        Raises
        ------
        ValueError
            If neighbouring layers have dense couplings, which a `Network` does not have.
        """
        if len(self.forward):
            raise ValueError("a networks.Network has no dense couplings between layers")
        J = self.J.copy()
        J.reshape(self.L, -1)[:, :: self.H + 1] = 0
        incoming = J.swapaxes(1, 2)
        return networks.Network(
            incoming[0] if self.L == 1 else incoming, self.self_coupling, self.lam
        )
