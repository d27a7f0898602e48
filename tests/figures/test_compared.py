"""Each figure is judged on what it draws: shift that by twice the stated power, and it turns."""

import numpy as np
import pytest
import xarray

from figures import catalogue
from figures.compared import Compared, counted, interpolated, student, untransformed
from figures.gallery import stored
from figures.gallery.verdict import KINDS, judge, sorts

FIRST = {chapter.names[0] for chapter in catalogue.chapters()}
FIRST_OF_CHAPTERS = [
    name if name in FIRST else pytest.param(name, marks=pytest.mark.thorough)
    for name in catalogue.names()
]


@pytest.fixture(scope="module", params=catalogue.names())
def figure(request):
    """Give the module of a figure and what is stored for it: tests of one figure read it once."""
    return catalogue.load(request.param), stored.load(request.param)


def read(function, monkeypatch):
    """Return the variables of datasets that a function looks up."""
    names = set()
    look_up = xarray.Dataset.__getitem__

    def watched(self, key):
        names.update([key] if isinstance(key, str) else key if isinstance(key, list) else [])
        return look_up(self, key)

    with monkeypatch.context() as patched:
        patched.setattr(xarray.Dataset, "__getitem__", watched)
        function()
    return names


@pytest.mark.thorough
def test_what_is_drawn_is_judged_or_told_why_not(figure, monkeypatch):
    module, data = figure
    drawn = read(lambda: module.draw(data), monkeypatch) & set(map(str, data.data_vars))
    judged = read(lambda: list(module.compared(data)), monkeypatch)
    reasons = getattr(module, "unjudged", {})
    assert all(reasons)
    told = {variable for names in reasons.values() for variable in names}
    assert drawn - judged - told == set()
    assert told <= set(map(str, data.data_vars)) - judged
    assert {one.drawn for one in module.compared(data) if one.drawn} <= drawn


def shifted(data, one, sign):
    """Shift one point that is drawn, the one of median power, by twice that power."""
    points = int(one.off.notnull().sum())
    power = one.deviation(KINDS[one.kind].noticed(points))
    if not isinstance(power, xarray.DataArray):
        power = one.off.copy(data=np.full(one.off.shape, power))
    known = power.values[np.isfinite(power.values)]
    if not known.size:
        return None
    middle = np.quantile(known, 0.5, method="higher")
    at = np.argwhere(power.values == middle)[0]
    where = dict(zip(power.dims, at, strict=True))
    point = power.isel(where)
    labels = {name: point[name] for name in point.coords if name in data[one.drawn].dims}
    target = data[one.drawn].copy(deep=True)
    place = {name: value for name, value in where.items() if name not in labels}
    chosen = {
        **{name: int(np.flatnonzero(data[name] == labels[name])[0]) for name in labels},
        **place,
    }
    target[chosen] = target[chosen] + sign * 2 * middle
    return data.assign({one.drawn: target})


FROM_BELOW = {  # bounds under which what is drawn may not fall
    "no networks settle where there are no stable fixed points",
    "larger networks settle at a larger s",
}


def sides(one):
    """Return the signs of the shifts that turn a verdict: a bound is broken to one side."""
    if one.kind != "bound":
        return (1, -1)
    return (-1,) if one.what in FROM_BELOW else (1,)


@pytest.mark.parametrize("figure", FIRST_OF_CHAPTERS, indirect=True)
def test_a_shift_of_twice_the_power_turns_the_verdict(figure):
    module, data = figure
    for k, one in enumerate(module.compared(data)):
        if not (one.drawn and one.off.notnull().any()):
            continue
        for sign in sides(one):
            changed = shifted(data, one, sign)
            assert changed is not None, one.what
            (check,) = judge(changed, [list(module.compared(changed))[k]])
            assert not check.agrees, f"{one.what}, shifted by {sign} times twice the power"
        (check,) = judge(data, [one])
        assert check.drawn, one.what
        assert check.values == one.off.notnull().sum(), one.what
        assert check.power > 0, one.what


def test_every_figure_is_judged_and_agrees_or_tells_why(figure):
    module, data = figure
    checks = judge(data, module.compared(data))
    assert all(check.agrees or check.because for check in checks)
    assert all(check.what for check in checks)
    assert all(check.values for check in checks), "what is stored has numbers for everything"


def test_two_computations_are_not_theory_against_simulation():
    found = {}
    for name in ("emnist_width", "fixed_point_counts"):
        data = stored.load(name)
        found[name] = sorts(judge(data, catalogue.load(name).compared(data)))
    assert set(found["emnist_width"]) == {"two computations"}
    assert found["fixed_point_counts"] == {"theory against simulation": "agree"}


def one(kind, off, **options):
    return judge(xarray.Dataset(), [Compared(kind, "", xarray.DataArray(off, dims="x"), **options)])


def test_a_share_of_deviations_disagrees_unless_networks_are_shared():
    off = np.where(np.arange(40) % 4 == 0, 2.5, 0.0)
    (check,) = one("z", off)
    assert not check.agrees
    (check,) = one("z", off, shared=True)
    assert check.agrees


def test_a_bound_is_broken_on_one_side():
    assert one("bound", [-50.0, 1.0])[0].agrees
    assert not one("bound", [5.0, 1.0])[0].agrees


def test_an_explained_disagreement_says_why():
    (check,) = one("z", [9.0], because="N is small")
    assert "Why: N is small" in str(check)
    assert "Why" not in str(one("z", [0.0], because="N is small")[0])


def test_power_is_that_of_the_largest_of_all():
    """5 % of samples at that deviation would be missed."""
    rng = np.random.default_rng(1)
    off, error = xarray.DataArray(np.zeros(20), dims="x"), 0.5
    (check,) = judge(xarray.Dataset(), [Compared("z", "", off, "y", error, "of y")])
    z = rng.normal(size=(2000, 20))
    z[:, 0] += check.power / error
    seen = np.mean([not one("z", row)[0].agrees for row in z[:300]])
    assert 0.9 < seen < 0.99


def test_counts_are_judged_as_counts():
    exact = xarray.DataArray(np.log([4.0, 9.0]) / 10, dims="x")
    found = xarray.DataArray(np.log([5.0, 7.0]) / 10, dims="x")
    data = xarray.Dataset(
        {"entropy": found, "error": 0.5 / 10 / xarray.DataArray([5.0, 7.0], dims="x")}
    )
    data = data.assign(z=("x", [1.0, 1.0]))
    compared = counted(data, "", 10, "counts", exact)
    np.testing.assert_allclose(compared.off, [2, -4])
    np.testing.assert_allclose(compared.deviation(2.0), -np.log(1 - 1 / np.array([5, 7])) / 10)


def test_few_replicas_are_students():
    off = xarray.DataArray([1.0, -1.0], dims="x")
    np.testing.assert_allclose(student(off, 2), [0.6744897501960817, -0.6744897501960817])
    assert untransformed(4.0, 10**6) == pytest.approx(4.0, abs=1e-3)
    assert untransformed(4.0, 4) > 8


def test_a_curve_between_its_points_knows_its_error():
    x = np.linspace(0, 3, 21)
    value, error = interpolated(x, np.sin(x), 1.23)
    assert abs(value - np.sin(1.23)) < error < 1e-3


def test_an_error_of_a_curve_does_not_vanish_where_two_splines_cross():
    x = np.linspace(0, 3, 21)
    y = np.sin(x) + 0.3 * np.sin(12 * x)  # too fast for every second point
    at = np.linspace(0.1, 2.9, 400)
    value, error = interpolated(x, np.stack([y, np.sin(x)]), at)
    assert value.shape == error.shape == (2, 400)
    assert error[0].min() > 0.03  # between the crossings, not at them
    assert (abs(value[1] - np.sin(at)) < error[1]).all()
