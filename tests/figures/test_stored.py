"""What comes with the package can be drawn without computing, and says where it is from."""

import json

import numpy as np
import pytest
import xarray

import sweeps
from figures import catalogue
from figures.gallery import Gallery, stored
from figures.gallery.written import parse

FIRST = {chapter.names[0] for chapter in catalogue.chapters()}
EACH = [
    name if name in FIRST else pytest.param(name, marks=pytest.mark.thorough)
    for name in catalogue.names()
]


@pytest.mark.parametrize("name", EACH)
def test_stored_results_are_drawn_and_nothing_is_computed(name, tmp_path, monkeypatch):
    def compute(*arguments):
        raise AssertionError("nothing may be computed")

    monkeypatch.setattr(catalogue.load(name), "compute", compute)
    data = Gallery(tmp_path, progress=False).redraw(name)
    assert all(check.agrees for check in parse(data.attrs["checks"]))
    assert data.attrs["caption"] == catalogue.load(name).caption
    assert (tmp_path / f"{name}.png").read_bytes().startswith(b"\x89PNG")
    written = sweeps.load(tmp_path / f"{name}.nc")  # by xarray
    xarray.testing.assert_identical(written, data)
    for variable, values in written.variables.items():
        assert values.dtype == data.variables[variable].dtype
    provenance = json.loads(written.attrs["provenance"])
    assert provenance["git"]["commit"]
    assert provenance["parameters"]["full"] in (True, False)
    assert "host" not in provenance
    assert not (tmp_path / "ledgers").exists()


def test_results_are_kept_as_they_are(tmp_path, monkeypatch, capsys):
    gallery, folder = tmp_path / "gallery", tmp_path / "data"
    data = xarray.Dataset(
        {"z": ("x", np.random.default_rng(1).normal(size=1000)), "n": 3},
        {"x": np.arange(1000), "name": ("k", ["a", "β"])},
        {
            "title": "of the past",
            "verdict": "agree",
            "checks": "[]",
            "networks": 7,
            "command": "steering figure relaxation",
        },
    )
    sweeps.to_netcdf(data, gallery / "relaxation.nc", seed=5)
    monkeypatch.setattr(stored, "FOLDER", folder)
    own = {"x": "place", "name": "letter", "k": "number", "z": "height [m]: above the sea"}
    monkeypatch.setattr(catalogue.load("relaxation"), "variables", own)
    stored.main([str(gallery)])
    assert capsys.readouterr().out == "relaxation\n"
    kept = sweeps.load(folder / "relaxation.nc")
    xarray.testing.assert_equal(kept, data)
    provenance = json.loads(kept.attrs.pop("provenance"))
    assert provenance["seed"] == 5
    assert kept.attrs.pop("history").startswith(provenance["time"])
    assert kept.attrs == {
        "networks": 7,
        "command": "steering figure relaxation",
        "title": catalogue.load("relaxation").title,
        "source": provenance["package"],
        "Conventions": "CF-1.11",
    }
    assert kept["z"].attrs["units"] == "m"
    assert "_FillValue" not in kept["x"].encoding
    assert [path.name for path in folder.iterdir()] == ["relaxation.nc"]


@pytest.mark.parametrize("name", ["relaxation_threshold", "contrastive_speech"])
def test_words_change_and_numbers_do_not(name, tmp_path, monkeypatch, capsys):
    today, path = stored.load(name), tmp_path / f"{name}.nc"
    past = today.drop_attrs().assign_attrs(provenance=today.attrs["provenance"])
    past["seed" if "seed" in past else "J_D"].attrs["long_name"] = "of the past"
    stored.write(past, path)
    monkeypatch.setattr(stored, "FOLDER", tmp_path)
    stored.main([])
    assert capsys.readouterr().out == f"{name}\n"
    found = sweeps.load(path)
    for variable, values in today.variables.items():
        now = found.variables[variable]
        assert (now.dtype, now.dims, now.attrs) == (values.dtype, values.dims, values.attrs)
        if values.dtype.kind == "U":
            assert now.values.tolist() == values.values.tolist()
        else:
            assert now.values.tobytes() == values.values.tobytes()
    first = path.read_bytes()
    stored.restamp()
    assert path.read_bytes() == first, "again, nothing changes"


def test_what_is_not_stored_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(stored, "FOLDER", tmp_path)
    with pytest.raises(ValueError, match=r"nothing is stored for the figure 'relaxation'"):
        stored.load("relaxation")
    with pytest.raises(ValueError, match="figure must be one of"):
        stored.load("../relaxation")
