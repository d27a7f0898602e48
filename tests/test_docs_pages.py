"""The pages of the documentation in a browser, as far as they have scripts of their own."""

import shutil
from pathlib import Path

import jinja2
import pytest

DOCS = Path(__file__).parents[1] / "docs"
PAGE = """<!DOCTYPE html>
<html lang="en" data-content_root="{root}">
<title>{title}</title>
{menu}
<script defer src="{root}_static/version-menu.js"></script>
</html>"""
LIST = """window.versionsOfThesePages = [
  { folder: "1.1", name: "1.1" },
  { folder: "1.0", name: "1.0" },
];"""


@pytest.fixture
def site(tmp_path):
    """Return a folder with two versions of two pages, the list of versions beside them."""
    template = jinja2.Template((DOCS / "_templates/versions.html").read_text())
    for version in ("1.1", "1.0"):
        for page, root in (("index.html", "./"), ("theory/clusters.html", "../")):
            menu = template.render(version=version, pathto=lambda name: f"{name}.html")
            file = tmp_path / version / page
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(PAGE.format(root=root, menu=menu, title=f"{version} {page}"))
        static = tmp_path / version / "_static"
        static.mkdir()
        shutil.copy(DOCS / "_static/version-menu.js", static)
    (tmp_path / "versions.js").write_text(LIST)
    return tmp_path


def test_the_menu_leads_to_another_version_from_a_disk(site, show):
    shown = show(site / "1.0/theory/clusters.html")
    menu = shown.page.get_by_label("Version of these pages")
    assert menu.locator("option").all_text_contents() == ["version 1.1 (newest)", "version 1.0"]
    assert menu.input_value() == "1.0"
    with shown.page.expect_navigation():
        menu.select_option("1.1")
    assert shown.page.title() == "1.1 index.html"
    assert all(address.startswith("file:") for address in shown.asked)


def test_a_version_that_is_not_listed_stays_what_it_is(site, show):
    (site / "1.0").rename(site / "mine")
    menu = show(site / "mine/index.html").page.get_by_label("Version of these pages")
    assert menu.locator("option:checked").text_content() == "version 1.0"


def test_pages_that_lie_alone_show_their_number(site, show):
    (site / "versions.js").unlink()
    page = show(site / "1.1/index.html").page
    assert page.locator(".versions a").get_attribute("href") == "versions.html"
    assert page.locator("select").count() == 0


def test_the_list_that_comes_with_the_package_can_be_read(site, show):
    shutil.copy(DOCS / "versions.js", site)
    menu = show(site / "1.1/index.html").page.get_by_label("Version of these pages")
    assert menu.locator("option").count() >= 2  # its own, and this one, which is not in it
