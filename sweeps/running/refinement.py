"""Points where the result changes most: adaptive refinement along a phase boundary."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from typing import TYPE_CHECKING, Any

import numpy as np

from foundation import domains
from sweeps.errors import SweepError
from sweeps.running import grid
from sweeps.running.progress import Progress
from sweeps.running.session import Session
from sweeps.storing.evaluation import Evaluation
from sweeps.storing.point import Point, Value

if TYPE_CHECKING:
    import xarray


def refine(
    function: Callable[..., object],
    bounds: Mapping[str, tuple[float, float]],
    *,
    store: str | os.PathLike[str],
    version: str | int,
    points: int,
    fixed: Mapping[str, Value] | None = None,
    variable: str = "result",
    rng: int = 0,
    executor: Executor | int | None = None,
    replicas: int = 1,
    batch: int = 8,
    progress: bool = True,
    name: str | None = None,
    stale: str = "warn",
    max_failures: int | None = None,
) -> xarray.Dataset:
    """Evaluate a function where it changes most, through the same ledger as `sweeps.run`.

    The `adaptive` library (extra `refine`) proposes `batch` points at a time, in the simplices on
    which the result rises or falls most; all of them are computed before the next are proposed. So
    the points do not depend on the workers, and a refinement that was killed goes on where it was.

    Parameters
    ----------
    function, store, version, rng, executor, replicas, progress, name, stale, max_failures
        As in `sweeps.run`. The result that is followed must be a number.
    bounds
        The range (low, high) of each parameter that is varied, one or more of them.
    points
        Number of points, >= 1, rounded up to whole batches; a later call with more of them goes
        on from these.
    fixed
        Values of the other parameters.
    variable
        The name of the result to follow; its mean over the replicas is used.
    batch
        Points proposed at a time, >= 1: at least the number of workers, to keep them busy. Another
        value gives other points.

    Returns
    -------
    Dataset with the dimension `point`, along which the varied parameters are coordinates, and
    `replica`; the variables are `variable` and `seconds`.

    Raises
    ------
    TypeError, ValueError, LedgerError
        As in `sweeps.run`; ImportError without the extra.
    SweepError
        If a point failed: there is no going on without it. Everything computed is stored. Also as
        in `sweeps.run` for `stale="error"`.

    Examples
    --------
    >>> import tempfile
    >>> from concurrent.futures import ThreadPoolExecutor
    >>> import numpy as np
    >>> import sweeps
    >>> def step(x):
    ...     return np.tanh(20 * (x - 0.3))
    >>> with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(1) as executor:
    ...     again = dict(store=f"{folder}/step.sqlite", version=1, progress=False)
    ...     data = sweeps.refine(step, {"x": (0, 1)}, points=24, executor=executor, **again)
    >>> dict(data.sizes), bool((abs(data["x"] - 0.3) < 0.15).mean() > 0.5)
    ({'point': 24, 'replica': 1}, True)
    """
    ranges = _ranges(bounds)
    constant = _fixed(fixed)
    if both := ranges.keys() & constant.keys():
        raise ValueError(f"fixed must not hold varied parameters, got {', '.join(sorted(both))}")
    if not isinstance(variable, str):
        raise TypeError(f"variable must be the name of a result, got {variable!r}")
    points = domains.integer("points", points, 1)
    replicas = domains.integer("replicas", replicas, 1)
    batch = domains.integer("batch", batch, 1)
    progress = domains.boolean("progress", progress)
    learner = _learner(list(ranges.values()))
    names = [*ranges, *constant]
    session = Session(
        function,
        names,
        store=store,
        version=version,
        rng=rng,
        executor=executor,
        name=name,
        stale=stale,
        max_failures=max_failures,
    )
    total = math.ceil(points / batch) * batch * replicas
    places: list[tuple[float, ...]] = []
    found: list[list[float]] = []
    seconds: list[list[float]] = []
    with session, Progress(session.series.function, total, progress) as shown:
        while len(places) < points:
            asked = [_place(place) for place in learner.ask(batch)[0]]
            wanted = [_replicas(ranges, place, constant, replicas) for place in asked]
            session.evaluate((point for group in wanted for point in group), shown)
            session.report(throw=True)
            groups = [[session.evaluations[p.identity] for p in group] for group in wanted]
            values = [[_number(one, variable) for one in group] for group in groups]
            means = [float(np.mean(group)) for group in values]
            learner.tell_many([_asked(place) for place in asked], means)
            places += asked
            found += values
            seconds += [[one.seconds for one in group] for group in groups]
    session.warn_if_stale()
    return _dataset(ranges, constant, places, {variable: found, "seconds": seconds})


def _ranges(bounds: object) -> dict[str, tuple[float, float]]:
    if not isinstance(bounds, Mapping):
        raise TypeError(f"bounds must map parameter names to (low, high), got {bounds!r}")
    if not bounds:
        raise ValueError("bounds must have at least one parameter, got an empty mapping")
    return {grid.name_of("bounds", name): _range(name, value) for name, value in bounds.items()}


def _fixed(fixed: object) -> dict[str, Value]:
    if not isinstance(fixed, Mapping | None):
        raise TypeError(f"fixed must map parameter names to values, got {fixed!r}")
    return {
        grid.name_of("fixed", name): grid.value_of(f"fixed[{name!r}]", value)
        for name, value in (fixed or {}).items()
    }


def _range(name: str, value: Any) -> tuple[float, float]:
    pair = domains.vector(f"bounds[{name!r}]", value)
    if pair.size != 2 or not pair[0] < pair[1]:
        raise ValueError(f"bounds[{name!r}] must be (low, high) with low < high, got {value!r}")
    return float(pair[0]), float(pair[1])


def _learner(ranges: Sequence[tuple[float, float]]) -> Any:
    """Return the learner of a function of one or of several variables."""
    try:
        import adaptive
    except ImportError as error:
        raise ImportError(
            "refine needs the library adaptive: pip install 'steering-dynamics[refine]'"
        ) from error
    if len(ranges) == 1:
        return adaptive.Learner1D(None, ranges[0])
    return adaptive.LearnerND(None, list(ranges))


def _place(asked: Any) -> tuple[float, ...]:
    """Return what a learner asks for as coordinates: a learner of one variable gives a number."""
    return tuple(float(x) + 0.0 for x in np.atleast_1d(asked))  # no -0.0: see grid.value_of


def _asked(place: tuple[float, ...]) -> float | tuple[float, ...]:
    return place[0] if len(place) == 1 else place


def _replicas(
    names: Mapping[str, object],
    place: tuple[float, ...],
    constant: Mapping[str, Value],
    replicas: int,
) -> list[Point]:
    varied = dict(zip(names, place, strict=True))
    return [Point({**varied, **constant}, replica) for replica in range(replicas)]


def _number(evaluation: Evaluation, variable: str) -> float:
    value = evaluation.results.get(variable)
    if not isinstance(value, int | float) or not math.isfinite(value):
        raise SweepError(
            f"variable {variable!r} must be a finite number at every point, got {value!r}; "
            f"the function returned {', '.join(evaluation.results) or 'nothing'}"
        )
    return float(value)


def _dataset(
    names: Mapping[str, object],
    constant: Mapping[str, Value],
    places: Sequence[tuple[float, ...]],
    columns: Mapping[str, list[list[float]]],
) -> xarray.Dataset:
    import xarray

    coordinates: dict[str, Any] = {
        name: ("point", values) for name, values in zip(names, np.array(places).T, strict=True)
    }
    return xarray.Dataset(
        {name: (("point", "replica"), values) for name, values in columns.items()},
        {**coordinates, **{name: str(v) if v is None else v for name, v in constant.items()}},
    )
