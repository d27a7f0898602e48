"""A browser without a window for the tests of pages."""

import shutil
from dataclasses import dataclass, field
from pathlib import Path

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


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


@pytest.fixture(scope="session")
def probe():
    """Return the script that measures what a page looks like to its reader."""
    return Path(__file__).with_name("probe.js").read_text(encoding="utf-8")
