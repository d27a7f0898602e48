"""What clusters and their thresholds cost, against their limits and nested quadrature.

    python benchmarks/bench_replica.py [REPEATS]

The peer of `clusters` is the free entropy by `scipy.integrate.quad` in z of `quad` in t, with the
conjugate field by `brentq`. Both are compared with the twin to 15 digits, and the accuracy that
each reaches is printed beside the ratio of times. Medians are printed.
"""

import sys
import time
from collections.abc import Callable
from statistics import median

import numpy as np
from scipy import integrate, optimize, special

import replica
from replica import high_precision_clusters

POINT = (3.5, 0.1, 0.3)  # y, d, J_D of the comparison


def seconds(function: Callable[[], object]) -> float:
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def nested(y: float, d: float, J_D: float, tolerance: float) -> float:
    """Return the free entropy, plainly: the stationary point of two nested integrals."""
    q_1 = 1 - 2 * d
    root, sigma = np.sqrt(q_1), np.sqrt(2 * d)

    def integral(q_hat: float, f: Callable[[float, float], float]) -> float:
        field = np.sqrt(q_hat)
        reach = y * field + 8

        def over_t(z: float) -> float:
            up, down = (special.log_ndtr((J_D + s * root * z) / sigma) for s in (1, -1))

            def integrand(t: float) -> float:
                a, b = up + field * t, down - field * t
                return float(np.exp(y * np.logaddexp(a, b) - t * t / 2) * f(t, (a - b) / 2))

            return integrate.quad(integrand, -reach, reach, epsrel=tolerance, epsabs=0, limit=200)[
                0
            ]

        def over_z(z: float) -> float:
            return over_t(z) * np.exp(-z * z / 2) / np.pi  # twice the half z > 0

        points = (J_D / root,)
        return integrate.quad(over_z, 0, 9, points=points, epsrel=tolerance, epsabs=0)[0]

    def excess(log_q_hat: float) -> float:
        q_hat = float(np.exp(log_q_hat))
        total = integral(q_hat, lambda t, u: 1.0)
        coupled = integral(q_hat, lambda t, u: t * np.tanh(u)) / total / np.sqrt(q_hat)
        return coupled - q_1 * (y - 1) - 1

    guess = np.log(root * np.arctanh(root) / (1 + (y - 1) * q_1))
    q_hat = float(np.exp(optimize.brentq(excess, guess - 1, guess + 0.5, xtol=tolerance**0.5)))
    log_I = np.log(integral(q_hat, lambda t, u: 1.0))
    return float(log_I - q_hat * (q_1 * y * (y - 1) + y) / 2)


def against_nested_quadrature(repeats: int) -> float:
    exact = high_precision_clusters.clusters(*POINT, digits=15).free_entropy
    results: list[float] = []
    slow = seconds(lambda: results.append(nested(*POINT, tolerance=1e-12)))
    fast = median(seconds(lambda: replica.clusters(*POINT)) for _ in range(20 * repeats))
    own = replica.clusters(*POINT).free_entropy
    print(
        f"    quad in quad: {slow:.2f} s, error {abs(float(results[0] - exact)):.1e}; "
        f"clusters: {fast * 1e3:.2f} ms, error {abs(float(own - exact)):.1e} and both derivatives"
    )
    return slow / fast


def slowest_cluster(repeats: int) -> float:
    """Return the largest time of one state of at most 50 replicas, in milliseconds."""
    slowest = 0.0
    for y in (1.5, 2.0, 5.0, 20.0, 50.0):
        for d in (1e-3, 0.02, 0.3):
            for J_D in (0.0, 0.06, 0.5):
                point = (y, d, J_D)
                one = median(
                    seconds(lambda point=point: replica.clusters(*point))
                    for _ in range(2 * repeats)
                )
                slowest = max(slowest, 1e3 * one)
    return slowest


def main(repeats: int = 3) -> None:
    replica.clusters(*POINT)  # compiled
    d = np.geomspace(1e-3, 0.49, 100)
    curve = median(seconds(lambda: replica.local_entropy(d, 0.06)) for _ in range(repeats))
    rows = [
        ("clusters / ms, y <= 50, slowest of 45 states", slowest_cluster(repeats), "<=", 20),
        ("zero-complexity curve of 100 distances, seconds", curve, "<=", 5),
        *(
            (name, median(seconds(threshold) for _ in range(repeats)), "<=", 30)
            for name, threshold in (
                ("overlap_gap_threshold(2), seconds", lambda: replica.overlap_gap_threshold(2)),
                ("overlap_gap_threshold(), seconds", replica.overlap_gap_threshold),
                ("zero_complexity_gap_threshold(), s", replica.zero_complexity_gap_threshold),
                ("merging_threshold(), seconds", replica.merging_threshold),
            )
        ),
        ("quad in quad / clusters", against_nested_quadrature(repeats), ">=", 200),
    ]
    for name, measured, relation, limit in rows:
        good = measured <= limit if relation == "<=" else measured >= limit
        print(f"{name:48} {measured:9.2f}  ({relation} {limit})  {'ok' if good else 'MISSED'}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
