"""What belief propagation returns."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class Marginals:
    r"""Marginals and entropy of the fixed points of one network.

    Attributes
    ----------
    magnetisations
        Mean of each neuron over the fixed points, weighted as asked for; the network's shape.
    fields
        The same as fields, :math:`\mathrm{atanh}\, m`, which do not saturate.
    entropy
        Bethe entropy in nats per neuron: the number of fixed points that carry the weight.
    free_entropy
        :math:`\frac1N \ln \sum e^{\sum_i \theta_i s_i}` over the fixed points.
    residual
        Largest change of a magnetisation in the last iteration. The error of the free entropy that
        comes from stopping there is of second order in it, as that is stationary; the error of the
        Bethe approximation itself is not known for one network (`docs/theory/message-passing.md`
        has it measured).
    iterations
        How many were made.
    converged
        Whether the residual fell below the tolerance.

    Examples
    --------
    >>> import bp
    >>> import networks
    >>> network = networks.Asymmetric(N=500, J_D=0.2).sample(rng=1)
    >>> marginals = bp.belief_propagation(network, field=0.3, rng=1)
    >>> marginals
    Marginals(entropy=0.113..., overlap=0.189..., residual=... after ... iterations)
    >>> marginals.magnetisations.shape
    (500,)
    """

    magnetisations: Floats
    fields: Floats
    entropy: float
    free_entropy: float
    residual: float
    iterations: int
    converged: bool

    @property
    def overlap(self) -> float:
        """Mean squared magnetisation: the overlap of two fixed points of the same cluster."""
        return float(np.mean(self.magnetisations**2))

    @property
    def status(self) -> str:
        """What happened, and what to do about it."""
        if self.converged:
            return f"Converged after {self.iterations} iterations."
        return (
            f"The residual is {self.residual:.1g} after {self.iterations} iterations, the maximum; "
            "raise max_iterations or damping."
        )

    def __repr__(self) -> str:
        end = "" if self.converged else ", not converged"
        return (
            f"Marginals(entropy={self.entropy:.6g}, overlap={self.overlap:.4g}, "
            f"residual={self.residual:.1g} after {self.iterations} iterations{end})"
        )
