"""Examples that are computed together, where that takes less time than one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from contrastive_ode.engine.arguments import Batch, NetArrays, flat, tape, workspace
from contrastive_ode.models.model import Model
from contrastive_ode.supervision.task import Task

LARGE = 2**16  # couplings in a right-hand side of all examples from which on BLAS is faster
ROWS = 128  # examples at most
GATHERED = 256  # factors of outer products, which are added as one product


def kernels_together(model: Model, task: Task, examples: int) -> Any:
    """Return the kernels for so many examples at once; None where they do not exist, or not pay."""
    dense = model.topology.dense and not model.system.threshold
    if not dense or task.initial or examples * model.N**2 < LARGE:
        return None
    kernels = model.batch_kernels(task.loss)
    return kernels if kernels.SEPARABLE else None


def batches(count: int) -> Iterator[slice]:
    """Yield parts of so many examples that are not too large for the cache of the processor."""
    parts = -(-count // ROWS)
    ends = [count * m // parts for m in range(parts + 1)]
    yield from (slice(a, b) for a, b in pairwise(ends))


def memory(model: Model, kernels: Any, net: NetArrays, rows: int, kept_steps: int = 0) -> Batch:
    """Return the memory for so many rows, and for the way back over so many steps."""
    N, size = model.N, model.size
    work, kept = workspace(rows, size), tape(kept_steps, rows, size)
    gathered = max(GATHERED // rows, 1) * rows
    fixed = np.empty((kernels.FIXED, N))
    kernels.prepare(net, fixed)
    return Batch(
        rows=work,
        flat=flat(work),
        tape=kept,
        flat_tape=type(kept)(*(a.reshape(*a.shape[:-2], rows * size) for a in kept)),
        scratch=np.empty((kernels.ROWS * rows, N)),
        fixed=fixed,
        left=np.empty((kernels.OUTER, gathered, N)),
        right=np.empty((kernels.OUTER, gathered, N)),
        sums=np.zeros((kernels.CONSTANT, N)),
        diagonal=np.empty(N),
        filled=np.zeros(1, dtype=np.int64),
    )


def doubled(examples: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return examples twice: for their free copies, then for the clamped ones."""
    return np.concatenate([examples, examples])
