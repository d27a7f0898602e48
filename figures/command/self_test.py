"""Checks of every package against known answers, each of them a second or two.

A check is a function that returns what it measured and the largest value allowed; its docstring
says what that is. Further ones go into `CHECKS`.
"""

import io
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from traceback import extract_tb

import numpy as np

Check = Callable[[], tuple[float, float]]


@dataclass(frozen=True)
class Finding:
    """What came out of a check.

    Attributes
    ----------
    measured, allowed
        What was measured, and the largest value that passes; nan if the check raised.
    error
        The exception and where it was raised; empty if there was none.
    seconds
        How long it took.
    """

    measured: float
    allowed: float
    error: str
    seconds: float

    @property
    def passed(self) -> bool:
        """Whether the check ran, and measured at most what is allowed."""
        return self.measured <= self.allowed


def run(check: Check) -> Finding:
    """Run a check; an exception of any kind is a finding too."""
    start = time.perf_counter()
    measured, allowed, error = np.nan, np.nan, ""
    try:
        measured, allowed = check()
    except Exception as raised:
        error = _summary(raised)
    return Finding(float(measured), float(allowed), error, time.perf_counter() - start)


def _summary(raised: Exception) -> str:
    last = extract_tb(raised.__traceback__)[-1]
    message = " ".join(str(raised).split())
    return f"{type(raised).__name__}: {message} ({Path(last.filename).name}:{last.lineno})"


def networks() -> tuple[float, float]:
    """Compare fields of 300 neurons with a product in float64: largest difference."""
    from networks import Asymmetric

    network = Asymmetric(N=300, J_D=0.7, eta=0.4).sample(rng=1)
    s = np.random.default_rng(2).choice([-1, 1], size=(20, 300))
    plain = s @ network.couplings.astype(np.float64).T + 0.7 * s
    return np.abs(network.fields(s) - plain).max(), 1e-5


def replica() -> tuple[float, float]:
    """Compare entropies with 30 digits, and clusters of two with pairs: largest difference."""
    import replica
    from replica import high_precision

    pairs = [
        (replica.fixed_point_entropy(0.5), high_precision.fixed_point_entropy(0.5)),
        (replica.fixed_point_entropy(0.5, 0.4), high_precision.fixed_point_entropy(0.5, 0.4)),
        (replica.pair_entropy(0.1, 0.5), high_precision.pair_entropy(0.1, 0.5)),
        (replica.clusters(2, 0.1, 0.5).free_entropy, replica.pair_entropy(0.1, 0.5)),
    ]
    return max(abs(float(ours - exact)) for ours, exact in pairs), 1e-12


def enumeration() -> tuple[float, float]:
    """Count fixed points in 400 networks, against the exact mean: standard errors."""
    import dynamics
    import replica
    from networks import Asymmetric

    ensemble, rng = Asymmetric(N=12, J_D=0.5), np.random.default_rng(1)
    counts = [len(dynamics.enumerate_fixed_points(ensemble.sample(rng))) for _ in range(400)]
    exact = np.exp(replica.log_expected_fixed_points(N=12, J_D=0.5))
    return abs(np.mean(counts) - exact) / (np.std(counts, ddof=1) / np.sqrt(len(counts))), 4


def relaxation() -> tuple[float, float]:
    """Relax 1000 neurons: how many are not stable, by a product in float64."""
    import dynamics
    from networks import Asymmetric

    network = Asymmetric(N=1000, J_D=0.9).sample(rng=1)
    s = dynamics.relax(network, rng=2).state.astype(np.float64)
    return float(np.sum(s * (network.couplings @ s) + 0.9 <= 0)), 0


def message_passing() -> tuple[float, float]:
    """Compare marginals of 5 networks in a field with enumeration: rms difference."""
    import bp
    import dynamics
    from networks import Asymmetric

    rng, squares = np.random.default_rng(1), []
    for _ in range(5):
        network, field = Asymmetric(N=16, J_D=0.8).sample(rng), 0.5 * rng.standard_normal(16)
        states = dynamics.enumerate_fixed_points(network)
        weights = np.exp(states @ field)
        found = bp.belief_propagation(network, field, method="messages", tolerance=1e-6, rng=rng)
        squares.append((found.magnetisations - weights @ states / weights.sum()) ** 2)
    # its own error, of order 1/sqrt(N); a random guess is off by 0.6
    return float(np.sqrt(np.mean(squares))), 0.15


def focusing() -> tuple[float, float]:
    """Focus 500 neurons: how many are not stable, by a product in float64."""
    import bp
    from networks import Asymmetric

    network = Asymmetric(N=500, J_D=0.2).sample(rng=1)
    s = bp.focusing(network, bp.scoping(), runs=4, rng=1).state.astype(np.float64)
    return float(np.sum(s * (network.couplings @ s) + 0.2 <= 0)), 0


def learning() -> tuple[float, float]:
    """Train by events, and densely: hidden units that differ."""
    from learning import Learner, prototypes, recipe

    data = prototypes(N=30, classes=4, per_class=40, flipped=0.2, rng=5)
    states = []
    for engine in ("events", "dense"):
        learner = Learner.draw(30, 60, 4, 1, recipe("G2"), rng=2, engine=engine)
        learner.epoch(data.X, data.y)
        states.append(learner.states(data.X))
    return float(np.sum(states[0] != states[1])), 0


def contrastive_ode() -> tuple[float, float]:
    """Compare the adjoint with central differences: relative difference."""
    import contrastive_ode as ode
    from contrastive_ode import systems

    rng = np.random.default_rng(1)
    model = systems.leaky_integrate_and_fire.on(ode.all_to_all(4, True))
    w = model.pack(W=rng.normal(size=(4, 4)), b=rng.normal(size=4), g=1.0)
    task = ode.Task(rng.normal(size=4), outputs=[3], T=3, h=0.05, target=0.5)
    exact, step = ode.gradient(model, task, w).dw, 1e-5
    for a in np.flatnonzero(model.tunable):
        moved = step * np.eye(model.P)[a]
        up, down = (ode.simulate(model, task, v).costs[0] for v in (w + moved, w - moved))
        exact[a] -= (up - down) / (2 * step)
    return np.abs(exact).max() / np.abs(ode.gradient(model, task, w).dw).max(), 1e-7


def sweeps() -> tuple[float, float]:
    """Sweep by one process, and by two with a break: numbers that differ."""
    from sweeps import run

    with tempfile.TemporaryDirectory() as folder:
        grid = {"x": [1, 2, 3, 4]}
        sweep = partial(run, _draw, version=1, rng=3, replicas=3, progress=False)
        whole = sweep(grid, store=Path(folder, "whole"), executor=1)
        sweep({"x": [2, 4]}, store=Path(folder, "resumed"), executor=2)
        resumed = sweep(grid, store=Path(folder, "resumed"), executor=2)
    return float(np.sum(whole["result"].values != resumed["result"].values)), 0


def _draw(x: int, rng: np.random.Generator) -> float:
    return x + rng.standard_normal()


def netcdf() -> tuple[float, float]:
    """Write NetCDF and read it: variables that differ."""
    import xarray

    from sweeps import load, to_netcdf

    number = np.random.default_rng(1).standard_normal((3, 2))
    data = xarray.Dataset(
        {"number": (("N", "kind"), number), "word": ("kind", ["a", "ü"])},
        {"N": [1, 2, 3], "kind": [0.1, np.nan]},
    )
    with tempfile.TemporaryDirectory() as folder:
        read = load(to_netcdf(data, Path(folder, "data.nc"), command=""))
    names = set(data.variables) | set(read.variables)
    same = [
        name in data.variables and name in read.variables and data[name].identical(read[name])
        for name in names
    ]
    return float(len(names) - sum(same)), 0


def figures() -> tuple[float, float]:
    """Judge numbers of known probability, and draw: claims that do not hold."""
    import xarray
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.image import imread

    from figures.gallery.verdict import verdict

    agree, disagree = (verdict(xarray.Dataset({"z": ("N", [0.0, z])})) for z in (1.96, 4.0))
    page, image = Figure(figsize=(2, 1)), io.BytesIO()
    page.subplots().plot([0, 1], [0, 1])
    FigureCanvasAgg(page)
    page.savefig(image, format="png")
    image.seek(0)
    claims = ("0.1)" in agree, "DISAGREE" in disagree, imread(image).std() > 0.01)
    return float(len(claims) - sum(claims)), 0


CHECKS: dict[str, Check] = {
    "networks": networks,
    "replica": replica,
    "dynamics: enumeration": enumeration,
    "dynamics: relaxation": relaxation,
    "bp: marginals": message_passing,
    "bp: focusing": focusing,
    "learning": learning,
    "contrastive_ode": contrastive_ode,
    "sweeps": sweeps,
    "sweeps: NetCDF": netcdf,
    "figures": figures,
}
