"""Threads that share a model get the numbers that they would get alone."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

import contrastive_ode as ode
from contrastive_ode import systems


def test_threads_share_a_model():
    N = 64
    model = systems.leaky_integrate_and_fire.on(ode.all_to_all(N, True))
    task = ode.Task(np.zeros(N), [N - 1], 2.0, 0.02, forces={0: 1.0}, target=0.5)
    starts = [np.random.default_rng(k).uniform(0.2, 1, model.P) for k in range(16)]
    alone = [ode.local_update(model, task, w).dw for w in starts]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda w: ode.local_update(model, task, w).dw, starts))
    assert all(np.array_equal(a, b) for a, b in zip(alone, together, strict=True))
