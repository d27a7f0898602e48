r"""Sweeps that lose nothing, and theory against simulation.

`run` evaluates a function on a grid, on all cores or on a cluster. Every point is stored in a
*ledger* (one SQLite file) as soon as it has finished: kill the sweep whenever you like, call it
again, and it computes what is missing. `summary` turns replicas into means and standard errors,
`compare` tells whether a theory agrees with them.

As an example, N random spins have the mean magnetisation :math:`m` with

.. math:: \langle m^2 \rangle = \frac1N .

>>> import sweeps
>>> def squared_magnetisation(N, rng):
...     return rng.choice([-1, 1], size=N).mean() ** 2

>>> import tempfile
>>> folder = tempfile.TemporaryDirectory()
>>> again = dict(store=f"{folder.name}/spins.sqlite", version=1, progress=False)
>>> data = sweeps.run(squared_magnetisation, {"N": [10, 20, 40]}, replicas=50, executor=2, **again)
>>> dict(data.sizes)
{'N': 3, 'replica': 50}
>>> comparison = sweeps.compare(lambda N: 1 / N, data["result"])
>>> comparison.status
'agree'
>>> folder.cleanup()

The same call again reads the ledger; a larger grid computes only the new points. The random numbers
of a point come from the root seed `rng` and the point itself, not from the worker or the order, so
one worker, many workers, a cluster and a resumed sweep give the same bits.

- Results: `run`, `plan` (what it would compute, and how long), `summary`, `refine` (points where
  they change most), `failures` (tracebacks of the points that raised), `status` (how far a running
  sweep is), `set_aside` (start anew), `recheck` (does today's code still give what is stored?).
- Files: `to_netcdf` and `load`, with `provenance` (versions, git commit, command, seed, time).
- Judgement: `compare`, `evaluate` (a theory at the points of data), `binomial_interval` (of a
  probability, from successes), `extrapolate` (to N → ∞, in powers of 1/N), `threshold` (where a
  probability of success crosses a level). Their results are drawn by `plot_comparison`,
  `plot_extrapolation` and `plot_threshold`, or by their method `plot`.

Several sweeps share their worker processes by `executor=pool` within `with Pool() as pool:`. On a
cluster, give `run` an executor: `executor=dask.distributed.Client(...).get_executor()`.
"""

from foundation import __version__
from foundation.errors import ConvergenceError
from sweeps.errors import LedgerError, LedgerInUseError, SweepError, SweepWarning
from sweeps.judging.binomial import binomial_interval
from sweeps.judging.chi_squared import compare
from sweeps.judging.comparison import Comparison, plot_comparison
from sweeps.judging.crossing import threshold
from sweeps.judging.extrapolation import Extrapolation, extrapolate, plot_extrapolation
from sweeps.judging.summary import summary
from sweeps.judging.theory import evaluate
from sweeps.judging.threshold import Threshold, plot_threshold
from sweeps.running.plan import Plan, plan
from sweeps.running.pool import Pool
from sweeps.running.recheck import Recheck, recheck
from sweeps.running.refinement import refine
from sweeps.running.status import Status, status
from sweeps.running.sweep import run
from sweeps.storing.failure import Failure
from sweeps.storing.ledger import failures, set_aside
from sweeps.storing.netcdf import load, to_netcdf
from sweeps.storing.provenance import provenance

__all__ = [
    "Comparison",
    "ConvergenceError",
    "Extrapolation",
    "Failure",
    "LedgerError",
    "LedgerInUseError",
    "Plan",
    "Pool",
    "Recheck",
    "Status",
    "SweepError",
    "SweepWarning",
    "Threshold",
    "__version__",
    "binomial_interval",
    "compare",
    "evaluate",
    "extrapolate",
    "failures",
    "load",
    "plan",
    "plot_comparison",
    "plot_extrapolation",
    "plot_threshold",
    "provenance",
    "recheck",
    "refine",
    "run",
    "set_aside",
    "status",
    "summary",
    "threshold",
    "to_netcdf",
]
