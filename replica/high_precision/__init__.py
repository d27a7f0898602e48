"""The theory again, slowly, to any number of digits, by other formulas: the arbiter of the tests.

Each function takes single numbers and returns `mpmath` numbers with `digits` correct digits; its
arguments are not checked. `closed_forms` has the twins of counts and pairs, `groups` those of
clusters.
"""

from replica.high_precision.closed_forms import (
    fixed_point_entropy,
    franz_parisi,
    layered_entropy,
    log_expected_fixed_points,
    log_expected_pairs,
    orthant,
    pair_entropy,
)
from replica.high_precision.groups import clusters, reference_clusters

__all__ = [
    "clusters",
    "fixed_point_entropy",
    "franz_parisi",
    "layered_entropy",
    "log_expected_fixed_points",
    "log_expected_pairs",
    "orthant",
    "pair_entropy",
    "reference_clusters",
]
