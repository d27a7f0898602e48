"""How the parameters of learners are chosen: by one search for all, on images held back."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

import learning
from figures.steered.competitors import COMPETITORS, configuration, trained
from figures.steered.entangled import N, images

if TYPE_CHECKING:
    import xarray

    from figures.chapter import Run


class Rung(NamedTuple):
    """One round of the search: the best so far, trained for longer.

    Attributes
    ----------
    kept
        How many configurations are tried.
    epochs
        How long they are trained.
    projections
        On how many random projections of the images.
    """

    kept: int
    epochs: int
    projections: int


class Search(NamedTuple):
    """A search on images of a data set, of which some are held back, for networks of H units."""

    dataset: str
    held: int
    H: int
    rungs: tuple[Rung, ...]


QUICK = Search("centred digits", 300, 60, (Rung(4, 2, 1), Rung(2, 4, 1)))
FULL = Search("mnist", 10_000, 400, (Rung(40, 2, 1), Rung(12, 6, 1), Rung(4, 12, 2)))


def held_back(
    dataset: str,
    held: int,
    name: str,
    index: int,
    H: int,
    epochs: int,
    projection: int,
    engine: str,
    rng: np.random.Generator,
) -> float:
    """Return the accuracy of a configuration on training images that were held back."""
    data = images(dataset)
    same = np.random.default_rng([projection, 77])  # for all configurations
    project = learning.EntangledProjection(N, random_state=same).fit(data.X[:1])
    order = same.permutation(len(data.X))
    X, y = project.transform(data.X), data.y
    rest, own = order[held:], order[:held]
    part = learning.Split(X[rest], y[rest], X[own], y[own], data.name)
    network = trained(name, configuration(name, index), part, H, epochs, rng, engine)
    return float(network.score(part.X_test, part.y_test))


variables = {
    "held_accuracy": "accuracy on training images that were held back, in falling order",
    "chosen": "number of the configuration that was chosen",
    "competitor": "learner whose parameters were chosen",
    "rung_epochs": "number of epochs of training in a round of the search",
    "rung": "round of the search",
    "tried": "place of the configuration in its round",
}


def searched(
    run: "Run", search: Search, names: Sequence[str] = tuple(COMPETITORS)
) -> "xarray.Dataset":
    """Search for competitors.

    Returns
    -------
    `held_accuracy` over `competitor`, `rung` and `tried`, in falling order; `chosen`, the number
    of the best configuration of the last rung.
    """
    import xarray

    accuracy = np.full((len(names), len(search.rungs), search.rungs[0].kept), np.nan)
    chosen = []
    for row, name in enumerate(names):
        best = np.arange(search.rungs[0].kept)
        for column, rung in enumerate(search.rungs):
            grid = {
                "dataset": [search.dataset],
                "held": [search.held],
                "name": [name],
                "index": best[: rung.kept].tolist(),
                "H": [search.H],
                "epochs": [rung.epochs],
                "projection": list(range(rung.projections)),
                "engine": ["compiled"],
            }
            found = (
                run(held_back, grid)["result"].mean(["projection", "replica"]).squeeze(drop=True)
            )
            order = np.argsort(-found.values, kind="stable")
            accuracy[row, column, : rung.kept] = found.values[order]
            best = found["index"].values[order]
        chosen.append(int(best[0]))
    return xarray.Dataset(
        {
            "held_accuracy": (("competitor", "rung", "tried"), accuracy),
            "chosen": ("competitor", chosen),
        },
        {
            "competitor": list(names),
            "rung_epochs": ("rung", [r.epochs for r in search.rungs]),
        },
    )
