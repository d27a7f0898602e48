"""Neurons that tell two spoken words from each other."""

from typing import TYPE_CHECKING

import numpy as np

from contrastive_ode import tasks
from contrastive_ode.tasks.by_name import SPEAKERS, demonstration, listener
from contrastive_ode.tasks.utterances import FRAMES
from figures.contrastive import contrastive_runs
from figures.contrastive.contrastive_runs import draw_curves, trained

if TYPE_CHECKING:
    import xarray
    from matplotlib.figure import Figure

    from figures.chapter import Run
    from foundation.domains import Floats

title = "Recognition of spoken digits"
equation = (
    r"C = \tfrac12 [(x_8 - y_8)^2 + (x_9 - y_9)^2] \text{ at the end of the word} "
    r"\quad y = (1, 0) \text{ or } (0, 1)"
)
caption = (
    "Ten leaky integrate-and-fire neurons hear three frequency bands of a speaker's “zero” and "
    "“one”; bands and scales are chosen by the four training utterances alone. First: mean "
    "envelopes of the bands over all utterances. Second: difference of the outputs “Zero” − “One” "
    "for the utterances of the test; dotted: the end of the word, where it counts. Third: cost and "
    "alignment for three seeds. Fourth: fraction of 96 test utterances recognised, for three "
    "speakers and three seeds fixed in advance, before (open) and after, with the standard error "
    "of a fraction; dashed: what counts as learned. Four utterances may mislead. Real speech is "
    "used where STEERING_DATA has it, made-up utterances otherwise: the title says which."
)


def compute(run: "Run", full: bool) -> "xarray.Dataset":
    """Train, and listen to all utterances."""
    iterations = 20_000 if full else 4000
    data = trained(run, "speech", iterations)
    heard = listener(rng=0)
    weights = data["after"].sel(seed=0).values
    outputs = heard.outputs(weights)
    test = np.setdiff1d(np.arange(len(heard.digit)), heard.training)
    means = [heard.inputs[heard.digit == d].mean(axis=0) for d in (0, 1)]
    speakers: tuple[str, ...] = SPEAKERS
    try:
        tasks.recorded()
        source = "real speech"
    except FileNotFoundError:
        source, speakers = "made-up utterances", ("made up",)
    names = ["speech", *(f"speech of {speaker}" for speaker in speakers[1:])]
    runs = [data, *(trained(run, name, iterations) for name in names[1:])]
    fractions = [_recognised(name, found) for name, found in zip(names, runs, strict=True)]
    return (
        data.drop_vars(["before", "after"])
        .assign(
            envelope=(("digit", "frame", "band"), np.array(means)),
            digit=[0, 1],
            band=heard.bands,
            difference=(("utterance", "t"), outputs[test, :, 0] - outputs[test, :, 1]),
            said=("utterance", heard.digit[test]),
            t=np.arange(outputs.shape[1]) * 0.1,
            recognised=(("speaker", "seed", "when"), np.array(fractions)),
            speaker=list(speakers),
        )
        .assign_attrs(source=source, test=len(test))
    )


def _recognised(name: str, data: "xarray.Dataset") -> "Floats":
    """Return the fraction of test utterances that are recognised, of shape (seeds, 2)."""
    rows = []
    for seed in data["seed"].values.tolist():
        assess, here = demonstration(name, rng=seed).assess, data.sel(seed=seed)
        rows.append([assess(here[when].values)["test"] for when in ("before", "after")])
    return np.array(rows)


variables = {
    **contrastive_runs.variables,
    "envelope": "mean envelope of a band over the utterances of a digit",
    "difference": "output “Zero” minus output “One” of a test utterance",
    "said": "digit that was said",
    "recognised": "fraction of the test utterances that are recognised",
    "digit": "digit",
    "band": "centre of the band [Hz]",
    "t": "time t",
    "speaker": "speaker",
    "when": "time, counted from 0: before and after training",
    "frame": "number of the frame, of 0.1 of the time t",
    "utterance": "number of the test utterance",
}

unjudged = {
    "the course of training and what it reached: no theory of it": (
        "alignment",
        "difference",
        "iteration",
        "loss",
        "recognised",
    ),
    "the data": ("envelope", "said"),
}


compared = contrastive_runs.compared


def draw(data: "xarray.Dataset") -> "Figure":
    """Draw inputs, outputs, curves and success."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10.4, 2.9))
    first, second, third, fourth = figure.subplots(1, 4)
    for b, band in enumerate(data["band"].values):
        for digit, line in ((0, "-"), (1, "--")):
            course = data["envelope"].sel(digit=digit, band=band)
            label = f"{band:.0f} Hz" if digit == 0 else None
            style = {"ls": line, "marker": "os^"[b % 3], "ms": 3, "mfc": "w", "markevery": 5}
            first.plot(0.1 * np.arange(FRAMES), course, color=f"C{b}", label=label, **style)
    first.set(xlabel="$t$", ylabel="input", title=data.attrs["source"])
    first.margins(y=0.5)
    first.legend(title="solid: zero, dashed: one", ncols=2, columnspacing=0.8, loc="upper right")
    for digit, color, dash, label in ((0, "C0", "-", "zero"), (1, "C1", "--", "one")):
        courses = data["difference"].values[data["said"].values == digit]
        second.plot(data["t"], courses.T, color=color, ls=dash, lw=0.3, alpha=0.5)
        second.plot([], [], color=color, ls=dash, label=label)
    second.axvline(0.1 * FRAMES, color="k", ls=":", lw=0.8)
    second.axhline(0, color="0.6", lw=0.5)
    second.set(xlabel="$t$", ylabel="$x_8 - x_9$", title="test utterances")
    second.legend(loc="upper left")
    draw_curves(third, data)
    third.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3, columnspacing=0.8)
    places = np.arange(data.sizes["speaker"])
    for m, seed in enumerate(data["seed"].values):
        here, shift = data["recognised"].sel(seed=seed), 0.2 * (m - 1)
        fourth.plot(places + shift, here.isel(when=0), "os^"[m], mfc="w", color="0.6", ms=4)
        p = here.isel(when=1).values
        error = np.sqrt(p * (1 - p) / data.attrs["test"])
        fourth.errorbar(
            places + shift,
            p,
            error,
            fmt="os^"[m],
            ms=4,
            color="C0",
            capsize=2,
            label=f"seed {seed}",
        )
    fourth.axhline(0.8, color="0.5", ls="--", lw=0.8)
    fourth.set(xlabel="speaker", ylabel="test utterances recognised", ylim=(0, 1.05))
    fourth.set_xticks(places, data["speaker"].values)
    fourth.plot([], [], "o", mfc="w", color="0.6", ms=4, label="before")
    fourth.legend(loc="lower left", ncols=2)
    return figure
