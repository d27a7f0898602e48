"""How many threads the matrix products use."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from threadpoolctl import ThreadpoolController


@contextmanager
def one_thread() -> Iterator[None]:
    """Keep BLAS to one thread: on matrices of these sizes more of them wait for each other."""
    # SciPy, and kernels that multiply, bring a BLAS beside that of NumPy
    with _libraries("scipy.linalg" in sys.modules).limit(limits=1, user_api="blas"):
        yield


@lru_cache
def _libraries(with_scipy: bool) -> "ThreadpoolController":
    """Find the libraries of BLAS, which takes 3 ms, longer than many a product."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()
