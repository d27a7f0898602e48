"""The theory again, slowly, to any number of digits, by other formulas: the arbiter of the tests.

Each function takes single numbers and returns `mpmath` numbers with `digits` correct digits, or
raises an `ArithmeticError`; its arguments are not checked.

>>> import mpmath
>>> from replica import high_precision
>>> mpmath.nstr(high_precision.fixed_point_entropy(J_D=0, eta=1, digits=25), 20)
'0.19922849103578394145'
"""

from replica.high_precision.around_reference import reference_clusters
from replica.high_precision.closed_forms import (
    fixed_point_entropy,
    franz_parisi,
    layered_entropy,
    log_expected_fixed_points,
    log_expected_pairs,
    orthant,
    pair_entropy,
)
from replica.high_precision.groups import clusters
from replica.high_precision.stabilities import stabilities

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
    "stabilities",
]
