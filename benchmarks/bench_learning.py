"""Training, event-driven against dense, its matrix products, and a network of scikit-learn.

All train on the same inputs, signs of 100 random projections of small digits, after some epochs
that make the learners trained ones. The products that no step of this model can do without are the
input's, one of the states with the couplings, and the two updates. The last row is about inputs of
the size of MNIST: what `fit` does to check them and to take them in batches, in a single epoch.
"""

from collections.abc import Callable, Iterator

import numpy as np
from sklearn.neural_network import MLPClassifier

import learning
from benchmarks.row import Row, absolute, in_turn, over_limit, over_ours
from learning.plasticity.steps import accumulate
from learning.relaxation.threads import one_thread
from learning.steered.labels import encoded

REPEATS, TRAINED = 7, 8  # rounds, and epochs before them


def rows() -> Iterator[Row]:
    digits = learning.load_digits()
    X = learning.EntangledProjection(100, random_state=1).fit_transform(digits.X)
    for H, batch, wanted in ((400, 16, 5.0), (1600, 16, 5.0), (400, 256, 3.0)):
        yield from training(X, digits.y, H, batch, wanted)
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


def trained(X: np.ndarray, y: np.ndarray, H: int, batch: int, engine: str) -> learning.Learner:
    rng = np.random.default_rng(1)
    learner = learning.Learner.draw(100, H, 10, 1, learning.recipe("G2"), rng=rng, engine=engine)
    for _ in range(TRAINED):
        learner.epoch(X, y, batch)
    return learner


def products(learner: learning.Learner, X: np.ndarray, batch: int) -> None:
    """Do the products of an epoch on numbers of the right shapes."""
    J, W_in = learner.couplings.J[0].copy(), learner.couplings.W_in[0].copy()
    s = np.sign(X[:batch] @ W_in)
    fixed, f = np.empty_like(s), np.empty_like(s)
    with one_thread():
        for start in range(0, len(X) - batch + 1, batch):
            x = X[start : start + batch]
            np.matmul(x, W_in, out=fixed)
            np.matmul(s, J, out=f)
            accumulate(J, s, s, 1e-9)
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
