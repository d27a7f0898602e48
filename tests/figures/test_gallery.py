"""Figures are computed once, drawn from what is stored, and judged."""

import functools
import json
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import xarray

import sweeps
from figures import catalogue
from figures.command import main
from figures.gallery import Gallery
from figures.gallery.verdict import judge
from figures.gallery.written import parse


@pytest.fixture
def small(monkeypatch):
    """Let figures take a single small batch of small networks for each point."""
    whole = sweeps.run
    for name in ("fixed_point_counts", "pair_distances"):
        monkeypatch.setattr(catalogue.load(name), "BATCH", 20)
    monkeypatch.setattr(catalogue.load("fixed_point_counts"), "NEURONS", 12)

    @functools.wraps(whole)
    def run(*arguments, replicas=1, **options):
        return whole(*arguments, replicas=1, **options)

    monkeypatch.setattr(sweeps, "run", run)


@pytest.mark.parametrize(
    "name",
    ["fixed_point_counts", pytest.param("pair_distances", marks=pytest.mark.thorough)],
)
def test_figure_is_made_and_made_again_from_its_ledger(name, small, tmp_path, monkeypatch):
    with ThreadPoolExecutor(2) as executor:
        gallery = Gallery(tmp_path, executor=executor, progress=False)
        first = gallery.make(name)
    checks = parse(first.attrs["checks"])
    assert all(check.agrees for check in checks)
    assert (tmp_path / f"{name}.png").read_bytes().startswith(b"\x89PNG")

    stored = sweeps.load(tmp_path / f"{name}.nc")
    xarray.testing.assert_identical(first.drop_attrs(), stored.drop_attrs())
    provenance = json.loads(stored.attrs["provenance"])
    assert provenance["seed"] == 0
    assert provenance["command"] == f"steering figure {name} --seed 0"

    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert f'src="{name}.png"' in page
    assert checks[0].detail in page

    class Idle(ThreadPoolExecutor):
        def submit(self, *arguments, **options):
            raise AssertionError("nothing is left to compute")

    again = Gallery(tmp_path, executor=Idle(1), progress=False).make(name)
    xarray.testing.assert_identical(first, again)


def relaxed(small_networks: int) -> xarray.Dataset:
    """Return what `relaxation.compute` needs of a sweep, with known numbers."""
    shape = (2, 2, 1, small_networks)
    sweeps_needed = np.full(shape, 7.0)
    sweeps_needed[0, 0] = np.inf
    sweeps_needed[1, 0, 0, :10] = np.inf
    rng = np.random.default_rng(0)
    unstable = rng.normal([0.5, 0.1], 0.01, size=(*shape, 2))
    dims = ("N", "J_D", "replica")
    return xarray.Dataset(
        {
            "sweeps": ((*dims, "sweeps_0"), sweeps_needed),
            "unstable": ((*dims, "unstable_0", "unstable_1"), unstable),
        },
        {"N": [100, 200], "J_D": [0.0, 1.0]},
    )


def test_relaxation_counts_what_settled():
    module = catalogue.load("relaxation")
    data = module.compute(lambda *arguments, **options: relaxed(50), False)
    np.testing.assert_array_equal(data["settled"], [[0, 50], [40, 50]])
    np.testing.assert_array_equal(data["sweeps"].sel(quantile=0.5), [[np.inf, 7], [7, 7]])
    np.testing.assert_array_equal(data["sweeps"].sel(quantile=0.75, J_D=0.0), [np.inf, 7])
    # half of the neurons are unstable at J_D = 0, H(J_D / sigma) at J_D = 1
    assert np.abs(data["initial_z"].sel(J_D=0.0)).max() < 4
    assert data["initial_z"].sel(J_D=1.0).min() > 10
    assert not judge(data)[0].agrees
    # the fractions and their intervals, as drawn
    figure = module.draw(data)
    low, high = data["settled_interval"].sel(N=200, J_D=0.0).values
    segment = figure.axes[0].containers[2].lines[2][0].get_segments()[0]
    np.testing.assert_allclose(segment, [[0, low], [0, high]])
    assert low < 0.8 < high


def test_relaxation_settles_networks():
    module = catalogue.load("relaxation")
    found = module.settle(N=50, J_D=1.0, rng=np.random.default_rng(0))
    assert np.isfinite(found["sweeps"]).all()
    last = np.minimum(found["sweeps"].astype(int), 50)
    np.testing.assert_array_equal(found["unstable"][np.arange(50), last], 0)
    assert (found["unstable"][:, 0] > 0).all()


def test_unknown_figure_is_refused():
    with pytest.raises(ValueError, match="figure must be one of"):
        catalogue.load("nope")


@pytest.mark.long
def test_whole_gallery_agrees(tmp_path):
    gallery = Gallery(tmp_path, progress=False)
    for name in catalogue.names():
        checks = parse(gallery.make(name).attrs["checks"])
        assert checks
        assert all(check.agrees for check in checks)


def test_a_change_of_the_code_is_seen_and_ledgers_of_what_is_gone_are_named(
    small, tmp_path, monkeypatch, capsys
):
    with ThreadPoolExecutor(2) as executor:
        Gallery(tmp_path, executor=executor, progress=False).make("pair_distances")
    main(["recheck", "--output", str(tmp_path), "--count", "1"])
    assert capsys.readouterr().out == "pair_distances.count_pairs: 1 of 1 the same\n"
    for name in ("an_older_figure.gone", "pair_distances.abandoned"):
        (tmp_path / "ledgers" / f"{name}.sqlite").touch()
    with pytest.raises(SystemExit) as stop:
        main(["recheck", "--output", str(tmp_path), "--count", "1"])
    assert stop.value.code == 2
    captured = capsys.readouterr()
    assert captured.out == "pair_distances.count_pairs: 1 of 1 the same\n", "all others are checked"
    assert "of figures.an_older_figure.gone; " in captured.err
    assert "of figures.pair_distances.abandoned" in captured.err
    for name in ("an_older_figure.gone", "pair_distances.abandoned"):
        (tmp_path / "ledgers" / f"{name}.sqlite").unlink()
    module = catalogue.load("pair_distances")
    whole = module.count_pairs

    @functools.wraps(whole)
    def count_pairs(**parameters):
        return whole(**parameters) + 1

    monkeypatch.setattr(module, "count_pairs", count_pairs)
    with pytest.raises(SystemExit):
        main(["recheck", "--output", str(tmp_path), "--count", "1"])
    captured = capsys.readouterr()
    assert "0 of 1 the same\n  result differ at " in captured.out
    assert "--no-resume" in captured.err


@pytest.mark.thorough
def test_starting_anew_sets_the_ledger_aside_once(small, tmp_path):
    with ThreadPoolExecutor(2) as executor:
        first = Gallery(tmp_path, executor=executor, progress=False).make("fixed_point_counts")
        anew = Gallery(tmp_path, executor=executor, resume=False, progress=False)
        second = anew.make("fixed_point_counts")
    xarray.testing.assert_identical(first, second)
    # two sweeps of one figure share this ledger
    ledgers = sorted(path.name for path in (tmp_path / "ledgers").glob("*count_fixed_points*"))
    assert len(ledgers) == 2
    assert ledgers[1].startswith(f"{ledgers[0]}-")


@pytest.mark.thorough
def test_symmetric_networks_know_where_the_gap_ends():
    module = catalogue.load("symmetric_networks")
    assert np.isnan(module.gap_threshold(2, 0.13))
    assert 0 < module.gap_threshold(2, 0.12) < 0.001
    assert module.closing_symmetry(2) == pytest.approx(0.12136, abs=1e-5)
    assert abs(module.deviation(3)) < 1
