"""Every stored variable says what it is, in the words of today."""

import re

import pytest

from figures import catalogue
from figures.gallery import stored
from figures.gallery.described import describe
from figures.shared import words as shared
from figures.shared.words import ENDS, VOCABULARY, Words, words

UNITS = {"1", "s", "Hz"}  # all that UDUNITS knows by these names, and figures need


@pytest.mark.parametrize(
    ("text", "parts", "description"),
    [
        ("self-coupling J_D", ("self-coupling J_D", "1", ""), "Self-coupling J_D."),
        ("centre [Hz]: of a band", ("centre", "Hz", "of a band"), "Centre: of a band."),
        ("z: more: and more", ("z", "1", "more: and more"), "Z: more: and more."),
        ("λ_a at half", ("λ_a at half", "1", ""), "λ_a at half."),
    ],
)
def test_a_text_has_parts(text, parts, description):
    found = Words.read(text)
    assert (found.long_name, found.units, found.more) == parts
    assert found.description == description


@pytest.mark.parametrize("text", ["", ": more", "a [s] b", "a [s", "a []", "a:more [s]: x[", " "])
def test_what_is_no_description_is_refused(text):
    with pytest.raises(ValueError, match="a description is of the form 'long name"):
        words("x", {"x": text})


def test_ends_of_names_say_more():
    own = {"rate": "rate of decay [s-1]: of the slowest mode", "odd_z": "height [m]"}
    error = Words("rate of decay, one standard error", "s-1")
    assert words("rate_error", own) == error
    assert words("rate_z", own).units == words("rate_deviation", own).units == "1"
    assert words("odd_z", own) == Words("height", "m"), "its own words come first"
    assert words("checked_J_D", {}) == words("J_D_checked", {})
    assert words("J_D", {"J_D": "another"}).long_name == "another"
    for name in ("rate", "rate_error", "_error", "checked_", "checked_rate", "errors"):
        with pytest.raises(KeyError):
            words(name, {})


def test_all_texts_are_descriptions():
    for name in VOCABULARY:
        assert words(name, {}).long_name
    for end, form in ENDS.items():
        assert end.startswith("_")
        assert form.format("x").startswith("x, ")
    assert VOCABULARY is shared.VOCABULARY


@pytest.mark.parametrize("name", catalogue.names())
def test_what_is_stored_says_what_it_is(name):
    data = stored.load(name)
    today = describe(name, data)
    for variable, values in data.variables.items():
        said = {key: values.attrs.get(key) for key in ("long_name", "units", "description")}
        again = today[variable].attrs
        assert said == {key: again[key] for key in said}, "python -m figures.gallery.stored"
        assert said["units"] in UNITS
        assert re.fullmatch(r"\S.*[^\s.]\.", said["description"])
    assert data.attrs["title"] == catalogue.load(name).title
    assert data.attrs["Conventions"].startswith("CF-")


def test_nothing_is_described_that_is_not_stored():
    for chapter in catalogue.chapters():
        modules = {name: catalogue.load(name) for name in chapter.names}
        parts = [stored.load(name) for name in chapter.names]
        used = {str(key) for data in parts for key in (*data.variables, *data.dims)}
        bases = {key.removesuffix(end) for key in used for end in ENDS} | used
        for name, module in modules.items():
            assert not set(module.variables) - bases, name
