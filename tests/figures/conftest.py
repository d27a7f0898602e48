"""What tests of pages measure."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def probe():
    """Return the script that measures what a page looks like to its reader."""
    return Path(__file__).with_name("probe.js").read_text(encoding="utf-8")
