"""The course of learning of a population of units."""

from __future__ import annotations

import numpy as np

from foundation import domains
from foundation.domains import Floats
from foundation.errors import ConvergenceError
from learning.network.recipe import Recipe
from learning.network.recipe import recipe as named
from learning.network.rule import Rule
from learning.relaxation.threads import one_thread
from learning.theory.closures import BySweeps, Static
from learning.theory.input_overlaps import InputOverlaps
from learning.theory.motion import moved, rates
from learning.theory.population_result import Population
from learning.theory.units import drawn, fields, first_states

CLOSURES = ("sweeps", "static")
FIRST, GROWTH = 5.0, 1 / 20  # a step of the motion takes 5 inputs, and 1/20 of those seen
COPIES = 2


def population(
    J_D: float,
    inputs: InputOverlaps,
    recipe: str | Recipe = "G2",
    *,
    H: int = 400,
    seen: int = 120_000,
    batch: int = 16,
    closure: str = "sweeps",
    units: int = 200,
    rng: int | np.random.Generator | None = None,
    throw: bool = True,
) -> Population:
    r"""Follow the margin rule in one layer, averaged over a mixture of Gaussian inputs.

    The input field of a unit is :math:`h = H_y + z`, with Gaussian z for the inputs of a cluster y,
    the recurrent field a Gaussian that depends on z linearly; a relaxation moves the threshold of
    the unit; and its couplings move by the averages

    .. math::
        \dot W_{in} = \eta_{in} \langle e s x \rangle , \qquad
        \dot J_{ij} = \frac{\Gamma}{H} \langle e_i s_i s_j \rangle ,

    where the others tell it of an input :math:`s_j \approx \langle s_j \rangle_y + g_j W_j \cdot
    \nu`. No number is fitted. Exact for many inputs and units, but for this linear form, and for
    what the closure says of the recurrent field.

    Parameters
    ----------
    J_D
        Self-coupling, >= 0; it replaces that of the recipe.
    inputs
        Means and spectrum, see `input_overlaps`.
    recipe
        A recipe of one layer with a margin rule that is sent the label, with feedback that is
        frozen, or its name.
    H
        Number of hidden units of the network, >= 1.
    seen
        Number of inputs it learns from, >= 1.
    batch
        Inputs in a step of learning, >= 1.
    closure
        "sweeps", the recurrent field moves with the states; "static", it is the same in all
        sweeps, which takes a third of the time and underestimates the overlap where states move.
    units
        Number of units of each of the two populations, >= 2.
    rng
        A seed, a generator, or None for a fresh seed.
    throw
        Whether to raise if the two populations differ.

    Returns
    -------
    The `Population`.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain, or the theory does not hold for the recipe.
    ConvergenceError
        If the two populations end at overlaps that differ by 0.1 or more, and `throw` is true.

    Examples
    --------
    >>> from learning import InputOverlaps, population, recipe
    >>> inputs = InputOverlaps.isotropic(N=40, C=4, m0=0.3, m1=0.05)
    >>> options = {"H": 100, "seen": 1000, "units": 80, "closure": "static", "rng": 1}
    >>> fast = recipe("G2", lr_in=0.3, lr_J=0.05)
    >>> weak, strong = (population(J_D, inputs, fast, **options) for J_D in (0.0, 0.5))
    >>> bool(weak.first[-1] > strong.first[-1] + 0.05)  # a self-coupling keeps inputs apart
    True
    """
    followed = named(recipe, J_D=domains.real("J_D", J_D, 0))
    domains.instance("inputs", inputs, InputOverlaps)
    _check(followed)
    H, seen = domains.integer("H", H), domains.integer("seen", seen)
    batch = domains.integer("batch", batch)
    followed.check(inputs.N, H, 1)
    domains.choice("closure", closure, CLOSURES)
    units = domains.integer("units", units, low=2)
    throw = domains.boolean("throw", throw)
    with one_thread():  # the products are small, and their bits do not depend on the machine
        runs = [
            _course(followed, inputs, (H, seen, batch), closure, units, own)
            for own in domains.generator(rng).spawn(COPIES)
        ]
    first, last, below, common = np.mean([run[1] for run in runs], axis=0).T
    ends = np.array([run[1][-1] for run in runs])
    first_error, last_error = (np.ptp(ends[:, :2], axis=0) / 2).tolist()
    found = Population(
        runs[0][0], first, last, below, common, first_error, last_error, followed.strengths.J_D
    )
    if throw and not found.converged:
        raise ConvergenceError(found.status)
    return found


def _check(given: Recipe) -> None:
    """Refuse recipes for which the theory does not hold."""
    rule, schedule, strengths = given.rule, given.schedule, given.strengths
    if not isinstance(rule, Rule):
        raise ValueError("the theory is one of a margin Rule; use recipe('G2'), not an ErrorRule")
    for name, found, needed in (
        ("input_to", strengths.input_to, ("first", "all")),
        ("sent", rule.sent, ("label",)),
        ("feedback", rule.feedback, ("frozen",)),
        ("symmetry", rule.symmetry, ("none",)),
        ("hidden_at", rule.hidden_at, ("last",)),
        ("beta", rule.beta, (None,)),
        ("order", schedule.order, ("synchronous",)),
        ("start", schedule.start, ("zeros",)),
        ("p_update", schedule.p_update, (1,)),
        ("noise", schedule.noise, (0,)),
        ("kept", strengths.kept, (1,)),
        ("symmetric", strengths.symmetric, (False,)),
        ("bias", strengths.bias, (0,)),
        ("lam", strengths.lam, (0,)),
        ("flipped", given.training.flipped, (0,)),
        ("cooling", given.training.cooling, (1,)),
    ):
        if found not in needed:
            raise ValueError(f"{name} must be {needed[0]!r} for this theory, got {found!r}")
    if strengths.lam_in == 0:
        raise ValueError("lam_in must be > 0 for this theory, got 0: no unit would see its input")


def labelled_sweeps(given: Recipe) -> list[bool]:
    """Return, for each sweep of training after the first, whether units feel the label.

    They do one sweep after it has been clamped.
    """
    felt = []
    for mode, sweeps in given.phases(1):
        felt += [mode.feedback and (t > 0) for t in range(sweeps)]
    return felt[1:]


def _course(
    given: Recipe,
    inputs: InputOverlaps,
    sizes: tuple[int, int, int],
    closure: str,
    M: int,
    rng: np.random.Generator,
) -> tuple[Floats, Floats]:
    """Return the times, and for each the overlaps, how many are below, and the common field."""
    H, seen, batch = sizes
    units = drawn(inputs, given, M, rng)
    labels = labelled_sweeps(given)
    close = Static(labels) if closure == "static" else BySweeps(labels, inputs.K, rng)
    rate = rates(given, inputs.N, H, batch)
    assert isinstance(given.rule, Rule)
    J_D, k = given.strengths.lam_int * given.strengths.J_D, given.rule.k
    states, t, times, course = first_states(units, inputs), 0.0, [], []
    while True:
        at = fields(units, states, inputs)
        found = close.average(units, at, states, J_D, k)
        states = found.states
        times.append(t)
        first = first_states(units, inputs)
        common = np.sqrt(((at.mean @ inputs.shares) ** 2).mean())
        overlaps = (float(((told.S @ inputs.shares) ** 2).mean()) for told in (first, states))
        course.append((*overlaps, (found.below @ inputs.shares).mean(), common))
        if t >= seen:
            return np.array(times), np.array(course)
        dt = min(FIRST + t * GROWTH, seen - t)
        units = moved(units, at, found, inputs, rate, dt, rng)
        t += dt
