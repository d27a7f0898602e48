"""All supervisors beside each other: how they align, what they reach, and what they cost."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

import contrastive_ode as ode
from contrastive_ode.tasks import Demonstration, demonstration
from figures.compared import Compared, Comparisons
from figures.contrastive import contrastive_runs
from figures.contrastive.contrastive_runs import gradient_deviation

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from figures.chapter import Run, Table
    from foundation.domains import Floats

    Orders = np.typing.NDArray[np.int_]

title = "Supervisors: what they reach, and at what cost"
equation = (
    r"\Delta w = \tfrac1{\epsilon} \int \left( x^C - x^F \right) \cdot "
    r"\frac{\partial F}{\partial w} \mathrm{d} t "
    r"\quad \Delta w_\epsilon = \Delta w_0 + O(\epsilon^M)"
)
caption = (
    "Tasks of the paper, and springs between masses without damping, for which the echo is exact. "
    "Left: mean cosine of the angle between update and minus the exact gradient, until the cost "
    "falls to a tenth. Next: the lowest cost that as many integrated trajectories reach, over "
    "that at the start, at the rate of the forward supervisor. An update takes two trajectories "
    "(free, and clamped, tangent or adjoint), three if centred, and three by the echo (there, and "
    "back pushed to either side). The clamp needs a running cost; the echo is refused where a "
    "network does not run back along its path. Third: the error of finite nudges ε, of order ε on "
    "one side, ε² on both, and ε⁴ for the holomorphic mean over ±ε and ±iε, for timed targets and "
    "for the springs (echo); the tangent is the limit of all three. Right: the difference from "
    "the gradient of the discretised cost, of the second order in the step."
)


class Supervisor(NamedTuple):
    """The word of a rule, the number of its nudges, and the trajectories that they take."""

    word: str
    order: int
    trajectories: int


VERSION = 2  # of `learn`: 1 had slower leaks, and other rates
SUPERVISORS = {
    "forward": Supervisor("forward", 1, 2),
    "centred": Supervisor("forward", 2, 3),
    "tangent": Supervisor("tangent", 1, 2),
    "clamp": Supervisor("clamp", 1, 2),
    "echo": Supervisor("echo", 2, 3),
    "gradient": Supervisor("gradient", 1, 2),
}
RUNS = {  # quick and full iterations
    "amplitude": (400, 6000),
    "lag": (400, 6000),
    "allostery": (120, 3000),
    "targets": (400, 5000),
    "OR": (300, 3000),
    "slow synchronisation": (300, 3000),
    "springs": (400, 3000),
}
MEASURED = 20  # alignments of a training
NUDGES = 0.32 / 2.0 ** np.arange(7)
ROUNDED = 1e-11  # relative; an error below tells of rounding
STEPS = 0.2 / 2.0 ** np.arange(5)


def springs(rng: int, h: float = 0.1) -> Demonstration:
    """Return masses on reciprocal springs, of which the last should move as in other ones."""
    N, generator = 6, np.random.default_rng(rng)
    system = ode.System(
        "masses on springs",
        states=["x", "p"],
        node={"x_i": "p_i / m_i", "p_i": "-b_i * sin(x_i)"},
        pair={"p_i": "K_ij * (x_j - x_i)"},
        parameters=["K_ij", "b_i"],
        constants=["m_i"],
    )
    model = system.on(ode.all_to_all(N), m=generator.uniform(0.5, 1.5, N))

    def drawn() -> "Floats":
        K = generator.uniform(0.2, 1, (N, N))
        return model.pack(K=(K + K.T) / 2, b=generator.uniform(0.5, 1.5, N))

    def asked(target: "Floats | float", step: float) -> ode.Task:
        forces = {N: np.sin}
        return ode.Task(np.zeros(2 * N), [N - 1], 12.0, step, forces=forces, target=target)

    teacher, w = drawn(), drawn()
    wanted = ode.simulate(model, asked(0.0, h / 2), teacher).x[0, :, N - 1]
    return Demonstration(
        name="springs",
        model=model,
        task=asked(wanted, h),
        w=w,
        assess=lambda w: {},
        passes=lambda training, found: training.best_cost < 0.1 * training.loss[0],
        rate=0.1,
        iterations=ode.Iterations(3000),
        rule=ode.Rule(),
        constraints=ode.Constraints(model, bounds={"K": (0, None)}, reciprocal=["K"]),
    )


def learn(
    name: str, seed: int, trajectories: int, supervisor: str, rng: np.random.Generator
) -> dict[str, float]:
    """Train as long as a number of trajectories allows; nan where the supervisor is refused."""
    made = springs(seed) if name == "springs" else demonstration(name, rng=seed)
    one = SUPERVISORS[supervisor]
    number = trajectories // one.trajectories
    wanted = replace(made.iterations, number=number, every=max(1, number // MEASURED), until=None)
    rule = replace(made.rule, supervisor=one.word, order=one.order)
    try:
        training = made.train(iterations=wanted, rule=rule, rng=rng, throw=False)
    except ValueError:  # the clamp without a running cost, the echo of what runs back otherwise
        return dict.fromkeys(("alignment", "reached", "gradient_deviation"), np.nan)
    before = ode.simulate(made.model, made.task, made.constraints.start(made.w)).costs.mean()
    return {
        "alignment": training.descent_alignment,
        "reached": training.best_cost / float(before),
        "gradient_deviation": gradient_deviation(made, training.w),
    }


def nudged() -> "xarray.Dataset":
    """Return the relative error of finite nudges, against the limit of small ones."""
    import xarray

    sides = {1: "one side", 2: "both", 4: "complex"}
    rows, orders = {}, []
    for made, word, limiting, shown in (
        (demonstration("targets", rng=0), "forward", ode.Rule("tangent"), (1, 2, 4)),
        (springs(0), "echo", ode.Rule("echo", 1e-4, order=2), (1, 2)),
    ):
        fixed = made.model, made.task, made.w
        limit = ode.local_update(*fixed, limiting).dw
        for order in shown:
            rules = [ode.Rule(word, float(nudge), order=order) for nudge in NUDGES]
            updates = [ode.local_update(*fixed, rule).dw for rule in rules]
            rows[f"{word}, {sides[order]}"] = [relative(dw, limit) for dw in updates]
            orders.append(order)
    errors = np.array(list(rows.values()))
    return xarray.Dataset(
        {"nudge_error": (("nudging", "nudge"), np.where(errors > ROUNDED, errors, np.nan))},
        {"nudging": list(rows), "nudge": NUDGES, "order": ("nudging", orders)},
    )


def stepped() -> "xarray.Dataset":
    """Return how far the echo and the gradient supervisor are from the discrete gradient."""
    import xarray

    rules = {"echo": ode.Rule("echo", 1e-4, order=2), "gradient": ode.Rule("gradient")}
    values = np.empty((len(rules), len(STEPS)))
    for n, h in enumerate(STEPS):
        made = springs(0, float(h))
        fixed = made.model, made.task, made.w
        exact = ode.local_update(*fixed, "descent").dw
        values[:, n] = [relative(ode.local_update(*fixed, r).dw, exact) for r in rules.values()]
    return xarray.Dataset(
        {"step_error": (("exact", "step"), values)}, {"exact": list(rules), "step": STEPS}
    )


def relative(a: "Floats", b: "Floats") -> float:
    """Return the norm of a difference over that of the second vector."""
    return float(np.linalg.norm(a - b) / np.linalg.norm(b))


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Train under every supervisor, and measure errors of updates."""
    import xarray

    parts = []
    for name, iterations in RUNS.items():
        grid = {
            "name": [name],
            "seed": [0, 1, 2] if full else [0],
            "trajectories": [2 * iterations[full]],
            "supervisor": list(SUPERVISORS),
        }
        data = run(learn, grid).squeeze(["trajectories", "replica"], drop=True)
        parts.append(data)
    data = xarray.concat(parts, "name")
    return data.merge(nudged()).merge(stepped())


variables = {
    **contrastive_runs.variables,
    "alignment": (
        "mean cosine of the update and minus the exact gradient, until the cost has fallen to a "
        "tenth"
    ),
    "reached": "lowest cost over that at the start",
    "nudge_error": "relative error of the update by finite nudges",
    "step_error": "relative distance of the update from the gradient of the discretised cost",
    "name": "task",
    "supervisor": "supervisor",
    "nudging": "kind of nudges",
    "nudge": "size ε of the nudges",
    "order": "order of the error in ε, by theory",
    "exact": "supervisor that should give the gradient",
    "step": "step of the integration",
}

unjudged = {
    "the course of training and what it reached: no theory of it": ("alignment", "reached"),
}


def orders(errors: "xarray.DataArray", of: str) -> tuple["xarray.DataArray", "xarray.DataArray"]:
    """Return the measured orders of errors that halve along `of`, and their claimed errors.

    Those are twice the change between the orders before, of which none saw the error itself. An
    error is a size: where one is below zero its order is infinite.
    """
    sizes = errors.clip(min=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = errors.copy(data=np.log2(sizes.values / sizes.shift({of: -1}).values))
    change = abs(found - found.shift({of: 1}))
    return found, 2 * change.shift({of: 2}) + 1e-3


def compared(data: "xarray.Dataset") -> Comparisons:
    """Compare orders with those of theory, and the gradient with differences of the cost.

    The error that an order claims comes from those of larger nudges, or steps.
    """
    what = "the gradient after training and differences of the cost"
    yield Compared("deviation", what, data["gradient_deviation"])
    for drawn, of, order in (("nudge_error", "nudge", data["order"]), ("step_error", "step", 2)):
        found, claimed = orders(data[drawn], of)
        off = (found - order) / claimed
        what = f"the order of the error in the {of}"
        error = np.log(2) * claimed * data[drawn]
        yield Compared("expansion", what, off, drawn, error, "of the error")


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw alignments and costs of all tasks, and the two errors."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10.8, 3.8))
    axes = figure.subplots(1, 4, width_ratios=[1.25, 1.0, 0.9, 0.9])
    _rows(axes[0], data["alignment"])
    axes[0].axvline(0, color="0.5", lw=0.5, ls=":")
    axes[0].set(xlabel="mean alignment $\\cos\\phi$", xlim=(-1.08, 1.08))
    axes[0].set_yticks(range(data.sizes["name"]), data["name"].values)
    _rows(axes[1], data["reached"])
    axes[1].set(xlabel="lowest cost / first cost", xscale="log")
    axes[1].sharey(axes[0])
    axes[1].tick_params(labelleft=False)
    figure.legend(
        *axes[1].get_legend_handles_labels(), loc="outside upper left", ncols=len(SUPERVISORS)
    )
    _slopes(axes[2], data["nudge_error"], "nudging", data["order"].values)
    axes[2].set(xlabel="nudge $\\epsilon$", ylabel="relative error of the update", ylim=(1e-19, 1))
    axes[2].legend(loc="lower right")
    _slopes(axes[3], data["step_error"], "exact", np.array([2, 2]))
    axes[3].set(xlabel="step $h$", ylabel="relative distance from the gradient")
    axes[3].set_xticks(STEPS[::2], [f"{h:g}" for h in STEPS[::2]])
    axes[3].minorticks_off()
    axes[3].legend(loc="lower right")
    return figure


def _rows(ax: "Axes", values: "xarray.DataArray") -> None:
    """Draw a row of markers a task, those of the supervisors a little apart."""
    places = np.arange(values.sizes["name"])
    for m, supervisor in enumerate(SUPERVISORS):
        here = values.sel(supervisor=supervisor)
        offset = 0.12 * (m - (len(SUPERVISORS) - 1) / 2)
        style: dict[str, Any] = {"color": f"C{m}", "ls": "none", "marker": "osv^D*"[m], "ms": 4.5}
        for s in range(values.sizes["seed"]):
            label = supervisor if s == 0 else None
            ax.plot(here.isel(seed=s), places + offset, label=label, **style)
    ax.set_ylim(values.sizes["name"] - 0.5, -0.5)
    for place in places[1:]:
        ax.axhline(place - 0.5, color="0.9", lw=0.6)


def _slopes(
    ax: "Axes", errors: "xarray.DataArray", over: str, orders: "np.typing.NDArray[np.int_]"
) -> None:
    """Draw errors against what halves, with lines of their orders through the last points."""
    of = str(errors.dims[-1])
    for m, name in enumerate(errors[over].values):
        here, order = errors.sel({over: name}).dropna(of), int(orders[m])
        color = f"C{list(SUPERVISORS).index(str(name).partition(',')[0])}"
        line = here[-1] * (here[of] / here[of][-1]) ** order
        ax.plot(here[of], line, color=color, lw=0.8)
        echo = str(name).startswith("echo")
        style: dict[str, Any] = {
            "marker": {1: "o", 2: "s", 4: "D"}[order],
            "mfc": color if echo else "w",
        }
        label = str(name) if "," in str(name) else f"exact {name}"
        ax.plot(here[of], here, ls="none", color=color, label=label, **style)
    ax.set(xscale="log", yscale="log")


def table(data: "xarray.Dataset") -> "Table":
    """Return alignment and cost of every supervisor, means over the seeds."""
    header = ("task", *(f"{name} ({one.trajectories})" for name, one in SUPERVISORS.items()))
    rows = []
    for name in data["name"].values:
        here = data.sel(name=name).mean("seed")
        cells = [
            "refused"
            if np.isnan(here["reached"].sel(supervisor=one))
            else f"{here['alignment'].sel(supervisor=one):.2f}, "
            f"{here['reached'].sel(supervisor=one):.2g}"
            for one in SUPERVISORS
        ]
        rows.append((str(name), *cells))
    return header, rows
