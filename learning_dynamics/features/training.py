"""Two layers that learn modular addition from a part of the table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from foundation import domains
from foundation.axes import axes_of
from foundation.domains import Floats
from foundation.errors import ConvergenceError
from learning_dynamics.features.table import ModularAddition

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LEARNED = 0.99  # accuracy
_MEAN, _SQUARE, _SMALL = 0.9, 0.999, 1e-8  # of Adam


@dataclass(frozen=True, eq=False, repr=False)
class Grokking:
    """How a network has learned a part of a table, and whether it knows the rest.

    Attributes
    ----------
    epochs
        Epochs at which it was asked.
    train, test
        Accuracy on its pairs and on all others; nan if there are no others.
    memorised, generalised
        First of these epochs with an accuracy above 0.99; None if there is none.
    converged
        Whether all epochs were made, with finite numbers.
    status
        What happened, and what to do about it.

    Examples
    --------
    >>> import learning_dynamics as ld
    >>> table = ld.ModularAddition.draw(M=7, pairs=40, rng=1)
    >>> found = ld.train_addition(table, nodes=32, decay=2e-4, epochs=300, rng=1)
    >>> found
    Grokking(300 epochs, accuracy 1.00 of its pairs, ... of the others)
    >>> found.converged, found.memorised < 300
    (True, True)
    >>> found.plot().get_ylabel()
    'accuracy'
    """

    epochs: npt.NDArray[np.int64]
    train: Floats
    test: Floats
    memorised: int | None
    generalised: int | None
    converged: bool
    status: str

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Plot both accuracies against the epoch.

        Parameters
        ----------
        ax
            Where to draw; None for a new figure.

        Returns
        -------
        The axes.

        Raises
        ------
        TypeError
            If `ax` is neither axes nor None.
        """
        ax = axes_of(ax)
        ax.plot(self.epochs, self.train, label="its pairs")
        ax.plot(self.epochs, self.test, label="the others")
        ax.set(xlabel="epoch", ylabel="accuracy", xscale="log")
        ax.legend()
        return ax

    def __repr__(self) -> str:
        return (
            f"Grokking({self.epochs[-1]} epochs, accuracy {self.train[-1]:.2f} of its pairs, "
            f"{self.test[-1]:.2f} of the others)"
        )


def train_addition(
    table: ModularAddition,
    nodes: int = 256,
    decay: float = 2e-4,
    epochs: int = 800,
    rate: float = 2e-3,
    every: int = 10,
    *,
    rng: int | np.random.Generator | None = None,
    throw: bool = True,
) -> Grokking:
    r"""Train hidden nodes and readout on a table, by Adam on all of its pairs at once.

    The network is :math:`\hat Y = (X W)^2 V` with centred outputs; the loss is
    :math:`|\hat Y - Y|^2/n + \tfrac\eta2 (|W|^2 + |V|^2)`, with the decay in the loss. Initial
    weights are uniform, in ± 1 over the root of 2 M and of the number of nodes.

    Parameters
    ----------
    table
        A part of the table.
    nodes
        Number of hidden nodes.
    decay
        Weight decay :math:`\eta`, >= 0.
    epochs
        Number of epochs.
    rate
        Rate of Adam, > 0.
    every
        Epochs between two looks at the accuracy.
    rng
        A seed, a generator, or None for a fresh seed.
    throw
        Whether to raise if the weights diverge; otherwise the result says so.

    Returns
    -------
    Grokking.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.
    ConvergenceError
        If the weights diverge, and `throw`.

    References
    ----------
    `docs/theory/feature-emergence.md`.

    Examples
    --------
    >>> import learning_dynamics as ld
    >>> few = ld.ModularAddition.draw(M=7, pairs=25, rng=1)
    >>> found = ld.train_addition(few, nodes=32, epochs=300, rng=1)
    >>> bool(found.train[-1] > found.test[-1])
    True
    """
    domains.instance("table", table, ModularAddition)
    nodes, epochs = domains.integer("nodes", nodes), domains.integer("epochs", epochs)
    decay = domains.real("decay", decay, low=0)
    rate = domains.real("rate", rate, low=0, high=np.inf, exclusive=True)
    every, rng = domains.integer("every", every), domains.generator(rng)
    throw = domains.boolean("throw", throw)
    M = table.M
    W = rng.uniform(-1, 1, (2 * M, nodes)) / np.sqrt(2 * M)
    V = rng.uniform(-1, 1, (nodes, M)) / np.sqrt(nodes)
    train, test = _halves(table)
    adam, looks = [_Adam(W, rate), _Adam(V, rate)], []
    for epoch in range(1, epochs + 1):
        with np.errstate(over="ignore", invalid="ignore"):
            gradients = _gradients(table, W, V, decay)
            for one, gradient in zip(adam, gradients, strict=True):
                one.step(gradient, epoch)
        if epoch % every == 0 or epoch == epochs:
            if not np.isfinite(W).all():
                break
            looks.append((epoch, _accuracy(M, W, V, train), _accuracy(M, W, V, test)))
    converged = bool(np.isfinite(W).all() and np.isfinite(V).all())
    status = (
        f"All {epochs} epochs were made."
        if converged
        else f"Diverged before epoch {epoch}; lower the rate."
    )
    if not looks or (throw and not converged):
        raise ConvergenceError(status)
    at, known, rest = (np.array(column) for column in zip(*looks, strict=True))
    return Grokking(at, known, rest, _first(at, known), _first(at, rest), converged, status)


class _Adam:
    """Adam, on one array in place."""

    def __init__(self, weights: Floats, rate: float) -> None:
        self.weights, self.rate = weights, rate
        self.mean, self.square = np.zeros_like(weights), np.zeros_like(weights)

    def step(self, gradient: Floats, number: int) -> None:
        self.mean += (1 - _MEAN) * (gradient - self.mean)
        self.square += (1 - _SQUARE) * (gradient**2 - self.square)
        root = np.sqrt(self.square / (1 - _SQUARE**number)) + _SMALL
        self.weights -= self.rate / (1 - _MEAN**number) * self.mean / root


def _gradients(table: ModularAddition, W: Floats, V: Floats, decay: float) -> tuple[Floats, Floats]:
    """Return the derivatives of the loss by both layers."""
    n = table.inputs.shape[0]
    pre = table.inputs @ W
    response = pre**2
    output = response @ V
    residual = output - output.mean(1, keepdims=True) - table.targets.toarray() + 1 / table.M
    residual *= 2 / n
    back = residual @ V.T
    back *= 2 * pre
    return table.inputs.T @ back + decay * W, response.T @ residual + decay * V


def _halves(table: ModularAddition) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the pairs of the table, and all others."""
    M, pairs = table.M, np.asarray(table.pairs)
    rest = np.setdiff1d(np.arange(M * M), pairs @ [M, 1])
    return pairs, np.stack(np.divmod(rest, M), axis=1)


def _accuracy(M: int, W: Floats, V: Floats, pairs: npt.NDArray[np.int64]) -> float:
    """Return the fraction of pairs whose sum has the largest output."""
    if not len(pairs):
        return np.nan
    x, y = pairs.T
    output = (W[x] + W[M + y]) ** 2 @ V
    return float(np.mean(output.argmax(1) == (x + y) % M))


def _first(epochs: npt.NDArray[np.int64], accuracy: Floats) -> int | None:
    found = epochs[accuracy > LEARNED]
    return int(found[0]) if len(found) else None
