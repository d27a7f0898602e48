"""Chains of layers under several rules, and how what depth needs is chosen for them."""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

import learning
from figures.steered.competitors import COMPETITORS
from figures.steered.entangled import N, images

if TYPE_CHECKING:
    import xarray

    from figures.chapter import Run

RULES = ("error", "error_frozen", "margin")  # of the `COMPETITORS`
LAST = 0.1  # what all rates have fallen to in the last epoch
# where the search for chains begins: values of the error rule that were found by hand
BEGUN: dict[str, float] = {
    "J_D": 0.5,
    "lam_b": 1.0,
    "window": 3.0,
    "temperature": 2.0,
    "lr_J": 0.02,
    "lr_in": 1.0,
    "lr_W": 0.3,
    "flipped": 0.05,
}
DRAWN = {"lr_in": 3.0, "lr_J": 10.0, "lam_b": 3.0}  # the most by which a recipe's is changed


class Search(NamedTuple):
    """So many configurations, learned from P images of a data set, some others held back."""

    dataset: str
    held: int
    P: int
    H: int
    epochs: int
    tried: int


def configuration(index: int) -> dict[str, float]:
    """Return the couplings between layers, and by what numbers of a recipe are multiplied.

    The first is an excitatory coupling of 2, and the recipe as it is. The others go through four
    couplings in turn, and spread the factors evenly (a Weyl sequence).
    """
    lam = (2.0, 4.0, 0.0, 1.0)[index % 4]
    u = 2 * (index * np.sqrt([2, 3, 5]) % 1) - 1 if index else np.zeros(3)
    factors = {name: float(f"{DRAWN[name] ** x:.2g}") for name, x in zip(DRAWN, u, strict=True)}
    return {"lam": lam, "lam_fc": float(lam == 0), **factors}


def made(
    rule: str, L: int, index: int, epochs: int = 1, order: str = "synchronous"
) -> learning.Recipe:
    """Return a rule for L layers, to all of which the readout sends back, in a configuration."""
    _, name, fixed, _ = COMPETITORS[rule]
    assert name is not None
    begun = BEGUN if name == "error" else {}
    recipe, values = learning.recipe(name, **{**begun, **fixed}), configuration(index)
    lam_b = recipe.strengths.lam_b * values["lam_b"]
    return recipe.replace(
        lam=values["lam"],
        lam_fc=values["lam_fc"],
        lr_in=recipe.rule.lr_in * values["lr_in"],
        lr_J=recipe.rule.lr_J * values["lr_J"],
        lam_b=lam_b,
        lam_b_skip=lam_b,
        sweeps=L + 4,
        order=order,
        cooling=LAST ** (1 / max(epochs - 1, 1)),
    )


def held_back(
    dataset: str,
    held: int,
    P: int,
    rule: str,
    L: int,
    index: int,
    H: int,
    epochs: int,
    rng: np.random.Generator,
) -> float:
    """Return the accuracy of a configuration on training images that were held back."""
    data, same = images(dataset), np.random.default_rng([19, 77])  # for all configurations
    project = learning.EntangledProjection(N, random_state=same).fit(data.X[:1])
    own, rest = np.split(same.permutation(len(data.X))[: held + P], [held])
    network = learning.SteeredClassifier(
        H, L=L, epochs=epochs, recipe=made(rule, L, index, epochs), random_state=rng
    )
    network.fit(project.transform(data.X[rest]), data.y[rest])
    return float(network.score(project.transform(data.X[own]), data.y[own]))


def searched(run: "Run", search: Search, lengths: list[int]) -> "xarray.Dataset":
    """Search for all rules and lengths.

    Returns
    -------
    `held_accuracy` over `rule`, `L` and `index`; `chosen`, the number of the best configuration;
    and what that is.
    """
    import xarray

    shared = {"dataset": [search.dataset], "held": [search.held], "P": [search.P]}
    shared |= {"H": [search.H], "epochs": [search.epochs]}
    grid = {"rule": list(RULES), "L": lengths, "index": list(range(search.tried))}
    found = run(held_back, {**shared, **grid})["result"].squeeze([*shared, "replica"], drop=True)
    chosen = found.argmax("index").astype(int)
    best = {
        name: xarray.DataArray(
            [[configuration(index)[name] for index in row] for row in chosen.values.tolist()],
            dims=("rule", "L"),
        )
        for name in ("lam", *DRAWN)
    }
    return xarray.Dataset({"held_accuracy": found, "chosen": chosen, **best})
