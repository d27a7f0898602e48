"""What comes with the package can be drawn without computing, and says where it is from."""

import json

import numpy as np
import pytest
import xarray

import sweeps
from figures import catalogue
from figures.gallery import Gallery, stored
from figures.gallery.written import parse


@pytest.mark.parametrize("name", catalogue.names())
def test_stored_results_are_drawn_and_nothing_is_computed(name, tmp_path, monkeypatch):
    def compute(*arguments):
        raise AssertionError("nothing may be computed")

    monkeypatch.setattr(catalogue.load(name), "compute", compute)
    data = Gallery(tmp_path, progress=False).redraw(name)
    assert all(check.agrees for check in parse(data.attrs["checks"]))
    assert data.attrs["caption"] == catalogue.load(name).caption
    assert (tmp_path / f"{name}.png").read_bytes().startswith(b"\x89PNG")
    provenance = json.loads(sweeps.load(tmp_path / f"{name}.nc").attrs["provenance"])
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
    stored.main([str(gallery)])
    assert capsys.readouterr().out == "relaxation\n"
    kept = sweeps.load(folder / "relaxation.nc")
    xarray.testing.assert_equal(kept, data)
    assert json.loads(kept.attrs.pop("provenance"))["seed"] == 5
    assert kept.attrs == {"networks": 7, "command": "steering figure relaxation"}
    assert [path.name for path in folder.iterdir()] == ["relaxation.nc"]


def test_what_is_not_stored_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(stored, "FOLDER", tmp_path)
    with pytest.raises(ValueError, match=r"nothing is stored for the figure 'relaxation'"):
        stored.load("relaxation")
    with pytest.raises(ValueError, match="figure must be one of"):
        stored.load("../relaxation")
