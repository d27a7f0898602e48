"""What all tests share."""

import gc
import os
import shutil
import sys
from dataclasses import dataclass, field

import pytest
from numba.core import event

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")

# there is a worker for each core: threads of BLAS that wait for each other would take the cores
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def pytest_configure(config):
    """Where no bytecode is to be beside the sources, keep it with what pytest keeps.

    Some hundred processes start here: without any, each compiles its libraries for five seconds.
    """
    if os.environ.pop("PYTHONDONTWRITEBYTECODE", "") and hasattr(config, "cache"):
        os.environ["PYTHONPYCACHEPREFIX"] = str(config.cache.mkdir("bytecode"))


@pytest.hookimpl(wrapper=True)
def pytest_collection():
    """Let no test file compile anything before its tests run: all workers would, at once."""
    with event.install_recorder("numba:compile") as recorder:
        found = yield
    names = {compiled.data["dispatcher"].py_func.__qualname__ for _, compiled in recorder.buffer}
    if names:
        raise pytest.UsageError(f"to find the tests compiled {', '.join(sorted(names))}")
    # to look for garbage took a tenth of the time: tests are none, and compiling makes little
    gc.freeze()
    gc.set_threshold(20_000)
    return found


@pytest.fixture(autouse=True)
def _no_figure_stays_open():
    """Close what a result drew: an example leaves its figure open, as a user would see it."""
    yield
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close("all")


@pytest.fixture(scope="session")
def browser():
    """Start the Chromium that is installed, or skip the test where there is none."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        pytest.skip(f"no browser: none of {', '.join(BROWSERS)} is on the PATH")
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=program)
        yield chromium
        chromium.close()


@dataclass
class Shown:
    """A page in a tab of its own: what it asked of the network, and what it complained of."""

    page: object
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@pytest.fixture
def show(browser):
    """Return a function that opens a file in a window of some width."""
    contexts = []

    def opened(file, width=1280, scheme="light", scripts=True, fragment=""):
        small = width < 600
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            is_mobile=small,
            has_touch=small,
            java_script_enabled=scripts,
        )
        contexts.append(context)
        shown = Shown(context.new_page())
        shown.page.on("request", lambda request: shown.asked.append(request.url))
        shown.page.on("console", lambda message: shown.complaints.append(message.text))
        shown.page.on("pageerror", lambda error: shown.complaints.append(str(error)))
        shown.page.goto(file.as_uri() + fragment)
        return shown

    yield opened
    for context in contexts:
        context.close()
