"""What all tests share."""

import sys

import pytest


@pytest.fixture(autouse=True)
def _no_figure_stays_open():
    """Close what a result drew: an example leaves its figure open, as a user would see it."""
    yield
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close("all")
