"""What all tests share."""

import os
import sys

import pytest

# there is a worker for each core: threads of BLAS that wait for each other would take the cores
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


@pytest.fixture(autouse=True)
def _no_figure_stays_open():
    """Close what a result drew: an example leaves its figure open, as a user would see it."""
    yield
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close("all")
