"""Theory against simulation, in one sentence."""

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import xarray


def verdict(data: "xarray.Dataset") -> str:
    r"""Judge all z-scores of a figure by the largest of them.

    The probability that chance alone makes one of n z-scores so large is at most
    :math:`n\, \mathrm{erfc}(|z|/\sqrt2)` (Bonferroni), also if they depend on each other, as those
    of pairs in the same networks do.
    """
    from scipy.special import erfc

    scores = [values.values.ravel() for name, values in data.items() if f"_{name}".endswith("_z")]
    z = np.concatenate(scores)
    z = np.abs(z[np.isfinite(z)])
    chance = min(1.0, z.size * float(erfc(z.max() / np.sqrt(2))))
    word = "agree" if chance > 0.01 else "DISAGREE"
    return (
        f"theory and simulation {word}: of {z.size} means the one furthest from its exact value is "
        f"{z.max():.1f} standard errors off, and {np.mean(z > 2):.0%} are more than 2 off "
        f"(chance of a larger deviation: at most {chance:.2g})"
    )
