"""Training, event-driven against dense, its matrix products, and networks of other libraries.

All train on the same inputs, signs of 100 random projections of small digits, after some epochs
that make the learners trained ones. The products that no step of this model can do without are the
input's, one of the states with the couplings, and the two updates, if the recipe learns them. The
compiled step is held against them for each recipe: it can be faster, as it adds up only rows that
want something. darnax trains a network of the same sizes by the published rule, in ten sweeps a
step too. The last row is about inputs of the size of MNIST: what `fit` does to check them and to
take them in batches, in a single epoch.
"""

import importlib.util
from collections.abc import Callable, Iterator

import numpy as np
from sklearn.neural_network import MLPClassifier

import learning
from benchmarks.by_darnax import epoch_by_darnax
from benchmarks.row import Row, absent, absolute, in_turn, over_limit, over_ours
from learning.fused.training import Training
from learning.plasticity.steps import accumulate
from learning.relaxation.threads import one_thread
from learning.steered.batches import Batches
from learning.steered.labels import encoded

REPEATS, TRAINED = 7, 8  # rounds, and epochs before them
ROUNDS = 21  # of the compiled step, which is held to a tight target
RECIPES = ("G2", "G1", "error", "error_margin")


def rows() -> Iterator[Row]:
    digits = learning.load_digits()
    X = learning.EntangledProjection(100, random_state=1).fit_transform(digits.X)
    for H, batch, wanted in ((400, 16, 5.0), (1600, 16, 5.0), (400, 256, 3.0)):
        yield from training(X, digits.y, H, batch, wanted)
    for H in (400, 1600):
        for name in RECIPES:
            yield compiled(X, digits.y, H, name)
        yield from compiled_beside_others(X, digits.y, H)
    yield inference(X, digits.y, 400, 256)
    yield door()


def training(X: np.ndarray, y: np.ndarray, H: int, batch: int, wanted: float) -> Iterator[Row]:
    events, dense = (trained(X, y, H, batch, engine) for engine in ("events", "dense"))
    times = in_turn(
        REPEATS,
        lambda: events.epoch(X, y, batch),
        lambda: dense.epoch(X, y, batch),
        lambda: products(events, X, batch),
        perceptron(X, y, H, batch),
    )
    what = f"an epoch of {len(X)} digits, H = {H}, B = {batch}"
    yield over_ours(what, "our dense engine", times[:, [0, 1]], wanted)
    yield over_limit(what, "its BLAS products", times[:, [0, 2]])
    yield over_limit(f"{what}, dense", "its BLAS products", times[:, [1, 2]])
    yield over_ours(what, "scikit-learn, MLPClassifier", times[:, [0, 3]])


def compiled(X: np.ndarray, y: np.ndarray, H: int, name: str, batch: int = 16) -> Row:
    """Compare the compiled step of a recipe, nothing around it, with its own products."""
    learner, steps = trained(X, y, H, batch, "compiled", name), len(X) // batch
    chosen = np.arange(steps * batch).reshape(steps, batch)
    given = Batches(X.astype(np.float32), y, None, chosen, 10, 0.0, learner.rng).part(0, steps)
    step = Training(learner.steps(), learner._phases, batch)
    times = in_turn(ROUNDS, lambda: step.learn(given), lambda: products(learner, X, batch))
    what = f"a compiled step of {name!r}, H = {H}, B = {batch}"
    return over_limit(what, "its BLAS products", times / steps, 1.1)


def compiled_beside_others(X: np.ndarray, y: np.ndarray, H: int, batch: int = 16) -> Iterator[Row]:
    ours, events = (trained(X, y, H, batch, engine) for engine in ("compiled", "events"))
    what = f"an epoch of {len(X)} digits, H = {H}, B = {batch}, compiled"
    functions = [lambda: ours.epoch(X, y, batch), lambda: events.epoch(X, y, batch)]
    darnax = "darnax (jax)"
    if importlib.util.find_spec("darnax"):
        functions.append(epoch_by_darnax(X, y, H, batch))
    times = in_turn(REPEATS, *functions)
    yield over_ours(what, "our event-driven engine", times[:, [0, 1]])
    yield (
        over_ours(what, darnax, times[:, [0, 2]], 8.0)
        if len(functions) > 2
        else absent(what, darnax)
    )


def trained(
    X: np.ndarray, y: np.ndarray, H: int, batch: int, engine: str, name: str = "G2"
) -> learning.Learner:
    rng = np.random.default_rng(1)
    recipe = learning.recipe(name, flipped=0.0, averaged=0.0, cooling=1.0)
    learner = learning.Learner.draw(100, H, 10, 1, recipe, rng=rng, engine=engine)
    for _ in range(TRAINED):
        learner.epoch(X, y, batch)
    return learner


def products(learner: learning.Learner, X: np.ndarray, batch: int) -> None:
    """Do the products of an epoch on numbers of the right shapes."""
    rule = learner.recipe.rule
    J, W_in = learner.couplings.J[0].copy(), learner.couplings.W_in[0].copy()
    s = np.sign(X[:batch] @ W_in)
    fixed, f = np.empty_like(s), np.empty_like(s)
    with one_thread():
        for start in range(0, len(X) - batch + 1, batch):
            x = X[start : start + batch]
            np.matmul(x, W_in, out=fixed)
            np.matmul(s, J, out=f)
            if rule.lr_J:
                accumulate(J, s, s, 1e-9)
            if rule.lr_in:
                accumulate(W_in, x, s, 1e-9)


def perceptron(X: np.ndarray, y: np.ndarray, H: int, batch: int) -> Callable[[], object]:
    """Return an epoch of back-propagation through one hidden layer of the same size."""
    peer = MLPClassifier(hidden_layer_sizes=(H,), batch_size=batch, random_state=1)
    X = X.astype(np.float32)
    return lambda: peer.partial_fit(X, y, classes=range(10))


def inference(X: np.ndarray, y: np.ndarray, H: int, batch: int) -> Row:
    events, dense = (trained(X, y, H, batch, engine) for engine in ("events", "dense"))
    times = in_turn(REPEATS, lambda: events.logits(X), lambda: dense.logits(X))
    return over_ours(f"inference of {len(X)} digits, H = {H}", "our dense engine", times)


def door() -> Row:
    """Measure what `fit` does to its inputs besides learning from them."""
    P, N, H, batch = 60_000, 784, 400, 16
    rng = np.random.default_rng(1)
    X, y = rng.choice(np.array([-1, 1], dtype=np.float32), size=(P, N)), rng.integers(0, 10, P)
    classifier = learning.SteeredClassifier(H, epochs=1, batch=batch, random_state=1)
    classifier.fit(X[:1000], y[:1000])
    truth, rows = classifier._validated(X, y)[1], rng.permutation(P)

    def prepared() -> None:
        inputs, labels = classifier._validated(X, y)
        encoded(labels, np.unique(labels))
        for chosen in rows.reshape(-1, batch):
            inputs.take(chosen, axis=0)

    times = in_turn(
        3, prepared, lambda: classifier.learner_._epoch(X, truth, rows, batch, pace=1.0)
    )
    what = f"checking and copying in `fit`, {P:,} x {N}, H = {H}"
    return absolute(what, 100 * float(np.median(times[:, 0] / times[:, 1])), "% of an epoch", 3.0)
