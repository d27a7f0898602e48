"""What a step of training costs, event-driven against dense, and against its matrix products.

    python benchmarks/bench_learning.py [REPEATS]

Both engines train the same network on the same inputs (signs of N = 100 random projections of small
digits), after some epochs that make it a trained one. The limit is the time of the products that no
step of this model can do without: the input's, one of the states with the couplings, and the two
updates; `dense / products` is what no ratio of engines can pass. Times are CPU seconds of one
thread; a round measures all three one after the other, and the medians of the rounds' ratios are
printed.
"""

import sys
import time
from collections.abc import Callable
from statistics import median

import numpy as np

import learning
from learning.learner import one_thread
from learning.plasticity import accumulate

REPEATS, TRAINED = 7, 8  # rounds, and epochs before them


def seconds(function: Callable[[], object]) -> float:
    start = time.process_time()
    function()
    return time.process_time() - start


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


def entangled() -> tuple[np.ndarray, np.ndarray]:
    digits = learning.load_digits()
    return learning.EntangledProjection(100, random_state=1).fit_transform(digits.X), digits.y


def compared(H: int, batch: int, repeats: int) -> tuple[float, float, float]:
    """Return dense / events, events / products, and samples a second of the events."""
    X, y = entangled()
    events, dense = (
        learning.Learner.draw(
            100, H, 10, 1, learning.recipe("G2"), np.random.default_rng(1), engine=engine
        )
        for engine in ("events", "dense")
    )
    for learner in (events, dense):
        for _ in range(TRAINED):
            learner.epoch(X, y, batch)
    ratios, limits, rates = [], [], []
    for _ in range(repeats):
        fast = seconds(lambda: events.epoch(X, y, batch))
        slow = seconds(lambda: dense.epoch(X, y, batch))
        bare = seconds(lambda: products(events, X, batch))
        ratios.append(slow / fast)
        limits.append(fast / bare)
        rates.append(len(X) / fast)
    return median(ratios), median(limits), median(rates)


def inference(H: int, batch: int, repeats: int) -> float:
    """Return dense / events of inference."""
    X, y = entangled()
    learner = learning.Learner.draw(100, H, 10, 1, learning.recipe("G2"), np.random.default_rng(1))
    for _ in range(TRAINED):
        learner.epoch(X, y, batch)
    ratios = []
    for _ in range(repeats):
        times = {}
        for learner.engine in ("events", "dense"):
            times[learner.engine] = seconds(lambda: learner.logits(X))
        ratios.append(times["dense"] / times["events"])
    return median(ratios)


def main(repeats: int = REPEATS) -> None:
    for H, batch, wanted in ((400, 16, 5.0), (1600, 16, 5.0), (400, 256, 3.0)):
        ratio, limit, rate = compared(H, batch, repeats)
        word = "ok" if ratio >= wanted else "MISSED"
        print(f"dense / events, H = {H}, B = {batch:<19} {ratio:7.2f}  (>= {wanted})  {word}")
        print(f"    dense / products {ratio * limit:.2f}, {rate:,.0f} samples a second")
    print(f"inference, dense / events, H = 400{inference(400, 256, repeats):20.2f}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
