"""Clusters and their thresholds, against their targets and nested quadrature.

The peer of `clusters` is the free entropy by `scipy.integrate.quad` in z of `quad` in t, with the
conjugate field by `brentq`. Both are held against the twin of 15 digits.
"""

from collections.abc import Callable, Iterator
from statistics import median

import numpy as np
from scipy import integrate, optimize, special

import replica
from benchmarks.row import Row, absolute, cpu, in_turn, over_ours
from replica import high_precision

POINT = (3.5, 0.1, 0.3)  # y, d, J_D of the comparison


def rows() -> Iterator[Row]:
    yield nested_quadrature()
    yield absolute("clusters, y <= 50, slowest of 45 states", slowest_cluster(), "ms", 20)
    d = np.geomspace(1e-3, 0.49, 100)
    for what, call, limit in (
        ("curve of zero complexity, 100 distances", lambda: replica.local_entropy(d, 0.06), 5),
        ("overlap_gap_threshold(2)", lambda: replica.overlap_gap_threshold(2), 30),
        ("overlap_gap_threshold()", replica.overlap_gap_threshold, 30),
        ("zero_complexity_gap_threshold()", replica.zero_complexity_gap_threshold, 30),
        ("merging_threshold()", replica.merging_threshold, 30),
        ("cluster_stability_limit(0.3)", lambda: replica.cluster_stability_limit(0.3), 0.5),
        ("cluster_stability_limit(0.47)", lambda: replica.cluster_stability_limit(0.47), 0.5),
    ):
        yield absolute(what, median(cpu(call) for _ in range(3)), "s", limit)
    d_J_D = (0.1, 0.2)
    seconds = median(cpu(lambda: replica.quenched_local_entropy(*d_J_D)) for _ in range(3))
    yield absolute("quenched_local_entropy, one point", seconds, "s", 0.2)
    points = [(d, J_D) for d in (0.01, 0.03, 0.1, 0.4) for J_D in (0.1, 0.2, 0.5)]
    seconds = max(cpu(lambda at=at: replica.quenched_local_entropy(*at)) for at in points)
    yield absolute("quenched_local_entropy, slowest of 12 points", seconds, "s", 0.2)
    yield many_replicas()


def many_replicas() -> Row:
    """Compare the limit of many replicas with eighty of them, which come within 1e-5 of it."""
    d, J_D = 0.1, 0.2
    limit = replica.quenched_local_entropy(d, J_D).local_entropy
    assert abs(replica.quenched_clusters(80.0, d, J_D).local_entropy - limit) < 1e-5
    times = in_turn(
        3,
        lambda: replica.quenched_local_entropy(d, J_D),
        lambda: replica.quenched_clusters(80.0, d, J_D),
    )
    return over_ours("quenched_local_entropy", "80 replicas", times)


def nested_quadrature() -> Row:
    """Compare at equal accuracy: both err by less than 1e-12."""
    exact = float(high_precision.clusters(*POINT, digits=15).free_entropy)
    assert abs(nested(*POINT, tolerance=1e-12) - exact) < 1e-12
    assert abs(replica.clusters(*POINT).free_entropy - exact) < 1e-12
    calls = 20

    def ours() -> None:
        for _ in range(calls):
            replica.clusters(*POINT)

    times = in_turn(3, ours, lambda: nested(*POINT, tolerance=1e-12))
    times[:, 0] /= calls
    return over_ours("a cluster, with both derivatives", "scipy, quad in quad", times, 200)


def slowest_cluster() -> float:
    """Return the largest time of one state of at most 50 replicas, in milliseconds."""
    points = [
        (y, d, J_D)
        for y in (1.5, 2.0, 5.0, 20.0, 50.0)
        for d in (1e-3, 0.02, 0.3)
        for J_D in (0.0, 0.06, 0.5)
    ]
    replica.clusters(*POINT)
    return 1e3 * max(
        median(cpu(lambda point=point: replica.clusters(*point)) for _ in range(5))
        for point in points
    )


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
