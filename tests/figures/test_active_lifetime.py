"""The law of lifetimes: its formulas computed otherwise, and the figure on lives that obey it."""

import numpy as np
import pytest
import xarray
from scipy.integrate import quad
from scipy.optimize import brentq

from dynamics.relaxing.active_state import estimated
from figures.gallery.verdict import judge
from figures.relaxation import active_lifetime, lifetime_law, relaxation_threshold
from figures.relaxation.lifetime_law import INFINITE, Activity

KNOWN = Activity(1.52, -0.9, 0.05)


def mean_lifetime(N, J_D, a=0.3, z=0.5, factor=1.0):
    delta = INFINITE - J_D
    f = factor * lifetime_law.exponent(delta, KNOWN.kappa, KNOWN.offset)
    return np.exp(a + z * np.log(N * delta**2) + N * f)


def simulated(N, J_D, sweeps, rng, factor=1.0):
    exposure = np.full(active_lifetime.BATCH, float(sweeps))
    settled = rng.poisson(exposure / mean_lifetime(N, J_D, factor=factor)).astype(float)
    return {
        "settled": settled,
        "exposure": exposure,
        "drift": rng.standard_normal(),
        "survival": np.ones(active_lifetime.TIMES.size),
    }


def runner(factor=1.0):
    """Return a `run` that draws from the law, but for a factor of the exponent."""
    rng = np.random.default_rng(1)

    def run(function, grid, replicas=1):
        N, J_D = grid["N"][0], grid["J_D"][0]
        if function is active_lifetime.live:
            sweeps = max(grid["sweeps"][0], 3 * mean_lifetime(N, J_D, factor=factor))
            rows = [simulated(N, J_D, sweeps, rng, factor) for _ in range(replicas)]
        else:
            u = ((INFINITE - J_D) / KNOWN.kappa) ** 2
            variance = lifetime_law.SLOPE * (KNOWN.offset - np.log(u)) / KNOWN.kappa**2
            noise = 1 + 0.05 * rng.standard_normal(replicas)
            rows = [{"unstable": u, "scatter": variance * x} for x in noise]
        together = {name: np.array([row[name] for row in rows]) for name in rows[0]}
        return xarray.Dataset(
            {
                name: (("replica", "x")[: v.ndim], v)
                for name, v in together.items()
                if name != "survival"
            }
        )

    return run


def test_scales_solve_their_equation_and_have_the_local_power_of_the_page():
    for s in (0.1, 1.9, 3.0, 8.0):
        root = brentq(lambda x, s=s: x - s - 2 - 2 * np.log(x / 2), 2, 100)
        assert lifetime_law.scales(s) == pytest.approx(root, rel=1e-9)
    delta = np.array([0.1, 0.1 * (1 + 1e-5)])
    f = lifetime_law.exponent(delta, *KNOWN[:2])
    scales = np.pi * delta[0] ** 2 / (4 * f[0])
    power = np.log(f[1] / f[0]) / np.log1p(1e-5)
    assert power == pytest.approx(2 + 2 / (scales - 2), rel=1e-4)


def test_the_variance_of_the_boundary_has_the_slope_of_the_page():
    """N var(β) from each interval of ln τ: squared slope of the kernel, times the noise."""

    def of_one(y, tau):
        kernel = 2 / np.sqrt(8 * np.pi * tau) * np.exp(-(y**2) / (8 * tau))
        return 4 * (y / (4 * tau) * kernel) ** 2 * 2 * y

    for tau in (1e-3, 0.2):
        assert tau * quad(of_one, 0, 60 * np.sqrt(tau), args=(tau,))[0] == pytest.approx(
            lifetime_law.SLOPE, rel=1e-8
        )


def test_the_way_to_zero_is_the_cheapest():
    """The formula of Λ: β falls with ln(1/τ) on a line that stays below the boundary layer."""
    s = 3.0
    v = np.linspace(0, 20, 4001)
    length = np.linspace(s + 0.5, s + 8, 751)
    below = [np.all(1 - (s + v) / x <= np.exp(-v / 2)) for x in length]
    assert length[np.flatnonzero(below)[-1]] == pytest.approx(lifetime_law.scales(s), abs=0.02)


def test_batches_are_pooled_as_networks_are():
    rng = np.random.default_rng(2)
    lives = [
        np.stack([rng.geometric(0.02, size=k), np.ones(k, dtype=np.int64)], axis=1)
        for k in rng.integers(1, 20, size=30)
    ]
    one = estimated(lives, 0)
    row = active_lifetime._pooled(one.settled.astype(float), one.exposure.astype(float))
    assert row["log_lifetime"] == pytest.approx(np.log(one.value))
    assert row["log_error"] == pytest.approx(one.error / one.value)
    assert row["spread"] == pytest.approx(one.spread)


def test_the_law_is_found_and_others_are_not():
    data = active_lifetime.compute(runner(), True)
    checks = judge(data, active_lifetime.compared(data))
    assert [check.agrees for check in checks] == [True] * 4
    assert data["chance"].sel(law="theory") > 0.01
    assert data["chance_beyond"].sel(law="square") < 1e-6
    a, z = data["coefficients"].sel(law="theory").values[:2]
    assert (a, z) == (pytest.approx(0.3, abs=0.5), pytest.approx(0.5, abs=0.15))
    assert len(active_lifetime.draw(data).axes) == 3
    header, rows = active_lifetime.table(data)
    assert {len(row) for row in rows} == {len(header)}


def test_another_exponent_is_seen():
    data = active_lifetime.compute(runner(1.3), True)
    assert not judge(data, active_lifetime.compared(data))[0].agrees


def test_thresholds_of_the_law():
    """Where τ ln 2 = T; none where T is short or the size is out of reach."""
    lives = active_lifetime.compute(runner(), True)
    size = np.array([128, 1024, 4096, 128])
    T = np.array([100, 1000])
    data = xarray.Dataset(
        {"order": ("case", [*["permutation"] * 3, "fixed"]), "size": ("case", size)}, {"T": T}
    )
    found = relaxation_threshold.law(data, lives)
    J_D, error = found["law"].values, found["law_error"].values
    assert np.isnan(J_D[:, 3]).all()
    assert np.isnan(J_D[0, 2])
    known = np.isfinite(J_D)
    assert known[1, :3].all()
    tau = mean_lifetime(size[None].repeat(2, axis=0)[known], J_D[known])
    slack = 3 * np.log(
        tau / mean_lifetime(size[None].repeat(2, axis=0)[known], J_D[known] + error[known])
    )
    assert (abs(np.log(tau * np.log(2) / T[:, None].repeat(4, axis=1)[known])) < abs(slack)).all()


def test_batches_of_small_networks():
    rng = np.random.default_rng(1)
    found = active_lifetime.live(40, 0.5, "permutation", 200, 5, rng)
    assert found["settled"].shape == found["exposure"].shape == (active_lifetime.BATCH,)
    assert (found["exposure"] <= 200).all()
    moving = active_lifetime.fluctuate(300, 0.2, "permutation", 60, 20, rng)
    assert 0.05 < moving["unstable"] < 0.4
    assert 0 < moving["scatter"] < 2
    still = active_lifetime.fluctuate(50, 2.0, "permutation", 60, 20, rng)
    assert np.isnan(still["scatter"])
