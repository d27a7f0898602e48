"""Train demonstrations, and print what came out.

    python -m contrastive_ode.tasks NAME [SEED ...]

The rows are those of the table in `docs/theory/contrastive.md`; by default of seeds 0, 1 and 2.
"""

import sys

from contrastive_ode.motion.simulation import simulate
from contrastive_ode.tasks.by_name import demonstration


def row(name: str, seed: int) -> str:
    """Return a row of the table: how the cost fell, the alignment, and what counts in the end."""
    made = demonstration(name, rng=seed)
    training = made.train(rng=seed, throw=False)
    found = made.assess(training.w)
    numbers = ", ".join(f"{key} {value:.4g}" for key, value in found.items())
    verdict = "passes" if made.passes(training, found) else "fails"
    before = float(simulate(made.model, made.task, made.w).costs.mean())
    columns = (
        f"{name}, seed {seed}",
        f"{before:.3g} -> {training.best_cost:.3g} in {len(training.loss)}",
        f"{training.mean_alignment:.2f}, {training.positive_fraction:.0%}",
        f"{verdict}; {numbers}",
    )
    return f"| {' | '.join(columns)} |"


if __name__ == "__main__":
    for number in sys.argv[2:] or ("0", "1", "2"):
        print(row(sys.argv[1], int(number)), flush=True)
