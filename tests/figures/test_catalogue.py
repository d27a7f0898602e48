"""A chapter of one's own is a chapter like all others, and one that cannot be is refused."""

import pytest

import figures
import sweeps
from figures import catalogue
from figures.chapter import Chapter
from figures.command import main
from figures.gallery import Gallery

FIGURE = '''
    """A figure."""

    import numpy as np
    import xarray

    import sweeps

    title = "My figure"
    equation = r"\\frac{1}{2} < J_D"
    caption = "All that J_D does."
    variables = {"x": "what is given", "result": "what is measured [s]: with noise"}

    def measure(x, rng):
        return x + rng.standard_normal()

    def compute(run, full):
        data = sweeps.summary(run(measure, {"x": [1.0, 2.0]}, replicas=50))
        z = (data["result"] - data["x"]) / data["result_error"]
        return data.assign(z=z)

    def draw(data):
        from matplotlib.figure import Figure

        figure = Figure(figsize=(2, 2))
        figure.subplots().plot(data["x"], data["result"])
        return figure
'''


def chapter(package, *names, title="My own"):
    return Chapter(title, "What I ask.", (), names, package)


def test_a_figure_of_ones_own(package, tmp_path, capsys):
    catalogue.add(chapter(package("own_whole", my_figure=FIGURE), "my_figure"))
    assert "my_figure" in figures.NAMES
    assert catalogue.names()[-1] == "my_figure"
    main(["list", "own-whole"])
    assert capsys.readouterr().out.splitlines()[1].split() == ["my_figure", "My", "figure"]

    words = ["--output", str(tmp_path / "gallery")]
    main(["figure", "my-figure", "--jobs", "2", *words])
    assert "my_figure: theory and simulation agree: of 2 means" in capsys.readouterr().out
    assert (tmp_path / "gallery" / "my_figure.png").read_bytes().startswith(b"\x89PNG")
    stored = sweeps.load(tmp_path / "gallery" / "my_figure.nc")
    assert stored["result_error"].attrs == {
        "long_name": "what is measured, one standard error",
        "units": "s",
        "description": "What is measured, one standard error.",
    }
    assert stored["result"].attrs["description"] == "What is measured: with noise."
    page = (tmp_path / "gallery" / "index.html").read_text("utf-8")
    assert "<mfrac>" in page
    assert "All that <var>J</var><sub><var>D</var></sub> does." in page
    assert "What I ask." in page

    main(["recheck", *words])
    assert capsys.readouterr().out == "my_figure.measure: 3 of 3 the same\n"


def test_a_variable_without_description_is_refused(package, tmp_path):
    text = FIGURE.replace("variables", "forgotten")
    catalogue.add(chapter(package("own_mute", mute_figure=text), "mute_figure"))
    with pytest.raises(ValueError, match="mute_figure lacks result, result_error, x: write"):
        Gallery(tmp_path / "gallery", executor=1, progress=False).make("mute_figure")
    assert not list((tmp_path / "gallery").glob("*.nc"))


def test_again_it_replaces_itself_where_it_stands(package):
    name = package("own_again", one=FIGURE, two=FIGURE)
    catalogue.add(chapter(name, "one"))
    catalogue.add(chapter(package("own_last", three=FIGURE), "three", title="Last"))
    catalogue.add(chapter(name, "one", "two", title="Mine"))
    assert [own.title for own in catalogue.chapters()[-2:]] == ["Mine", "Last"]
    assert catalogue.names()[-3:] == ("one", "two", "three")


@pytest.mark.parametrize(
    ("modules", "names", "options", "match"),
    [
        (["relaxation"], ["relaxation"], {}, "names of their own, got relaxation"),
        (["mine", "contrastive_runs"], ["mine"], {}, "names of their own, got contrastive_runs"),
        (["mine"], ["mine", "yours"], {}, "got none for yours"),
        (["mine"], ["mine"], {"title": "Relaxation"}, "title of its own, got 'Relaxation'"),
    ],
)
def test_what_clashes_or_is_missing_is_refused(package, modules, names, options, match):
    name = package("own_wrong", **dict.fromkeys(modules, FIGURE))
    before = catalogue.chapters()
    with pytest.raises(ValueError, match=match):
        catalogue.add(chapter(name, *names, **options))
    assert catalogue.chapters() == before


def test_what_is_no_chapter_is_refused():
    with pytest.raises(TypeError, match=r"chapter must be a figures\.chapter\.Chapter"):
        catalogue.add("mine")
    with pytest.raises(ValueError, match=r"that can be imported: .*own_missing"):
        catalogue.add(chapter("own_missing", "one"))


def test_a_module_that_is_no_figure_is_refused(package):
    catalogue.add(chapter(package("own_half", half="title = 'Half'\n"), "half"))
    with pytest.raises(ValueError, match="half lacks caption, equation, compute, draw"):
        catalogue.load("half")


def test_chapters_by_name():
    assert catalogue.chapter("message-passing").title == "Message passing"
    with pytest.raises(ValueError, match="did you mean 'clusters'"):
        catalogue.chapter("cluster")
    with pytest.raises(TypeError, match="figure must be the name of one"):
        catalogue.load(1)
