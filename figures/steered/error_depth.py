"""Whether depth helps: chains of layers under the error rule and under the margin rule."""

from typing import TYPE_CHECKING, Any

import numpy as np

import learning
import sweeps
from figures.steered import reference_learner
from figures.steered.chains import DRAWN, RULES, Search, made, searched
from figures.steered.competitors import COMPETITORS
from figures.steered.entangled import PIXELS, N, entangled
from figures.steered.reference_learner import held, recomputed

if TYPE_CHECKING:
    import xarray
    from matplotlib.figure import Figure

    from figures.chapter import Run, Table

title = "Accuracy against depth"
equation = (
    r"s_i^l \leftarrow \operatorname{sign} \Big( \sum_j J_{ij}^l s_j^l + J_D s_i^l "
    r"+ \lambda s_i^{l-1} + \sum_j A_{ij}^l s_j^{l-1} \Big) "
    r"\quad \Delta J_{ij}^l \propto d_i^l s_j^l, \quad d^l = W_\mathrm{b}^l e \text{ in the window}"
)
caption = (
    "Digits, behind a random projection on N = 100 signs, in chains of L layers of H units: the "
    "input acts on the first, the readout reads the last, and what it sends back goes to every "
    "layer. Left: accuracy on new digits against L, with one standard error over projections and "
    "networks, in synchronous order (full) and one unit after the other (dotted). Right: the same "
    "chains in synchronous order against the number of all their units (full), and one layer of "
    "as many (dashed). Error rule: the network settles freely, and the error of the readout is "
    "sent back, through couplings that are learned, or random for ever (frozen). Margin rule: it "
    "is steered to the label, as published. For each rule and each L the same small search chose "
    "the couplings between layers (λ = 1, 2, 4 between equal units, or dense ones, A, that are "
    "learned), the rates of J and A and of W_in, and the strength of the feedback: the recipe "
    "with λ = 2, and others evenly spread around it, twelve in all (quick: four), each trained "
    "for two epochs (quick: four) on 20,000 images (quick: 1137) and compared on 10,000 (quick: "
    "300) other training images; no test image was used. The one layer has the parameters of L = "
    "1, the asynchronous chain those of the synchronous one. The table has what was chosen, and "
    "the overlap of the last layer with the first (1: a copy). Quick size: small digits minus "
    "their mean; full size: 60,000 of MNIST."
)

QUICK = Search("centred digits", 300, 1137, 60, 4, 4)
FULL = Search("mnist", 10_000, 20_000, 100, 2, 12)
ORDERS = ("synchronous", "asynchronous")


def tested(
    dataset: str,
    rule: str,
    index: int,
    L: int,
    H: int,
    order: str,
    epochs: int,
    engine: str,
    rng: np.random.Generator,
) -> dict[str, float]:
    """Train a chain; return its accuracy, and how far its last layer copies the first.

    That is the overlap of their states for new digits.
    """
    data = entangled(dataset, rng)
    recipe = made(rule, L, index, epochs, order)
    network = learning.SteeredClassifier(
        H, L=L, epochs=epochs, recipe=recipe, engine=engine, random_state=rng
    ).fit(data.X, data.y)
    s = network.learner_.states(data.X_test)
    return {
        "test": float(network.score(data.X_test, data.y_test)),
        "copied": float(np.mean(s[0] * s[-1], dtype=float)),
    }


def checked(
    dataset: str, rule: str, L: int, index: int, H: int, rng: np.random.Generator
) -> dict[str, float]:
    """Compare a chain with double precision."""
    return recomputed(entangled(dataset, rng, 500), H, L, made(rule, L, index), rng)


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Choose the parameters of chains of all lengths, and train them, and single layers."""
    import xarray

    search, lengths = (FULL, [1, 2, 3, 5, 7]) if full else (QUICK, [1, 2, 4])
    epochs, replicas = (4, 3) if full else (6, 2)
    found = searched(run, search, lengths)
    H, chosen = search.H, {rule: found["chosen"].sel(rule=rule).values.tolist() for rule in RULES}
    cases = [(rule, *own) for rule in RULES for own in zip(lengths, chosen[rule], strict=True)]
    wide = [(rule, 1, chosen[rule][0], L * H) for rule in RULES for L in lengths[1:]]
    shared: dict[Any, list[Any]] = {"dataset": [search.dataset], "epochs": [epochs]}
    chains = {**shared, ("rule", "L", "index"): cases, "H": [H], "order": list(ORDERS)}
    layers = {**shared, ("rule", "L", "index", "H"): wide, "order": [ORDERS[0]]}
    data = _by(run(tested, {**chains, "engine": ["events"]}, replicas=replicas), "L").squeeze(
        "H", True
    )
    one = _by(run(tested, {**layers, "engine": ["compiled"]}, replicas=replicas), "H").squeeze(
        "order", True
    )
    one = one.assign_coords(H=lengths[1:]).drop_vars("L").rename(H="L")
    same = data.sel(order=ORDERS[0], L=[1], drop=True)
    layer = xarray.concat([same, one], "L")[["test", "test_error"]]
    data = data.assign({f"layer_{name}": values for name, values in layer.items()})
    checks = run(checked, {"dataset": [search.dataset], ("rule", "L", "index"): cases, "H": [H]})
    data = data.assign(held(checks)).merge(found)
    return data.assign_attrs(images=PIXELS[search.dataset], epochs=epochs, H=H)


def _by(found: "xarray.Dataset", axis: str) -> "xarray.Dataset":
    """Return means over networks by rule and `axis`, which a sweep went through together."""
    (together,) = map(str, found["rule"].dims)
    data = sweeps.summary(found).squeeze(["dataset", "epochs", "engine"], drop=True)
    data = data.drop_vars(["seconds", "failed"], errors="ignore")
    indices: dict[Any, list[str]] = {together: ["rule", axis]}
    data = data.set_index(indices).unstack(together)
    return data.drop_vars("index", errors="ignore").sel(rule=list(RULES))


variables = {
    **reference_learner.variables,
    "test": "accuracy on new images",
    "copied": "overlap of the last layer with the first, for new images: 1 is a copy",
    "layer_test": "accuracy on new images of one layer with as many units as the chain",
    "held_accuracy": "accuracy on training images that were held back, of a configuration",
    "chosen": "number of the best configuration",
    "lam": (
        "excitatory coupling λ between layers, chosen: 0 stands for dense couplings that are "
        "learned"
    ),
    "lr_in": "factor of the recipe's rate of the input, chosen",
    "lr_J": "factor of the recipe's rate of the couplings, chosen",
    "lam_b": "factor of the recipe's strength of the feedback, chosen",
    "rule": "learning rule",
    "order": "order of updates",
    "index": "number of the configuration",
    "checked_rule_L_index": "chain that was computed a second time, counted from 0",
}

unjudged = {
    "what was reached: no theory of it": (
        "test",
        "test_error",
        "layer_test",
        "layer_test_error",
        "copied",
        "copied_error",
        "held_accuracy",
        "chosen",
        "lam",
        *DRAWN,
    ),
}


compared = reference_learner.compared


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw accuracies against the number of layers, and against that of all units."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.2, 4.0))
    left, right = figure.subplots(1, 2, sharey=True)
    L, H = data["L"].values, data.attrs["H"]
    for number, (rule, marker) in enumerate(zip(RULES, "sDo", strict=True)):
        one, style = data.sel(rule=rule), {"color": f"C{number}", "ms": 4, "mfc": "w"}
        lines = [
            (left, L, one.sel(order=order), "test", line)
            for order, line in zip(ORDERS, ("-", ":"), strict=True)
        ]
        lines.append((right, L * H, one.sel(order=ORDERS[0]), "test", "-"))
        lines.append((right, L * H, one, "layer_test", "--"))
        for ax, x, found, name, line in lines:
            bars = (found[name], found[f"{name}_error"])
            ax.errorbar(x, *bars, marker=marker, ls=line, **style)
        right.plot([], [], marker=marker, label=COMPETITORS[rule].label, **style)
    for words, line in (("chains", "-"), ("one unit after the other", ":"), ("one layer", "--")):
        right.plot([], [], color="0.3", ls=line, label=words)
    left.set(xlabel="layers $L$", ylabel="accuracy on new digits", title=f"layers of $H = {H}$")
    left.set_xticks(L)
    right.set(xlabel="hidden units in all", title="against as many in one layer")
    right.set_xticks(L * H)
    figure.legend(*right.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    figure.suptitle(
        f"{data.attrs['images']}, $N = {N}$, {data.attrs['epochs']} epochs", fontsize="medium"
    )
    return figure


def table(data: "xarray.Dataset") -> "Table":
    """Return accuracies on new digits, and the parameters that were chosen."""
    header = ("rule", "L", *ORDERS, "one layer of LH", "copied", "λ", *(f"× {n}" for n in DRAWN))
    rows = []
    for rule in RULES:
        for L in data["L"].values:
            one = data.sel(rule=rule, L=L)
            means = [(one["test"].sel(order=o), one["test_error"].sel(order=o)) for o in ORDERS]
            means.append((one["layer_test"], one["layer_test_error"]))
            lam = f"{float(one['lam']):g}" if one["lam"] else "dense"
            rows.append(
                (
                    COMPETITORS[rule].label,
                    f"{L}",
                    *(f"{float(mean):.4f} ± {float(error):.4f}" for mean, error in means),
                    f"{float(one['copied'].sel(order=ORDERS[0])):.2f}" if L > 1 else "",
                    lam if L > 1 else "",
                    *(f"{float(one[name]):g}" for name in DRAWN),
                )
            )
    return header, rows
