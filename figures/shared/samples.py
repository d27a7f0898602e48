"""Samples of counts, compared with their exact means."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

import sweeps
from figures.shared.words import VOCABULARY

if TYPE_CHECKING:
    import xarray

BATCH = 50  # networks in one point of a sweep, so that a point outweighs its storage


def pooled(batches: "xarray.DataArray") -> "xarray.DataArray":
    """Return the samples of all batches of a sweep along the one dimension `replica`."""
    batch = f"{batches.name}_0"
    samples = batches.stack(sample=("replica", batch))
    return samples.drop_vars(["sample", "replica", batch], errors="ignore").rename(sample="replica")


def panel(name: str, data: "xarray.Dataset") -> "xarray.Dataset":
    """Return the data of one panel of a figure, all names starting with that of the panel."""
    return data.rename({old: f"{name}_{old}" for old in (*data.data_vars, *data.coords)})


def panel_words(prefix: str, what: str, *coordinates: str) -> dict[str, str]:
    """Return the descriptions of what `entropies` returns of `what`, with a prefix to all names.

    They are those of `figures.shared.words`, as are those of the coordinates.
    """
    entropy = f"entropy per neuron of {what}"
    own = {
        "entropy": f"{entropy}: logarithm of their mean number over networks, over the neurons",
        "error": f"{entropy}, one standard error",
        "exact": f"{entropy}, exact: logarithm of the exact mean number, over the neurons",
        "z": f"mean number of {what}, deviation from its exact value in standard errors",
        **{name: VOCABULARY[name] for name in coordinates},
    }
    return {f"{prefix}{name}": text for name, text in own.items()}


def entropies(
    counts: "xarray.DataArray",
    expected: "xarray.DataArray | Callable[..., npt.NDArray[np.float64]]",
    neurons: "xarray.DataArray | int",
) -> "xarray.Dataset":
    r"""Compare the mean of counts with its exact value, both as entropies per neuron.

    Parameters
    ----------
    counts
        One count a network, along the dimension `replica`.
    expected
        Exact mean, as an array or as a function of the coordinates of `counts`.
    neurons
        Number of neurons.

    Returns
    -------
    `entropy` :math:`= \frac1N \ln \bar\#` with `error`, nan where nothing was found; `exact`, nan
    where nothing can be; and `z`, the deviation of the mean count from its exact value in standard
    errors.
    """
    points = sweeps.compare(expected, counts).points
    found, possible = (points[name].where(points[name] > 0) for name in ("data", "theory"))
    return points[["z"]].assign(
        entropy=np.log(found) / neurons,
        error=points["error"] / (found * neurons),
        exact=np.log(possible) / neurons,
    )


def smooth_binomial(N: int) -> npt.NDArray[np.float64]:
    """Return h(k/N) - ln C(N, k) / N."""
    from scipy.special import betaln, entr

    k = np.arange(N + 1)
    return entr(k / N) + entr(1 - k / N) + (betaln(N - k + 1, k + 1) + np.log(N + 1)) / N
